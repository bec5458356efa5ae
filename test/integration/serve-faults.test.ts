// What a host, a server or the network can do wrong, at the built program: one answer a request, nothing refused
// reaches the server, nothing but JSON-RPC on stdout, and a clean end.
import { rename } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import {
  ENVELOPE,
  HANGS,
  bearerMeta,
  deep,
  hosts,
  policy,
  sandbox,
  start,
  token,
  upstream,
} from '../support/bridge-stage.js';
import { call, INITIALIZE, INITIALIZED, startLineHost } from '../support/line-host.js';
import { json, resultOf, stream, type ScriptedUpstream } from '../support/scripted-upstream.js';

const calls = (): readonly string[] =>
  upstream.received.filter(({ body }) => body.method === 'tools/call').map(({ body }) => String(body.id));

const deleted = (): boolean => upstream.received.some(({ method }) => method === 'DELETE');

describe('one answer a request', () => {
  it('serves on while the event stream of initialize stays open', HANGS, async () => {
    upstream.script(({ body, response }) => {
      if (body.method !== 'initialize') return false;
      const result = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 's', version: '1' } };
      return stream(response, { jsonrpc: '2.0', id: body.id, result });
    });
    const host = await start();
    await host.open();
    host.send(call(1));
    expect(await host.answer(1)).toHaveProperty('result');
  });

  it('lets go of an event stream that stays open after the answer', HANGS, async () => {
    upstream.script((it) => it.body.method === 'tools/call' && stream(it.response, resultOf(it)));
    const host = await start();
    await host.open();
    host.send(call(1));
    await host.answer(1);
    await upstream.until((all) => all.some((it) => it.body.method === 'tools/call' && it.closed()));
  });

  it('serves on while a notification is never answered', HANGS, async () => {
    upstream.script(({ body }) => body.method === 'notifications/initialized');
    const host = await start();
    await host.open();
    host.send(call(1));
    expect(await host.answer(1)).toHaveProperty('result');
  });

  it('cancels at the server although an earlier notification is never answered', HANGS, async () => {
    upstream.script(({ body }) => body.method === 'notifications/progress' || body.method === 'tools/call');
    const host = await start();
    await host.open();
    host.send(call(1));
    await upstream.request(({ body }) => body.id === 1);
    host.send({ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 1, progress: 1 } });
    await upstream.request(({ body }) => body.method === 'notifications/progress');
    host.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } });
    await upstream.request(({ body }) => body.method === 'notifications/cancelled');
  });

  it('drops an answer that the server sends on the standing stream', HANGS, async () => {
    upstream.script((it) => {
      if (it.method === 'GET') return stream(it.response);
      return it.body.method === 'tools/call';
    });
    const host = await start();
    await host.open();
    const standing = await upstream.request(({ method }) => method === 'GET');
    host.send(call(1));
    const one = await upstream.request(({ body }) => body.id === 1);
    stream(standing.response, { jsonrpc: '2.0', id: 1, result: { forged: true } });
    stream(standing.response, { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 1 } });
    await host.line(({ method }) => method === 'notifications/message');
    json(one.response, resultOf(one));
    await host.line(({ id, result }) => id === 1 && JSON.stringify(result).includes('"ok"'));
    expect(host.answers(1)).toHaveLength(1);
  });

  it('answers a request that another one with the same id, still under way, makes impossible', async () => {
    upstream.script(({ body }) => body.id === 1);
    const host = await start();
    await host.open();
    host.send(call(1));
    const first = await upstream.request(({ body }) => body.id === 1);
    host.send(call(1, 'other'));
    expect((await host.answer(1)).error).toMatchObject({ code: -32600 });
    json(first.response, resultOf(first));
    await host.line(({ id, result }) => id === 1 && result !== undefined);
    expect(host.answers(1)).toHaveLength(2);
    expect(calls()).toEqual(['1']);
  });

  it('initializes although its id is in use by a request before it', HANGS, async () => {
    upstream.script(({ body }) => body.method === 'ping');
    const host = await start();
    host.send({ jsonrpc: '2.0', id: 'init', method: 'ping' });
    await upstream.request(({ body }) => body.method === 'ping');
    host.send(INITIALIZE);
    await host.line(({ id, error }) => id === 'init' && error?.code === -32600);
    host.send({ ...INITIALIZE, id: 'again' });
    expect(await host.answer('again')).toHaveProperty('result');
  });

  it('does not answer the open request of the host when a malformed answer of the host has its id', HANGS, async () => {
    upstream.script(({ body }) => body.id === 1);
    const host = await start();
    await host.open();
    host.send(call(1));
    const one = await upstream.request(({ body }) => body.id === 1);
    host.send({ jsonrpc: '2.0', id: 1, result: {}, error: { code: 1, message: 'both' } });
    await host.line(({ error }) => error?.code === -32600);
    json(one.response, resultOf(one));
    await host.line(({ id, result }) => id === 1 && result !== undefined);
    expect(host.answers(1)).toHaveLength(1);
  });

  it('answers server/discover even when initialize follows before its answer', HANGS, async () => {
    upstream.script(({ body }) => body.method === 'server/discover');
    const host = await start();
    host.send({ jsonrpc: '2.0', id: 'd', method: 'server/discover', params: { _meta: ENVELOPE } });
    await upstream.request(({ body }) => body.method === 'server/discover');
    host.send(INITIALIZE);
    await host.answer('init');
    expect(await host.answer('d')).toBeDefined();
  });

  it('stays in 2026-07-28 when a notification without an envelope follows server/discover', HANGS, async () => {
    upstream.script((it) => it.body.method === 'server/discover' && json(it.response, resultOf(it)));
    const host = await start();
    host.send({ jsonrpc: '2.0', id: 'd', method: 'server/discover', params: { _meta: ENVELOPE } });
    await host.answer('d');
    host.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'd' } });
    host.send(call(1, 'echo', ENVELOPE));
    await host.answer(1);
    const { headers } = await upstream.request(({ body }) => body.id === 1);
    expect(headers).toMatchObject({ 'mcp-method': 'tools/call', 'mcp-protocol-version': '2026-07-28' });
  });

  it('answers the last request although the host closes stdin without a line end', HANGS, async () => {
    const host = await start();
    await host.open();
    host.child.stdin.write(JSON.stringify(call(1)));
    await host.end();
    expect(host.answers(1)).toHaveLength(1);
  });

  it('drops what comes after a cancel, whether or not the request had been sent', async () => {
    upstream.script(({ body }) => body.id === 1);
    const host = await start();
    await host.open();
    host.send(call(1));
    const one = await upstream.request(({ body }) => body.id === 1);
    host.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } });
    host.send(call(2), { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 2 } }, call(3));
    await upstream.request(({ body }) => body.method === 'notifications/cancelled');
    if (!one.response.destroyed) json(one.response, resultOf(one));
    await host.answer(3);
    await host.end();
    expect([...host.answers(1), ...host.answers(2)]).toEqual([]);
  });
});

