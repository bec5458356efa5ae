import { createHash, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SIGNATURE_ALGORITHMS, type TokenRules } from '../../../src/policy/model.js';
import { Secret } from '../../../src/secret/secret.js';
import { createTokenVerifier } from '../../../src/token/verify.js';
import {
  encodePart,
  generateKey,
  GOOD_CLAIMS,
  goodToken,
  hmacToken,
  NOW_MS,
  NOW_SECONDS,
  publicMembers,
  rulesWith,
  signatureOf,
  signToken,
} from '../../support/jwt.js';

const rsa = generateKey('RS256', 'rsa');
const ec = generateKey('ES256', 'ec');
const ed = generateKey('EdDSA', 'ed');
const stranger = generateKey('RS256', 'rsa');
const strangerEc = generateKey('ES256', 'ec');
const weak = generateKey('RS256', 'weak', 1024);

const header = { alg: 'RS256', typ: 'JWT', kid: 'rsa' };
const parts = { header, payload: GOOD_CLAIMS };
const good = goodToken(rsa);
const [goodHeader = '', goodPayload = '', goodSignature = ''] = good.split('.');

const withoutKidAndAlg = ({ jwk }: { jwk: object }): object => ({ ...jwk, kid: undefined, alg: undefined });
const claims = (changes: object): string => signToken({ header, payload: { ...GOOD_CLAIMS, ...changes } }, rsa);
const headers = (changes: object): string => signToken({ header: { ...header, ...changes }, payload: GOOD_CLAIMS }, rsa);
const payloadText = (text: string): string => signToken({ header, payload: text }, rsa);
const headerText = (text: string): string => signToken({ header: text, payload: GOOD_CLAIMS }, rsa);
const goodJson = JSON.stringify(GOOD_CLAIMS);

/** RSASSA-PKCS1-v1_5 with the exponent 1: the padded hash is its own signature. */
function exponentOneForgery(): string {
  const input = `${encodePart(header)}.${encodePart(GOOD_CLAIMS)}`;
  const info = Buffer.from('3031300d060960864801650304020105000420', 'hex');
  const digest = Buffer.concat([info, createHash('sha256').update(input).digest()]);
  const padding = Buffer.alloc(256 - digest.length - 3, 0xff);
  return `${input}.${Buffer.concat([Buffer.from([0, 1]), padding, Buffer.from([0]), digest]).toString('base64url')}`;
}

interface Attack {
  readonly token: string;
  readonly keys?: readonly object[];
  readonly rules?: Partial<TokenRules>;
}

const trusted = [rsa.jwk, ec.jwk, ed.jwk];
const rsaPem = rsa.publicKey.export({ format: 'pem', type: 'spki' });
const rsaDer = rsa.publicKey.export({ format: 'der', type: 'spki' });
const hmacHeader = { alg: 'HS256', typ: 'JWT', kid: 'rsa' };
const none = (alg: unknown, signature = ''): string =>
  `${encodePart({ ...header, alg })}.${goodPayload}.${signature}`;

