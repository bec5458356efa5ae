// `jwt_header` from end to end: keys made by `mcpgw keys`, identities signed by `serve` and `simulate`, and verified as an
// upstream would: with jose by the printed JWKS, and with openssl, which shares no code with anything here.
import { spawnSync } from 'node:child_process';
import { createPublicKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, type JSONWebKeySet, type JWTPayload } from 'jose';
import { describe, expect, it } from 'vitest';
import { sandbox, startWith, upstream } from '../support/bridge-stage.js';
import type { CliResult } from '../support/cli.js';
import { generateKey, signToken } from '../support/jwt.js';
import { call, type LineHost } from '../support/line-host.js';

const caller = generateKey('RS256', 'caller');

const now = (): number => Math.floor(Date.now() / 1000);

function tokenOf(sub: string, claims: object = {}): string {
  const payload = { sub, iss: 'https://idp.example.com', iat: now(), exp: now() + 3600, ...claims };
  return signToken({ header: { alg: 'RS256', kid: 'caller' }, payload }, caller);
}

function policy(identity: object = {}, top: object = {}): object {
  return {
    mcpServers: { demo: { url: upstream.url } },
    jwt_validation: { jwks: { keys: [caller.jwk] } },
    user_identity_forwarding: { method: 'jwt_header', include_claims: ['sub', 'email', 'iss'], ...identity },
    ...top,
  };
}

const start = (config: object, env: Readonly<Record<string, string>> = {}): Promise<LineHost> =>
  startWith(config, { env });

const headers = (token: string, more: object = {}): object => ({
  'mcpgw.dev/headers': { Authorization: `Bearer ${token}`, ...more },
});

/** The identity that the upstream got with a call. */
async function identityOf(host: LineHost, id: string, meta: object): Promise<string> {
  host.send(call(id, 'echo', meta));
  expect(await host.answer(id)).toHaveProperty('result');
  const received = await upstream.request(
    ({ body }) => body.id !== undefined && body.method === 'tools/call' && JSON.stringify(body).includes(`"${id}"`),
  );
  return String(received.headers['x-user-jwt']);
}

