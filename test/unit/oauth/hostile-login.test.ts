// What a slow person, a lost browser, a hostile working directory and a sloppy provider may not do to a login.
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import * as path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { neededLogins } from '../../../src/cli/choose-logins.js';
import { login } from '../../../src/cli/commands/login.js';
import { logout } from '../../../src/cli/commands/logout.js';
import { serve } from '../../../src/cli/commands/serve.js';
import { status } from '../../../src/cli/commands/status.js';
import { token } from '../../../src/cli/commands/token.js';
import { createContext } from '../../../src/cli/context.js';
import { McpgwError } from '../../../src/errors.js';
import { createLog } from '../../../src/log.js';
import { discoverProvider } from '../../../src/oauth/discover.js';
import { loginKey } from '../../../src/oauth/login-key.js';
import { statedServer } from '../../../src/oauth/login-target.js';
import { startLoopbackServer } from '../../../src/oauth/loopback/loopback-server.js';
import { Secret } from '../../../src/secret/secret.js';
import { openCredentialStore } from '../../../src/store/credential-store.js';
import type { Credential } from '../../../src/store/credential.js';
import { createBrowser } from '../../support/browser.js';
import { startIdentityProvider, type RunningIdentityProvider } from '../../support/identity-provider.js';
import { json, startLoopbackHttp } from '../../support/loopback-http.js';
import { createTestHost, type TestHost, type TestHostOptions } from '../../support/test-host.js';
import { policyOf, serverOf } from '../config/check-text.js';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function startIdp(): Promise<RunningIdentityProvider> {
  const idp = await startIdentityProvider();
  cleanups.push(() => idp.close());
  return idp;
}

async function testHost(options: TestHostOptions = {}): Promise<TestHost> {
  const browser = createBrowser();
  const test = await createTestHost({ openBrowser: async (url) => void browser.visit(url), ...options });
  cleanups.push(() => test.remove());
  return test;
}

const configOf = (external: unknown): object => ({
  mcpServers: { linear: { url: 'https://mcp.example.com/mcp', external_auth_config: external } },
});

async function configFile(test: TestHost, name: string, external: unknown): Promise<string> {
  const file = path.join(test.directory, name);
  await writeFile(file, JSON.stringify(configOf(external)), { mode: 0o600 });
  return file;
}

const FILE_STORE = { credentialStore: 'file' } as const;

async function storeLogin(test: TestHost, external: unknown, changes: Partial<Credential>): Promise<void> {
  const { identityProvider } = await serverOf(configOf(external));
  const provider = identityProvider && statedServer({ server: identityProvider, url: undefined });
  if (provider === undefined) throw new Error('no provider');
  const log = createLog({ host: test.host, level: 'error', format: 'text' });
  await openCredentialStore({ host: test.host, log, choice: 'file' }).save(loginKey(provider), {
    accessToken: new Secret('access-1'),
    obtainedAtMs: test.host.now(),
    expiresAtMs: test.host.now() + 3_600_000,
    refreshToken: new Secret('refresh-1'),
    scopes: [],
    issuer: 'https://idp.example.com',
    claims: undefined,
    ...changes,
  });
}

describe('a person who takes longer than the requests may', () => {
  it('is logged in all the same: the deadline of the requests does not run while the person does', async () => {
    const idp = await startIdp();
    const deadlines: AbortController[] = [];
    vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => {
      const controller = new AbortController();
      deadlines.push(controller);
      return controller.signal;
    });
    const browser = createBrowser();
    const test = await testHost({
      openBrowser: async (url) => {
        // Every deadline that was set before the person began has passed by now.
        for (const deadline of deadlines) deadline.abort();
        void browser.visit(url);
      },
    });
    const config = await configFile(test, 'named.json', idp.externalAuthConfig);
    expect(await login(createContext(test.host, {}), [], { ...FILE_STORE, config, timeout: '300' })).toBe(0);
  });
});

