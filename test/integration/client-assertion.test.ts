// `private_key_jwt` at a real identity provider: the client signs for itself at login, at every refresh and at logout.
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { login } from '../../src/cli/commands/login.js';
import { logout } from '../../src/cli/commands/logout.js';
import { token } from '../../src/cli/commands/token.js';
import { createContext } from '../../src/cli/context.js';
import { createBrowser } from '../support/browser.js';
import { startIdentityProvider } from '../support/identity-provider.js';
import { createTestHost } from '../support/test-host.js';

const PATIENCE = { timeout: 30_000 };
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const ed = generateKeyPairSync('ed25519').privateKey;
const publicJwk = (key: KeyObject): object => ({ ...createPublicKey(key).export({ format: 'jwk' }), kid: 'mine' });
const pem = (key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1' = 'pkcs8'): string =>
  String(key.export({ format: 'pem', type }));

async function stage(clientKeys: readonly object[], external: object) {
  const idp = await startIdentityProvider({ clientKeys, accessTokenLifetimeSeconds: 1 });
  cleanups.push(() => idp.close());
  const browser = createBrowser();
  const test = await createTestHost({
    openBrowser: async (url) => {
      const page = browser.visit(url).catch(() => undefined);
      cleanups.push(() => page);
    },
  });
  cleanups.push(() => test.remove());
  const external_auth_config = { ...idp.externalAuthConfig, ...external };
  const config = { mcpServers: { demo: { url: 'https://mcp.example.com/mcp' } }, external_auth_config };
  await writeFile(path.join(test.directory, 'mcpgw.json'), JSON.stringify(config), { mode: 0o600 });
  const flags = { config: 'mcpgw.json', credentialStore: 'file', timeout: '20' } as const;
  const context = createContext(test.host, {});
  return { idp, test, login: () => login(context, [], flags), flags, context };
}

describe('a client that signs for itself', () => {
  it.each([
    ['PEM, PKCS#8', rsa, { client_assertion_key: pem(rsa) }],
    ['PEM, PKCS#1, with \\n for line breaks', rsa, { client_assertion_key: pem(rsa, 'pkcs1').replaceAll('\n', '\\n') }],
    ['PEM, SEC 1', ec, { client_assertion_key: pem(ec, 'sec1'), client_assertion_kid: 'mine' }],
    ['a JWK', ec, { client_assertion_key: { ...ec.export({ format: 'jwk' }), kid: 'mine' } }],
    ['Ed25519', ed, { client_assertion_key: pem(ed) }],
    ['another algorithm', rsa, { client_assertion_key: pem(rsa), client_assertion_alg: 'PS256' }],
  ])('logs in, refreshes and logs out: %s', PATIENCE, async (_what, key, external) => {
    const { idp, test, login, flags, context } = await stage([publicJwk(key)], external);
    expect(await login()).toBe(0);
    // The first one has had a second to live.
    test.advance(5_000);
    expect(await token(context, [], flags)).toBe(0);
    expect(idp.refreshes()).toBeGreaterThan(0);
    expect(await logout(context, [], flags)).toBe(0);
    expect(idp.requests).toContain('POST /token/revocation');
    expect(test.stderr()).not.toMatch(/PRIVATE|revo.*fail/);
  });

  it('is refused with a key that the provider does not know', PATIENCE, async () => {
    const { login } = await stage([publicJwk(ec)], { client_assertion_key: pem(rsa) });
    await expect(login()).rejects.toMatchObject({
      code: 'LOGIN_REFUSED',
      message: expect.stringContaining('invalid_client'),
    });
  });

  it.each([
    ['no key', { token_endpoint_auth_method: 'private_key_jwt' }, 'has private_key_jwt and no client_assertion_key'],
    ['what is no key', { client_assertion_key: 's3nt1nel' }, 'is no private key'],
    ['a public key', { client_assertion_key: pemOfPublic(rsa) }, 'is no private key'],
    ['a JWK without its private half', { client_assertion_key: publicJwk(ec) }, 'is no private key'],
    [
      'an algorithm of another kind',
      { client_assertion_key: pem(ec), client_assertion_alg: 'RS256' },
      'no private key for "RS256"',
    ],
    [
      'a symmetric algorithm',
      { client_assertion_key: pem(rsa), client_assertion_alg: 'HS256' },
      'no private key for "HS256"',
    ],
    [
      'a short RSA key',
      { client_assertion_key: pem(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey) },
      'is no private key',
    ],
    ['an unusual curve', { client_assertion_key: pem(secp256k1()) }, 'is no private key'],
  ])('is no client with %s', PATIENCE, async (_what, external, words) => {
    const { idp, login } = await stage([publicJwk(rsa)], external);
    const failure = await login().then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ code: 'INVALID_CONFIG', exitCode: 2, message: expect.stringContaining(words) });
    expect(String(failure)).not.toMatch(/s3nt1nel|BEGIN/);
    expect(idp.requests.filter((request) => request.startsWith('POST'))).toEqual([]);
  });
});

function pemOfPublic(key: KeyObject): string {
  return String(createPublicKey(key).export({ format: 'pem', type: 'spki' }));
}

function secp256k1(): KeyObject {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
  return createPrivateKey(privateKey.export({ format: 'pem', type: 'pkcs8' }));
}