async function jwks(words: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<JSONWebKeySet> {
  const { code, stdout, stderr } = await sandbox.run(['keys', 'jwks', ...words], { env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as JSONWebKeySet;
}

async function verified(token: string, keys: JSONWebKeySet): Promise<JWTPayload> {
  const { payload } = await jwtVerify(token, createLocalJWKSet(keys), {
    issuer: 'mcpgw',
    audience: upstream.url,
    requiredClaims: ['exp', 'iat', 'jti'],
  });
  return payload;
}

const generate = (words: readonly string[] = []): Promise<CliResult> => sandbox.run(['keys', 'generate', ...words]);

describe('an identity that is signed', () => {
  it.each(['RS256', 'ES256', 'EdDSA'])('reaches the upstream verifiable by the printed JWKS, under %s', async (alg) => {
    expect(await generate(['--alg', alg])).toMatchObject({ code: 0 });
    const host = await start(policy());
    await host.open(headers(tokenOf('ana')));
    const forged = { 'X-User-JWT': 'forged', 'x-user-jwt': 'forged, too' };
    const token = await identityOf(host, 'c1', headers(tokenOf('ana', { email: 'ana@example.com' }), forged));
    expect(decodeProtectedHeader(token)).toMatchObject({ alg, typ: 'JWT' });
    const keys = await jwks();
    expect(await verified(token, keys)).toMatchObject({ sub: 'ana', email: 'ana@example.com', iss: 'mcpgw' });
    expect(JSON.stringify(keys)).not.toMatch(/"(?:d|p|q|dp|dq|qi)":/);
    expect(host.stderr()).not.toContain(token);
  });

  it('verifies with openssl, too', async () => {
    const found = spawnSync('openssl', ['version']).status === 0;
    // Debian and the images of CI have it; where it is missing, the other tests of this file have to do.
    if (!found) expect(process.env['CI']).toBeUndefined();
    if (!found) return;
    await generate();
    const host = await start(policy());
    await host.open(headers(tokenOf('ana')));
    const token = await identityOf(host, 'c1', headers(tokenOf('ana')));
    const [jwk] = (await jwks()).keys;
    const file = (name: string): string => path.join(sandbox.directory, name);
    const pem = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }).export({ format: 'pem', type: 'spki' });
    const [head = '', payload = '', signature = ''] = token.split('.');
    await writeFile(file('key.pem'), pem);
    await writeFile(file('input'), `${head}.${payload}`);
    await writeFile(file('signature'), Buffer.from(signature, 'base64url'));
    const verify = ['dgst', '-sha256', '-verify', file('key.pem'), '-signature', file('signature'), file('input')];
    expect(spawnSync('openssl', verify).stdout.toString()).toBe('Verified OK\n');
    await writeFile(file('input'), `${head}.${payload}x`);
    expect(spawnSync('openssl', verify).status).not.toBe(0);
  });

  it('is the caller’s own, never outlives their token, and is kept for them alone', async () => {
    await generate(['--alg', 'EdDSA']);
    const host = await start(policy());
    const [ana, short] = [tokenOf('ana'), tokenOf('ana', { exp: now() + 60 })];
    await host.open(headers(ana));
    const first = await identityOf(host, 'c1', headers(ana));
    expect(await identityOf(host, 'c2', headers(ana))).toBe(first);
    const other = await identityOf(host, 'c3', headers(short));
    const keys = await jwks();
    const payload = await verified(other, keys);
    expect(payload.exp).toBeLessThanOrEqual(now() + 60);
    expect((await verified(first, keys)).jti).not.toBe(payload.jti);
  });

  it('is what simulate shows', async () => {
    await generate(['--alg', 'EdDSA']);
    const file = await sandbox.file('mcpgw.json', policy({}, { identity_issuer: 'portkey-mcp-gateway' }));
    const run = ['simulate', '-c', file, '--token-env', 'TOKEN', '--json'];
    const hidden = await sandbox.run(run, { env: { TOKEN: tokenOf('ana') } });
    expect(hidden.code).toBe(0);
    expect(hidden.stdout).not.toContain('eyJ');
    const shown = await sandbox.run([...run, '--show-secrets'], { env: { TOKEN: tokenOf('ana') } });
    const { headers: sent } = JSON.parse(shown.stdout) as {
      headers: { name: string; value: string; source: string }[];
    };
    const identity = sent.find(({ source }) => source === 'identity');
    const { payload } = await jwtVerify(identity?.value ?? '', createLocalJWKSet(await jwks()));
    expect(payload).toMatchObject({ sub: 'ana', iss: 'portkey-mcp-gateway', aud: upstream.url });
  });

  it('of the caller who has none of the claims is refused, or left out where the policy says so', async () => {
    await generate(['--alg', 'EdDSA']);
    const strict = await start(policy({ include_claims: ['email'] }));
    await strict.open(headers(tokenOf('ana', { email: 'x' })));
    strict.send(call('c1', 'echo', headers(tokenOf('ana'))));
    expect((await strict.answer('c1')).error).toMatchObject({ code: -31401 });
    const lenient = await start(policy({ include_claims: ['email'], on_missing: 'anonymous' }));
    await lenient.open(headers(tokenOf('ana')));
    expect(await identityOf(lenient, 'c2', headers(tokenOf('ana'), { 'X-User-JWT': 'forged' }))).toBe('undefined');
  });
});

describe('a key', () => {
  const env = (alg: 'rsa' | 'ed25519'): Readonly<Record<string, string>> => {
    const { privateKey } =
      alg === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ed25519');
    return { MCPGW_SIGNING_KEY: String(privateKey.export({ format: 'pem', type: 'pkcs8' })) };
  };

  it('that is not there stops serve and simulate before anything is sent', async () => {
    const file = await sandbox.file('mcpgw.json', policy());
    const served = await sandbox.run(['serve', '-c', file]);
    expect(served).toMatchObject({ code: 2, stdout: '' });
    expect(served.stderr).toContain('there is no signing key\nhint: mcpgw keys generate');
    const simulated = await sandbox.run(['simulate', '-c', file, '--claims', '{"sub":"ana"}']);
    expect(simulated).toMatchObject({ code: 2, stdout: '' });
    expect(await sandbox.run(['validate', '--no-resolve', file])).toMatchObject({ code: 0 });
    expect(upstream.received).toEqual([]);
  });

  it('in the environment wins over the stored one, and is never shown', async () => {
    await generate(['--alg', 'ES256']);
    const own = env('ed25519');
    const shown = await sandbox.run(['keys', 'show', '--json'], { env: own });
    expect(JSON.parse(shown.stdout)).toMatchObject({
      alg: 'EdDSA',
      from: 'MCPGW_SIGNING_KEY',
      created_at: null,
      retired: [],
    });
    expect((await jwks([], own)).keys).toHaveLength(1);
    const host = await start(policy(), own);
    await host.open(headers(tokenOf('ana')));
    const token = await identityOf(host, 'c1', headers(tokenOf('ana')));
    expect(await verified(token, await jwks([], own))).toMatchObject({ sub: 'ana' });
    await expect(verified(token, await jwks())).rejects.toThrow('no applicable key');
    expect(shown.stdout + host.stderr()).not.toContain('PRIVATE');
  });

  it('may stand in the configuration, by a reference, or under the name of the original', async () => {
    const { MCPGW_SIGNING_KEY = '' } = env('rsa');
    const config = policy({}, { identity_signing_key: '${MY_KEY}' });
    const file = await sandbox.file('mcpgw.json', config);
    const shown = await sandbox.run(['keys', 'show', '--json', '-c', file], { env: { MY_KEY: MCPGW_SIGNING_KEY } });
    expect(JSON.parse(shown.stdout)).toMatchObject({ alg: 'RS256', from: 'identity_signing_key' });
    const line = MCPGW_SIGNING_KEY.trim().replaceAll('\n', '\\n');
    const original = await sandbox.run(['keys', 'show', '--json'], { env: { JWT_PRIVATE_KEY: line } });
    expect(JSON.parse(original.stdout)).toMatchObject({ alg: 'RS256', from: 'JWT_PRIVATE_KEY' });
  });

  it.each([
    [
      'MCPGW_SIGNING_KEY',
      'no key',
      'error: the signing key in MCPGW_SIGNING_KEY is no private key in PEM\nhint: it must be',
    ],
    [
      'JWT_PRIVATE_KEY',
      'no key',
      'error: the signing key in JWT_PRIVATE_KEY is no private key in PEM\nhint: it must be',
    ],
  ])('in %s that is none is told, and no other is taken in its place', async (name, value, expected) => {
    await generate(['--alg', 'EdDSA']);
    const { code, stderr } = await sandbox.run(['keys', 'show'], { env: { [name]: value } });
    expect(code).toBe(2);
    expect(stderr).toContain(expected);
  });

  it('is not used for a configuration that was only found', async () => {
    await generate(['--alg', 'EdDSA']);
    await sandbox.file('mcpgw.json', policy());
    const { code, stdout, stderr } = await sandbox.run(['simulate', '--claims', '{"sub":"ana"}']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('was only found in the working directory');
  });

  it('is made once, and replaced only when asked; the old one stays in the JWKS', async () => {
    await generate(['--alg', 'EdDSA']);
    const [old] = (await jwks()).keys;
    const again = await generate();
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('error: there is a signing key already\nhint: mcpgw keys generate --rotate');
    expect((await jwks()).keys).toEqual([old]);
    expect(await generate(['--rotate', '--alg', 'ES256'])).toMatchObject({ code: 0 });
    expect(await generate(['--rotate', '--alg', 'RS256'])).toMatchObject({ code: 0 });
    const keys = (await jwks()).keys;
    expect(keys.map(({ alg }) => alg)).toEqual(['RS256', 'ES256', 'EdDSA']);
    expect(keys[2]).toEqual(old);
    const shown = JSON.parse((await sandbox.run(['keys', 'show', '--json'])).stdout) as { retired: { kid: string }[] };
    expect(shown.retired.map(({ kid }) => kid)).toEqual([keys[1]?.kid, keys[2]?.kid]);
  });

  it('is made by one of several at once', async () => {
    const all = await Promise.all(Array.from({ length: 4 }, () => generate(['--alg', 'EdDSA', '--json'])));
    expect(all.filter(({ code }) => code === 0)).toHaveLength(1);
    expect(all.filter(({ code }) => code === 2)).toHaveLength(3);
    expect((await jwks()).keys).toHaveLength(1);
  });

  it('is told to be missing, and would not be kept by a store that keeps nothing', async () => {
    expect(await sandbox.run(['keys', 'jwks'])).toMatchObject({ code: 2, stdout: '' });
    const nowhere = await generate(['--credential-store', 'none']);
    expect(nowhere.code).toBe(2);
    expect(nowhere.stderr).toContain('keeps nothing');
  });
});
