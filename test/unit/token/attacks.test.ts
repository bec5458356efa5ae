import { createHash, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SIGNATURE_ALGORITHMS, type TokenRules } from '../../../src/policy/model.js';
import type { TokenReason } from '../../../src/policy/principal.js';
import { Secret } from '../../../src/secret/secret.js';
import { createTokenVerifier } from '../../../src/token/verify.js';
import {
  encodePart,
  generateKey,
  GOOD_CLAIMS,
  goodToken,
  hmacToken,
  keysFromJson,
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
const p384 = generateKey('ES384', 'p384');
const weak = generateKey('RS256', 'weak', 1024);

const header = { alg: 'RS256', typ: 'JWT', kid: 'rsa' };
const parts = { header, payload: GOOD_CLAIMS };
const good = goodToken(rsa);
const [goodHeader = '', goodPayload = '', goodSignature = ''] = good.split('.');

const withoutKidAndAlg = ({ jwk }: { jwk: object }): object => ({ ...jwk, kid: undefined, alg: undefined });
const claims = (changes: object): string => signToken({ header, payload: { ...GOOD_CLAIMS, ...changes } }, rsa);
const headers = (changes: object): string =>
  signToken({ header: { ...header, ...changes }, payload: GOOD_CLAIMS }, rsa);
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

interface Case {
  readonly token: string;
  readonly keys?: readonly unknown[];
  readonly rules?: Partial<TokenRules>;
}
interface Attack extends Case {
  /** Each attack must fail for what it is, not for some slip in its preparation. */
  readonly reason: TokenReason;
}

const trusted = [rsa.jwk, ec.jwk, ed.jwk];
const rsaPem = rsa.publicKey.export({ format: 'pem', type: 'spki' });
const rsaDer = rsa.publicKey.export({ format: 'der', type: 'spki' });
const hmacHeader = { alg: 'HS256', typ: 'JWT', kid: 'rsa' };
const none = (alg: unknown, signature = ''): string => `${encodePart({ ...header, alg })}.${goodPayload}.${signature}`;

const attacks: Readonly<Record<string, Attack>> = {
  // The algorithm
  'alg none without a signature': { reason: 'MALFORMED', token: none('none') },
  'alg none with a good signature of other content': {
    reason: 'ALGORITHM_NOT_ALLOWED',
    token: none('none', goodSignature),
  },
  'alg None': { reason: 'ALGORITHM_NOT_ALLOWED', token: none('None', goodSignature) },
  'alg NONE': { reason: 'ALGORITHM_NOT_ALLOWED', token: none('NONE', goodSignature) },
  'alg nOnE': { reason: 'ALGORITHM_NOT_ALLOWED', token: none('nOnE', goodSignature) },
  'alg empty': { reason: 'ALGORITHM_NOT_ALLOWED', token: none('', goodSignature) },
  'alg null': { reason: 'ALGORITHM_NOT_ALLOWED', token: none(null, goodSignature) },
  'alg an array that holds RS256': { reason: 'ALGORITHM_NOT_ALLOWED', token: headers({ alg: ['RS256'] }) },
  'alg in lower case': { reason: 'ALGORITHM_NOT_ALLOWED', token: headers({ alg: 'rs256' }) },
  'alg missing': { reason: 'ALGORITHM_NOT_ALLOWED', token: headers({ alg: undefined }) },
  'alg __proto__': { reason: 'ALGORITHM_NOT_ALLOWED', token: headerText('{"alg":"__proto__","kid":"rsa"}') },
  'HS256 with the public key as PEM': {
    reason: 'ALGORITHM_NOT_ALLOWED',
    token: hmacToken({ ...parts, header: hmacHeader }, rsaPem, 'sha256'),
  },
  'HS256 with the public key as DER': {
    reason: 'ALGORITHM_NOT_ALLOWED',
    token: hmacToken({ ...parts, header: hmacHeader }, rsaDer, 'sha256'),
  },
  'HS256 with the JWK as text': {
    reason: 'ALGORITHM_NOT_ALLOWED',
    token: hmacToken({ ...parts, header: hmacHeader }, JSON.stringify(rsa.jwk), 'sha256'),
  },
  'HS256 with the modulus': {
    reason: 'ALGORITHM_NOT_ALLOWED',
    token: hmacToken({ ...parts, header: hmacHeader }, Buffer.from(String(rsa.jwk['n']), 'base64url'), 'sha256'),
  },
  'HS256 with an oct key that stands in the set': {
    reason: 'ALGORITHM_NOT_ALLOWED',
    token: hmacToken({ ...parts, header: { alg: 'HS256', kid: 'oct' } }, 'secret', 'sha256'),
    keys: [...trusted, { kty: 'oct', kid: 'oct', k: Buffer.from('secret').toString('base64url') }],
  },
  'an HMAC that claims to be RS256': { reason: 'BAD_SIGNATURE', token: hmacToken(parts, rsaPem, 'sha256') },
  'RS512 where RS256 alone is allowed': {
    reason: 'ALGORITHM_NOT_ALLOWED',
    token: signToken({ ...parts, header: { ...header, alg: 'RS512' } }, { ...rsa, alg: 'RS512' }),
  },
  'PS256 that claims to be RS256': { reason: 'BAD_SIGNATURE', token: signToken(parts, { ...rsa, alg: 'PS256' }) },
  'RS256 that claims to be PS256': {
    reason: 'BAD_SIGNATURE',
    token: headers({ alg: 'PS256' }),
    keys: [{ ...rsa.jwk, alg: undefined }],
    rules: { algorithms: ['PS256', 'RS256'] },
  },
  'RS384 under a key whose alg is RS256': {
    reason: 'NO_KEY',
    token: signToken({ ...parts, header: { ...header, alg: 'RS384' } }, { ...rsa, alg: 'RS384' }),
    rules: { algorithms: ['RS256', 'RS384'] },
  },
  'ES256 of a P-384 key': {
    reason: 'NO_KEY',
    token: signToken({ ...parts, header: { alg: 'ES256', kid: 'p384' } }, { ...p384, alg: 'ES256' }),
    keys: [{ ...p384.jwk, alg: undefined }],
    rules: { algorithms: ['ES256', 'ES384'] },
  },
  'ES256 of a secp256k1 key in the set': (() => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
    const jwk = { ...publicMembers(publicKey), kid: 'k1' };
    const token = signToken({ ...parts, header: { alg: 'ES256', kid: 'k1' } }, { alg: 'ES256', privateKey });
    return { reason: 'NO_KEY', token, keys: [jwk], rules: { algorithms: ['ES256'] } } as const;
  })(),
  'ES256 with the kid of an RSA key': {
    reason: 'NO_KEY',
    token: signToken({ ...parts, header: { alg: 'ES256', kid: 'rsa' } }, ec),
    rules: { algorithms: ['RS256', 'ES256'] },
  },
  'a DER signature for ES256': (() => {
    const input = `${encodePart({ alg: 'ES256', kid: 'ec' })}.${goodPayload}`;
    return {
      reason: 'BAD_SIGNATURE',
      token: `${input}.${signatureOf(input, ec, 'der').toString('base64url')}`,
      rules: { algorithms: ['ES256'] },
    } as const;
  })(),
  'an ES256 signature of zeros (psychic signature)': {
    reason: 'BAD_SIGNATURE',
    token: `${encodePart({ alg: 'ES256', kid: 'ec' })}.${goodPayload}.${Buffer.alloc(64).toString('base64url')}`,
    rules: { algorithms: ['ES256'] },
  },
  'an ES256 signature cut short': (() => {
    const input = `${encodePart({ alg: 'ES256', kid: 'ec' })}.${goodPayload}`;
    return {
      reason: 'BAD_SIGNATURE',
      token: `${input}.${signatureOf(input, ec).subarray(0, 63).toString('base64url')}`,
      rules: { algorithms: ['ES256'] },
    } as const;
  })(),
  'an Ed25519 signature of zeros': {
    reason: 'BAD_SIGNATURE',
    token: `${encodePart({ alg: 'EdDSA', kid: 'ed' })}.${goodPayload}.${Buffer.alloc(64).toString('base64url')}`,
    rules: { algorithms: ['EdDSA'] },
  },
  'Ed25519 under a key whose alg is EdDSA': {
    reason: 'NO_KEY',
    token: signToken({ ...parts, header: { alg: 'Ed25519', kid: 'ed' } }, ed),
    rules: { algorithms: ['EdDSA', 'Ed25519'] },
  },

  // Keys of the header
  'the key in the header as jwk': {
    reason: 'BAD_SIGNATURE',
    token: signToken({ ...parts, header: { ...header, jwk: stranger.jwk } }, stranger),
  },
  'the key in the header as jwk, without kid': {
    reason: 'BAD_SIGNATURE',
    token: signToken({ ...parts, header: { alg: 'RS256', jwk: stranger.jwk } }, stranger),
  },
  'the address of keys in the header as jku': {
    reason: 'NO_KEY',
    token: signToken({ ...parts, header: { ...header, kid: 'other', jku: 'http://127.0.0.1:9/jwks' } }, stranger),
  },
  'the address of a certificate in the header as x5u': {
    reason: 'BAD_SIGNATURE',
    token: signToken({ ...parts, header: { ...header, x5u: 'http://127.0.0.1:9/cert' } }, stranger),
  },
  'a certificate in the header as x5c': {
    reason: 'BAD_SIGNATURE',
    token: signToken({ ...parts, header: { ...header, x5c: [rsaDer.toString('base64')] } }, stranger),
  },

  // kid
  'another key under a known kid': { reason: 'BAD_SIGNATURE', token: goodToken(stranger) },
  'another EC key under a known kid': {
    reason: 'BAD_SIGNATURE',
    token: goodToken(strangerEc),
    rules: { algorithms: ['ES256'] },
  },
  'a kid that no key has, with one key alone': { reason: 'NO_KEY', token: headers({ kid: 'other' }), keys: [rsa.jwk] },
  'a kid that differs in case': { reason: 'NO_KEY', token: headers({ kid: 'RSA' }) },
  'a kid with white space': { reason: 'NO_KEY', token: headers({ kid: ' rsa' }) },
  'an empty kid': { reason: 'NO_KEY', token: headers({ kid: '' }) },
  'a kid that is a path': { reason: 'NO_KEY', token: headers({ kid: '../../../../dev/null' }) },
  'a kid that is SQL': { reason: 'NO_KEY', token: headers({ kid: "rsa' OR '1'='1" }) },
  'a kid that is __proto__': { reason: 'NO_KEY', token: headerText('{"alg":"RS256","kid":"__proto__"}') },
  'a kid that is a number': { reason: 'UNSUPPORTED_HEADER', token: headers({ kid: 0 }) },
  'a kid that is null': { reason: 'UNSUPPORTED_HEADER', token: headers({ kid: null }) },
  'a kid that is an array': { reason: 'UNSUPPORTED_HEADER', token: headers({ kid: ['rsa'] }) },

  // Keys that must not be used
  'a weak RSA key': { reason: 'NO_KEY', token: goodToken(weak), keys: [weak.jwk] },
  'a weak RSA key with zeros in front of its modulus': {
    reason: 'NO_KEY',
    token: goodToken(weak),
    keys: [
      {
        ...weak.jwk,
        n: Buffer.concat([Buffer.alloc(128), Buffer.from(String(weak.jwk['n']), 'base64url')]).toString('base64url'),
      },
    ],
  },
  'an RSA exponent of 1': { reason: 'NO_KEY', token: exponentOneForgery(), keys: [{ ...rsa.jwk, e: 'AQ' }] },
  'an RSA exponent of 1 with zeros in front': {
    reason: 'NO_KEY',
    token: exponentOneForgery(),
    keys: [{ ...rsa.jwk, e: 'AAAB' }],
  },
  'a key with private members': {
    reason: 'NO_KEY',
    token: good,
    keys: [{ ...publicMembers(rsa.privateKey), kid: 'rsa' }],
  },
  'a key for encryption': { reason: 'NO_KEY', token: good, keys: [{ ...rsa.jwk, use: 'enc' }] },
  'a key with use null': { reason: 'NO_KEY', token: good, keys: [{ ...rsa.jwk, use: null }] },
  'a key whose key_ops lack verify': {
    reason: 'NO_KEY',
    token: good,
    keys: [{ ...rsa.jwk, key_ops: ['encrypt', 'wrapKey'] }],
  },
  'a key whose key_ops is a string': { reason: 'NO_KEY', token: good, keys: [{ ...rsa.jwk, key_ops: 'verify' }] },
  'a key for another algorithm': { reason: 'NO_KEY', token: good, keys: [{ ...rsa.jwk, alg: 'RS512' }] },
  'a key whose kid is a number': { reason: 'NO_KEY', token: headers({ kid: '7' }), keys: [{ ...rsa.jwk, kid: 7 }] },
  'a key whose kty is a name of Object.prototype': {
    reason: 'NO_KEY',
    token: good,
    keys: [{ ...rsa.jwk, kty: 'constructor' }],
  },
  'a key whose modulus is an array': { reason: 'NO_KEY', token: good, keys: [{ ...rsa.jwk, n: [rsa.jwk['n']] }] },
  'an EC key whose point is not on its curve': {
    reason: 'NO_KEY',
    token: goodToken(ec),
    keys: [{ ...ec.jwk, y: ec.jwk['x'] }],
    rules: { algorithms: ['ES256'] },
  },
  'a set with no key': { reason: 'NO_KEY', token: good, keys: [] },
  'more keys than are tried before the right one': {
    reason: 'BAD_SIGNATURE',
    token: headers({ kid: undefined }),
    keys: [
      ...Array.from({ length: 8 }, (_, index) => withoutKidAndAlg(generateKey('RS256', `k${index}`))),
      withoutKidAndAlg(rsa),
    ],
  },

  // Encoding
  'base64 padding on the header': { reason: 'MALFORMED', token: `${goodHeader}=.${goodPayload}.${goodSignature}` },
  'base64 padding on the signature': { reason: 'MALFORMED', token: `${good}==` },
  'spare bits in the signature': {
    reason: 'MALFORMED',
    token: `${good.slice(0, -1)}${nextCharacter(good.at(-1) ?? '')}`,
  },
  'the alphabet of plain base64': (() => {
    const token = claims({ note: '>>>???>>>???' });
    const [first = '', second = '', third = ''] = token.split('.');
    const plain = Buffer.from(second, 'base64url').toString('base64').replaceAll('=', '');
    expect(plain).not.toBe(second);
    return { reason: 'MALFORMED', token: `${first}.${plain}.${third}` };
  })(),
  'a line break in a part': {
    reason: 'MALFORMED',
    token: `${goodHeader}.${goodPayload.slice(0, 8)}\n${goodPayload.slice(8)}.${goodSignature}`,
  },
  'a space before the token': { reason: 'MALFORMED', token: ` ${good}` },
  'a NUL behind the token': { reason: 'MALFORMED', token: `${good}\u0000` },
  'two parts': { reason: 'MALFORMED', token: `${goodHeader}.${goodPayload}` },
  'four parts': { reason: 'MALFORMED', token: `${good}.${goodSignature}` },
  'five parts (JWE)': { reason: 'MALFORMED', token: `${goodHeader}.a.b.c.${goodSignature}` },
  'an empty header': { reason: 'MALFORMED', token: `.${goodPayload}.${goodSignature}` },
  'an empty payload': { reason: 'MALFORMED', token: `${goodHeader}..${goodSignature}` },
  'an empty signature': { reason: 'MALFORMED', token: `${goodHeader}.${goodPayload}.` },
  'an empty token': { reason: 'MALFORMED', token: '' },
  'JSON serialisation': {
    reason: 'MALFORMED',
    token: JSON.stringify({ payload: goodPayload, protected: goodHeader, signature: goodSignature }),
  },
  'bytes that are not UTF-8': {
    reason: 'MALFORMED',
    token: signToken({ header, payload: Buffer.from(goodJson.replace('ana', 'a\u00ff'), 'latin1') }, rsa),
  },
  'a byte order mark': { reason: 'MALFORMED', token: payloadText(`\ufeff${goodJson}`) },
  'a token over 64 KiB': { reason: 'TOKEN_TOO_LARGE', token: claims({ note: 'x'.repeat(64 * 1024) }) },

  // JSON
  'an array as the payload': { reason: 'MALFORMED', token: payloadText('[]') },
  'a string as the payload': { reason: 'MALFORMED', token: payloadText('"x"') },
  'null as the payload': { reason: 'MALFORMED', token: payloadText('null') },
  'two objects as the payload': { reason: 'MALFORMED', token: payloadText(`${goodJson}{}`) },
  'a comment in the payload': { reason: 'MALFORMED', token: payloadText(`/**/${goodJson}`) },
  'a trailing comma in the payload': { reason: 'MALFORMED', token: payloadText(goodJson.replace('}', ',}')) },
  'a claim twice': { reason: 'MALFORMED', token: payloadText(goodJson.replace('{', '{"sub":"root",')) },
  'a claim twice, once with an escape': {
    reason: 'MALFORMED',
    token: payloadText(goodJson.replace('{', '{"s\\u0075b":"root",')),
  },
  'a member twice deep inside': {
    reason: 'MALFORMED',
    token: payloadText(goodJson.replace('{', '{"a":[{"b":{"c":1,"c":2}}],')),
  },
  'alg twice': { reason: 'MALFORMED', token: headerText('{"alg":"none","alg":"RS256","kid":"rsa"}') },
  '__proto__ twice': {
    reason: 'MALFORMED',
    token: payloadText(goodJson.replace('{', '{"__proto__":{},"__proto__":{},')),
  },
  'thousands of nested arrays': {
    reason: 'MALFORMED',
    token: payloadText(goodJson.replace('{', `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)},`)),
  },

  // Members of the header
  'crit with an unknown extension': { reason: 'UNSUPPORTED_HEADER', token: headers({ crit: ['x'], x: 1 }) },
  'crit with b64': { reason: 'UNSUPPORTED_HEADER', token: headers({ crit: ['b64'], b64: true }) },
  'an empty crit': { reason: 'UNSUPPORTED_HEADER', token: headers({ crit: [] }) },
  'crit null': { reason: 'UNSUPPORTED_HEADER', token: headers({ crit: null }) },
  'b64 false': { reason: 'UNSUPPORTED_HEADER', token: headers({ b64: false }) },
  'b64 false with a payload that is not encoded': (() => {
    const encoded = encodePart({ ...header, b64: false, crit: ['b64'] });
    const input = `${encoded}.{}`;
    return { reason: 'MALFORMED', token: `${input}.${signatureOf(input, rsa).toString('base64url')}` };
  })(),
  'enc in the header': { reason: 'UNSUPPORTED_HEADER', token: headers({ enc: 'A256GCM' }) },
  'cty JWT': { reason: 'UNSUPPORTED_HEADER', token: headers({ cty: 'JWT' }) },
  'cty application/jwt': { reason: 'UNSUPPORTED_HEADER', token: headers({ cty: 'application/jwt' }) },
  'a nested token': {
    reason: 'MALFORMED',
    token: signToken({ header: { ...header, cty: 'JWT' }, payload: good }, rsa),
  },
  'a logout token': { reason: 'WRONG_TYPE', token: headers({ typ: 'logout+jwt' }) },
  'a security event token': { reason: 'WRONG_TYPE', token: headers({ typ: 'application/secevent+jwt' }) },
  'a DPoP proof': { reason: 'WRONG_TYPE', token: headers({ typ: 'DPoP+JWT' }) },
  'an introspection answer': { reason: 'WRONG_TYPE', token: headers({ typ: 'token-introspection+jwt' }) },
  'a request object': { reason: 'WRONG_TYPE', token: headers({ typ: 'oauth-authz-req+jwt' }) },
  'a client assertion': { reason: 'WRONG_TYPE', token: headers({ typ: 'client-authentication+jwt' }) },
  'a key binding token': { reason: 'WRONG_TYPE', token: headers({ typ: 'kb+jwt' }) },
  'a typ that is no string': { reason: 'WRONG_TYPE', token: headers({ typ: ['JWT'] }) },
  'JWT where at+jwt is required': { reason: 'WRONG_TYPE', token: good, rules: { typ: 'at+jwt' } },
  'no typ where at+jwt is required': {
    reason: 'WRONG_TYPE',
    token: headers({ typ: undefined }),
    rules: { typ: 'at+jwt' },
  },

  // Times
  'an expired token': { reason: 'EXPIRED', token: claims({ exp: NOW_SECONDS - 5 }) },
  'exp as a string in the future': { reason: 'INVALID_TIME', token: claims({ exp: String(NOW_SECONDS + 300) }) },
  'exp null': { reason: 'INVALID_TIME', token: claims({ exp: null }) },
  'exp an array': { reason: 'INVALID_TIME', token: claims({ exp: [NOW_SECONDS + 300] }) },
  'exp true': { reason: 'INVALID_TIME', token: claims({ exp: true }) },
  'exp beyond all numbers': {
    reason: 'INVALID_TIME',
    token: payloadText(goodJson.replace(/"exp":\d+/, '"exp":1e999')),
  },
  'exp 0': { reason: 'EXPIRED', token: claims({ exp: 0 }) },
  'exp negative': { reason: 'EXPIRED', token: claims({ exp: -1 }) },
  'exp in milliseconds that have passed is still compared as seconds': {
    reason: 'EXPIRED',
    token: claims({ exp: NOW_SECONDS / 1000 }),
  },
  'nbf as a string': { reason: 'INVALID_TIME', token: claims({ nbf: '0' }) },
  'nbf in the future': { reason: 'NOT_YET_VALID', token: claims({ nbf: NOW_SECONDS + 6 }) },
  'nbf an object': { reason: 'INVALID_TIME', token: claims({ nbf: {} }) },
  'iat as a string': { reason: 'INVALID_TIME', token: claims({ iat: String(NOW_SECONDS) }) },
  'no exp where it is required': {
    reason: 'MISSING_CLAIM',
    token: claims({ exp: undefined }),
    rules: { requireExp: true },
  },
  'no iat under maxTokenAge': {
    reason: 'MISSING_CLAIM',
    token: claims({ iat: undefined }),
    rules: { maxTokenAgeSeconds: 300 },
  },
  'iat 0 under maxTokenAge': { reason: 'INVALID_TIME', token: claims({ iat: 0 }), rules: { maxTokenAgeSeconds: 3e9 } },
  'iat in the future under maxTokenAge': {
    reason: 'INVALID_TIME',
    token: claims({ iat: NOW_SECONDS + 6 }),
    rules: { maxTokenAgeSeconds: 300 },
  },
  'an old token under maxTokenAge': {
    reason: 'TOO_OLD',
    token: claims({ iat: NOW_SECONDS - 306 }),
    rules: { maxTokenAgeSeconds: 300 },
  },

  // Claims
  'an inherited name as a required claim': {
    reason: 'MISSING_CLAIM',
    token: good,
    rules: { requiredClaims: ['toString'] },
  },
  'constructor as a required claim': {
    reason: 'MISSING_CLAIM',
    token: good,
    rules: { requiredClaims: ['constructor'] },
  },
  '__proto__ as a required claim': { reason: 'MISSING_CLAIM', token: good, rules: { requiredClaims: ['__proto__'] } },
  'claims smuggled in through __proto__': {
    reason: 'MISSING_CLAIM',
    token: payloadText(goodJson.replace('{', '{"__proto__":{"role":"admin"},')),
    rules: { requiredClaims: ['role'] },
  },
  'a role as an object': {
    reason: 'CLAIM_MISMATCH',
    token: claims({ role: { admin: true } }),
    rules: { claimRules: [{ claim: 'role', matchType: 'exact', value: '[object Object]' }] },
  },
  'a role as a nested array': {
    reason: 'CLAIM_MISMATCH',
    token: claims({ role: [['admin']] }),
    rules: { claimRules: [{ claim: 'role', matchType: 'contains', values: ['admin'] }] },
  },
  'a header that contradicts the payload': {
    reason: 'HEADER_MISMATCH',
    token: signToken({ header: { ...header, tenant: 'a' }, payload: { ...GOOD_CLAIMS, tenant: 'b' } }, rsa),
    rules: { headerPayloadMatch: ['tenant'] },
  },

  // Signatures
  'a changed payload': {
    reason: 'BAD_SIGNATURE',
    token: `${goodHeader}.${encodePart({ ...GOOD_CLAIMS, sub: 'root' })}.${goodSignature}`,
  },
  'a changed header': {
    reason: 'BAD_SIGNATURE',
    token: `${encodePart({ ...header, x: 1 })}.${goodPayload}.${goodSignature}`,
  },
  'the signature of another token': {
    reason: 'BAD_SIGNATURE',
    token: `${goodHeader}.${goodPayload}.${claims({ sub: 'bob' }).split('.')[2] ?? ''}`,
  },
  'a signature of zeros': {
    reason: 'BAD_SIGNATURE',
    token: `${goodHeader}.${goodPayload}.${Buffer.alloc(256).toString('base64url')}`,
  },
};

