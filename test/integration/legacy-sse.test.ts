// Servers that speak the old HTTP+SSE transport alone: the SDK's own, the built bridge in front of it, and hosts of both
// lines of the SDK. The stream is the session: what happens when it breaks is here, too.
import { once } from 'node:events';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { CreateMessageRequestSchema, LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandbox, MCPGW, type Sandbox } from '../support/cli.js';
import { startHost, type Host, type HostEra } from '../support/host.js';
import { startIdentityProvider } from '../support/identity-provider.js';
import { generateKey, signToken } from '../support/jwt.js';
import { startLegacyServer, type LegacyServer, type LegacyServerOptions } from '../support/legacy-server.js';
import { call, INITIALIZE, startLineHost, type Line, type LineHost } from '../support/line-host.js';

const cleanups: (() => Promise<unknown>)[] = [];
let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await createSandbox();
  cleanups.push(() => sandbox.remove());
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function startServer(options: LegacyServerOptions = {}): Promise<LegacyServer> {
  const server = await startLegacyServer(options);
  cleanups.push(() => server.close());
  return server;
}

function configFor(server: LegacyServer, more: object = {}): Promise<string> {
  return sandbox.file('gateway.json', { mcpServers: { demo: { url: server.url, ...more } } });
}

async function connect(config: string, era: HostEra = 'v1-sdk'): Promise<Host> {
  const options = {
    command: process.execPath,
    args: [MCPGW, 'serve', '-c', config],
    env: sandbox.env,
    capabilities: { sampling: {} },
  };
  const host = era === 'v1-sdk' ? await startHost({ ...options, era }) : await startHost({ ...options, era });
  cleanups.push(() => host.close());
  return host;
}

async function lines(config: string): Promise<LineHost> {
  const host = startLineHost(sandbox, ['-c', config, '-v']);
  cleanups.push(async () => {
    host.child.kill('SIGKILL');
    await host.exited;
  });
  return Promise.resolve(host);
}

/** The server goes, and the bridge has seen it. */
async function killed(server: LegacyServer, host: LineHost): Promise<void> {
  await server.kill();
  while (!host.stderr().includes('the event stream of the upstream has ended')) await once(host.child.stderr, 'data');
}

function textOf(line: Pick<Line, 'result'>): unknown {
  return (line.result as { content?: readonly { text: string }[] } | undefined)?.content?.[0]?.text;
}

interface CallArguments {
  readonly _meta?: object;
  readonly [argument: string]: unknown;
}

function callWith(id: string | number, name: string, { _meta, ...args }: CallArguments): object {
  const params = { name, arguments: args, ...(_meta === undefined ? {} : { _meta }) };
  return { jsonrpc: '2.0', id, method: 'tools/call', params };
}

