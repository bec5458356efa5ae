import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '../../../src/log.js';
import { createLoginSource, type CurrentLogin, type LoginSource } from '../../../src/oauth/access-token.js';
import { loginKey, type KnownServer } from '../../../src/oauth/login-key.js';
import { Secret } from '../../../src/secret/secret.js';
import { openCredentialStore, openLoginStores, type CredentialStore } from '../../../src/store/credential-store.js';
import type { Credential } from '../../../src/store/credential.js';
import { PUBLIC_CLIENT } from '../../support/authorization-server.js';
import { createTestHost, type TestHost } from '../../support/test-host.js';

const PROVIDER: KnownServer = {
  ...PUBLIC_CLIENT,
  metadata: {
    authorization_endpoint: 'https://idp.example.com/authorize',
    token_endpoint: 'https://idp.example.com/token',
  },
};
const KEY = loginKey(PROVIDER);

let test: TestHost;
let answers: (() => Response | Promise<Response>)[];
let asked: { url: string; body: string }[];
let stats: number;

beforeEach(async () => {
  answers = [];
  asked = [];
  stats = 0;
  test = await createTestHost({
    fetch: async (input, init) => {
      asked.push({ url: new Request(input).url, body: typeof init?.body === 'string' ? init.body : '' });
      const answer = answers.shift();
      if (answer === undefined)
        throw new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ECONNREFUSED' }) });
      return answer();
    },
    files: (real) => ({
      ...real,
      stat: (file) => {
        stats += 1;
        return real.stat(file);
      },
    }),
  });
});
afterEach(() => test.remove());

function openStore(host = test.host): CredentialStore {
  return openCredentialStore({ host, log: createLog({ host, level: 'error', format: 'text' }), choice: 'file' });
}

function sourceOf(store: CredentialStore, host = test.host, provider = PROVIDER): LoginSource {
  const log = createLog({ host, level: 'warn', format: 'text' });
  const target = { server: provider, url: undefined };
  const stores = openLoginStores({ host, log, choice: 'file' });
  return createLoginSource({ target, ...stores, store, host, log, serverName: 'linear' });
}

function credential(name: string, lifetimeSeconds = 3600): Credential {
  return {
    accessToken: new Secret(`access-${name}`),
    obtainedAtMs: test.host.now(),
    expiresAtMs: test.host.now() + lifetimeSeconds * 1000,
    refreshToken: new Secret(`refresh-${name}`),
    scopes: ['openid'],
    issuer: 'https://idp.example.com',
    claims: { sub: 'ana' },
  };
}

function tokens(name: string, more: Record<string, unknown> = {}): Response {
  return Response.json({
    access_token: `access-${name}`,
    token_type: 'Bearer',
    expires_in: 3600,
    refresh_token: `refresh-${name}`,
    ...more,
  });
}

function refusal(error: string, status = 400): Response {
  return Response.json({ error }, { status });
}

function tokenOf(login: CurrentLogin): string {
  return login.kind === 'ready' ? login.token.reveal() : login.kind;
}

