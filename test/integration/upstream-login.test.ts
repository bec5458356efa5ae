// Logins at an upstream itself: the built program, a server that answers 401 with protected-resource metadata, and a real
// authorization server where clients register themselves.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../support/cli.js';
import { startHost, type Host, type HostEra } from '../support/host.js';
import {
  startIdentityProvider,
  type IdentityProviderOptions,
  type RunningIdentityProvider,
} from '../support/identity-provider.js';
import { call, INITIALIZE, startLineHost, type LineHost } from '../support/line-host.js';
import {
  startProtectedUpstream,
  type ProtectedUpstream,
  type ProtectedUpstreamOptions,
} from '../support/protected-upstream.js';
import { MCPGW } from '../support/cli.js';

const cleanups: (() => Promise<unknown>)[] = [];
let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await createSandbox();
  cleanups.push(() => sandbox.remove());
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function startIdp(options: IdentityProviderOptions = {}): Promise<RunningIdentityProvider> {
  const idp = await startIdentityProvider({ registration: true, resources: true, ...options });
  cleanups.push(() => idp.close());
  return idp;
}

type Stage = Partial<Omit<ProtectedUpstreamOptions, 'idp'>> & { readonly idp: RunningIdentityProvider };

async function startServer({ idp, ...more }: Stage): Promise<ProtectedUpstream> {
  const upstream = await startProtectedUpstream({ era: 'both', idp: () => idp, challengeScope: 'mcp:read', ...more });
  cleanups.push(() => upstream.close());
  return upstream;
}

function configFor(upstream: ProtectedUpstream, server: object = {}): Promise<string> {
  return sandbox.file('gateway.json', { mcpServers: { demo: { url: upstream.url, ...server } } });
}

async function connect(config: string, era: HostEra, args: readonly string[] = []): Promise<Host> {
  const options = { command: process.execPath, args: [MCPGW, 'serve', '-c', config, ...args], env: sandbox.env };
  const host = era === 'v1-sdk' ? await startHost({ ...options, era }) : await startHost({ ...options, era });
  cleanups.push(() => host.close());
  return host;
}

function lines(config: string, args: readonly string[] = []): LineHost {
  const host = startLineHost(sandbox, ['-c', config, ...args]);
  cleanups.push(async () => {
    host.child.kill('SIGKILL');
    await host.exited;
  });
  return host;
}

/** How often the authorization server was asked for this. */
function times(idp: RunningIdentityProvider, request: string): number {
  return idp.requests.filter((each) => each === request).length;
}

const LOGIN_NEEDED = {
  code: -31_401,
  data: { error: 'unauthorized', login: 'mcpgw login demo' },
};