describe('a server that speaks HTTP+SSE alone', () => {
  it.each<{ readonly how: string; readonly config: object; readonly postStatus?: number; readonly era: HostEra }>([
    { how: 'stated as transport', config: { transport: 'sse' }, era: 'v1-sdk' },
    { how: 'stated as type', config: { type: 'sse' }, era: '2025' },
    { how: 'found out by 404', config: {}, postStatus: 404, era: '2025' },
    { how: 'found out by 405', config: { transport: 'auto' }, postStatus: 405, era: 'v1-sdk' },
    { how: 'found out by 400', config: { transport: 'http-sse' }, postStatus: 400, era: 'v1-sdk' },
  ])('lists, calls, and reports progress: $how', async ({ config, postStatus, era }) => {
    const server = await startServer({ postStatus });
    const host = await connect(await configFor(server, config), era);
    expect((await host.listTools()).map(({ name }) => name)).toContain('echo');
    expect((await host.callTool('echo', { text: 'hello' })).content).toEqual([{ type: 'text', text: 'hello' }]);
    const steps: number[] = [];
    const counted = await host.callTool('count_down', { n: 5 }, { onprogress: ({ progress }) => steps.push(progress) });
    expect(counted.content).toEqual([{ type: 'text', text: 'counted 5' }]);
    expect(steps).toEqual([1, 2, 3, 4, 5]);
    const atUrl = server.requests.filter(({ path }) => path === '/sse').map(({ method }) => method);
    expect(atUrl).toEqual(postStatus === undefined ? ['GET'] : ['POST', 'GET']);
    // Of its revision, which knows neither.
    for (const { headers } of server.requests.filter(({ path }) => path !== '/sse')) {
      expect(Object.keys(headers)).not.toContain('mcp-session-id');
      expect(Object.keys(headers)).not.toContain('mcp-protocol-version');
    }
  });

  it('is not looked for with `transport: http`: its refusal is the answer', async () => {
    const server = await startServer({ postStatus: 405 });
    const host = await lines(await configFor(server, { transport: 'http' }));
    host.send(INITIALIZE);
    expect(await host.answer(INITIALIZE.id)).toMatchObject({ error: { data: { reason: 'http-405' } } });
    expect(server.requests.map(({ method }) => method)).toEqual(['POST']);
  });

  it('is an earlier revision for a host of 2026-07-28, which falls back by itself', async () => {
    const server = await startServer({ postStatus: 405 });
    const envelope = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 't', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    const discover = { jsonrpc: '2.0', id: 'd', method: 'server/discover', params: { _meta: envelope } };
    for (const [config, posted] of [
      [{}, 2],
      [{ transport: 'sse' }, 0],
    ] as const) {
      const before = server.requests.length;
      const host = await lines(await configFor(server, config));
      host.send(discover);
      expect(await host.answer('d')).toMatchObject({ error: { code: -32_601 } });
      await host.open();
      host.send(callWith(1, 'echo', { text: 'fallen back' }));
      expect(textOf(await host.answer(1))).toBe('fallen back');
      const atUrl = server.requests.slice(before).filter(({ path, method }) => path === '/sse' && method === 'POST');
      expect(atUrl).toHaveLength(posted);
      await host.end();
    }
  });

  it('asks the host, and gets its answer', async () => {
    const server = await startServer();
    const host = await connect(await configFor(server));
    const client = (host as Host<Client>).client; // of connect's default
    client.setRequestHandler(CreateMessageRequestSchema, ({ params }) => ({
      model: 'm',
      role: 'assistant',
      content: { type: 'text', text: `answer to ${JSON.stringify(params.messages[0]?.content)}` },
    }));
    const { content } = await host.callTool('ask_model', { question: 'why?' });
    expect(JSON.stringify(content)).toContain('why?');
  });

  it('is heard also when nothing is under way', async () => {
    const server = await startServer();
    const host = await connect(await configFor(server));
    const client = (host as Host<Client>).client; // of connect's default
    const said = new Promise((resolve) => {
      client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => resolve(params.data));
    });
    await host.callTool('notify');
    expect(await said).toBe('said unasked');
    const bridge = await lines(await configFor(server, { transport: 'sse' }));
    await bridge.open();
    await server.until(() => server.requests.filter((it) => it.rpcMethod === 'notifications/initialized').length === 2);
    await server.toolsChanged();
    await bridge.line((line) => line.method === 'notifications/tools/list_changed');
  });

  it('is told of a cancel, and its late answer is nobody’s', async () => {
    const server = await startServer();
    const host = await lines(await configFor(server));
    await host.open();
    host.send(call('w', 'wait'));
    await server.until(() => server.started.includes('wait'));
    host.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'w' } });
    await server.until(() => server.cancelled.includes('wait'));
    host.send(callWith(2, 'echo', { text: 'on we go' }));
    expect(textOf(await host.answer(2))).toBe('on we go');
    // Its answer may still come: another request is not taken for it.
    host.send(callWith('w', 'echo', { text: 'a second time' }));
    expect(await host.answer('w')).toMatchObject({ error: { code: -32_600 } });
    expect(host.answers('w')).toHaveLength(1);
  });

  it('answers 100 calls at once, each with its own', async () => {
    const server = await startServer();
    const host = await connect(await configFor(server));
    const sums = await Promise.all(
      Array.from({ length: 100 }, (_, index) => host.callTool('add', { a: index, b: 1_000 })),
    );
    expect(sums.map(({ content }) => content[0]?.text)).toEqual(
      Array.from({ length: 100 }, (_, index) => String(index + 1_000)),
    );
    expect(server.streams()).toBe(1);
  });

  it('is left when the host goes: no stream and no process stays', async () => {
    const server = await startServer();
    const host = await lines(await configFor(server));
    await host.open();
    await server.until(() => server.streams() === 1);
    expect(await host.end()).toMatchObject({ code: 0 });
    await server.until(() => server.streams() === 0);
    expect(server.requests.filter(({ method }) => method === 'DELETE')).toEqual([]);
  });

  it('is under the policy as every other: lists are filtered, calls are refused, and never reach it', async () => {
    const server = await startServer();
    const host = await connect(await configFor(server, { tools: { allowed: ['echo'] } }));
    expect((await host.listTools()).map(({ name }) => name)).toEqual(['echo']);
    await expect(host.callTool('add', { a: 1, b: 2 })).rejects.toThrow(/Unknown tool/);
    expect(server.started).toEqual([]);
  });
});