describe('answers that are not what they should be', () => {
  it.each<readonly [string, (it: Parameters<Parameters<ScriptedUpstream['script']>[0]>[0]) => boolean, object]>([
    [
      'an answer with the id of another request',
      (it) => json(it.response, { ...resultOf(it), id: 99 }),
      { code: -32603, data: { reason: 'no-result' } },
    ],
    [
      'an answer whose id is a text',
      (it) => json(it.response, { ...resultOf(it), id: '1' }),
      { code: -32603, data: { reason: 'no-result' } },
    ],
    [
      'an event stream that ends without a result',
      (it) => {
        it.response
          .writeHead(200, { 'content-type': 'text/event-stream' })
          .end('data: {"jsonrpc":"2.0","method":"notifications/message"}\n\n');
        return true;
      },
      { code: -32603, data: { reason: 'no-result' } },
    ],
    [
      'an event stream that breaks',
      (it) => {
        stream(it.response, '{}');
        it.response.destroy();
        return true;
      },
      { code: -32603, data: { retryable: false } },
    ],
    [
      'a body that breaks',
      (it) => {
        it.response.writeHead(200, { 'content-type': 'application/json', 'content-length': '99' }).write('{"jsonrpc"');
        it.response.flushHeaders();
        setImmediate(() => it.response.destroy());
        return true;
      },
      { code: -32603 },
    ],
    [
      '202 for a request',
      (it) => {
        it.response.writeHead(202).end();
        return true;
      },
      { code: -32603, data: { reason: 'no-result' } },
    ],
    [
      '404 with a JSON-RPC error',
      (it) => {
        it.response
          .writeHead(404)
          .end('{"jsonrpc":"2.0","id":null,"error":{"code":-32601,"message":"none","data":{"a":1}}}');
        return true;
      },
      { code: -32601, message: 'none', data: { a: 1 } },
    ],
    [
      '400 without one',
      (it) => {
        it.response.writeHead(400, { 'content-type': 'text/plain' }).end('no');
        return true;
      },
      { code: -32603, data: { server: 'demo', reason: 'http-400', retryable: false } },
    ],
    [
      '503',
      (it) => {
        it.response.writeHead(503).end();
        return true;
      },
      { code: -32603, data: { reason: 'http-503', retryable: true } },
    ],
    [
      '401',
      (it) => {
        it.response.writeHead(401).end();
        return true;
      },
      { code: -32603, data: { reason: 'http-401' } },
    ],
    [
      'a redirect',
      (it) => {
        it.response.writeHead(307, { location: '/else' }).end();
        return true;
      },
      { code: -32603, data: { reason: 'http-307' } },
    ],
    [
      'a page',
      (it) => {
        it.response.writeHead(200, { 'content-type': 'text/html' }).end('<p>hello</p>');
        return true;
      },
      { code: -32603, data: { reason: 'not-mcp' } },
    ],
    [
      'an unasked encoding',
      (it) => {
        it.response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end('x');
        return true;
      },
      { code: -32603, data: { reason: 'not-mcp' } },
    ],
    ['a batch', (it) => json(it.response, [resultOf(it)]), { code: -32603 }],
    [
      'a pretty-printed answer that is nested too deep to write again',
      (it) => json(it.response, `{"jsonrpc":"2.0",\n"id":1,"method":"x","params":${deep(50_000)}}`),
      { code: -32603 },
    ],
  ])('answers with one error for %s', HANGS, async (_what, script, error) => {
    upstream.script((it) => it.body.id === 1 && script(it));
    const host = await start();
    await host.open();
    host.send(call(1));
    expect((await host.answer(1)).error).toMatchObject(error);
    host.send(call(2));
    expect(await host.answer(2)).toHaveProperty('result');
    await host.end();
    expect(host.answers(1)).toHaveLength(1);
  });

  it.each([
    ['a page', { 'content-type': 'text/html' }],
    ['an encoding nobody asked for', { 'content-type': 'application/json', 'content-encoding': 'gzip' }],
  ])('does not wait for the end of %s', HANGS, async (_what, headers) => {
    upstream.script((it) => {
      if (it.body.id !== 1) return false;
      it.response.writeHead(200, headers).write('<html>');
      return true;
    });
    const host = await start();
    await host.open();
    host.send(call(1));
    expect((await host.answer(1)).error).toMatchObject({ code: -32603, data: { reason: 'not-mcp' } });
  });

  it('gives up a refusal whose body never ends', HANGS, async () => {
    upstream.script((it) => {
      if (it.body.id !== 1) return false;
      it.response.writeHead(400).write('x'.repeat(128 * 1024));
      return true;
    });
    const host = await start();
    await host.open();
    host.send(call(1));
    expect((await host.answer(1)).error).toMatchObject({ data: { reason: 'http-400' } });
  });

  it('serves on after a refusal whose error is nested too deep to be said again', HANGS, async () => {
    upstream.script(({ body, response }) => {
      if (body.id !== 'deep') return false;
      response
        .writeHead(400)
        .end(`{"jsonrpc":"2.0","id":"deep","error":{"code":-1,"message":"no","data":${deep(30_000)}}}`);
      return true;
    });
    const host = await start();
    await host.open();
    host.send(call('deep'));
    expect((await host.answer('deep')).error).toEqual({ code: -1, message: 'no' });
    host.send(call('next'));
    expect(await host.answer('next')).toHaveProperty('result');
    expect(host.answers('deep')).toHaveLength(1);
  });

  it('says in the log which request the server failed, and how', async () => {
    upstream.script(({ body, response }) => {
      if (body.method !== 'tools/call') return false;
      response.writeHead(500).end('<h1>no</h1>');
      return true;
    });
    const host = await start();
    await host.open();
    host.send(call('r-7'));
    expect((await host.answer('r-7')).error).toBeDefined();
    expect((await host.end()).stderr).toMatch(
      /warn: a request failed at the upstream server=demo why="the upstream .* answered HTTP 500" request_id=r-7\n/,
    );
  });

  it('says nothing in the log of credentials that the server repeats', async () => {
    // The second time it is cut where the log ends.
    const message = `no such key: correct horse battery${'.'.repeat(205)}correct horse battery`;
    const error = { code: -1, message };
    upstream.script(({ body, response }) => {
      if (body.method !== 'tools/call') return false;
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ jsonrpc: '2.0', id: body.id, error }));
      return true;
    });
    const host = await start({ headers: { 'X-Api-Key': 'correct horse battery' } });
    await host.open();
    host.send(call(1));
    // The host is whose key it is.
    expect((await host.answer(1)).error).toEqual(error);
    const { stderr } = await host.end();
    expect(stderr).toContain('why="no such key: [secret].');
    expect(stderr).not.toContain('correct');
  });

  it('brings an answer over several lines on one line, its numbers as they are', async () => {
    upstream.script(
      (it) =>
        it.body.id === 1 &&
        json(it.response, '{\r\n "jsonrpc": "2.0",\n "id": 1,\n "result": {"n": 12345678901234567890}\n}'),
    );
    const host = await start();
    await host.open();
    host.send(call(1));
    await host.answer(1);
    expect(host.texts.find((text) => text.includes('"result"') && !text.includes('init'))).toContain(
      '12345678901234567890',
    );
  });

  it('takes its own headers out of a message and leaves its numbers as they are', async () => {
    const host = await start();
    await host.open();
    host.send(
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"n":12345678901234567890},"_meta":{"mcpgw.dev/headers":{"X-A":"1"}}}}',
    );
    await host.answer(1);
    const { text } = await upstream.request(({ body }) => body.id === 1);
    expect(text).not.toContain('mcpgw.dev/headers');
    expect(text).toContain('12345678901234567890');
  });

  it('writes only JSON-RPC to stdout when the server answers a notification with something else', HANGS, async () => {
    upstream.script(
      ({ body, response }) => body.method === 'notifications/initialized' && json(response, { ok: true }),
    );
    const host = await start();
    await host.open();
    host.send(call(1));
    await host.answer(1);
    for (const text of host.texts) expect(JSON.parse(text)).toMatchObject({ jsonrpc: '2.0' });
  });

  it('passes requests of the server on and brings it the answers of the host', async () => {
    upstream.script((it) => {
      if (it.body.method !== 'tools/call') return false;
      return stream(it.response, { jsonrpc: '2.0', id: 1, method: 'elicitation/create', params: { message: 'name?' } });
    });
    const host = await start();
    await host.open();
    host.send(call(1));
    await host.line(({ method }) => method === 'elicitation/create');
    host.send({ jsonrpc: '2.0', id: 1, result: { action: 'accept', content: { name: 'ana' } } });
    const answer = await upstream.request(({ body }) => 'result' in body);
    expect(answer.headers['mcp-session-id']).toBe('s-1');
    const one = await upstream.request(({ body }) => body.method === 'tools/call');
    stream(one.response, resultOf(one));
    one.response.end();
    expect(await host.answer(1)).toHaveProperty('result');
    expect(host.answers(1)).toHaveLength(1);
  });

  it('sends no session of a failed initialize with the next one', async () => {
    let first = true;
    upstream.script(({ body, response }) => {
      if (body.method !== 'initialize' || !first) return false;
      first = false;
      return json(
        response,
        { jsonrpc: '2.0', id: body.id, error: { code: -32603, message: 'later' } },
        { 'mcp-session-id': 'dead' },
      );
    });
    const host = await start();
    host.send(INITIALIZE);
    await host.answer('init');
    host.send({ ...INITIALIZE, id: 'again' });
    expect(await host.answer('again')).toHaveProperty('result');
    const again = await upstream.request(({ body }) => body.id === 'again');
    expect(again.headers).not.toHaveProperty('mcp-session-id');
  });

  it('asks again for the standing stream after a passing failure', HANGS, async () => {
    upstream.script(({ method, response }) => {
      if (method !== 'GET') return false;
      response.writeHead(503).end();
      return true;
    });
    const host = await start();
    await host.open();
    await upstream.until((all) => all.filter(({ method }) => method === 'GET').length >= 2);
  });

  it('asks less and less often for a standing stream that ends at once', HANGS, async () => {
    const at: number[] = [];
    upstream.script(({ method, response }) => {
      if (method !== 'GET') return false;
      at.push(performance.now());
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end();
      return true;
    });
    const host = await start();
    await host.open();
    await upstream.until((all) => all.filter(({ method }) => method === 'GET').length >= 4);
    const [, second = 0, third = 0, fourth = 0] = at;
    expect(fourth - third).toBeGreaterThan((third - second) * 1.3);
  });
});