describe('a login at an upstream', () => {
  it('registers a client, is shown, printed, used in both eras, and revoked', async () => {
    const idp = await startIdp();
    const upstream = await startServer({ idp });
    const config = await configFor(upstream);
    const login = await sandbox.run(['login', '-c', config]);
    expect(login).toMatchObject({ code: 0, stderr: expect.stringContaining(`logged in at ${idp.issuer} (for demo)`) });
    expect(times(idp, 'POST /reg')).toBe(1);

    const status = await sandbox.run(['status', '-c', config, '--json']);
    expect(JSON.parse(status.stdout)).toMatchObject({
      logins: [{ server: 'demo', kind: 'upstream', issuer: idp.issuer, state: 'valid', can_refresh: true }],
    });
    const header = await sandbox.run(['token', '-c', config, '--header', '--upstream']);
    expect(header.stdout).toMatch(/^Authorization: Bearer \S+\n$/);

    for (const era of ['2025', '2026', 'v1-sdk'] as const) {
      const host = await connect(config, era);
      expect(await host.callTool('add', { a: 1, b: 2 })).toMatchObject({ content: [{ text: '3' }] });
    }
    expect(new Set(upstream.tokens)).toEqual(new Set([header.stdout.trim().slice('Authorization: Bearer '.length)]));
    expect(times(idp, 'GET /auth')).toBe(1);

    const again = await sandbox.run(['login', '-c', config]);
    expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('already logged in') });
    const logout = await sandbox.run(['logout', 'demo', '-c', config, '--json']);
    expect(JSON.parse(logout.stdout)).toMatchObject({
      // This server revokes no JWT by itself; it goes with the refresh token.
      logouts: [{ kind: 'upstream', was_logged_in: true, revoked: ['refresh_token'] }],
    });
    expect(times(idp, 'POST /token/revocation')).toBe(2);
    // That it wants a login is known by now.
    expect(await sandbox.run(['status', '-c', config])).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/missing/),
    });
  });

  it('uses the client that is registered already, and registers another one by force', async () => {
    const idp = await startIdp();
    const config = await configFor(await startServer({ idp }), { auth_type: 'oauth_auto' });
    for (const [words, registrations] of [
      [['login'], 1],
      [['logout'], 1],
      [['login'], 1],
      [['login', '--force'], 2],
    ] as const) {
      expect(await sandbox.run([...words, '-c', config])).toMatchObject({ code: 0 });
      expect(times(idp, 'POST /reg')).toBe(registrations);
    }
  });

  it('is told at once with what to run, and works in the running serve once it was made elsewhere', async () => {
    const idp = await startIdp();
    const upstream = await startServer({ idp });
    const config = await configFor(upstream, { auth_type: 'oauth_auto' });
    const host = lines(config);
    expect(await host.open()).toMatchObject({
      result: { protocolVersion: '2025-11-25', instructions: expect.stringContaining('run: mcpgw login demo') },
    });
    host.send(call(1, 'headers'));
    expect(await host.answer(1)).toMatchObject({ error: LOGIN_NEEDED });
    expect(await sandbox.run(['login', 'demo', '-c', config])).toMatchObject({ code: 0 });
    // Nobody asks, and the host hears of it.
    await host.line(({ method }) => method === 'notifications/tools/list_changed');
    host.send(call(2, 'headers'));
    expect(await host.answer(2)).toMatchObject({ result: { content: [{ text: expect.stringContaining('Bearer') }] } });
  });

  it('is missing again for a running serve after it was ended elsewhere, and back after the next', async () => {
    const idp = await startIdp({ accessTokenLifetimeSeconds: 3600 });
    let revoked = '';
    const upstream = await startServer({ idp, refuses: (token) => token === revoked });
    const config = await configFor(upstream);
    await sandbox.run(['login', '-c', config]);
    const host = lines(config);
    await host.open();
    host.send(call(1, 'headers'));
    await host.answer(1);
    revoked = upstream.tokens.at(-1) ?? '';
    expect(await sandbox.run(['logout', 'demo', '-c', config])).toMatchObject({ code: 0 });
    host.send(call(2, 'headers'));
    expect(await host.answer(2)).toMatchObject({ error: LOGIN_NEEDED });
    expect(await sandbox.run(['login', 'demo', '-c', config])).toMatchObject({ code: 0 });
    host.send(call(3, 'headers'));
    expect(await host.answer(3)).toMatchObject({ result: {} });
    expect(upstream.toolCalls).toEqual(['headers', 'headers']);
  });

  it('is refreshed once when the upstream refuses its token, and every call runs once', async () => {
    const idp = await startIdp();
    const refused = new Set<string>();
    const upstream = await startServer({ idp, refuses: (token) => refused.has(token) });
    const config = await configFor(upstream);
    await sandbox.run(['login', '-c', config]);
    const host = await connect(config, '2025');
    await host.callTool('add', { a: 1, b: 1 });
    refused.add(upstream.tokens.at(-1) ?? '');
    const sums = await Promise.all([1, 2, 3, 4].map((a) => host.callTool('add', { a, b: 0 })));
    expect(sums.map(({ content }) => content[0]?.text)).toEqual(['1', '2', '3', '4']);
    expect(idp.refreshes()).toBe(1);
    expect(upstream.toolCalls).toHaveLength(5);
  });

  it('ends in what to run, not in a loop, when no token pleases the upstream', async () => {
    const idp = await startIdp();
    const upstream = await startServer({ idp, refuses: () => true });
    const config = await configFor(upstream);
    await sandbox.run(['login', '-c', config]);
    const host = lines(config);
    host.send(INITIALIZE);
    expect(await host.answer(INITIALIZE.id)).toMatchObject({
      result: { instructions: expect.stringContaining('no longer accepts the login (run: mcpgw login demo)') },
    });
    // Without a token, since nobody has said that one is needed; with the token; with the refreshed one.
    expect(upstream.requests.filter(({ rpcMethod }) => rpcMethod === 'initialize')).toHaveLength(3);
    expect(idp.refreshes()).toBe(1);
    host.send(call(1));
    expect(await host.answer(1)).toMatchObject({ error: LOGIN_NEEDED });
  });

  it('is made with more scope by the command that a 403 ends in', async () => {
    const idp = await startIdp();
    const upstream = await startServer({
      idp,
      needs: (method) => (method === 'tools/call' ? 'mcp:write' : 'mcp:read'),
    });
    const config = await configFor(upstream);
    await sandbox.run(['login', '-c', config]);
    const host = lines(config);
    await host.open();
    host.send(call(1));
    const { error } = await host.answer(1);
    expect(error).toMatchObject({ data: { login: 'mcpgw login demo --upstream --scope mcp:write' } });
    const [, ...words] = String(error?.data?.['login']).split(' ');
    expect(await sandbox.run([...words, '-c', config])).toMatchObject({ code: 0 });
    host.send(call(2, 'headers'));
    expect(await host.answer(2)).toMatchObject({ result: {} });
    const status = await sandbox.run(['status', '-c', config, '--json']);
    expect(JSON.parse(status.stdout)).toMatchObject({
      logins: [{ scopes: expect.arrayContaining(['mcp:read', 'mcp:write']) }],
    });
  });

  it('opens a browser in a serve that may, for the upstream and for the caller', async () => {
    const idp = await startIdp({ audience: 'https://gateway.example.com' });
    const upstream = await startServer({ idp });
    const config = await configFor(upstream, {
      auth_type: 'oauth_auto',
      external_auth_config: { issuer: idp.issuer },
      user_identity_forwarding: { method: 'claims_header' },
    });
    const host = await connect(config, '2025', ['--interactive']);
    const { content } = await host.callTool('headers');
    expect(JSON.parse(String(content[0]?.text))).toMatchObject({
      'x-user-claims': expect.stringContaining('"sub":"ana"'),
    });
    // Two logins, at one server, by two clients.
    expect(times(idp, 'POST /reg')).toBe(2);
    expect(times(idp, 'GET /auth')).toBe(2);
  });

  it('is not made for a configuration that nobody has named', async () => {
    const idp = await startIdp();
    const upstream = await startServer({ idp });
    await sandbox.file('mcpgw.json', { mcpServers: { demo: { url: upstream.url } } });
    expect(await sandbox.run(['login'])).toMatchObject({ code: 2, stderr: expect.stringContaining('-c mcpgw.json') });
    const host = startLineHost(sandbox, []);
    cleanups.push(() => host.end());
    host.send(INITIALIZE);
    expect(await host.answer(INITIALIZE.id)).toMatchObject({ error: { code: -32_603, data: { reason: 'http-401' } } });
    expect(idp.requests).toEqual([]);
  });

  it('is made for the upstream of a bare policy where its address is given', async () => {
    const idp = await startIdp();
    const upstream = await startServer({ idp });
    const config = await sandbox.file('policy.json', { forward_headers: ['X-Request-Id'] });
    const host = lines(config, ['--url', upstream.url]);
    await host.open();
    host.send(call(0));
    const { error } = await host.answer(0);
    expect(error?.data?.['login']).toBe(`mcpgw login default --url ${upstream.url}`);
    const [, ...words] = String(error?.data?.['login']).split(' ');
    expect(await sandbox.run([...words, '-c', config])).toMatchObject({ code: 0 });
    host.send(call(1));
    expect(await host.answer(1)).toMatchObject({ result: {} });
    const status = await sandbox.run(['status', '-c', config, '--url', upstream.url]);
    expect(status).toMatchObject({ code: 0, stdout: expect.stringMatching(/default +upstream +valid/) });
  });

  it('stands in simulate and in policy tests as what would go', async () => {
    const server = { url: 'https://mcp.example.com', auth_type: 'oauth_auto', forward_headers: ['Authorization'] };
    const config = await sandbox.file('gateway.json', { mcpServers: { demo: server } });
    const words = ['simulate', '-c', config, '--json', '-H', 'Authorization: Bearer of-the-client'];
    const { code, stdout } = await sandbox.run(words);
    expect(code).toBe(0);
    expect(stdout).not.toContain('of-the-client');
    const { headers, dropped } = JSON.parse(stdout) as { headers: readonly object[]; dropped: readonly object[] };
    expect(headers).toContainEqual(expect.objectContaining({ name: 'Authorization', source: 'auth', value: '••••••' }));
    expect(dropped).toContainEqual(expect.objectContaining({ name: 'Authorization', source: 'forwarded' }));
    const tests = { config: 'gateway.json', tests: [{ name: 'x', expect: { decision: 'allow' } }] };
    const file = await sandbox.file('policy.test.json', tests);
    expect((await sandbox.run(['test', file])).stderr).not.toContain('not supported');
  });

  it('is not asked of an upstream that wants none', async () => {
    const idp = await startIdp();
    const upstream = await startServer({ idp });
    const open = await sandbox.file('open.json', { mcpServers: { demo: { url: idp.issuer } } });
    const login = await sandbox.run(['login', '-c', open]);
    expect(login).toMatchObject({ code: 0, stderr: expect.stringContaining('asks for no login') });
    expect(upstream.requests).toEqual([]);
  });
});