const attacks: Readonly<Record<string, Attack>> = {
  // The algorithm
  'alg none without a signature': { token: none('none') },
  'alg none with a good signature of other content': { token: none('none', goodSignature) },
  'alg None': { token: none('None', goodSignature) },
  'alg NONE': { token: none('NONE', goodSignature) },
  'alg nOnE': { token: none('nOnE', goodSignature) },
  'alg empty': { token: none('', goodSignature) },
  'alg null': { token: none(null, goodSignature) },
  'alg an array that holds RS256': { token: headers({ alg: ['RS256'] }) },
  'alg in lower case': { token: headers({ alg: 'rs256' }) },
  'alg missing': { token: headers({ alg: undefined }) },
  'alg __proto__': { token: headerText('{"alg":"__proto__","kid":"rsa"}') },
  'HS256 with the public key as PEM': { token: hmacToken({ ...parts, header: hmacHeader }, rsaPem, 'sha256') },
  'HS256 with the public key as DER': { token: hmacToken({ ...parts, header: hmacHeader }, rsaDer, 'sha256') },
  'HS256 with the JWK as text': {
    token: hmacToken({ ...parts, header: hmacHeader }, JSON.stringify(rsa.jwk), 'sha256'),
  },
  'HS256 with the modulus': {
    token: hmacToken({ ...parts, header: hmacHeader }, Buffer.from(String(rsa.jwk['n']), 'base64url'), 'sha256'),
  },
  'HS256 with an oct key that stands in the set': {
    token: hmacToken({ ...parts, header: { alg: 'HS256', kid: 'oct' } }, 'secret', 'sha256'),
    keys: [...trusted, { kty: 'oct', kid: 'oct', k: Buffer.from('secret').toString('base64url') }],
  },
  'an HMAC that claims to be RS256': { token: hmacToken(parts, rsaPem, 'sha256') },
  'RS512 where RS256 alone is allowed': { token: signToken({ ...parts, header: { ...header, alg: 'RS512' } }, { ...rsa, alg: 'RS512' }) },
  'PS256 that claims to be RS256': { token: signToken(parts, { ...rsa, alg: 'PS256' }) },
  'RS256 that claims to be PS256': { token: headers({ alg: 'PS256' }), rules: { algorithms: ['PS256', 'RS256'] } },
  'RS384 under a key whose alg is RS256': {
    token: signToken({ ...parts, header: { ...header, alg: 'RS384' } }, { ...rsa, alg: 'RS384' }),
    rules: { algorithms: ['RS256', 'RS384'] },
  },
  'ES256 of a P-384 key': {
    token: signToken({ ...parts, header: { alg: 'ES256', kid: 'p384' } }, { ...generateKey('ES384', 'p384'), alg: 'ES256' }),
    rules: { algorithms: ['ES256', 'ES384'] },
  },
  'ES256 of a secp256k1 key in the set': (() => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
    const jwk = { ...publicMembers(publicKey), kid: 'k1' };
    const token = signToken({ ...parts, header: { alg: 'ES256', kid: 'k1' } }, { alg: 'ES256', privateKey });
    return { token, keys: [jwk], rules: { algorithms: ['ES256'] } } as const;
  })(),
  'ES256 with the kid of an RSA key': {
    token: signToken({ ...parts, header: { alg: 'ES256', kid: 'rsa' } }, ec),
    rules: { algorithms: ['RS256', 'ES256'] },
  },
  'a DER signature for ES256': (() => {
    const input = `${encodePart({ alg: 'ES256', kid: 'ec' })}.${goodPayload}`;
    return { token: `${input}.${signatureOf(input, ec, 'der').toString('base64url')}`, rules: { algorithms: ['ES256'] } } as const;
  })(),
  'an ES256 signature of zeros (psychic signature)': {
    token: `${encodePart({ alg: 'ES256', kid: 'ec' })}.${goodPayload}.${Buffer.alloc(64).toString('base64url')}`,
    rules: { algorithms: ['ES256'] },
  },
  'an ES256 signature cut short': (() => {
    const input = `${encodePart({ alg: 'ES256', kid: 'ec' })}.${goodPayload}`;
    return { token: `${input}.${signatureOf(input, ec).subarray(0, 63).toString('base64url')}`, rules: { algorithms: ['ES256'] } } as const;
  })(),
  'an Ed25519 signature of zeros': {
    token: `${encodePart({ alg: 'EdDSA', kid: 'ed' })}.${goodPayload}.${Buffer.alloc(64).toString('base64url')}`,
    rules: { algorithms: ['EdDSA'] },
  },
  'Ed25519 under a key whose alg is EdDSA': {
    token: signToken({ ...parts, header: { alg: 'Ed25519', kid: 'ed' } }, ed),
    rules: { algorithms: ['EdDSA', 'Ed25519'] },
  },

  // Keys of the header
  'the key in the header as jwk': { token: signToken({ ...parts, header: { ...header, jwk: stranger.jwk } }, stranger) },
  'the key in the header as jwk, without kid': {
    token: signToken({ ...parts, header: { alg: 'RS256', jwk: stranger.jwk } }, stranger),
  },
  'the address of keys in the header as jku': {
    token: signToken({ ...parts, header: { ...header, kid: 'other', jku: 'http://127.0.0.1:9/jwks' } }, stranger),
  },
  'the address of a certificate in the header as x5u': {
    token: signToken({ ...parts, header: { ...header, x5u: 'http://127.0.0.1:9/cert' } }, stranger),
  },
  'a certificate in the header as x5c': {
    token: signToken({ ...parts, header: { ...header, x5c: [rsaDer.toString('base64')] } }, stranger),
  },

  // kid
  'another key under a known kid': { token: goodToken(stranger) },
  'another EC key under a known kid': { token: goodToken(strangerEc), rules: { algorithms: ['ES256'] } },
  'a kid that no key has, with one key alone': { token: headers({ kid: 'other' }), keys: [rsa.jwk] },
  'a kid that differs in case': { token: headers({ kid: 'RSA' }) },
  'a kid with white space': { token: headers({ kid: ' rsa' }) },
  'an empty kid': { token: headers({ kid: '' }) },
  'a kid that is a path': { token: headers({ kid: '../../../../dev/null' }) },
  'a kid that is SQL': { token: headers({ kid: "rsa' OR '1'='1" }) },
  'a kid that is __proto__': { token: headerText('{"alg":"RS256","kid":"__proto__"}') },
  'a kid that is a number': { token: headers({ kid: 0 }) },
  'a kid that is null': { token: headers({ kid: null }) },
  'a kid that is an array': { token: headers({ kid: ['rsa'] }) },

  // Keys that must not be used
  'a weak RSA key': { token: goodToken(weak), keys: [weak.jwk] },
  'a weak RSA key with zeros in front of its modulus': {
    token: goodToken(weak),
    keys: [{ ...weak.jwk, n: Buffer.concat([Buffer.alloc(128), Buffer.from(String(weak.jwk['n']), 'base64url')]).toString('base64url') }],
  },
  'an RSA exponent of 1': { token: exponentOneForgery(), keys: [{ ...rsa.jwk, e: 'AQ' }] },
  'an RSA exponent of 1 with zeros in front': { token: exponentOneForgery(), keys: [{ ...rsa.jwk, e: 'AAAB' }] },
  'a key with private members': {
    token: good,
    keys: [{ ...publicMembers(rsa.privateKey), kid: 'rsa' }],
  },
  'a key for encryption': { token: good, keys: [{ ...rsa.jwk, use: 'enc' }] },
  'a key with use null': { token: good, keys: [{ ...rsa.jwk, use: null }] },
  'a key whose key_ops lack verify': { token: good, keys: [{ ...rsa.jwk, key_ops: ['encrypt', 'wrapKey'] }] },
  'a key whose key_ops is a string': { token: good, keys: [{ ...rsa.jwk, key_ops: 'verify' }] },
  'a key for another algorithm': { token: good, keys: [{ ...rsa.jwk, alg: 'RS512' }] },
  'a key whose kid is a number': { token: headers({ kid: '7' }), keys: [{ ...rsa.jwk, kid: 7 }] },
  'a key whose kty is a name of Object.prototype': { token: good, keys: [{ ...rsa.jwk, kty: 'constructor' }] },
  'a key whose modulus is an array': { token: good, keys: [{ ...rsa.jwk, n: [rsa.jwk['n']] }] },
  'an EC key whose point is not on its curve': {
    token: goodToken(ec),
    keys: [{ ...ec.jwk, y: ec.jwk['x'] }],
    rules: { algorithms: ['ES256'] },
  },
  'a set with no key': { token: good, keys: [] },
  'more keys than are tried before the right one': {
    token: headers({ kid: undefined }),
    keys: [...Array.from({ length: 8 }, (_, index) => withoutKidAndAlg(generateKey('RS256', `k${index}`))), withoutKidAndAlg(rsa)],
  },

  // Encoding
  'base64 padding on the header': { token: `${goodHeader}=.${goodPayload}.${goodSignature}` },
  'base64 padding on the signature': { token: `${good}==` },
  'spare bits in the signature': { token: `${good.slice(0, -1)}${nextCharacter(good.at(-1) ?? '')}` },
  'the alphabet of plain base64': (() => {
    const token = claims({ note: '>>>???>>>???' });
    const [first = '', second = '', third = ''] = token.split('.');
    const plain = Buffer.from(second, 'base64url').toString('base64').replaceAll('=', '');
    expect(plain).not.toBe(second);
    return { token: `${first}.${plain}.${third}` };
  })(),
  'a line break in a part': { token: `${goodHeader}.${goodPayload.slice(0, 8)}\n${goodPayload.slice(8)}.${goodSignature}` },
  'a space before the token': { token: ` ${good}` },
  'a NUL behind the token': { token: `${good}\u0000` },
  'two parts': { token: `${goodHeader}.${goodPayload}` },
  'four parts': { token: `${good}.${goodSignature}` },
  'five parts (JWE)': { token: `${goodHeader}.a.b.c.${goodSignature}` },
  'an empty header': { token: `.${goodPayload}.${goodSignature}` },
  'an empty payload': { token: `${goodHeader}..${goodSignature}` },
  'an empty signature': { token: `${goodHeader}.${goodPayload}.` },
  'an empty token': { token: '' },
  'JSON serialisation': {
    token: JSON.stringify({ payload: goodPayload, protected: goodHeader, signature: goodSignature }),
  },
  'bytes that are not UTF-8': {
    token: signToken({ header, payload: Buffer.from(goodJson.replace('ana', 'a\u00ff'), 'latin1') }, rsa),
  },
  'a byte order mark': { token: payloadText(`\ufeff${goodJson}`) },
  'a token over 64 KiB': { token: claims({ note: 'x'.repeat(64 * 1024) }) },

  // JSON
  'an array as the payload': { token: payloadText('[]') },
  'a string as the payload': { token: payloadText('"x"') },
  'null as the payload': { token: payloadText('null') },
  'two objects as the payload': { token: payloadText(`${goodJson}{}`) },
  'a comment in the payload': { token: payloadText(`/**/${goodJson}`) },
  'a trailing comma in the payload': { token: payloadText(goodJson.replace('}', ',}')) },
  'a claim twice': { token: payloadText(goodJson.replace('{', '{"sub":"root",')) },
  'a claim twice, once with an escape': { token: payloadText(goodJson.replace('{', '{"s\\u0075b":"root",')) },
  'a member twice deep inside': { token: payloadText(goodJson.replace('{', '{"a":[{"b":{"c":1,"c":2}}],')) },
  'alg twice': { token: headerText('{"alg":"none","alg":"RS256","kid":"rsa"}') },
  '__proto__ twice': { token: payloadText(goodJson.replace('{', '{"__proto__":{},"__proto__":{},')) },
  'thousands of nested arrays': { token: payloadText(goodJson.replace('{', `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)},`)) },

  // Members of the header
  'crit with an unknown extension': { token: headers({ crit: ['x'], x: 1 }) },
  'crit with b64': { token: headers({ crit: ['b64'], b64: true }) },
  'an empty crit': { token: headers({ crit: [] }) },
  'crit null': { token: headers({ crit: null }) },
  'b64 false': { token: headers({ b64: false }) },
  'b64 false with a payload that is not encoded': (() => {
    const encoded = encodePart({ ...header, b64: false, crit: ['b64'] });
    const input = `${encoded}.{}`;
    return { token: `${input}.${signatureOf(input, rsa).toString('base64url')}` };
  })(),
  'enc in the header': { token: headers({ enc: 'A256GCM' }) },
  'cty JWT': { token: headers({ cty: 'JWT' }) },
  'cty application/jwt': { token: headers({ cty: 'application/jwt' }) },
  'a nested token': { token: signToken({ header: { ...header, cty: 'JWT' }, payload: good }, rsa) },
  'a logout token': { token: headers({ typ: 'logout+jwt' }) },
  'a security event token': { token: headers({ typ: 'application/secevent+jwt' }) },
  'a DPoP proof': { token: headers({ typ: 'DPoP+JWT' }) },
  'an introspection answer': { token: headers({ typ: 'token-introspection+jwt' }) },
  'a request object': { token: headers({ typ: 'oauth-authz-req+jwt' }) },
  'a client assertion': { token: headers({ typ: 'client-authentication+jwt' }) },
  'a key binding token': { token: headers({ typ: 'kb+jwt' }) },
  'a typ that is no string': { token: headers({ typ: ['JWT'] }) },
  'JWT where at+jwt is required': { token: good, rules: { typ: 'at+jwt' } },
  'no typ where at+jwt is required': { token: headers({ typ: undefined }), rules: { typ: 'at+jwt' } },

  // Times
  'an expired token': { token: claims({ exp: NOW_SECONDS - 5 }) },
  'exp as a string in the future': { token: claims({ exp: String(NOW_SECONDS + 300) }) },
  'exp null': { token: claims({ exp: null }) },
  'exp an array': { token: claims({ exp: [NOW_SECONDS + 300] }) },
  'exp true': { token: claims({ exp: true }) },
  'exp beyond all numbers': { token: payloadText(goodJson.replace(/"exp":\d+/, '"exp":1e999')) },
  'exp 0': { token: claims({ exp: 0 }) },
  'exp negative': { token: claims({ exp: -1 }) },
  'exp in milliseconds that have passed is still compared as seconds': { token: claims({ exp: NOW_SECONDS / 1000 }) },
  'nbf as a string': { token: claims({ nbf: '0' }) },
  'nbf in the future': { token: claims({ nbf: NOW_SECONDS + 6 }) },
  'nbf an object': { token: claims({ nbf: {} }) },
  'iat as a string': { token: claims({ iat: String(NOW_SECONDS) }) },
  'no exp where it is required': { token: claims({ exp: undefined }), rules: { requireExp: true } },
  'no iat under maxTokenAge': { token: claims({ iat: undefined }), rules: { maxTokenAgeSeconds: 300 } },
  'iat 0 under maxTokenAge': { token: claims({ iat: 0 }), rules: { maxTokenAgeSeconds: 3e9 } },
  'iat in the future under maxTokenAge': { token: claims({ iat: NOW_SECONDS + 6 }), rules: { maxTokenAgeSeconds: 300 } },
  'an old token under maxTokenAge': { token: claims({ iat: NOW_SECONDS - 306 }), rules: { maxTokenAgeSeconds: 300 } },

  // Claims
  'an inherited name as a required claim': { token: good, rules: { requiredClaims: ['toString'] } },
  'constructor as a required claim': { token: good, rules: { requiredClaims: ['constructor'] } },
  '__proto__ as a required claim': { token: good, rules: { requiredClaims: ['__proto__'] } },
  'claims smuggled in through __proto__': {
    token: payloadText(goodJson.replace('{', '{"__proto__":{"role":"admin"},')),
    rules: { requiredClaims: ['role'] },
  },
  'a role as an object': {
    token: claims({ role: { admin: true } }),
    rules: { claimRules: [{ claim: 'role', matchType: 'exact', value: '[object Object]' }] },
  },
  'a role as a nested array': {
    token: claims({ role: [['admin']] }),
    rules: { claimRules: [{ claim: 'role', matchType: 'contains', values: ['admin'] }] },
  },
  'a header that contradicts the payload': {
    token: signToken({ header: { ...header, tenant: 'a' }, payload: { ...GOOD_CLAIMS, tenant: 'b' } }, rsa),
    rules: { headerPayloadMatch: ['tenant'] },
  },

  // Signatures
  'a changed payload': { token: `${goodHeader}.${encodePart({ ...GOOD_CLAIMS, sub: 'root' })}.${goodSignature}` },
  'a changed header': { token: `${encodePart({ ...header, x: 1 })}.${goodPayload}.${goodSignature}` },
  'the signature of another token': {
    token: `${goodHeader}.${goodPayload}.${claims({ sub: 'bob' }).split('.')[2] ?? ''}`,
  },
  'a signature of zeros': { token: `${goodHeader}.${goodPayload}.${Buffer.alloc(256).toString('base64url')}` },
};