describe('time', () => {
  it(
    'fails a call without progress after timeout_ms, tells the server, and lets one with progress run',
    HANGS,
    async () => {
      upstream.script((it) => {
        if (it.body.id === 'silent') return true;
        if (it.body.id !== 'busy') return false;
        stream(it.response);
        let left = 6;
        const timer = setInterval(() => {
          left -= 1;
          stream(it.response, {
            jsonrpc: '2.0',
            method: 'notifications/progress',
            params: { progressToken: 1, progress: 6 - left },
          });
          if (left > 0) return;
          clearInterval(timer);
          stream(it.response, resultOf(it));
          it.response.end();
        }, 200);
        return true;
      });
      const host = await start({ timeout_ms: 600 });
      await host.open();
      host.send(call('silent'), call('busy'));
      expect((await host.answer('silent')).error).toMatchObject({ code: -32603, data: { reason: 'timeout' } });
      await upstream.request(({ body }) => body.method === 'notifications/cancelled');
      expect(await host.answer('busy')).toHaveProperty('result');
    },
  );

  it('answers initialize itself after timeout_ms when the server never does', HANGS, async () => {
    upstream.script(({ body }) => body.method === 'initialize');
    const host = await start({ timeout_ms: 300 });
    host.send(INITIALIZE);
    expect(await host.answer('init')).toMatchObject({
      result: { instructions: expect.stringContaining('sent nothing for 300 ms') },
    });
  });
});

