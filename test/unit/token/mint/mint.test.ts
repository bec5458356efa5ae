import { generateKeyPairSync } from 'node:crypto';
import * as fc from 'fast-check';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, type JWTPayload } from 'jose';
import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import type { IdentityToSign } from '../../../../src/policy/identity/disclose.js';
import { Secret } from '../../../../src/secret/secret.js';
import { canonicalJson } from '../../../../src/token/mint/canonical-json.js';
import { createMinter, type Minter } from '../../../../src/token/mint/mint.js';
import { readSigningKey, type SigningKey } from '../../../../src/token/mint/signing-key.js';
import { NOW_MS, NOW_SECONDS } from '../../../support/jwt.js';

function keyOf(privateKey: ReturnType<typeof generateKeyPairSync>['privateKey']): SigningKey {
  const read = readSigningKey(new Secret(String(privateKey.export({ format: 'pem', type: 'pkcs8' }))));
  if (!read.ok) throw new Error(read.problem);
  return read.key;
}
const rsa = keyOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
const ec = keyOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
const ed = keyOf(generateKeyPairSync('ed25519').privateKey);

let nowMs: number;
beforeEach(() => {
  nowMs = NOW_MS;
});
let made = 0;
const host = { now: () => nowMs, randomBytes: (count: number) => Buffer.alloc(count, ++made) };
const minter = (key = ed, issuer = 'mcpgw'): Minter => createMinter({ key, issuer, host });

const asked = (changes: Partial<IdentityToSign> = {}): IdentityToSign => ({
  headerName: 'X-User-JWT',
  claims: { sub: 'ana' },
  audience: 'https://mcp.example.com/mcp',
  lifetimeSeconds: 300,
  notAfterSeconds: undefined,
  ...changes,
});

async function minted(sign: Minter, toSign: IdentityToSign): Promise<string> {
  const signed = await sign(toSign);
  if (!signed.ok) throw new Error(signed.message);
  return signed.token.reveal();
}

async function payloadOf(token: string, key = ed): Promise<JWTPayload> {
  const keys = createLocalJWKSet({ keys: [{ ...key.publicJwk }] });
  const { payload } = await jwtVerify(token, keys, { currentDate: new Date(nowMs), clockTolerance: 60 });
  return payload;
}

describe('a signed identity', () => {
  it.each([rsa, ec, ed])('verifies with the public key, under $alg', async (key) => {
    const token = await minted(minter(key), asked());
    expect(decodeProtectedHeader(token)).toEqual({ alg: key.alg, typ: 'JWT', kid: key.kid });
    expect(await payloadOf(token, key)).toEqual({
      sub: 'ana',
      iss: 'mcpgw',
      aud: 'https://mcp.example.com/mcp',
      iat: NOW_SECONDS,
      exp: NOW_SECONDS + 300,
      jti: expect.stringMatching(/^[\w-]{22}$/),
    });
  });

  it('says what the gateway says, whatever the claims bring', async () => {
    const claims = { iss: 'https://evil.example', aud: 'other', exp: 9_999_999_999, iat: 0, jti: 'mine', sub: 'ana' };
    expect(await payloadOf(await minted(minter(), asked({ claims })))).toMatchObject({
      iss: 'mcpgw',
      aud: 'https://mcp.example.com/mcp',
      iat: NOW_SECONDS,
      exp: NOW_SECONDS + 300,
      sub: 'ana',
      jti: expect.not.stringMatching('mine'),
    });
  });

  it('carries claims of any kind as they are', async () => {
    const claims = JSON.parse(
      '{"__proto__":"x","constructor":[1,{"a":null}],"n":0,"f":false,"\u65e5":"\\ud83d\\ude00"}',
    );
    const payload = await payloadOf(await minted(minter(), asked({ claims })));
    expect(payload).toMatchObject({ constructor: [1, { a: null }], n: 0, f: false, '\u65e5': '\u{1f600}' });
    expect(Object.getOwnPropertyDescriptor(payload, '__proto__')?.value).toBe('x');
  });

  it.each([
    ['never outlives the token of the caller', NOW_SECONDS + 60, NOW_SECONDS + 60],
    ['ends with the whole second', NOW_SECONDS + 60.9, NOW_SECONDS + 60],
    ['lives as long as it may', NOW_SECONDS + 9999, NOW_SECONDS + 300],
    ['ends with a token that lives on tolerance alone', NOW_SECONDS - 3, NOW_SECONDS - 3],
  ])('%s', async (_name, notAfterSeconds, exp) => {
    const payload = await payloadOf(await minted(minter(), asked({ notAfterSeconds })));
    expect(payload.exp).toBe(exp);
    expect(payload.iat).toBeLessThanOrEqual(exp);
  });

  it('is refused, not sent unsigned, when the key does not sign', async () => {
    const broken = { ...rsa, alg: 'ES256' } as const;
    expect(await minter(broken)(asked())).toEqual({
      ok: false,
      message: expect.stringMatching(/^(?:ERR_[A-Z_]+|the key did not sign)$/),
    });
  });
});