function nextCharacter(character: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return alphabet[alphabet.indexOf(character) + 1] ?? 'B';
}

describe('attacks on a token', () => {
  it.each(Object.entries(attacks))('refuses %s', async (_name, attack) => {
    const fetched: string[] = [];
    const rules = rulesWith({
      source: { kind: 'jwks', keys: keysFromJson(attack.keys ?? trusted) },
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
    expect(verdict).toMatchObject({ verdict: 'rejected', reason: attack.reason });
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

  const acceptable: Readonly<Record<string, Case>> = {
    'without kid, when one key fits': { token: headers({ kid: undefined }) },
    'without kid, when several keys fit': {
      token: headers({ kid: undefined }),
      keys: [withoutKidAndAlg(stranger), withoutKidAndAlg(rsa)],
    },
    'when another key has the same kid': { token: good, keys: [stranger.jwk, rsa.jwk] },
    'when broken keys stand in the set': {
      token: good,
      keys: [
        null,
        7,
        'x',
        {},
        { kty: 'oct', k: 'AA', kid: 'rsa' },
        { kty: 'constructor' },
        { kty: 'RSA', kid: 'rsa' },
        rsa.jwk,
      ],
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
    'with keys in the header that nobody looks at': {
      token: headers({ jwk: stranger.jwk, jku: 'https://evil.example/' }),
    },
    'with b64 true, which says nothing': { token: headers({ b64: true }) },
    'with white space in its JSON': { token: payloadText(` ${JSON.stringify(GOOD_CLAIMS, undefined, 2)}\n`) },
    'with every kind of JSON value': {
      token: claims({ a: [1, -0.5, 1e3, true, false, null, 'x\n\u20ac"\\', {}, [], { b: { c: [] } }] }),
    },
  };
  it.each(Object.entries(acceptable))('accepts a token %s', async (_name, { token, keys, rules }) => {
    const all = rulesWith({ source: { kind: 'jwks', keys: keysFromJson(keys ?? trusted) }, ...rules });
    const verdict = await createTokenVerifier({ rules: all, host: { now: () => NOW_MS, fetch } }).judge(
      new Secret(token),
    );
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