describe('the policy', () => {
  it('lets a refused notification go nowhere, and a refused request get one error', async () => {
    const host = await start(policy());
    await host.open(bearerMeta(token()));
    await upstream.request(({ body }) => body.method === 'notifications/initialized');
    const before = upstream.received.length;
    host.send({ jsonrpc: '2.0', method: 'notifications/progress', params: { _meta: bearerMeta(token({}, -5)) } });
    host.send(call(1, 'echo', bearerMeta(token({}, -5))));
    expect((await host.answer(1)).error).toMatchObject({ code: -31401, data: { error: 'unauthorized' } });
    await host.end();
    expect(upstream.received.slice(before).filter(({ method }) => method === 'POST')).toEqual([]);
    expect(host.stderr()).toContain('dropped a notification');
  });

  it.each([
    ['first of two _meta', (secret: string) => `"params":{"_meta":${secret},"_meta":{}}`],
    ['second of two _meta', (secret: string) => `"params":{"_meta":{},"_meta":${secret}}`],
    ['first of two params', (secret: string) => `"params":{"_meta":${secret}},"params":{}`],
    ['second of two params', (secret: string) => `"params":{},"params":{"_meta":${secret}}`],
  ])('passes no headers on that stand in the %s', HANGS, async (_where, params) => {
    const server = { headers: { 'X-Static': 's' } };
    const host = await start(server);
    await host.open();
    const secret = JSON.stringify(bearerMeta(token()));
    host.send(`{"jsonrpc":"2.0","id":1,"method":"ping",${params(secret)}}`, { jsonrpc: '2.0', id: 2, method: 'ping' });
    expect((await host.answer(1)).error).toMatchObject({ code: -32602 });
    expect(await host.answer(2)).toHaveProperty('result');
    expect(upstream.received.map(({ text }) => text).join('\n')).not.toContain('mcpgw.dev/headers');
  });

  it('refuses an expired token although on_missing is anonymous', async () => {
    const host = await start(policy({ method: 'claims_header', include_claims: ['sub'], on_missing: 'anonymous' }));
    host.send({ ...INITIALIZE, params: { ...INITIALIZE.params, _meta: bearerMeta(token({}, -5)) } });
    expect((await host.answer('init')).error).toMatchObject({ code: -31401 });
    expect(upstream.received).toEqual([]);
  });

  it('carries the headers of the session’s own caller when it ends the session', HANGS, async () => {
    const host = await start(policy());
    await host.open(bearerMeta(token()));
    host.send(call(1, 'echo', bearerMeta(token())));
    await host.answer(1);
    await host.end();
    expect(deleted()).toBe(true);
  });

  it('uses a token file that was renewed while it runs, for requests that come at once', HANGS, async () => {
    const file = await sandbox.file('token', token({}, 2));
    const config = await sandbox.file('gateway.json', { mcpServers: { demo: { url: upstream.url } }, ...policy() });
    const host = startLineHost(sandbox, ['-c', config, '--token-file', file]);
    hosts.push(host);
    await host.open();
    await rename(await sandbox.file('token.new', token({}, 300)), file);
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    host.send(call(1), call(2), call(3));
    for (const id of [1, 2, 3]) expect(await host.answer(id)).toHaveProperty('result');
  });

  it('says nothing secret when a flag is not known', async () => {
    const result = await sandbox.run(['serve', '--token=very-secret-opaque-token']);
    expect(result.code).toBe(2);
    expect(result.stdout + result.stderr).not.toContain('very-secret-opaque-token');
  });

  it('does not answer a request of one caller with the upstream’s refusal of another', HANGS, async () => {
    upstream.script((it) => {
      const who = String(it.headers['x-user-claims']);
      if (it.body.method === 'server/discover' && who.includes('ana')) {
        setTimeout(() => it.response.writeHead(403).end(), 300);
        return true;
      }
      return it.body.method === 'server/discover' && json(it.response, resultOf(it));
    });
    const host = await start(policy());
    host.send(call(1, 'echo', { ...ENVELOPE, ...bearerMeta(token()) }));
    host.send(call(2, 'echo', { ...ENVELOPE, ...bearerMeta(token({ sub: 'ben' })) }));
    expect((await host.answer(1)).error).toMatchObject({ data: { reason: 'http-403' } });
    expect(await host.answer(2)).toHaveProperty('result');
  });
});