describe('a signed identity that is kept', () => {
  it('is sent again until 30 s before it ends', async () => {
    const sign = minter();
    const first = await minted(sign, asked());
    nowMs += 269_999;
    expect(await minted(sign, asked())).toBe(first);
    nowMs += 1;
    expect(await minted(sign, asked())).not.toBe(first);
  });

  it('is sent to its end when the token of the caller ends then', async () => {
    const sign = minter();
    const toSign = asked({ notAfterSeconds: NOW_SECONDS + 40 });
    const first = await minted(sign, toSign);
    nowMs += 39_999;
    expect(await minted(sign, toSign)).toBe(first);
  });

  it('is sent for half of a short life', async () => {
    const sign = minter();
    const toSign = asked({ lifetimeSeconds: 10 });
    const first = await minted(sign, toSign);
    nowMs += 4_999;
    expect(await minted(sign, toSign)).toBe(first);
    nowMs += 1;
    expect(await minted(sign, toSign)).not.toBe(first);
  });

  it('says until when it may be sent', async () => {
    expect(await minter()(asked())).toMatchObject({ ok: true, freshUntilMs: NOW_MS + 270_000 });
  });

  it('becomes old when the clock is set back', async () => {
    const sign = minter();
    const first = await minted(sign, asked());
    nowMs -= 1000;
    expect(await minted(sign, asked())).not.toBe(first);
  });

  it('is not kept when it could not be signed', async () => {
    let isBroken = true;
    const randomBytes = (count: number): Uint8Array => {
      if (isBroken) throw Object.assign(new Error('no entropy'), { code: 'EIO' });
      return Buffer.alloc(count);
    };
    const sign = createMinter({ key: ed, issuer: 'mcpgw', host: { ...host, randomBytes } });
    expect(await sign(asked())).toEqual({ ok: false, message: 'EIO' });
    isBroken = false;
    expect(await sign(asked())).toMatchObject({ ok: true });
  });

  it('is signed once for all who ask at the same time', async () => {
    const sign = minter();
    const tokens = await Promise.all(Array.from({ length: 50 }, () => minted(sign, asked())));
    expect(new Set(tokens).size).toBe(1);
  });

  it('is nobody else’s: whatever differs is signed by itself', async () => {
    const sign = minter();
    const all = [
      asked(),
      asked({ claims: { sub: 'bob' } }),
      asked({ claims: { sub: ['ana'] } }),
      asked({ claims: { sub: 'ana', email: 'x' } }),
      asked({ audience: 'https://other.example.com/mcp' }),
      asked({ lifetimeSeconds: 301 }),
      asked({ notAfterSeconds: NOW_SECONDS + 200 }),
      asked({ notAfterSeconds: NOW_SECONDS + 100 }),
    ];
    const tokens = await Promise.all(all.map((each) => minted(sign, each)));
    expect(new Set(tokens).size).toBe(all.length);
    expect(await minted(sign, asked({ claims: { sub: 'ana' } }))).toBe(tokens[0]);
  });
});

describe('canonicalJson', () => {
  it('is one text for one value, and only for that', () => {
    const values = fc.tuple(fc.jsonValue({ maxDepth: 3 }), fc.jsonValue({ maxDepth: 3 }));
    fc.assert(
      fc.property(values, ([a, b]) => {
        const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value).replaceAll('-0', '0'));
        expect(canonicalJson(plain(a))).toBe(canonicalJson(JSON.parse(JSON.stringify(plain(a)))));
        expect(JSON.parse(canonicalJson(plain(a)))).toEqual(plain(a));
        if (canonicalJson(plain(a)) === canonicalJson(plain(b))) expect(plain(a)).toEqual(plain(b));
      }),
    );
    expect(canonicalJson({ b: 1, a: [{ d: 1, c: 2 }] })).toBe('{"a":[{"c":2,"d":1}],"b":1}');
    const names = ['c', 'a', 'b', 'ab', '', 'B'];
    for (const order of [names, names.toReversed(), names.toSorted()]) {
      const text = canonicalJson(Object.fromEntries(order.map((name) => [name, 0])));
      expect(text).toBe('{"":0,"B":0,"a":0,"ab":0,"b":0,"c":0}');
    }
    expect(canonicalJson([undefined, { a: undefined, b: 1 }])).toBe('[null,{"b":1}]');
  });

  const vectors: readonly { id: string; area: string; note: string; input: readonly object[] }[] = JSON.parse(
    readFileSync(new URL('../../../fixtures/vectors/reference.json', import.meta.url), 'utf8'),
  );
  it.each(
    vectors.filter(({ area }) => area === 'claimsCacheKey').map((each) => [`${each.id}: ${each.note}`, each] as const),
  )('keeps apart what the reference takes for one: %s', async (_name, { input }) => {
    const [one = {}, other = {}] = input;
    expect(canonicalJson(one)).not.toBe(canonicalJson(other));
    const sign = minter();
    expect(await minted(sign, asked({ claims: { ...one } }))).not.toBe(
      await minted(sign, asked({ claims: { ...other } })),
    );
  });
});
