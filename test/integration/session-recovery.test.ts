// A server forgets a session (it was restarted, or tired of it): the next message opens another one with the host's own
// parameters, restores what the host had set, and is sent once more, since what an unknown session is asked has not run.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bearerMeta, policy, start, startWith, token, upstream } from '../support/bridge-stage.js';
import { createSandbox, MCPGW, type Sandbox } from '../support/cli.js';
import { startHost } from '../support/host.js';
import { call, INITIALIZE } from '../support/line-host.js';
import { json, resultOf, type Received } from '../support/scripted-upstream.js';
import { startUpstream } from '../support/upstream-server.js';

const isCall = ({ body }: Received): boolean => body.method === 'tools/call';
const isInitialize = ({ body }: Received): boolean => body.method === 'initialize';

/** A server that gives sessions and knows those alone that are in the set; 404 for all others, or what `refuses` does. */
function forgetful(refuses: (received: Received) => void = ({ response }) => void response.writeHead(404).end()) {
  const known = new Set<string>();
  let opened = 0;
  upstream.script((received) => {
    const { body, headers, response, method } = received;
    if (isInitialize(received)) {
      const id = `session-${++opened}`;
      known.add(id);
      const result = {
        protocolVersion: '2025-11-25',
        capabilities: { tools: {} },
        serverInfo: { name: 's', version: '1' },
      };
      return json(response, { jsonrpc: '2.0', id: body.id, result }, { 'mcp-session-id': id });
    }
    if (!known.has(String(headers['mcp-session-id']))) {
      refuses(received);
      return true;
    }
    if (method !== 'POST') return undefined;
    if (body.id === undefined) {
      response.writeHead(202).end();
      return true;
    }
    return json(response, resultOf(received, String(headers['mcp-session-id'])));
  });
  return { known, opened: () => opened };
}

const textOf = (line: { readonly result?: unknown }): unknown =>
  (line.result as { content?: readonly { text: string }[] } | undefined)?.content?.[0]?.text;