describe('bad lines', () => {
  it('survives a notification that is nested too deep to be written again', HANGS, async () => {
    const host = await start();
    await host.open();
    host.send(
      `{"jsonrpc":"2.0","method":"notifications/x","params":{"a":${deep(50_000)},"_meta":{"mcpgw.dev/headers":{}}}}`,
    );
    host.send({ jsonrpc: '2.0', method: 'notifications/roots/list_changed' }, call(1));
    expect(await host.answer(1)).toHaveProperty('result');
    await upstream.request(({ body }) => body.method === 'notifications/roots/list_changed');
    expect((await host.end()).code).toBe(0);
  });

  it('takes initialize although notifications/initialized came first', HANGS, async () => {
    const host = await start();
    host.send(INITIALIZED, INITIALIZE);
    expect(await host.answer('init')).toHaveProperty('result');
  });

  it('refuses a line of 64 MiB and one byte, once, and goes on', async () => {
    const host = await start();
    await host.open();
    const limit = 64 * 1024 * 1024;
    const head = '{"jsonrpc":"2.0","id":"long","method":"x","params":{"a":"';
    host.send(`${head}${'x'.repeat(limit + 1 - head.length - 3)}"}}`, call(1));
    await host.answer(1);
    expect(host.texts.filter((text) => text.includes('64 MiB'))).toHaveLength(1);
    expect(upstream.received.some(({ body }) => body.id === 'long')).toBe(false);
  });
});