describe('client credentials', () => {
  it('get in without anybody, once for all processes', async () => {
    const idp = await startIdp({ registration: false, clientSecret: 'the-secret' });
    const upstream = await startServer({ idp });
    const config = await configFor(upstream, {
      auth_type: 'oauth_client_credentials',
      oauth_metadata: { client_id: idp.clientId, client_secret: 'the-secret' },
    });
    for (const era of ['2025', '2026'] as const) {
      const host = await connect(config, era);
      expect(await host.callTool('add', { a: 2, b: 2 })).toMatchObject({ content: [{ text: '4' }] });
    }
    expect(times(idp, 'POST /token')).toBe(1);
    const token = await sandbox.run(['token', '-c', config]);
    expect(token).toMatchObject({ code: 0, stdout: `${upstream.tokens[0]}\n` });
    expect(await sandbox.run(['login', '-c', config])).toMatchObject({ code: 0 });
    expect(times(idp, 'GET /auth')).toBe(0);
  });

  it('that are wrong end in an error that says so, without the secret', async () => {
    const idp = await startIdp({ registration: false, clientSecret: 'the-secret' });
    const upstream = await startServer({ idp });
    const config = await configFor(upstream, {
      auth_type: 'oauth_client_credentials',
      oauth_metadata: { client_id: idp.clientId, client_secret: 'a-wrong-secret' },
    });
    const host = lines(config);
    host.send(INITIALIZE);
    const { error } = await host.answer(INITIALIZE.id);
    expect(error).toMatchObject({ code: -32_603, data: { reason: 'access', retryable: false } });
    expect(error?.message).toMatch(/refused the client's authentication/);
    const { stdout, stderr } = await host.end();
    expect(stdout + stderr).not.toContain('a-wrong-secret');
  });
});