describe('a stream that breaks', () => {
  it('between two calls is replaced: the host’s parameters, level and subscriptions are there again', async () => {
    const server = await startServer();
    const host = await lines(await configFor(server));
    await host.open();
    host.send(
      { jsonrpc: '2.0', id: 's', method: 'logging/setLevel', params: { level: 'error' } },
      { jsonrpc: '2.0', id: 'r', method: 'resources/subscribe', params: { uri: 'memo://greeting' } },
    );
    await Promise.all([host.answer('s'), host.answer('r')]);
    await killed(server, host);
    await server.restart();
    host.send(callWith(1, 'echo', { text: 'again' }));
    expect(textOf(await host.answer(1))).toBe('again');
    host.send(callWith(2, 'echo', { text: 'and again' }));
    expect(textOf(await host.answer(2))).toBe('and again');
    expect(server.settings.map(([, method, value]) => [method, value])).toEqual([
      ['logging/setLevel', 'error'],
      ['resources/subscribe', 'memo://greeting'],
      ['logging/setLevel', 'error'],
      ['resources/subscribe', 'memo://greeting'],
    ]);
    expect(new Set(server.settings.map(([session]) => session)).size).toBe(2);
    // What the server speaks is known by now.
    const atUrl = server.requests.filter(({ path }) => path === '/sse').map(({ method }) => method);
    expect(atUrl).toEqual(['POST', 'GET', 'GET']);
    expect(server.started).toEqual(['echo', 'echo']);
  });

  it('during calls ends them as calls that may have run, and those that follow go on', async () => {
    const server = await startServer();
    const host = await lines(await configFor(server));
    await host.open();
    const ids = Array.from({ length: 10 }, (_, index) => `w${index}`);
    host.send(...ids.map((id) => call(id, 'wait')));
    await server.until(() => server.started.length === 10);
    await server.kill();
    await server.restart();
    for (const id of ids) {
      expect(await host.answer(id)).toMatchObject({ error: { code: -32_603, data: { retryable: false } } });
    }
    host.send(callWith('after', 'echo', { text: 'after' }));
    expect(textOf(await host.answer('after'))).toBe('after');
    expect(server.started.filter((tool) => tool === 'wait')).toHaveLength(10);
  });

  it('is one new session for all calls that follow', async () => {
    const server = await startServer();
    const host = await lines(await configFor(server));
    await host.open();
    await killed(server, host);
    await server.restart();
    const ids = Array.from({ length: 20 }, (_, index) => index);
    host.send(...ids.map((id) => callWith(id, 'echo', { text: `text ${id}` })));
    const answers = await Promise.all(ids.map((id) => host.answer(id)));
    expect(answers.map(textOf)).toEqual(ids.map((id) => `text ${id}`));
    expect(server.streams()).toBe(1);
    expect(server.started).toHaveLength(20);
  });

  it('is an error that may be tried again while the server is away, and no end of the bridge', async () => {
    const server = await startServer();
    const host = await lines(await configFor(server, { transport: 'sse' }));
    await host.open();
    await killed(server, host);
    for (const id of [1, 2]) {
      host.send(callWith(id, 'echo', { text: 'x' }));
      expect(await host.answer(id)).toMatchObject({ error: { code: -32_603, data: { retryable: true } } });
    }
    await server.restart();
    host.send(callWith(3, 'echo', { text: 'back' }));
    expect(textOf(await host.answer(3))).toBe('back');
  });

  it.each([
    // Its own revision is what every server of the old transport can agree to.
    { transport: 'sse', protocolVersion: '2024-11-05' },
    { transport: 'auto', protocolVersion: '2025-11-25' },
  ])('is waited for when the server is not there at the start: $transport', async ({ transport, protocolVersion }) => {
    const server = await startServer();
    await server.kill();
    const host = await lines(await configFor(server, { transport }));
    expect(await host.open()).toMatchObject({ result: { serverInfo: { name: 'demo' }, protocolVersion } });
    await server.restart();
    await host.line((line) => line.method === 'notifications/tools/list_changed');
    host.send(callWith(1, 'echo', { text: 'there' }));
    expect(textOf(await host.answer(1))).toBe('there');
  });
});

