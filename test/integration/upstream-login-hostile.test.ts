// Upstreams that want what is not theirs, and logins that come to nothing: no token and no secret goes to another than it
// was made for, nothing is lost, nobody is asked again and again, and what was cancelled does not run.
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandbox, finished, type Sandbox } from '../support/cli.js';
import {
  startIdentityProvider,
  type IdentityProviderOptions,
  type RunningIdentityProvider,
} from '../support/identity-provider.js';
import { call, startLineHost, type LineHost } from '../support/line-host.js';
import {
  startProtectedUpstream,
  type ProtectedUpstream,
  type ProtectedUpstreamOptions,
} from '../support/protected-upstream.js';

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

async function startServer(
  options: Partial<ProtectedUpstreamOptions> & Pick<ProtectedUpstreamOptions, 'idp'>,
): Promise<ProtectedUpstream> {
  const upstream = await startProtectedUpstream({ era: '2025', challengeScope: 'mcp:read', ...options });
  cleanups.push(() => upstream.close());
  return upstream;
}

function lines(config: string, args: readonly string[] = []): LineHost {
  const host = startLineHost(sandbox, ['-c', config, ...args]);
  cleanups.push(async () => {
    host.child.kill('SIGKILL');
    await host.exited;
  });
  return host;
}

/** Begins a login that nobody finishes, and interrupts it. */
async function abortedLogin(words: readonly string[]): Promise<void> {
  const child = sandbox.start(['login', '--no-browser', ...words]);
  child.stdin.end();
  const ended = finished(child);
  let said = '';
  while (!/^ {2}http\S+$/m.test(said)) said += String((await once(child.stderr, 'data'))[0]);
  child.kill('SIGINT');
  expect(await ended).toMatchObject({ code: 130 });
}

const times = (idp: RunningIdentityProvider, request: string): number =>
  idp.requests.filter((each) => each === request).length;
const bearers = (upstream: ProtectedUpstream): readonly string[] =>
  upstream.requests.flatMap(({ headers }) => headers['authorization'] ?? []);

describe('a server that names the authorization server of another one', () => {
  it('gets no token of that one, neither before nor after a login that came to nothing', async () => {
    const idp = await startIdp({ registration: false });
    const good = await startServer({ idp: () => idp });
    const evil = await startServer({ idp: () => idp, refuses: () => true });
    const config = await sandbox.file('gateway.json', {
      oauth_metadata: { client_id: idp.clientId, resource: false },
      mcpServers: {
        good: { url: good.url, auth_type: 'oauth_auto' },
        evil: { url: evil.url, auth_type: 'oauth_auto' },
      },
    });
    expect(await sandbox.run(['login', 'good', '-c', config])).toMatchObject({ code: 0 });
    expect(await sandbox.run(['token', 'evil', '-c', config])).toMatchObject({ code: 1, stdout: '' });
    await abortedLogin(['evil', '-c', config]);
    expect(await sandbox.run(['token', 'evil', '-c', config])).toMatchObject({ code: 1, stdout: '' });
    const host = lines(config, ['-s', 'evil']);
    await host.open();
    host.send(call(1));
    expect(await host.answer(1)).toMatchObject({ error: { data: { login: 'mcpgw login evil' } } });
    expect(bearers(evil)).toEqual([]);
    expect(await sandbox.run(['token', 'good', '-c', config])).toMatchObject({ code: 0 });
  });
});

describe('a client of the configuration', () => {
  it('is that of the issuer that the upstream has named first: another one gets no secret of it', async () => {
    const idp = await startIdp({ registration: false, clientSecret: 'the-secret' });
    const other = await startIdp({ registration: false, clientId: idp.clientId, clientSecret: 'the-secret' });
    let named = idp;
    let isRefused = false;
    const upstream = await startServer({ idp: () => named, refuses: () => isRefused });
    const config = await sandbox.file('gateway.json', {
      mcpServers: {
        demo: {
          url: upstream.url,
          auth_type: 'oauth_client_credentials',
          oauth_metadata: { client_id: idp.clientId, client_secret: 'the-secret' },
        },
      },
    });
    const host = lines(config);
    await host.open();
    named = other;
    isRefused = true;
    host.send(call(1));
    expect(await host.answer(1)).toMatchObject({ error: {} });
    const login = await sandbox.run(['login', 'demo', '-c', config]);
    expect(login).toMatchObject({
      code: 3,
      stderr: expect.stringContaining(`names ${other.issuer} now, and ${idp.issuer} before`),
    });
    expect(times(other, 'POST /token')).toBe(0);
    // Whoever means it says so.
    isRefused = false;
    expect(await sandbox.run(['login', 'demo', '--force', '-c', config])).toMatchObject({ code: 0 });
    expect(times(other, 'POST /token')).toBe(1);
  });
});