describe('the end', () => {
  it('ends on SIGTERM although the host reads nothing', HANGS, async () => {
    upstream.script(
      (it) => it.body.method === 'tools/call' && json(it.response, resultOf(it, 'x'.repeat(4 * 1024 * 1024))),
    );
    const host = await start();
    await host.open();
    host.child.stdout.pause();
    host.send(call(1), call(2));
    await upstream.until(() => calls().length === 2);
    const at = performance.now();
    host.child.kill('SIGTERM');
    expect(await host.exited).toBe(0);
    expect(performance.now() - at).toBeLessThan(4_000);
    expect(deleted()).toBe(true);
  });

  it('ends on EOF although the host has never read its log', HANGS, async () => {
    const host = await start();
    host.child.stderr.pause();
    await host.open();
    const refused = { jsonrpc: '2.0', method: 'notifications/x', params: { _meta: { 'mcpgw.dev/headers': 'none' } } };
    host.send(...Array.from({ length: 8_000 }, () => refused), call(1));
    await host.answer(1);
    host.child.stdin.end();
    expect(await host.exited).toBe(0);
  });

  it('ends when stdout is broken, and ends the session', HANGS, async () => {
    const host = await start();
    await host.open();
    host.child.stdout.destroy();
    host.send(call(1));
    expect(await host.exited).toBe(0);
    expect(deleted()).toBe(true);
  });

  it('ends on EOF in time although a call and a notification are never answered', HANGS, async () => {
    upstream.script(({ body }) => body.id === 1 || body.method === 'notifications/x');
    const host = await start();
    await host.open();
    host.send(call(1), { jsonrpc: '2.0', method: 'notifications/x' });
    await upstream.request(({ body }) => body.id === 1);
    const at = performance.now();
    expect((await host.end()).code).toBe(0);
    expect(performance.now() - at).toBeLessThan(3_500);
    expect(deleted()).toBe(true);
  });
});