describe('a browser that has gone before the login is over', () => {
  it('does not keep the command waiting for ever', async () => {
    const server = await startLoopbackServer({
      redirect: { hostname: '127.0.0.1', port: 0, path: '/callback' },
      state: 'state-1',
    });
    cleanups.push(async () => server.close());
    const { hostname, port, host } = new URL(server.redirectUri);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.write(`GET /callback?code=c&state=state-1 HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    const answer = await server.answer;
    socket.resetAndDestroy();
    await once(socket, 'close');
    // Later visits are answered after the server has seen the first one go.
    for (const visit of [1, 2, 3]) expect((await fetch(`${server.redirectUri}?visit=${visit}`)).status).toBe(200);
    await answer.reply('done');
  }, 5_000);
});

describe('a configuration that was only found in the working directory', () => {
  it('cannot have a stored refresh token revoked at, and so sent to, an endpoint of its own', async () => {
    const idp = await startIdp();
    const bodies: string[] = [];
    const thief = await startLoopbackHttp((request, response) => {
      request.on('data', (chunk: Buffer) => bodies.push(chunk.toString()));
      request.on('end', () => response.writeHead(200).end());
    });
    cleanups.push(() => thief.close());
    const test = await testHost();
    await storeLogin(test, idp.externalAuthConfig, {});
    await configFile(test, 'mcpgw.json', { ...idp.externalAuthConfig, revocation_endpoint: `${thief.origin}/r` });
    await logout(createContext(test.host, {}), [], FILE_STORE).catch(() => undefined);
    expect(bodies.join(' ')).not.toContain('refresh-1');
  });

  it('cannot have a stored refresh token sent to a token endpoint of its own', async () => {
    const idp = await startIdp();
    const bodies: string[] = [];
    const thief = await startLoopbackHttp((request, response) => {
      request.on('data', (chunk: Buffer) => bodies.push(chunk.toString()));
      request.on('end', () => json({ access_token: 'x', token_type: 'Bearer' })(request, response));
    });
    cleanups.push(() => thief.close());
    const test = await testHost();
    await storeLogin(test, idp.externalAuthConfig, { expiresAtMs: test.host.now() - 1 });
    await configFile(test, 'mcpgw.json', { ...idp.externalAuthConfig, token_endpoint: `${thief.origin}/t` });
    await token(createContext(test.host, {}), [], FILE_STORE).catch(() => undefined);
    expect(bodies.join(' ')).not.toContain('refresh-1');
  });
});

describe('a configuration that nobody named', () => {
  const external = { issuer: 'https://idp.example.com', client_id: 'mcpgw' };
  const untrusted = { code: 'UNTRUSTED_CONFIG', exitCode: 2, hint: expect.stringContaining('-c mcpgw.json') };

  it('may not use, make or end a login, and may show it', async () => {
    const test = await testHost();
    await storeLogin(test, external, {});
    await configFile(test, 'mcpgw.json', external);
    const context = createContext(test.host, {});
    await expect(token(context, [], FILE_STORE)).rejects.toMatchObject(untrusted);
    await expect(logout(context, [], FILE_STORE)).rejects.toMatchObject(untrusted);
    await expect(login(context, [], { ...FILE_STORE, timeout: '5' })).rejects.toMatchObject(untrusted);
    const serving = serve(context, [], {
      ...FILE_STORE,
      server: [],
      header: [],
      protocol: 'auto',
      shadow: false,
      interactive: false,
    });
    await expect(serving).rejects.toMatchObject(untrusted);
    expect(test.opened).toEqual([]);
    expect(test.stdout()).toBe('');
    expect(await status(context, [], FILE_STORE)).toBe(0);
  });
});

describe('a named configuration with other endpoints than those of the login', () => {
  async function loggedIn(): Promise<{
    idp: RunningIdentityProvider;
    test: TestHost;
    sent: () => string;
    thief: string;
  }> {
    const idp = await startIdp();
    const bodies: string[] = [];
    const thief = await startLoopbackHttp((request, response) => {
      request.on('data', (chunk: Buffer) => bodies.push(chunk.toString()));
      request.on('end', () => json({ access_token: 'x', token_type: 'Bearer' })(request, response));
    });
    cleanups.push(() => thief.close());
    const test = await testHost();
    const config = await configFile(test, 'good.json', idp.externalAuthConfig);
    expect(await login(createContext(test.host, {}), [], { ...FILE_STORE, config, timeout: '20' })).toBe(0);
    return { idp, test, sent: () => bodies.join(' '), thief: thief.origin };
  }

  it('gets no refresh token: the login has to be made anew, and the old one stays', async () => {
    const { idp, test, sent, thief } = await loggedIn();
    const config = await configFile(test, 'bad.json', { ...idp.externalAuthConfig, token_endpoint: `${thief}/t` });
    test.advance(3_600_000);
    await expect(token(createContext(test.host, {}), [], { ...FILE_STORE, config })).rejects.toMatchObject({
      code: 'LOGIN_REQUIRED',
      message: expect.stringContaining(thief),
      hint: 'mcpgw login linear',
    });
    expect(sent()).toBe('');
    const good = path.join(test.directory, 'good.json');
    expect(await token(createContext(test.host, {}), [], { ...FILE_STORE, config: good })).toBe(0);
  });

  it('gets nothing to revoke: that is said, and the login deleted', async () => {
    const { idp, test, sent, thief } = await loggedIn();
    const config = await configFile(test, 'bad.json', { ...idp.externalAuthConfig, revocation_endpoint: `${thief}/r` });
    expect(await logout(createContext(test.host, { json: true }), [], { ...FILE_STORE, config })).toBe(0);
    expect(sent()).toBe('');
    expect(test.stdout()).toContain('was not known at login');
    expect(await status(createContext(test.host, {}), [], { ...FILE_STORE, config })).toBe(1);
  });
});

describe('a discovery document with members of the wrong type', () => {
  const ISSUER = 'https://idp.example.com';
  const good = { issuer: ISSUER, authorization_endpoint: `${ISSUER}/authorize`, token_endpoint: `${ISSUER}/token` };

  it.each([
    ['an endpoint that is no text', { token_endpoint: 5 }],
    ['an endpoint of no use here that is null', { revocation_endpoint: null }],
    ['scopes_supported that is no list', { scopes_supported: 7 }],
    ['code_challenge_methods_supported that is no list', { code_challenge_methods_supported: {} }],
  ])("is the provider's failure and not a bug: %s", async (_name, changes) => {
    const test = await testHost({
      fetch: async () => Response.json({ ...good, ...changes }),
      openBrowser: async () => test.signal('SIGINT'),
    });
    const config = await configFile(test, 'named.json', { issuer: ISSUER, client_id: 'mcpgw' });
    const outcome = login(createContext(test.host, {}), [], { ...FILE_STORE, config, timeout: '5' });
    await expect(outcome).rejects.toBeInstanceOf(McpgwError);
  });

  it('cannot write control characters to the terminal through the address of an endpoint', async () => {
    const test = await testHost();
    const { identityProvider } = await serverOf(configOf({ issuer: ISSUER, client_id: 'mcpgw' }));
    if (identityProvider === undefined) throw new Error('no provider');
    const outcome = discoverProvider({
      provider: identityProvider,
      fetch: async () => Response.json({ ...good, token_endpoint: 'x:\u001b]0;owned\u0007' }),
      log: createLog({ host: test.host, level: 'error', format: 'text' }),
      needs: ['token_endpoint'],
      wants: [],
    });
    await expect(outcome).rejects.toThrow(/^[^\u0000-\u001f]*$/);
  });
});

describe('what a provider said at login', () => {
  const EXTERNAL = { issuer: 'https://idp.example.com', client_id: 'mcpgw' };

  it('does not steer the terminal of status: neither the subject nor the scopes', async () => {
    const test = await testHost();
    const config = await configFile(test, 'named.json', EXTERNAL);
    await storeLogin(test, EXTERNAL, { claims: { sub: 'ana\u001b[2J' }, scopes: ['a\u001b]0;x\u0007'] });
    await status(createContext(test.host, {}), [], { ...FILE_STORE, config });
    expect(test.stdout()).not.toMatch(/[\u0007\u001b]/);
  });

  it('does not break status, token and login with a lifetime beyond every calendar', async () => {
    const test = await testHost();
    const config = await configFile(test, 'named.json', EXTERNAL);
    await storeLogin(test, EXTERNAL, { expiresAtMs: test.host.now() + 1e20 * 1000 });
    expect(await status(createContext(test.host, { json: true }), [], { ...FILE_STORE, config })).toBe(0);
    expect(await token(createContext(test.host, { json: true }), [], { ...FILE_STORE, config })).toBe(0);
  });
});

describe("a provider's own words about a refusal", () => {
  it('never repeat the refresh token that it was sent', async () => {
    const external = {
      client_id: 'mcpgw',
      token_endpoint: 'https://idp.example.com/token',
      authorization_endpoint: 'https://idp.example.com/authorize',
    };
    const said = { error: 'invalid_request', error_description: 'the refresh token refresh-1 is not known' };
    const test = await testHost({ fetch: async () => Response.json(said, { status: 400 }) });
    const config = await configFile(test, 'named.json', external);
    await storeLogin(test, external, { expiresAtMs: test.host.now() - 1 });
    const outcome = token(createContext(test.host, {}), [], { ...FILE_STORE, config });
    await expect(outcome).rejects.toThrow(/^(?!.*refresh-1)/s);
  });
});

describe('mcpgw login', () => {
  it('logs in anew when the provider refuses the refresh in other words than invalid_grant', async () => {
    const idp = await startIdp();
    const refusing = async (input: Parameters<typeof fetch>[0], init?: RequestInit): Promise<Response> =>
      typeof init?.body === 'string' && init.body.includes('grant_type=refresh_token')
        ? Response.json({ error: 'invalid_request' }, { status: 400 })
        : fetch(input, init);
    const test = await testHost({ fetch: refusing });
    const config = await configFile(test, 'named.json', idp.externalAuthConfig);
    await storeLogin(test, idp.externalAuthConfig, { expiresAtMs: test.host.now() - 1 });
    expect(await login(createContext(test.host, {}), [], { ...FILE_STORE, config, timeout: '20' })).toBe(0);
  });

  it('asks for the scopes of every server that shares the login', async () => {
    const external = { issuer: 'https://idp.example.com', client_id: 'mcpgw' };
    const policy = await policyOf({
      mcpServers: {
        a: { url: 'https://a.example.com', external_auth_config: { ...external, scope: 'openid a:read' } },
        b: { url: 'https://b.example.com', external_auth_config: { ...external, scope: 'openid b:write' } },
      },
    });
    const asked = neededLogins({ policy, server: undefined, kind: 'identity' }).map(
      ({ target }) => target.server.scope ?? '',
    );
    expect(asked.join(' ').split(' ')).toEqual(expect.arrayContaining(['a:read', 'b:write']));
    // One stored login, so one request must have both.
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['redirect_uri', { redirect_uri: 'http://127.0.0.1:8914/callback' }],
    ['authorization_params', { authorization_params: { prompt: 'consent' } }],
  ])('says which servers share a login and differ in %s', async (name, more) => {
    const external = { issuer: 'https://idp.example.com', client_id: 'mcpgw' };
    const policy = await policyOf({
      mcpServers: {
        a: { url: 'https://a.example.com', external_auth_config: external },
        b: { url: 'https://b.example.com', external_auth_config: { ...external, ...more } },
      },
    });
    for (const server of [undefined, 'a', 'b']) {
      expect(() => neededLogins({ policy, server })).toThrow(
        expect.objectContaining({ code: 'USAGE', message: expect.stringMatching(`[ab] and [ab] share.*${name}`) }),
      );
    }
  });

  it('asks for the scopes of all that share the login when one server is named', async () => {
    const external = { issuer: 'https://idp.example.com', client_id: 'mcpgw' };
    const policy = await policyOf({
      mcpServers: {
        a: { url: 'https://a.example.com', external_auth_config: external },
        b: { url: 'https://b.example.com', external_auth_config: { ...external, scope: 'b:write' } },
      },
    });
    expect(neededLogins({ policy, server: 'a', kind: 'identity' })).toMatchObject([
      { servers: ['a'], target: { server: { scope: 'openid b:write' } } },
    ]);
  });

  it('ends at once at the second Ctrl-C: it listens for the first alone', async () => {
    const idp = await startIdp();
    const test = await testHost({ openBrowser: async () => test.signal('SIGINT') });
    const listening: boolean[] = [];
    const host = {
      ...test.host,
      onSignal: (listener: Parameters<typeof test.host.onSignal>[0]) => {
        const stop = test.host.onSignal(listener);
        listening.push(true);
        return () => {
          listening.pop();
          stop();
        };
      },
      openBrowser: async () => {
        test.signal('SIGINT');
        expect(listening).toEqual([]);
      },
    };
    const config = await configFile(test, 'named.json', idp.externalAuthConfig);
    const done = login(createContext(host, {}), [], { ...FILE_STORE, config, timeout: '20' });
    await expect(done).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});
