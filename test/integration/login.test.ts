// `login`, `status`, `token` and `logout` against a real identity provider on loopback, played through by a browser
// that follows redirects. The commands run in this process, each with a Host of its own.
import { readdir, writeFile } from 'node:fs/promises';
import * as net from 'node:net';
import * as path from 'node:path';
import { PassThrough } from 'node:stream';
import { createRemoteJWKSet, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { login, type LoginOptions } from '../../src/cli/commands/login.js';
import { logout } from '../../src/cli/commands/logout.js';
import { status } from '../../src/cli/commands/status.js';
import { token } from '../../src/cli/commands/token.js';
import { createContext } from '../../src/cli/context.js';
import type { OutputOptions } from '../../src/cli/options/output.js';
import { createBrowser, type Visit } from '../support/browser.js';
import {
  startIdentityProvider,
  type IdentityProviderOptions,
  type RunningIdentityProvider,
} from '../support/identity-provider.js';
import { createTestHost, type TestHost, type TestHostOptions } from '../support/test-host.js';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function startIdp(options: IdentityProviderOptions = {}): Promise<RunningIdentityProvider> {
  const idp = await startIdentityProvider(options);
  cleanups.push(() => idp.close());
  return idp;
}

interface Person {
  readonly test: TestHost;
  /** What the browser ended on, one a login. */
  readonly pages: Promise<Visit>[];
  readonly login: (options?: LoginOptions, args?: readonly string[]) => Promise<number>;
  readonly logout: (options?: OutputOptions & { all?: boolean }, args?: readonly string[]) => Promise<number>;
  readonly status: (options?: OutputOptions, args?: readonly string[]) => Promise<number>;
  readonly token: (options?: OutputOptions & { header?: boolean }, args?: readonly string[]) => Promise<number>;
  /** What stdout got since the last time, as JSON. */
  readonly json: () => unknown;
  /** What stdout got since the last time. */
  readonly out: () => string;
}

/** A person with a configuration and a browser; with `sharing`, another process of the same person. */
async function person(config: unknown, options: TestHostOptions = {}): Promise<Person> {
  const pages: Promise<Visit>[] = [];
  const browser = createBrowser();
  const test = await createTestHost({
    openBrowser: async (url) => {
      pages.push(browser.visit(url));
    },
    ...options,
  });
  cleanups.push(() => test.remove());
  const file = path.join(test.directory, 'mcpgw.json');
  if (options.sharing === undefined) await writeFile(file, JSON.stringify(config), { mode: 0o600 });
  const common = { config: file, credentialStore: 'file' as const };
  let read = 0;
  const out = (): string => {
    const text = test.stdout().slice(read);
    read = test.stdout().length;
    return text;
  };
  return {
    test,
    pages,
    login: (more = {}, args = []) => login(createContext(test.host, more), args, { ...common, timeout: '20', ...more }),
    logout: (more = {}, args = []) => logout(createContext(test.host, more), args, { ...common, ...more }),
    status: (more = {}, args = []) => status(createContext(test.host, more), args, { ...common, ...more }),
    token: (more = {}, args = []) => token(createContext(test.host, more), args, { ...common, ...more }),
    json: () => JSON.parse(out()),
    out,
  };
}

function configOf(idp: RunningIdentityProvider, more: Record<string, unknown> = {}): unknown {
  return {
    mcpServers: {
      linear: { url: 'https://mcp.example.com/mcp', external_auth_config: { ...idp.externalAuthConfig, ...more } },
    },
  };
}

/** The identity provider's endpoints in full, without an issuer. */
function endpointsOf({ metadata, clientId }: RunningIdentityProvider): Record<string, unknown> {
  const { authorization_endpoint, token_endpoint } = metadata;
  return { client_id: clientId, authorization_endpoint, token_endpoint };
}

describe('mcpgw login', () => {
  it('logs in with the browser: code, PKCE S256, state, nonce; token prints a JWT that the provider signed', async () => {
    const idp = await startIdp();
    const ana = await person(configOf(idp));
    expect(await ana.login()).toBe(0);
    const [page] = await Promise.all(ana.pages);
    expect(page).toMatchObject({ status: 200, text: expect.stringContaining('You are logged in') });
    const asked = new URL(ana.test.opened[0]!).searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({
      response_type: 'code',
      client_id: 'mcpgw-test',
      code_challenge_method: 'S256',
      scope: 'openid offline_access',
      redirect_uri: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/callback$/),
    });
    expect(asked.has('resource')).toBe(false);
    expect(asked.get('state')!.length).toBeGreaterThan(20);
    expect(asked.get('nonce')!.length).toBeGreaterThan(20);
    expect(ana.test.stdout()).toBe('');
    expect(ana.test.stderr()).toContain(ana.test.opened[0]);
    expect(ana.test.stderr()).toContain(`logged in at ${idp.issuer} as ana (for linear)`);

    expect(await ana.token()).toBe(0);
    const jwt = ana.out().trim();
    const keys = createRemoteJWKSet(new URL(idp.metadata.jwks_uri));
    const { payload } = await jwtVerify(jwt, keys, {
      issuer: idp.issuer,
      audience: idp.audience,
      algorithms: ['RS256'],
    });
    expect(payload).toMatchObject({ sub: 'ana', email: 'ana@example.com', scope: 'mcp:read mcp:write' });
    expect(payload['groups']).toEqual(['engineering', 'oncall']);
  });

  it('is skipped when the login is good, done again with --force, and told as JSON', async () => {
    const idp = await startIdp();
    const ana = await person(configOf(idp));
    await ana.login({ json: true });
    expect(ana.json()).toEqual({
      version: 1,
      logins: [
        {
          server: 'linear',
          kind: 'identity',
          issuer: idp.issuer,
          subject: 'ana',
          scopes: ['openid', 'offline_access'],
          expires_at: expect.stringMatching(/^\d{4}-.*Z$/),
          can_refresh: true,
          stored_in: 'key-file',
          state: 'valid',
          action: 'logged-in',
        },
      ],
    });
    expect(await ana.login({ json: true })).toBe(0);
    expect(ana.json()).toMatchObject({ logins: [{ action: 'none', state: 'valid' }] });
    expect(ana.test.opened).toHaveLength(1);
    await ana.login({ force: true });
    expect(ana.test.opened).toHaveLength(2);
  });

  it('is shared by servers with the same identity provider, and asked of each other one', async () => {
    const [idp, other] = [await startIdp(), await startIdp({ subject: 'ana-at-other' })];
    const url = 'https://mcp.example.com/mcp';
    const ana = await person({
      mcpServers: {
        one: { url, external_auth_config: idp.externalAuthConfig },
        two: { url, external_auth_config: other.externalAuthConfig },
        three: { url, external_auth_config: idp.externalAuthConfig },
        four: { url, auth_type: 'none' },
      },
    });
    expect(await ana.login()).toBe(0);
    expect(ana.test.opened).toHaveLength(2);
    await ana.status({ json: true });
    expect(ana.json()).toMatchObject({
      logins: [
        { server: 'one', subject: 'ana' },
        { server: 'two', subject: 'ana-at-other' },
        { server: 'three', subject: 'ana' },
      ],
    });
    await expect(ana.token()).rejects.toMatchObject({ code: 'USAGE' });
    expect(await ana.token({}, ['two'])).toBe(0);
    await expect(ana.login({}, ['four'])).rejects.toMatchObject({ code: 'USAGE' });
    await expect(ana.login({}, ['five'])).rejects.toMatchObject({ code: 'UNKNOWN_SERVER' });
    await expect(ana.login({ server: 'one' }, ['two'])).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('ends with LOGIN_REFUSED when the person says no, keeps nothing, and the page says so', async () => {
    const idp = await startIdp({ consents: false });
    const ana = await person(configOf(idp));
    await expect(ana.login()).rejects.toMatchObject({
      code: 'LOGIN_REFUSED',
      exitCode: 1,
      message: `${idp.issuer} refused: access_denied (the user said no)`,
    });
    expect((await ana.pages[0])?.text).toContain('The login did not work');
    expect(await ana.status()).toBe(1);
  });

  it('goes on waiting when somebody comes with a wrong state', async () => {
    const idp = await startIdp();
    const ana = await person(configOf(idp), { openBrowser: async () => undefined });
    const done = ana.login();
    const [, url] = await ana.test.stderrMatching(/^ {2}(http\S+)$/m);
    const redirect = new URL(url!).searchParams.get('redirect_uri')!;
    const forged = await createBrowser().visit(`${redirect}?code=stolen&state=guessed&iss=${idp.issuer}`);
    expect(forged).toMatchObject({ status: 400, text: expect.stringContaining('not the login that is waiting') });
    const refused = await createBrowser().visit(`${redirect}?error=access_denied&state=guessed`);
    expect(refused.status).toBe(400);
    expect((await createBrowser().visit(url!)).text).toContain('You are logged in');
    expect(await done).toBe(0);
  });

  it('refuses an answer that names another issuer (RFC 9207)', async () => {
    const idp = await startIdp();
    const ana = await person(configOf(idp), {
      openBrowser: async (url) => {
        const request = new URL(url).searchParams;
        const answer = { code: 'c', state: request.get('state')!, iss: 'https://evil.example' };
        void fetch(`${request.get('redirect_uri')}?${new URLSearchParams(answer).toString()}`);
      },
    });
    await expect(ana.login()).rejects.toMatchObject({ code: 'LOGIN_REFUSED' });
    expect(idp.requests).not.toContain('POST /token');
  });

  it('prints the URL and opens nothing with --no-browser, and takes the address pasted at a terminal', async () => {
    const idp = await startIdp();
    const stdin = Object.assign(new PassThrough(), { isTTY: true });
    const ana = await person(configOf(idp), { stdin });
    const done = ana.login({ browser: false, quiet: true });
    const [, url] = await ana.test.stderrMatching(/^ {2}(http\S+)$/m);
    const redirect = new URL(url!).searchParams.get('redirect_uri')!;
    const elsewhere = await redirectOf(url!, redirect);
    stdin.write(`${redirect}?code=x&state=wrong\n`);
    stdin.write(`${elsewhere}\n`);
    expect(await done).toBe(0);
    expect(ana.test.opened).toEqual([]);
  });

  it('is no failure when no browser can be started: the URL is there', async () => {
    const idp = await startIdp();
    const ana = await person(configOf(idp), {
      openBrowser: async () => {
        throw new Error('no browser');
      },
    });
    const done = ana.login();
    const [, url] = await ana.test.stderrMatching(/^ {2}(http\S+)$/m);
    await createBrowser().visit(url!);
    expect(await done).toBe(0);
    expect(ana.test.stderr()).toContain('no browser could be started');
  });

  it('ends with INTERRUPTED on Ctrl-C, and frees the port', async () => {
    const idp = await startIdp();
    const ana = await person(configOf(idp), { openBrowser: async () => undefined });
    const done = ana.login();
    const [, url] = await ana.test.stderrMatching(/^ {2}(http\S+)$/m);
    ana.test.signal('SIGINT');
    await expect(done).rejects.toMatchObject({ code: 'INTERRUPTED', exitCode: 130 });
    const port = Number(new URL(new URL(url!).searchParams.get('redirect_uri')!).port);
    await expect(canListen(port)).resolves.toBe(true);
  });

  it('ends with TIMEOUT when nobody comes', async () => {
    const idp = await startIdp();
    const ana = await person(configOf(idp), { openBrowser: async () => undefined });
    await expect(ana.login({ timeout: '1' })).rejects.toMatchObject({
      code: 'TIMEOUT',
      exitCode: 3,
      message: 'nobody logged in within 1 s',
    });
  });

  it('uses --port, and refuses what is no port and no time', async () => {
    const idp = await startIdp();
    const ana = await person(configOf(idp));
    const port = await freePort();
    expect(await ana.login({ port: String(port) })).toBe(0);
    expect(new URL(ana.test.opened[0]!).searchParams.get('redirect_uri')).toBe(`http://127.0.0.1:${port}/callback`);
    for (const wrong of [{ port: '0' }, { port: 'x' }, { port: '70000' }, { timeout: '-1' }, { timeout: '1.5' }]) {
      await expect(ana.login(wrong)).rejects.toMatchObject({ code: 'USAGE', exitCode: 2 });
    }
  });

  it('says NETWORK when the provider is down, and keeps the login that is there', async () => {
    const idp = await startIdp();
    const ana = await person(configOf(idp));
    await ana.login();
    await idp.close();
    await expect(ana.login({ force: true })).rejects.toMatchObject({ code: 'NETWORK', exitCode: 3 });
    expect(await ana.status()).toBe(0);
  });

  it('needs no discovery when endpoints are given in full; without issuer the ID token gives no claims', async () => {
    const idp = await startIdp();
    const ana = await person({
      mcpServers: { linear: { url: 'https://mcp.example.com/mcp', external_auth_config: endpointsOf(idp) } },
    });
    expect(await ana.login({ json: true })).toBe(0);
    expect(idp.requests).not.toContain('GET /.well-known/openid-configuration');
    expect(ana.json()).toMatchObject({ logins: [{ issuer: idp.issuer, subject: null, state: 'valid' }] });
    expect(ana.test.stderr()).toContain('the ID token cannot be validated and was dropped');
  });

  it('lets each stated member override the discovered one, on its own', async () => {
    const idp = await startIdp();
    const ana = await person(configOf(idp, { token_endpoint: `${idp.issuer}/nowhere` }));
    await expect(ana.login()).rejects.toMatchObject({ code: expect.stringMatching(/IDP_FAILED|LOGIN_REFUSED/) });
    expect(idp.requests).toContain('GET /auth');
    expect(idp.requests).toContain('POST /nowhere');
    expect(idp.requests).not.toContain('POST /token');
  });

  it('refuses a discovery document that names another issuer', async () => {
    const idp = await startIdp({
      intercept: (request, response) => {
        if (!request.url?.startsWith('/.well-known/') || request.headers['user-agent']?.includes('openid') !== true)
          return false;
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ issuer: 'https://evil.example', token_endpoint: 'https://evil.example/token' }));
        return true;
      },
    });
    const ana = await person(configOf(idp));
    await expect(ana.login()).rejects.toMatchObject({ code: 'IDP_FAILED' });
    expect(ana.test.opened).toEqual([]);
  });

  it('refuses an ID token that another key has signed, and keeps nothing', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    const idp: RunningIdentityProvider = await startIdp();
    const ana = await person(configOf(idp), {
      fetch: async (input, init) => {
        const response = await fetch(input, init);
        if (!new Request(input).url.endsWith('/token')) return response;
        const body = z.looseObject({ id_token: z.string() }).parse(await response.json());
        const [header = '', payload = ''] = body.id_token
          .split('.')
          .map((part) => Buffer.from(part, 'base64url').toString());
        const forged = await new SignJWT(JSON.parse(payload)).setProtectedHeader(JSON.parse(header)).sign(privateKey);
        return Response.json({ ...body, id_token: forged });
      },
    });
    await expect(ana.login()).rejects.toMatchObject({ code: expect.stringMatching(/LOGIN_REFUSED|IDP_FAILED/) });
    expect((await ana.pages[0])?.text).toContain('The login did not work');
    expect(await ana.status()).toBe(1);
  });

  it('works for a client with a secret', async () => {
    const idp = await startIdp({ clientSecret: 'sentinel-client-secret' });
    const ana = await person(configOf(idp));
    expect(await ana.login({ verbose: 2 })).toBe(0);
    expect(ana.test.stderr()).not.toContain('sentinel-client-secret');
  });

  it('sends resource and authorization_params when they are configured', async () => {
    const idp = await startIdp();
    const more = { resource: idp.audience, authorization_params: { login_hint: 'ana' }, scope: 'openid mcp:read' };
    const ana = await person(configOf(idp, more));
    expect(await ana.login()).toBe(0);
    expect(Object.fromEntries(new URL(ana.test.opened[0]!).searchParams)).toMatchObject({
      resource: idp.audience,
      login_hint: 'ana',
      scope: 'openid mcp:read offline_access',
    });
  });

  it('says what to configure when there is no client_id', async () => {
    const idp = await startIdp();
    const ana = await person(configOf(idp, { client_id: undefined }));
    await expect(ana.login()).rejects.toMatchObject({
      code: 'INVALID_CONFIG',
      exitCode: 2,
      message: `${idp.issuer} needs a client that is known there`,
      hint: expect.stringContaining('client_id'),
    });
  });

  it('fails before the browser when the place for logins cannot be used', async () => {
    const idp = await startIdp();
    const ana = await person(configOf(idp));
    const place = path.join(ana.test.directory, 'config', 'mcpgw', 'keys');
    await ana.test.host.files.makeDirectory(place, 0o700);
    await writeFile(path.join(place, 'credential.key'), 'somebody changed it', { mode: 0o600 });
    await expect(ana.login()).rejects.toMatchObject({ code: 'STORE_CORRUPT', exitCode: 3 });
    expect(ana.test.opened).toEqual([]);
  });
});