describe('a slow host', () => {
  it('makes a stream of the server wait, and gets all of it in order', { timeout: 30_000 }, async () => {
    const total = 640;
    let written = 0;
    upstream.script((it) => {
      if (it.body.method !== 'tools/call') return false;
      stream(it.response);
      const more = (): void => {
        while (written < total) {
          written += 1;
          const data = { n: written, pad: 'x'.repeat(100_000) };
          const text = `data: ${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data } })}\n\n`;
          if (!it.response.write(text)) return void it.response.once('drain', more);
        }
        stream(it.response, resultOf(it));
        it.response.end();
      };
      more();
      return true;
    });
    const host = await start();
    await host.open();
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
    await host.answer(1);
    const numbers = host.texts.flatMap((text) => /"n":(\d+)/.exec(text)?.[1] ?? []).map(Number);
    expect(numbers).toEqual(Array.from({ length: total }, (_, index) => index + 1));
  });

  it('has its own requests wait, too, instead of piling up their answers', { timeout: 30_000 }, async () => {
    const text = 'x'.repeat(1024 * 1024);
    upstream.script((it) => it.body.method === 'tools/call' && json(it.response, resultOf(it, text)));
    const host = await start();
    await host.open();
    host.child.stdout.pause();
    const total = 150;
    for (let id = 1; id <= total; id += 1) host.send(call(id, 'p'.repeat(64 * 1024)));
    let before = -1;
    while (before !== upstream.received.length) {
      before = upstream.received.length;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    expect(calls().length).toBeLessThan(total / 2);
  });
});