describe('several callers at a server that speaks HTTP+SSE alone', () => {
  it('have a stream each, and their own headers on every message', async () => {
    const key = generateKey('ES256', 'caller');
    const server = await startServer();
    const config = await sandbox.file('gateway.json', {
      mcpServers: { demo: { url: server.url } },
      jwt_validation: { jwks: { keys: [key.jwk] }, algorithms: ['ES256'] },
      user_identity_forwarding: { method: 'claims_header', include_claims: ['sub'] },
      forward_headers: ['X-Request-Id'],
      tool_authorization: { add: { required_claims: { role: { values: 'owner' } } } },
    });
    const metaOf = (caller: string, n: number): object => {
      const payload = {
        sub: caller,
        role: caller === 'ana' ? 'owner' : 'guest',
        exp: Date.now() / 1000 + 600,
        n: n % 3,
      };
      const token = signToken({ header: { alg: 'ES256', kid: 'caller' }, payload }, key);
      return { 'mcpgw.dev/headers': { Authorization: `Bearer ${token}`, 'X-Request-Id': `${caller}-${n}` } };
    };
    const host = await lines(config);
    await host.open(metaOf('ana', 0));
    const ids = Array.from({ length: 400 }, (_, n) => ({ n, caller: n % 2 === 0 ? 'ana' : 'bob', id: `call-${n}` }));
    host.send(...ids.map(({ n, caller, id }) => callWith(id, 'headers', { _meta: metaOf(caller, n) })));
    for (const { n, caller, id } of ids) {
      const headers = String(textOf(await host.answer(id)));
      expect(headers).toContain(`${caller}-${n}`);
      expect(JSON.parse(headers)).toMatchObject({ 'x-user-claims': expect.stringContaining(`"sub":"${caller}"`) });
    }
    host.send(
      callWith('no', 'add', { a: 1, b: 2, _meta: metaOf('bob', 1) }),
      callWith('yes', 'add', { a: 1, b: 2, _meta: metaOf('ana', 2) }),
    );
    expect(await host.answer('no')).toMatchObject({ error: { code: -32_602 } });
    expect(textOf(await host.answer('yes'))).toBe('3');
    host.send(callWith('none', 'echo', { text: 'x' }));
    expect(await host.answer('none')).toMatchObject({ error: { code: -31_401 } });
    expect(server.streams()).toBe(2);
    expect(server.started).toEqual(['add']);
    const owners = new Map<string, Set<string>>();
    for (const { sessionId, headers } of server.requests) {
      if (sessionId === undefined) continue;
      const names = owners.get(sessionId) ?? new Set();
      owners.set(sessionId, names.add(String(headers['x-user-claims'])));
    }
    expect([...owners.values()].map((names) => names.size)).toEqual([1, 1]);
  });
});