describe('a session that the server has forgotten', () => {
  it.each<[string, (received: Received) => void]>([
    ['404', ({ response }) => void response.writeHead(404).end()],
    [
      '404 with an error',
      ({ response, body }) => {
        response.writeHead(404, { 'content-type': 'application/json' });
        response.end(
          JSON.stringify({
            jsonrpc: '2.0',
            id: body.id ?? null,
            error: { code: -32_001, message: 'Session not found' },
          }),
        );
      },
    ],
    [
      '400 of a server that was restarted',
      ({ response }) => {
        response.writeHead(400, { 'content-type': 'application/json' });
        const error = { code: -32_000, message: 'Bad Request: No valid session ID provided' };
        response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error }));
      },
    ],
  ])('is replaced by another one, and the call goes on: %s', async (_how, refuses) => {
    const server = forgetful(refuses);
    const host = await start();
    await host.open();
    host.send(call(1));
    expect(textOf(await host.answer(1))).toBe('session-1');
    server.known.clear();
    host.send(call(2));
    expect(textOf(await host.answer(2))).toBe('session-2');
    host.send(call(3));
    expect(textOf(await host.answer(3))).toBe('session-2');
    expect(server.opened()).toBe(2);
    const [first, second] = upstream.received.filter(isInitialize).map(({ body }) => body['params']);
    expect(second).toEqual(first);
  });

  it('is replaced once for all calls under way, each of which runs once', async () => {
    const server = forgetful();
    const host = await start();
    await host.open();
    server.known.clear();
    const ids = Array.from({ length: 20 }, (_, index) => index + 1);
    host.send(...ids.map((id) => call(id)));
    const answers = await Promise.all(ids.map((id) => host.answer(id)));
    expect(answers.map(textOf)).toEqual(ids.map(() => 'session-2'));
    expect(server.opened()).toBe(2);
    const run = upstream.received.filter((each) => isCall(each) && each.headers['mcp-session-id'] === 'session-2');
    expect(run.map(({ body }) => body.id).toSorted((a, b) => Number(a) - Number(b))).toEqual(ids);
  });

  it('is not asked for ever: a server that forgets at once is an error', async () => {
    const server = forgetful();
    const host = await start();
    await host.open();
    upstream.script((received) => {
      if (!isCall(received)) return undefined;
      received.response.writeHead(404).end();
      return true;
    });
    host.send(call(1));
    expect(await host.answer(1)).toMatchObject({ error: { code: -32_603, data: { reason: 'http-404' } } });
    expect(upstream.received.filter(isCall)).toHaveLength(2);
    expect(server.opened()).toBe(1);
  });

  it('gets the level of logs and the subscriptions that the host had set', async () => {
    const server = forgetful();
    const host = await start();
    await host.open();
    host.send(
      { jsonrpc: '2.0', id: 1, method: 'logging/setLevel', params: { level: 'warning' } },
      { jsonrpc: '2.0', id: 2, method: 'resources/subscribe', params: { uri: 'memo://a' } },
      { jsonrpc: '2.0', id: 3, method: 'resources/subscribe', params: { uri: 'memo://b' } },
      { jsonrpc: '2.0', id: 4, method: 'resources/unsubscribe', params: { uri: 'memo://a' } },
    );
    await Promise.all([1, 2, 3, 4].map((id) => host.answer(id)));
    server.known.clear();
    host.send(call(5));
    await host.answer(5);
    const after = upstream.received.filter(({ headers }) => headers['mcp-session-id'] === 'session-2');
    const told = after.map(({ body }) => [body.method, body['params']]);
    expect(told).toContainEqual(['logging/setLevel', { level: 'warning' }]);
    expect(told).toContainEqual(['resources/subscribe', { uri: 'memo://b' }]);
    expect(JSON.stringify(told)).not.toContain('memo://a');
    const methods = told.map(([method]) => method);
    expect(methods.indexOf('resources/subscribe')).toBeLessThan(methods.indexOf('tools/call'));
    expect(methods[0]).toBe('notifications/initialized');
  });

  it('of one caller is replaced by one of the same caller', async () => {
    const server = forgetful();
    const host = await startWith({ mcpServers: { demo: { url: upstream.url, ...policy() } } });
    const meta = { ana: bearerMeta(token({ sub: 'ana' })), bob: bearerMeta(token({ sub: 'bob' })) };
    host.send({ ...INITIALIZE, params: { ...INITIALIZE.params, _meta: meta.ana } });
    await host.answer(INITIALIZE.id);
    host.send(call(1, 'echo', meta.ana), call(2, 'echo', meta.bob));
    const [ana, bob] = [textOf(await host.answer(1)), textOf(await host.answer(2))];
    expect(new Set([ana, bob])).toEqual(new Set(['session-1', 'session-2']));
    server.known.clear();
    host.send(call(3, 'echo', meta.ana), call(4, 'echo', meta.bob));
    const [anaAgain, bobAgain] = [textOf(await host.answer(3)), textOf(await host.answer(4))];
    expect(new Set([ana, bob, anaAgain, bobAgain]).size).toBe(4);
    for (const { headers } of upstream.received.filter(isCall)) {
      const session = headers['mcp-session-id'];
      const owner = session === ana || session === anaAgain ? 'ana' : 'bob';
      expect(headers['x-user-claims']).toContain(`"sub":"${owner}"`);
    }
  });

  it('whose replacement is never answered holds up no call that comes later', async () => {
    const server = forgetful();
    const host = await start({ timeout_ms: 1_500 });
    await host.open();
    server.known.clear();
    let opened = 0;
    const good = upstream.received.length;
    upstream.script((received) => {
      const { body, headers, response } = received;
      if (isInitialize(received)) {
        if (++opened === 1) return true;
        const result = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 's', version: '1' } };
        return json(response, { jsonrpc: '2.0', id: body.id, result }, { 'mcp-session-id': 'session-3' });
      }
      if (headers['mcp-session-id'] === 'session-3') return undefined;
      response.writeHead(404).end();
      return true;
    });
    host.send(call(1));
    await upstream.until((all) => all.slice(good).some(isInitialize));
    await new Promise((resolve) => setTimeout(resolve, 500));
    host.send(call(2));
    expect(await host.answer(1)).toHaveProperty('error');
    expect(await host.answer(2)).toHaveProperty('result');
    expect(upstream.received.filter((each) => isCall(each) && each.body.id === 2)).toHaveLength(1);
  });

  it('that had another revision than the new one is an error that says so', async () => {
    const server = forgetful();
    const host = await start();
    await host.open();
    server.known.clear();
    upstream.script((received) => {
      const { body, response } = received;
      if (isInitialize(received)) {
        const result = { protocolVersion: '2025-03-26', capabilities: {}, serverInfo: { name: 's', version: '2' } };
        return json(response, { jsonrpc: '2.0', id: body.id, result }, { 'mcp-session-id': 'other' });
      }
      response.writeHead(404).end();
      return true;
    });
    host.send(call(1));
    expect(await host.answer(1)).toMatchObject({ error: { data: { reason: 'http-404' } } });
  });
});

describe('an SDK host and an SDK server', () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await createSandbox();
  });
  afterEach(() => sandbox.remove());

  it('go on when the server drops its sessions, again and again', async () => {
    const server = await startUpstream({ era: '2025' });
    const config = await sandbox.file('gateway.json', { mcpServers: { demo: { url: server.url } } });
    const args = [MCPGW, 'serve', '-c', config];
    const host = await startHost({ command: process.execPath, args, env: sandbox.env, era: '2025' });
    for (let round = 1; round <= 3; round++) {
      expect((await host.callTool('add', { a: round, b: 0 })).content).toMatchObject([{ text: String(round) }]);
      await server.dropSessions();
    }
    expect(server.toolCalls).toHaveLength(3);
    await host.close();
    await server.close();
  });
});