describe('the identity source', () => {
  it('says which command to run when nobody is logged in, and asks no network', async () => {
    expect(await sourceOf(openStore()).current()).toEqual({
      kind: 'login-required',
      message: 'nobody is logged in at https://idp.example.com',
      command: 'mcpgw login linear',
    });
    expect(asked).toEqual([]);
  });

  it('gives the stored token with claims and subject, and touches the disk at most once a second', async () => {
    const store = openStore();
    await store.save(KEY, credential('one'));
    const source = sourceOf(store);
    const first = await source.current();
    expect(first).toMatchObject({ kind: 'ready', claims: { sub: 'ana' }, subject: 'ana' });
    stats = 0;
    for (let call = 0; call < 1000; call += 1) expect(await source.current()).toBe(first);
    expect(stats).toBeLessThanOrEqual(1);
    test.advance(1000);
    stats = 0;
    await source.current();
    expect(stats).toBe(1);
    expect(asked).toEqual([]);
  });

  it('notices a login, a new login and a logout of another process', async () => {
    const source = sourceOf(openStore());
    expect(tokenOf(await source.current())).toBe('login-required');
    const other = openStore();
    await other.save(KEY, credential('one'));
    expect(tokenOf(await source.current())).toBe('access-one');
    await other.save(KEY, credential('another person'));
    test.advance(1000);
    expect(tokenOf(await source.current())).toBe('access-another person');
    await other.remove(KEY);
    test.advance(1000);
    expect(tokenOf(await source.current())).toBe('login-required');
  });

  it('refreshes before the token expires, and has the rotated refresh token on disk before it gives the new one', async () => {
    const store = openStore();
    await store.save(KEY, credential('one'));
    const source = sourceOf(store);
    test.advance(3_541_000);
    answers.push(() => tokens('two'));
    expect(tokenOf(await source.current())).toBe('access-two');
    expect(asked).toHaveLength(1);
    expect(Object.fromEntries(new URLSearchParams(asked[0]?.body))).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'refresh-one',
      client_id: 'mcpgw',
    });
    const stored = (await openStore().read(KEY))?.credential;
    expect(stored?.refreshToken?.reveal()).toBe('refresh-two');
    expect(stored?.claims).toEqual({ sub: 'ana' });
  });

  it('gives nobody the new token when its refresh token cannot be written', async () => {
    const store = openStore();
    await store.save(KEY, credential('one'));
    test.advance(3_600_000);
    answers.push(() => tokens('two'));
    const failing: CredentialStore = {
      ...store,
      update: async () => {
        throw new Error('disk full');
      },
    };
    await expect(sourceOf(failing).current()).rejects.toThrow('disk full');
  });

  it('keeps the refresh token when the provider does not rotate it', async () => {
    const store = openStore();
    await store.save(KEY, credential('one'));
    test.advance(3_600_000);
    answers.push(() => tokens('two', { refresh_token: undefined }));
    await sourceOf(store).current();
    expect((await store.read(KEY))?.credential.refreshToken?.reveal()).toBe('refresh-one');
  });

  it('refreshes once for many callers at the same time', async () => {
    const store = openStore();
    await store.save(KEY, credential('one'));
    const source = sourceOf(store);
    test.advance(3_600_000);
    answers.push(() => tokens('two'));
    const all = await Promise.all(Array.from({ length: 20 }, () => source.current()));
    expect(new Set(all.map(tokenOf))).toEqual(new Set(['access-two']));
    expect(asked).toHaveLength(1);
  });

  it('refreshes once for many processes; the others wait and use the result', async () => {
    await openStore().save(KEY, credential('one'));
    test.advance(3_600_000);
    answers.push(() => tokens('two'));
    const sources = Array.from({ length: 8 }, () => sourceOf(openStore()));
    const all = await Promise.all(sources.map((source) => source.current()));
    expect(new Set(all.map(tokenOf))).toEqual(new Set(['access-two']));
    expect(asked).toHaveLength(1);
  });

  it('removes the login on invalid_grant and asks for a new one', async () => {
    const store = openStore();
    await store.save(KEY, credential('one'));
    test.advance(3_600_000);
    answers.push(() => refusal('invalid_grant'));
    expect(await sourceOf(store).current()).toMatchObject({
      kind: 'login-required',
      message: 'the login is no longer accepted at https://idp.example.com',
    });
    expect(await store.read(KEY)).toBeUndefined();
  });

  it.each([
    ['the network is dead', undefined, 'NETWORK'],
    ['the provider is down', () => new Response('oops', { status: 502 }), 'IDP_FAILED'],
    ['the provider says that it is broken', () => refusal('temporarily_unavailable', 503), 'IDP_FAILED'],
    ['the client is refused', () => refusal('invalid_client', 401), 'LOGIN_REFUSED'],
    ['the answer is no JSON', () => new Response('<html>', { headers: { 'content-type': 'text/html' } }), 'IDP_FAILED'],
    ['the answer is huge', () => Response.json({ access_token: 'x'.repeat(2 ** 21) }), 'IDP_FAILED'],
  ])('removes nothing when %s', async (_what, answer, code) => {
    const store = openStore();
    await store.save(KEY, credential('one'));
    test.advance(3_600_000);
    if (answer !== undefined) answers.push(answer);
    const source = sourceOf(store);
    await expect(source.current()).rejects.toMatchObject({ code });
    expect((await store.read(KEY))?.credential.refreshToken?.reveal()).toBe('refresh-one');
    answers.push(() => tokens('two'));
    expect(tokenOf(await source.current())).toBe('access-two');
  });

  it('goes on with a token that is still good when the refresh fails, and does not try again at once', async () => {
    const store = openStore();
    await store.save(KEY, credential('one'));
    const source = sourceOf(store);
    test.advance(3_550_000);
    for (let call = 0; call < 5; call += 1) expect(tokenOf(await source.current())).toBe('access-one');
    expect(asked).toHaveLength(1);
    test.advance(10_000);
    answers.push(() => tokens('two'));
    expect(tokenOf(await source.current())).toBe('access-two');
  });

  it('uses a token without refresh token up to its end, then asks for a login', async () => {
    const store = openStore();
    await store.save(KEY, { ...credential('one'), refreshToken: undefined });
    const source = sourceOf(store);
    test.advance(3_599_000);
    expect(tokenOf(await source.current())).toBe('access-one');
    test.advance(1000);
    expect(await source.current()).toMatchObject({ message: 'the login has expired at https://idp.example.com' });
    expect(asked).toEqual([]);
  });

  it('refreshes a token that looks good when it is told that it was refused, once for all', async () => {
    const store = openStore();
    await store.save(KEY, credential('one'));
    const [one, other] = [sourceOf(store), sourceOf(openStore())];
    await Promise.all([one.current(), other.current()]);
    answers.push(() => tokens('two'));
    const refused = new Secret('access-one');
    expect(tokenOf(await one.refreshNow(refused))).toBe('access-two');
    expect(tokenOf(await other.refreshNow(refused))).toBe('access-two');
    expect(asked).toHaveLength(1);
  });

  it('drops an ID token of a refresh: the claims stay those of the login', async () => {
    const store = openStore();
    await store.save(KEY, credential('one'));
    test.advance(3_600_000);
    answers.push(() => tokens('two', { id_token: 'not.a.token' }));
    expect(await sourceOf(store).current()).toMatchObject({ kind: 'ready', claims: { sub: 'ana' } });
  });

  it('refuses a token that is not a bearer token', async () => {
    const store = openStore();
    await store.save(KEY, credential('one'));
    test.advance(3_600_000);
    answers.push(() => tokens('two', { token_type: 'DPoP' }));
    await expect(sourceOf(store).current()).rejects.toMatchObject({ code: 'IDP_FAILED' });
  });

  it('never shows a token in what it says', async () => {
    const store = openStore();
    await store.save(KEY, credential('one'));
    const source = sourceOf(store);
    test.advance(3_550_000);
    expect(JSON.stringify(await source.current())).not.toContain('access-one');
    expect(test.stderr()).not.toMatch(/access-one|refresh-one/);
  });
});