describe('a login that comes to nothing', () => {
  it('costs no other: the one that was there goes on, and the next takes the client that was registered for it', async () => {
    const idp = await startIdp();
    const upstream = await startServer({ idp: () => idp });
    const config = await sandbox.file('gateway.json', { mcpServers: { demo: { url: upstream.url } } });
    expect(await sandbox.run(['login', '-c', config])).toMatchObject({ code: 0 });
    const before = await sandbox.run(['token', '-c', config]);
    await abortedLogin(['--force', '-c', config]);
    expect(await sandbox.run(['token', '-c', config])).toMatchObject({ code: 0, stdout: before.stdout });
    const host = lines(config);
    await host.open();
    host.send(call(1, 'headers'));
    expect(await host.answer(1)).toMatchObject({ result: {} });
    expect(times(idp, 'POST /reg')).toBe(2);
  });

  it('that takes the place of another one ends that one', async () => {
    const idp = await startIdp();
    const upstream = await startServer({ idp: () => idp });
    const config = await sandbox.file('gateway.json', { mcpServers: { demo: { url: upstream.url } } });
    await sandbox.run(['login', '-c', config]);
    expect(await sandbox.run(['login', '--force', '-c', config])).toMatchObject({ code: 0 });
    // Another client, so the login of the first is revoked, and gone.
    expect(times(idp, 'POST /token/revocation')).toBeGreaterThan(0);
    expect(await sandbox.run(['token', '-c', config])).toMatchObject({ code: 0 });
  });
});

describe('a browser that a serve may open', () => {
  it('is opened once for all that wait, also when a login without a refresh token has ended', async () => {
    const idp = await startIdp({ refreshTokens: false });
    const refused = new Set<string>();
    const upstream = await startServer({ idp: () => idp, refuses: (token) => refused.has(token) });
    const config = await sandbox.file('gateway.json', { mcpServers: { demo: { url: upstream.url } } });
    const host = lines(config, ['--interactive']);
    await host.open();
    expect(times(idp, 'GET /auth')).toBe(1);
    refused.add(upstream.tokens.at(-1) ?? '');
    const ids = [1, 2, 3, 4, 5];
    host.send(...ids.map((id) => call(id, 'headers')));
    for (const id of ids) expect(await host.answer(id)).toMatchObject({ result: {} });
    expect(times(idp, 'GET /auth')).toBe(2);
  });

  it('is not opened again and again for a server that no token pleases', async () => {
    const idp = await startIdp();
    const upstream = await startServer({ idp: () => idp, refuses: () => true });
    const config = await sandbox.file('gateway.json', {
      mcpServers: { demo: { url: upstream.url, auth_type: 'oauth_auto' } },
    });
    const host = lines(config, ['--interactive']);
    await host.open();
    for (const id of [1, 2, 3, 4, 5]) {
      host.send(call(id));
      expect(await host.answer(id)).toMatchObject({ error: { data: { login: 'mcpgw login demo' } } });
    }
    expect(times(idp, 'GET /auth')).toBe(1);
    expect(idp.refreshes()).toBeLessThanOrEqual(2);
  });

  it('is not opened for the end of a session', async () => {
    const idp = await startIdp({
      audience: 'https://gateway.example.com',
      accessTokenLifetimeSeconds: 2,
      refreshTokens: false,
    });
    const upstream = await startServer({ idp: () => idp, refuses: () => false });
    const config = await sandbox.file('gateway.json', {
      mcpServers: {
        demo: {
          url: upstream.url,
          external_auth_config: idp.externalAuthConfig,
          user_identity_forwarding: { method: 'claims_header' },
        },
      },
    });
    const host = lines(config, ['--interactive']);
    await host.open();
    const opened = times(idp, 'GET /auth');
    // Both logins have ended by then.
    await new Promise((resolve) => setTimeout(resolve, 2100));
    expect(await host.end()).toMatchObject({ code: 0 });
    expect(times(idp, 'GET /auth')).toBe(opened);
  });
});