describe('mcpgw token', () => {
  it('asks for a login when there is none', async () => {
    const ana = await person(configOf(await startIdp()));
    await expect(ana.token()).rejects.toMatchObject({
      code: 'LOGIN_REQUIRED',
      exitCode: 1,
      hint: 'mcpgw login linear',
    });
    expect(ana.test.stdout()).toBe('');
  });

  it('prints the whole header line with --header, and one document with --json', async () => {
    const ana = await person(configOf(await startIdp()));
    await ana.login();
    await ana.token({ header: true });
    expect(ana.out()).toMatch(/^Authorization: Bearer eyJ[\w.-]+\n$/);
    await ana.token({ json: true });
    expect(ana.json()).toEqual({
      version: 1,
      server: 'linear',
      kind: 'identity',
      token_type: 'Bearer',
      access_token: expect.stringMatching(/^eyJ/),
      expires_at: expect.any(String),
    });
  });

  it('refreshes an expired token, with rotation, again and again', async () => {
    const idp = await startIdp({ accessTokenLifetimeSeconds: 100 });
    const ana = await person(configOf(idp));
    await ana.login();
    const seen = new Set<string>();
    for (let round = 1; round <= 3; round += 1) {
      ana.test.advance(100_000);
      expect(await ana.token()).toBe(0);
      seen.add(ana.out());
      expect(idp.refreshes()).toBe(round);
    }
    expect(seen.size).toBe(3);
  });

  it('refreshes once for many processes: a rotated refresh token is never sent twice', async () => {
    const idp = await startIdp({ accessTokenLifetimeSeconds: 100 });
    const ana = await person(configOf(idp));
    await ana.login();
    const processes = await Promise.all(Array.from({ length: 6 }, () => person(undefined, { sharing: ana.test })));
    for (const process of processes) process.test.advance(100_000);
    await Promise.all(processes.map((process) => process.token()));
    expect(new Set(processes.map((process) => process.out())).size).toBe(1);
    expect(idp.refreshes()).toBe(1);
  });

  it('removes a login that the provider no longer accepts, and says to log in again', async () => {
    const idp = await startIdp({ accessTokenLifetimeSeconds: 100 });
    const ana = await person(configOf(idp));
    await ana.login();
    idp.forgetEverything();
    ana.test.advance(100_000);
    await expect(ana.token()).rejects.toMatchObject({
      code: 'LOGIN_REQUIRED',
      message: `the login is no longer accepted at ${idp.issuer}`,
    });
    expect(await ana.status()).toBe(1);
  });

  it('says NETWORK when the token has expired and the provider is down, and keeps the login', async () => {
    const idp = await startIdp({ accessTokenLifetimeSeconds: 100 });
    const ana = await person(configOf(idp));
    await ana.login();
    await idp.close();
    ana.test.advance(100_000);
    await expect(ana.token()).rejects.toMatchObject({ code: 'NETWORK', exitCode: 3 });
    await ana.status({ json: true });
    expect(ana.json()).toMatchObject({ logins: [{ state: 'refreshable', can_refresh: true }] });
  });
});