function nextCharacter(character: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return alphabet[alphabet.indexOf(character) + 1] ?? 'B';
}

describe('attacks on a token', () => {
  it.each(Object.entries(attacks))('refuses %s', async (_name, attack) => {
    const fetched: string[] = [];
    const rules = rulesWith({
      source: { kind: 'jwks', keys: (attack.keys ?? trusted) as never },
      ...attack.rules,
    });
    const host = {
      now: () => NOW_MS,
      fetch: async (input: unknown) => {
        fetched.push(String(input));
        throw new Error('nothing may be fetched');
      },
    };
    const verifier = createTokenVerifier({ rules, host });
    const verdict = await verifier.judge(new Secret(attack.token));
    console.log('@@', _name, '|', (verdict as any).reason, '|', (verdict as any).details.join(';'));
    expect(verdict.verdict).toBe('rejected');
    // Neither the second look nor the explanation sees it otherwise.
    expect(await verifier.judge(new Secret(attack.token))).toEqual(verdict);
    expect((await verifier.examine(new Secret(attack.token))).verdict).toEqual(verdict);
    expect(fetched).toEqual([]);
    const shown = JSON.stringify(verdict);
    for (const part of attack.token.split('.')) if (part.length > 20) expect(shown).not.toContain(part);
  });

  it('has at least a hundred of them', () => {
    expect(Object.keys(attacks).length).toBeGreaterThanOrEqual(100);
  });
});

