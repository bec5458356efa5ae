// Servers of the old HTTP+SSE transport that misbehave, or are none: what each message is answered with is written by the
// test. Nothing goes to another origin, nothing is waited for for ever, nothing runs twice.
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { HANGS, start, upstream } from '../support/bridge-stage.js';
import { call, INITIALIZE, type LineHost } from '../support/line-host.js';
import { json, resultOf, startScriptedUpstream, type Received, type Script } from '../support/scripted-upstream.js';

const SSE = { transport: 'sse' };
const isCall = ({ body }: Received): boolean => body.method === 'tools/call';
const isGet = ({ method }: Received): boolean => method === 'GET';
const isPosted = ({ method, path }: Received): boolean => method === 'POST' && path.startsWith('/messages');

interface LegacyScript {
  /** The text of the endpoint event; default: one with a number of its own for each stream. */
  readonly endpoint?: (stream: number) => string;
  /** Default: that of the transport. */
  readonly revision?: string;
  /** Of a POST to the url; default 405. */
  readonly refuse?: Script;
  /** Takes the stream in place of the good server. */
  readonly onStream?: (response: ServerResponse, stream: number) => void;
  /** Takes a message in place of the good server. */
  readonly onMessage?: (received: Received, stream: ServerResponse) => boolean | void;
}

function say(response: ServerResponse, message: unknown): void {
  response.write(`event: message\ndata: ${typeof message === 'string' ? message : JSON.stringify(message)}\n\n`);
}

function accept({ response }: Received): true {
  response.writeHead(202).end('Accepted');
  return true;
}

/** A good server of HTTP+SSE in all that the script does not say. */
function legacy(script: LegacyScript = {}) {
  const { endpoint = (n) => `/messages?s=${n}`, revision = '2024-11-05', refuse, onStream, onMessage } = script;
  const streams: ServerResponse[] = [];
  const begin = (response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    const number = streams.push(response);
    if (onStream !== undefined) onStream(response, number);
    else response.write(`event: endpoint\ndata: ${endpoint(number)}\n\n`);
  };
  upstream.script((received) => {
    const { method, path, body, response } = received;
    if (method === 'GET') {
      begin(response);
      return true;
    }
    if (!path.startsWith('/messages')) {
      if (refuse?.(received) === true) return true;
      response.writeHead(405).end('Method Not Allowed');
      return true;
    }
    const stream = streams.at(-1);
    if (stream === undefined) throw new Error('an endpoint is known by its stream alone');
    if (onMessage?.(received, stream) === true) return true;
    accept(received);
    if (body.id === undefined || body.method === undefined) return true;
    const result = { protocolVersion: revision, capabilities: {}, serverInfo: { name: 'old', version: '1' } };
    say(stream, body.method === 'initialize' ? { jsonrpc: '2.0', id: body.id, result } : resultOf(received));
    return true;
  });
  return { streams };
}

async function opened(script: LegacyScript = {}, server: object = SSE): Promise<LineHost & ReturnType<typeof legacy>> {
  const scripted = legacy(script);
  const host = await start(server, ['-v']);
  await host.open();
  await upstream.request(({ body }) => body.method === 'notifications/initialized');
  return { ...host, ...scripted };
}

async function stderrSays(host: LineHost, text: string): Promise<void> {
  while (!host.stderr().includes(text)) await once(host.child.stderr, 'data');
}