describe('mcpgw status', () => {
  it('exits 1 when a login is missing, and shows it', async () => {
    const idp = await startIdp();
    const ana = await person(configOf(idp));
    expect(await ana.status({ json: true })).toBe(1);
    expect(ana.json()).toEqual({
      version: 1,
      logins: [
        {
          server: 'linear',
          kind: 'identity',
          issuer: idp.issuer,
          subject: null,
          scopes: [],
          expires_at: null,
          can_refresh: false,
          stored_in: null,
          state: 'missing',
        },
      ],
    });
  });

  it('shows a table, asks no network, and knows what is expired beyond refresh', async () => {
    const idp = await startIdp({ refreshTokens: false });
    const ana = await person(configOf(idp));
    await ana.login();
    const before = idp.requests.length;
    expect(await ana.status()).toBe(0);
    expect(ana.out()).toMatch(/^SERVER +KIND +STATE .*\nlinear +identity +valid +ana +in \d+ min +no .*key-file +http/);
    ana.test.advance(3_600_000);
    expect(await ana.status()).toBe(1);
    expect(ana.out()).toMatch(/linear +identity +expired/);
    expect(idp.requests.length).toBe(before);
  });

  it('is content when no login is needed', async () => {
    const ana = await person({ mcpServers: { plain: { url: 'https://mcp.example.com/mcp' } } });
    expect(await ana.status()).toBe(0);
    expect(ana.out()).toBe('no login is needed\n');
  });

  it('says that the passphrase is missing instead of "not logged in", and login replaces the login', async () => {
    const idp = await startIdp();
    const ana = await person(configOf(idp), { env: { MCPGW_CREDENTIAL_PASSPHRASE: 'p' } });
    await ana.login();
    const forgetful = await person(undefined, { sharing: ana.test });
    expect(await forgetful.status({ json: true })).toBe(3);
    expect(forgetful.json()).toMatchObject({
      logins: [{ state: 'unreadable', problem: expect.stringContaining('MCPGW_CREDENTIAL_PASSPHRASE') }],
    });
    expect(await forgetful.login()).toBe(0);
    expect(await forgetful.status()).toBe(0);
  });
});