describe('a token that is refused', () => {
  it('does not let a call run that the host has cancelled while it was renewed', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    let isHeld = false;
    const idp = await startIdp({
      onTokenRequest: async (moment) => {
        if (isHeld && moment === 'asked') await gate;
      },
    });
    const refused = new Set<string>();
    const upstream = await startServer({ idp: () => idp, refuses: (token) => refused.has(token) });
    const config = await sandbox.file('gateway.json', { mcpServers: { demo: { url: upstream.url } } });
    await sandbox.run(['login', '-c', config]);
    const host = lines(config);
    await host.open();
    host.send(call(1, 'headers'));
    await host.answer(1);
    refused.add(upstream.tokens.at(-1) ?? '');
    isHeld = true;
    host.send(call(2, 'add'));
    await upstream.waitFor(({ requests }) =>
      requests.some(({ status, rpcMethod }) => status === 401 && rpcMethod === 'tools/call'),
    );
    host.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 2 } });
    // An answer to what was said after it: the cancel has been read.
    host.send('not json');
    await host.line(({ error }) => error?.code === -32_700);
    release();
    isHeld = false;
    host.send(call(3, 'headers'));
    expect(await host.answer(3)).toMatchObject({ result: {} });
    expect(upstream.toolCalls).toEqual(['headers', 'headers']);
    expect(host.answers(2)).toEqual([]);
  });

  it('of a client that the server knows no more says what to run, and that registers another one', async () => {
    const idp = await startIdp({ accessTokenLifetimeSeconds: 2 });
    const upstream = await startServer({ idp: () => idp });
    const config = await sandbox.file('gateway.json', { mcpServers: { demo: { url: upstream.url } } });
    await sandbox.run(['login', '-c', config]);
    idp.forgetEverything();
    await new Promise((resolve) => setTimeout(resolve, 2100));
    const host = lines(config);
    await host.open();
    host.send(call(1));
    expect(await host.answer(1)).toMatchObject({ error: { data: { login: 'mcpgw login demo' } } });
    expect(await sandbox.run(['login', '-c', config])).toMatchObject({ code: 0 });
    expect(times(idp, 'POST /reg')).toBe(2);
    host.send(call(2, 'headers'));
    expect(await host.answer(2)).toMatchObject({ result: {} });
  });

  it('is not renewed when it is that of the client', async () => {
    const idp = await startIdp();
    const upstream = await startServer({ idp: () => idp });
    const config = await sandbox.file('gateway.json', {
      mcpServers: { demo: { url: upstream.url, forward_headers: ['Authorization'] } },
    });
    await sandbox.run(['login', '-c', config]);
    const host = lines(config);
    const meta = { 'mcpgw.dev/headers': { Authorization: 'Bearer of-the-client' } };
    await host.open(meta);
    host.send(call(1, 'echo', meta));
    expect(await host.answer(1)).toMatchObject({ error: { data: { reason: 'http-401' } } });
    expect(idp.refreshes()).toBe(0);
  });
});

describe('scopes that are wanted at once', () => {
  it('are all got by a client of its own', async () => {
    const idp = await startIdp({ registration: false, clientSecret: 's', scope: 'base write admin' });
    const upstream = await startServer({
      idp: () => idp,
      challengeScope: 'base',
      needs: (method) => ({ 'tools/call': 'write', 'resources/list': 'admin' })[method],
    });
    const config = await sandbox.file('gateway.json', {
      mcpServers: {
        demo: {
          url: upstream.url,
          auth_type: 'oauth_client_credentials',
          oauth_metadata: { client_id: idp.clientId, client_secret: 's' },
        },
      },
    });
    const host = lines(config);
    await host.open();
    host.send(call(1, 'headers'), { jsonrpc: '2.0', id: 2, method: 'resources/list' });
    expect(await host.answer(1)).toMatchObject({ result: {} });
    expect(await host.answer(2)).toMatchObject({ result: {} });
  });
});