describe('a login at a server that speaks HTTP+SSE alone', () => {
  it('is asked for by its stream: the host is told what to run, and goes on once that was done', async () => {
    const idp = await startIdentityProvider({ registration: true, resources: true });
    cleanups.push(() => idp.close());
    const authorizations: (string | undefined)[] = [];
    const server = await startServer({
      postStatus: 405,
      intercept: ({ method, url, headers }, response) => {
        const { origin } = new URL(server.url);
        if (url === '/.well-known/oauth-protected-resource/sse') {
          const document = { resource: server.url, authorization_servers: [idp.issuer] };
          response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document));
          return true;
        }
        if (method === 'POST' && url === '/sse') return false;
        authorizations.push(headers.authorization);
        if (headers.authorization !== undefined) return false;
        const metadata = `${origin}/.well-known/oauth-protected-resource/sse`;
        response
          .writeHead(401, { 'www-authenticate': `Bearer scope="mcp:read", resource_metadata="${metadata}"` })
          .end();
        return true;
      },
    });
    const config = await configFor(server);
    const host = await lines(config);
    expect(await host.open()).toMatchObject({ result: { instructions: expect.stringContaining('mcpgw login demo') } });
    expect(await sandbox.run(['login', '-c', config])).toMatchObject({ code: 0 });
    await host.line((line) => line.method === 'notifications/tools/list_changed');
    host.send(callWith(1, 'echo', { text: 'logged in' }));
    expect(textOf(await host.answer(1))).toBe('logged in');
    const before = authorizations.lastIndexOf(undefined);
    expect(new Set(authorizations.slice(before + 1)).size).toBe(1);
    expect(authorizations.at(-1)).toMatch(/^Bearer ./);
  });

  it('comes from a program: what is refused at the stream or at a message goes once more', async () => {
    let good = 'first';
    const refused: string[] = [];
    const server = await startServer({
      postStatus: 405,
      intercept: ({ method, url, headers }, response) => {
        if (method === 'POST' && url === '/sse') return false;
        if (headers.authorization === `Bearer ${good}`) return false;
        refused.push(`${method} ${headers.authorization ?? 'without'}`);
        response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end();
        return true;
      },
    });
    const file = await sandbox.file('token.txt', 'old');
    const program = `process.stdout.write(JSON.stringify({ Authorization: 'Bearer ' + require('node:fs').readFileSync(${JSON.stringify(file)}, 'utf8') }))`;
    const config = await configFor(server, { header_command: { command: [process.execPath, '-e', program] } });
    const host = await lines(config);
    host.send(INITIALIZE);
    // The program has no better one.
    expect(await host.answer(INITIALIZE.id)).toMatchObject({ error: { message: expect.stringContaining('401') } });
    await sandbox.file('token.txt', 'first');
    const second = await lines(config);
    await second.open();
    await server.until(() => server.streams() === 1);
    good = 'second';
    await sandbox.file('token.txt', 'second');
    second.send(callWith(1, 'echo', { text: 'renewed' }));
    expect(textOf(await second.answer(1))).toBe('renewed');
    expect(refused).toContain('POST Bearer first');
    expect(server.streams()).toBe(1);
  });
});