describe('mcpgw logout', () => {
  it('revokes the refresh token, then the access token, and deletes', async () => {
    const idp = await startIdp();
    const ana = await person(configOf(idp));
    await ana.login();
    const directory = path.join(ana.test.directory, 'data', 'mcpgw', 'credentials');
    expect(await readdir(directory)).toHaveLength(1);
    expect(await ana.logout({ json: true })).toBe(0);
    expect(ana.json()).toMatchObject({
      version: 1,
      logouts: [{ servers: ['linear'], kind: 'identity', issuer: idp.issuer, was_logged_in: true }],
    });
    expect(idp.requests.filter((request) => request === 'POST /token/revocation')).toHaveLength(2);
    expect(await readdir(directory)).toEqual([]);
    expect(await ana.status()).toBe(1);
  });

  it('deletes all the same when the provider is down, and says what was not revoked', async () => {
    const idp = await startIdp();
    const ana = await person(configOf(idp));
    await ana.login();
    await idp.close();
    expect(await ana.logout()).toBe(0);
    expect(ana.test.stderr()).toMatch(/the refresh token was deleted here and could not be revoked: cannot reach/);
    expect(await ana.status()).toBe(1);
  });

  it('is content when nobody is logged in, and needs a server or --all when there are several logins', async () => {
    const [idp, other] = [await startIdp(), await startIdp()];
    const url = 'https://mcp.example.com/mcp';
    const ana = await person({
      mcpServers: {
        one: { url, external_auth_config: idp.externalAuthConfig },
        two: { url, external_auth_config: other.externalAuthConfig },
      },
    });
    expect(await ana.logout({}, ['one'])).toBe(0);
    expect(ana.test.stderr()).toContain('nobody was logged in');
    await expect(ana.logout()).rejects.toMatchObject({ code: 'USAGE' });
    await ana.login();
    expect(await ana.logout({ all: true })).toBe(0);
    expect(await ana.status()).toBe(1);
  });
});

/** Follows the provider's redirects up to the one that leads back, without going there. */
async function redirectOf(start: string, redirect: string): Promise<string> {
  const cookies = new Map<string, string>();
  for (let url = start; ;) {
    if (url.startsWith(redirect)) return url;
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name!, value!);
    }
    url = new URL(response.headers.get('location')!, url).href;
  }
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