describe('good tokens', () => {
  it.each(SIGNATURE_ALGORITHMS)('accepts %s under a key that fits', async (alg) => {
    const key = generateKey(alg, 'k');
    const rules = rulesWith({ source: { kind: 'jwks', keys: [rsa.jwk, key.jwk] }, algorithms: [alg] });
    const verifier = createTokenVerifier({ rules, host: { now: () => NOW_MS, fetch } });
    const token = new Secret(goodToken(key));
    expect(await verifier.judge(token)).toEqual({
      verdict: 'accepted',
      principal: { kind: 'verified', token, claims: GOOD_CLAIMS },
    });
  });

  const acceptable: Readonly<Record<string, Attack>> = {
    'without kid, when one key fits': { token: headers({ kid: undefined }) },
    'without kid, when several keys fit': {
      token: headers({ kid: undefined }),
      keys: [withoutKidAndAlg(stranger), withoutKidAndAlg(rsa)],
    },
    'when another key has the same kid': { token: good, keys: [stranger.jwk, rsa.jwk] },
    'when broken keys stand in the set': {
      token: good,
      keys: [null, 7, 'x', {}, { kty: 'oct', k: 'AA', kid: 'rsa' }, { kty: 'constructor' }, { kty: 'RSA', kid: 'rsa' }, rsa.jwk] as never,
    },
    'without typ': { token: headers({ typ: undefined }) },
    'with typ at+jwt': { token: headers({ typ: 'AT+JWT' }) },
    'with typ application/at+jwt where at+jwt is required': {
      token: headers({ typ: 'application/at+jwt' }),
      rules: { typ: 'at+jwt' },
    },
    'with a typ of its own that is required': { token: headers({ typ: 'acme+jwt' }), rules: { typ: 'acme+jwt' } },
    'with fractions of seconds': { token: claims({ exp: NOW_SECONDS - 4.5, iat: NOW_SECONDS - 0.25 }) },
    'without any times': { token: payloadText('{"sub":"ana"}') },
    'with exp just inside the tolerance': { token: claims({ exp: NOW_SECONDS - 4.999 }) },
    'with nbf at the edge of the tolerance': { token: claims({ nbf: NOW_SECONDS + 5 }) },
    'as old as maxTokenAge and the tolerance allow': {
      token: claims({ iat: NOW_SECONDS - 305 }),
      rules: { maxTokenAgeSeconds: 300 },
    },
    'with iat in the future, without maxTokenAge': { token: claims({ iat: NOW_SECONDS + 3600 }) },
    'with an own claim called __proto__': {
      token: payloadText(goodJson.replace('{', '{"__proto__":"x",')),
      rules: { requiredClaims: ['__proto__'] },
    },
    'with an own claim called toString': { token: claims({ toString: 'x' }), rules: { requiredClaims: ['toString'] } },
    'with keys in the header that nobody looks at': { token: headers({ jwk: stranger.jwk, jku: 'https://evil.example/' }) },
    'with b64 true, which says nothing': { token: headers({ b64: true }) },
    'with white space in its JSON': { token: payloadText(` ${JSON.stringify(GOOD_CLAIMS, undefined, 2)}\n`) },
    'with every kind of JSON value': {
      token: claims({ a: [1, -0.5, 1e3, true, false, null, 'x\n\u20ac"\\', {}, [], { b: { c: [] } }] }),
    },
  };
  it.each(Object.entries(acceptable))('accepts a token %s', async (_name, { token, keys, rules }) => {
    const all = rulesWith({ source: { kind: 'jwks', keys: (keys ?? trusted) as never }, ...rules });
    const verdict = await createTokenVerifier({ rules: all, host: { now: () => NOW_MS, fetch } }).judge(new Secret(token));
    expect(verdict).toMatchObject({ verdict: 'accepted' });
  });
});

it('gives one key to each issuer alone, whatever their kids are', async () => {
  const own = rulesWith({ source: { kind: 'jwks', keys: [rsa.jwk] } });
  const others = rulesWith({ source: { kind: 'jwks', keys: [stranger.jwk] } });
  const host = { now: () => NOW_MS, fetch };
  const forOwn = createTokenVerifier({ rules: own, host });
  const forOthers = createTokenVerifier({ rules: others, host });
  expect(await forOthers.judge(new Secret(goodToken(stranger)))).toMatchObject({ verdict: 'accepted' });
  expect(await forOwn.judge(new Secret(goodToken(stranger)))).toMatchObject({ reason: 'BAD_SIGNATURE' });
  expect(await forOwn.judge(new Secret(good))).toMatchObject({ verdict: 'accepted' });
});