describe('the endpoint that a stream names', () => {
  it.each<[string, (url: string) => string, string]>([
    ['absolute', (url) => `${new URL(url).origin}/messages/7?a=b`, '/messages/7?a=b'],
    ['from the root', () => '/messages?s=1', '/messages?s=1'],
    ['relative to the url', () => 'messages/x', '/messages/x'],
    ['of the same authority', (url) => `//${new URL(url).host}/messages`, '/messages'],
    ['with a fragment', () => '/messages?s=1#part', '/messages?s=1'],
  ])('is where messages go: %s', HANGS, async (_form, endpoint, path) => {
    legacy({ endpoint: () => endpoint(upstream.url) });
    const host = await start(SSE);
    expect(await host.open()).toMatchObject({ result: { serverInfo: { name: 'old' } } });
    host.send(call(1));
    expect(await host.answer(1)).toMatchObject({ result: {} });
    expect(new Set(upstream.received.filter(isPosted).map((it) => it.path))).toEqual(new Set([path]));
  });

  it.each([
    ['stated', SSE],
    ['found out', {}],
  ])('at another origin is refused, and gets nothing: %s', HANGS, async (_how, server) => {
    const other = await startScriptedUpstream();
    for (const endpoint of [
      other.url,
      `//${new URL(other.url).host}/messages`,
      'https://127.0.0.1/messages',
      'http://127.0.0.1@attacker.invalid/messages',
      'javascript:alert(1)',
      'http://[',
      'file:///etc/passwd',
    ]) {
      const { streams } = legacy({ endpoint: () => endpoint });
      const host = await start({ ...server, headers: { Authorization: 'Bearer of-the-gateway' } });
      host.send(INITIALIZE);
      const { error } = await host.answer(INITIALIZE.id);
      expect(error, endpoint).toMatchObject({
        message: expect.stringContaining('another origin'),
        data: { reason: 'not-mcp', retryable: false },
      });
      await upstream.until((all) => all.filter(isGet).every((it) => it.closed()));
      expect(streams).toHaveLength(1);
      await host.end();
    }
    expect(upstream.received.filter(isPosted)).toEqual([]);
    expect(other.received).toEqual([]);
    await other.close();
  });

  it('may come late, and after comments and events of other kinds', HANGS, async () => {
    const { streams } = legacy({ onStream: (response) => void response.write(': hello\n\nevent: ping\ndata: 1\n\n') });
    const host = await start(SSE);
    host.send(INITIALIZE);
    await upstream.request(isGet);
    expect(upstream.received.filter(isPosted)).toEqual([]);
    streams[0]?.write('event: endpoint\ndata: /messages\n\n');
    expect(await host.answer(INITIALIZE.id)).toMatchObject({ result: {} });
  });

  it('is the first one: a second is not followed', HANGS, async () => {
    const { streams, ...host } = await opened();
    streams[0]?.write('event: endpoint\ndata: /elsewhere\n\n');
    say(streams[0] as ServerResponse, { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info' } }); // opened has it
    await host.line((line) => line.method === 'notifications/message');
    host.send(call(1));
    await host.answer(1);
    expect(upstream.received.some(({ path }) => path === '/elsewhere')).toBe(false);
  });

  it.each<[string, Script, string]>([
    [
      'a stream that ends',
      ({ response }) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).end(': x\n\n'),
      'not-mcp',
    ],
    [
      'a stream that begins with a message',
      ({ response }) =>
        void response
          .writeHead(200, { 'content-type': 'text/event-stream' })
          .write('data: {"jsonrpc":"2.0","method":"notifications/message"}\n\n'),
      'not-mcp',
    ],
    ['JSON', ({ response }) => void json(response, { hello: 'world' }), 'not-mcp'],
    [
      'a page',
      ({ response }) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>hello'),
      'not-mcp',
    ],
    ['404', ({ response }) => void response.writeHead(404).end(), 'http-404'],
    ['401', ({ response }) => void response.writeHead(401).end(), 'http-401'],
  ])('is missed, and nothing is sent: %s', HANGS, async (_what, answer, reason) => {
    upstream.script((received) => {
      answer(received);
      return true;
    });
    const host = await start(SSE);
    host.send(INITIALIZE);
    expect(await host.answer(INITIALIZE.id)).toMatchObject({ error: { code: -32_603, data: { reason } } });
    expect(upstream.received.map(({ method }) => method)).toEqual(['GET']);
    await upstream.until(([get]) => get?.closed() === true);
  });

  it('is not waited for beyond the time of the host’s request, nor beyond the host', HANGS, async () => {
    legacy({ onStream: () => undefined });
    const host = await start({ ...SSE, timeout_ms: 200 });
    host.send(INITIALIZE);
    // The host is answered all the same, and the server is asked again.
    expect(await host.answer(INITIALIZE.id)).toMatchObject({
      result: { instructions: expect.stringContaining('200 ms') },
    });
    await upstream.until(([get]) => get?.closed() === true);
    const second = await start(SSE);
    const before = upstream.received.length;
    second.send(INITIALIZE);
    await upstream.until((all) => all.length > before);
    expect(await second.end()).toMatchObject({ code: 0 });
    await host.end();
    await upstream.until((all) => all.every((it) => it.closed()));
  });
});

describe('a server that refuses `initialize`', () => {
  const refusals: readonly [string, Script, boolean][] = [
    ['405 with a page', ({ response }) => !!response.writeHead(405).end('no'), true],
    ['400 with a page', ({ response }) => !!response.writeHead(400).end('no'), true],
    [
      '404 with an error of no meaning',
      ({ response }) =>
        !!response
          .writeHead(404)
          .end('{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"Method not allowed."}}'),
      true,
    ],
    [
      '400 with an error of 2026-07-28',
      ({ response }) =>
        !!response
          .writeHead(400)
          .end(
            '{"jsonrpc":"2.0","id":"init","error":{"code":-32022,"message":"no","data":{"supported":["2026-07-28"]}}}',
          ),
      false,
    ],
    [
      '404 with an unknown method',
      ({ response }) =>
        !!response.writeHead(404).end('{"jsonrpc":"2.0","id":"init","error":{"code":-32601,"message":"no"}}'),
      false,
    ],
    ['403', ({ response }) => !!response.writeHead(403).end('no'), false],
    ['500', ({ response }) => !!response.writeHead(500).end('no'), false],
    ['406', ({ response }) => !!response.writeHead(406).end('no'), false],
    [
      'an answer with an error',
      ({ response, body }) => json(response, { jsonrpc: '2.0', id: body.id, error: { code: -32_000, message: 'no' } }),
      false,
    ],
  ];
  it.each(refusals)('is looked at by GET where it may be an old one: %s', HANGS, async (_how, refuse, isAsked) => {
    legacy({ refuse });
    const host = await start({}, ['-v']);
    host.send(INITIALIZE);
    await host.answer(INITIALIZE.id);
    await host.end();
    expect(upstream.received.filter(isGet)).toHaveLength(isAsked ? 1 : 0);
    expect(upstream.received.some(isPosted)).toBe(isAsked);
  });

  it.each<[string, Script]>([
    ['405', ({ response }) => !!response.writeHead(405).end()],
    [
      'an event stream of something else',
      ({ response }) => !!response.writeHead(200, { 'content-type': 'text/event-stream' }).end('data: {}\n\n'),
    ],
    ['a broken connection', ({ response }) => !!response.destroy()],
  ])('and is no old one says so itself: its own refusal is the error (GET: %s)', HANGS, async (_how, get) => {
    upstream.script((received) => {
      if (isGet(received)) return get(received);
      received.response.writeHead(404).end('nothing here');
      return true;
    });
    const host = await start();
    host.send(INITIALIZE);
    expect(await host.answer(INITIALIZE.id)).toMatchObject({ error: { data: { reason: 'http-404' } } });
    expect(upstream.received.map(({ method }) => method)).toEqual(['POST', 'GET']);
  });

  it('but wants a credential for its stream: that is the error', HANGS, async () => {
    upstream.script((received) => {
      received.response.writeHead(isGet(received) ? 401 : 405).end();
      return true;
    });
    const host = await start();
    host.send(INITIALIZE);
    expect(await host.answer(INITIALIZE.id)).toMatchObject({ error: { data: { reason: 'http-401' } } });
  });

  it('over HTTP+SSE is none: its stream is closed', HANGS, async () => {
    legacy({
      onMessage: (received, stream) => {
        if (received.body.method !== 'initialize') return false;
        accept(received);
        say(stream, { jsonrpc: '2.0', id: received.body.id, error: { code: -32_602, message: 'not you' } });
        return true;
      },
    });
    const host = await start(SSE);
    host.send(INITIALIZE);
    expect(await host.answer(INITIALIZE.id)).toMatchObject({ error: { code: -32_602, message: 'not you' } });
    await upstream.until((all) => all.filter(isGet).every((it) => it.closed()));
  });
});

describe('a message to an old server', () => {
  it('may be answered before it is said to be taken, or where nobody ever says so', HANGS, async () => {
    const { streams: _, ...host } = await opened({
      onMessage: (received, stream) => {
        if (!isCall(received)) return false;
        say(stream, resultOf(received, 'early'));
        if (received.body.id === 1) received.response.writeHead(202).end();
        return true;
      },
    });
    host.send(call(1), call(2));
    expect(await host.answer(1)).toMatchObject({ result: { content: [{ text: 'early' }] } });
    expect(await host.answer(2)).toMatchObject({ result: { content: [{ text: 'early' }] } });
    await upstream.until((all) => all.filter(isCall).every((it) => it.closed()));
  });

  it('that was taken keeps no connection while its answer is waited for', HANGS, async () => {
    const { streams, ...host } = await opened({
      onMessage: (received) => {
        if (!isCall(received)) return false;
        received.response.writeHead(200, { 'content-type': 'text/plain' }).write('taken, and more to come');
        return true;
      },
    });
    host.send(call(1));
    const posted = await upstream.request(isCall);
    await upstream.until(() => posted.closed());
    expect(host.answers(1)).toEqual([]);
    for (const stream of streams) say(stream, resultOf(posted, 'late'));
    expect(await host.answer(1)).toMatchObject({ result: { content: [{ text: 'late' }] } });
  });

  it.each<[string, (received: Received) => void]>([
    [
      '200 with JSON',
      ({ response }) => void json(response, { jsonrpc: '2.0', id: 1, result: { content: 'not this' } }),
    ],
    [
      '200 with an event stream',
      ({ response }) =>
        void response
          .writeHead(200, { 'content-type': 'text/event-stream' })
          .end('data: {"jsonrpc":"2.0","id":1,"result":{}}\n\n'),
    ],
    [
      '200 with a page that never ends',
      ({ response }) => void response.writeHead(200, { 'content-type': 'text/html' }).write('x'.repeat(100_000)),
    ],
    ['204', ({ response }) => void response.writeHead(204).end()],
    ['202 in a coding', ({ response }) => void response.writeHead(202, { 'content-encoding': 'gzip' }).end('x')],
  ])('is taken by any 2xx, of which nothing is read: %s', HANGS, async (_how, taken) => {
    const { streams: _, ...host } = await opened({
      onMessage: (received, stream) => {
        if (!isCall(received)) return false;
        taken(received);
        say(stream, resultOf(received, 'on the stream'));
        return true;
      },
    });
    host.send(call(1));
    expect(await host.answer(1)).toMatchObject({ result: { content: [{ text: 'on the stream' }] } });
    expect(host.answers(1)).toHaveLength(1);
  });

  it.each<[string, number, string]>([
    ['404', 404, ''],
    ['400 in plain words', 400, 'No transport found for sessionId'],
    ['400 as JSON', 400, '{"error":"Invalid session ID"}'],
    ['400 as an error', 400, '{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"unknown session_id"}}'],
  ])(
    'that goes to a session nobody knows any more goes into another one, once: %s',
    HANGS,
    async (_how, status, text) => {
      const { streams, ...host } = await opened({
        onMessage: ({ path, body, response }) => {
          if (path !== '/messages?s=1' || body.method !== 'tools/call') return false;
          response.writeHead(status).end(text);
          return true;
        },
      });
      host.send(call(1));
      expect(await host.answer(1)).toMatchObject({ result: {} });
      expect(upstream.received.filter(isCall).map(({ path }) => path)).toEqual(['/messages?s=1', '/messages?s=2']);
      expect(streams).toHaveLength(2);
      await upstream.until((all) => all.filter(isGet)[0]?.closed() === true);
    },
  );

  it.each<[string, number, string]>([
    ['500', 500, 'oh'],
    ['413', 413, ''],
    ['400 that says the message back', 400, 'Invalid message: {"jsonrpc":"2.0","method":"session"}'],
  ])('that is refused is an error, and the session stays: %s', HANGS, async (_how, status, text) => {
    const { streams, ...host } = await opened({
      onMessage: ({ body, response }) => {
        if (body.id !== 1) return false;
        response.writeHead(status).end(text);
        return true;
      },
    });
    host.send(call(1));
    expect(await host.answer(1)).toMatchObject({ error: { data: { reason: `http-${status}` } } });
    host.send(call(2));
    expect(await host.answer(2)).toMatchObject({ result: {} });
    expect(streams).toHaveLength(1);
  });

  it('whose connection breaks may have run', HANGS, async () => {
    const { streams, ...host } = await opened({
      onMessage: ({ body, response }) => (body.id === 1 ? !!response.destroy() : false),
    });
    host.send(call(1));
    expect(await host.answer(1)).toMatchObject({ error: { code: -32_603, data: { retryable: false } } });
    host.send(call(2));
    expect(await host.answer(2)).toMatchObject({ result: {} });
    expect(streams).toHaveLength(1);
    expect(upstream.received.filter(({ body }) => body.id === 1)).toHaveLength(1);
  });

  it('is waited for as long as there is progress, and no longer', HANGS, async () => {
    const meta = { progressToken: 'p' };
    const { streams, ...host } = await opened(
      { onMessage: (received) => (isCall(received) ? accept(received) : false) },
      { ...SSE, timeout_ms: 1_000 },
    );
    host.send(call(1, 'echo', meta), call(2, 'echo', { progressToken: 'q' }));
    await upstream.request(({ body }) => body.id === 1);
    const steps = setInterval(() => {
      const params = { progressToken: 'p', progress: Date.now() };
      for (const stream of streams) say(stream, { jsonrpc: '2.0', method: 'notifications/progress', params });
    }, 100);
    expect(await host.answer(2)).toMatchObject({ error: { data: { reason: 'timeout' } } });
    await host.line((_line, text) => text.includes('"progressToken":"p"'));
    expect(host.answers(1)).toEqual([]);
    clearInterval(steps);
    expect(await host.answer(1)).toMatchObject({ error: { data: { reason: 'timeout' } } });
    await upstream.request(({ text }) => text.includes('notifications/cancelled') && text.includes('"requestId":1'));
  });
});

describe('the stream of an old server', () => {
  it('that sends what is no message, or answers nobody, goes on', HANGS, async () => {
    const { streams, ...host } = await opened();
    for (const junk of [
      '',
      'no json',
      '[]',
      '{"jsonrpc":"2.0","id":99,"result":{}}',
      '{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"x"}}',
      '7',
    ]) {
      for (const stream of streams) say(stream, junk);
    }
    host.send(call(1));
    expect(await host.answer(1)).toMatchObject({ result: {} });
    expect(host.texts).toHaveLength(2);
  });

  it('that ends quietly is replaced with the next message', HANGS, async () => {
    const { streams, ...host } = await opened();
    streams[0]?.end();
    await stderrSays(host, 'the event stream of the upstream has ended');
    host.send(call(1));
    expect(await host.answer(1)).toMatchObject({ result: {} });
    expect(streams).toHaveLength(2);
    expect(upstream.received.filter(isCall).map(({ path }) => path)).toEqual(['/messages?s=2']);
  });

  it('with a message of more than 64 MiB breaks: a call under way may have run', { timeout: 60_000 }, async () => {
    const { streams, ...host } = await opened({
      onMessage: (received, stream) => {
        if (received.body.id !== 1) return false;
        accept(received);
        stream.write('data: ');
        for (let mib = 0; mib < 66; mib++) stream.write('x'.repeat(1024 * 1024));
        return true;
      },
    });
    host.send(call(1));
    expect(await host.answer(1)).toMatchObject({
      error: { message: expect.stringContaining('64 MiB'), data: { retryable: false } },
    });
    host.send(call(2));
    expect(await host.answer(2)).toMatchObject({ result: {} });
    expect(streams).toHaveLength(2);
  });

  it('waits for a slow host, which gets all of it in order', { timeout: 30_000 }, async () => {
    const total = 640;
    let written = 0;
    const { streams: _, ...host } = await opened({
      onMessage: (received, stream) => {
        if (!isCall(received)) return false;
        accept(received);
        const more = (): void => {
          while (written < total) {
            written += 1;
            const params = { level: 'info', data: { n: written, pad: 'x'.repeat(100_000) } };
            const text = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params });
            if (!stream.write(`data: ${text}\n\n`)) return void stream.once('drain', more);
          }
          say(stream, resultOf(received));
        };
        more();
        return true;
      },
    });
    host.child.stdout.pause();
    host.send(call(1));
    await upstream.request(({ body }) => body.id === 1);
    let before = -1;
    while (before !== written) {
      before = written;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    expect(written).toBeLessThan(total / 2);
    host.child.stdout.resume();
    expect(await host.answer(1)).toMatchObject({ result: {} });
    const got = host.texts.map((text) => (JSON.parse(text) as { params?: { data?: { n?: number } } }).params?.data?.n);
    expect(got.filter((n) => n !== undefined)).toEqual(Array.from({ length: total }, (_, index) => index + 1));
  });

  it('that is gone for good, as its server speaks Streamable HTTP now: that is found out', HANGS, async () => {
    const { streams, ...host } = await opened({ revision: '2025-11-25' }, {});
    upstream.script(() => undefined);
    streams[0]?.end();
    await stderrSays(host, 'the event stream of the upstream has ended');
    host.send(call(1));
    expect(await host.answer(1)).toMatchObject({ error: { code: -32_603 } });
    host.send(call(2));
    expect(await host.answer(2)).toMatchObject({ result: {} });
    const [run] = upstream.received.filter(isCall);
    expect(run).toMatchObject({ path: '/mcp', headers: { 'mcp-session-id': 's-1' } });
  });
});
