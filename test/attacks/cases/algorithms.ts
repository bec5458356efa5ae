// `none` in every spelling, and one algorithm taken for another (RFC 8725 sections 2.1 and 3.1).
import { generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto';
import { encodePart, hmacToken, publicMembers, signatureOf, signToken, type SigningKey } from '../../support/jwt.js';
import {
  collected,
  each,
  ec,
  ed,
  nameless,
  p384,
  p521,
  rsa,
  trusted,
  type Attack,
  type Attacks,
  type Stage,
} from '../stage.js';

const NONE = ['none', 'None', 'NONE', 'nOnE', 'nonE', ' none', 'none ', 'none\u0000', 'n\u043ene', 'null', ''];
const NOT_ALGORITHMS = [null, 0, false, true, [], ['none'], ['RS256'], {}, { alg: 'RS256' }, undefined];
const OTHER_NAMES = [
  'rs256',
  'Rs256',
  'RS256 ',
  ' RS256',
  'RS256\n',
  'RS256,none',
  'RS-256',
  'SHA256withRSA',
  'RS1',
  'RS2560',
  'RSA-OAEP',
  'dir',
  'A256GCM',
  'ES256K',
  'ML-DSA-65',
  'HS256',
  'HS384',
  'HS512',
  'PS256',
  'ES256',
  'EdDSA',
  '__proto__',
  'constructor',
  'toString',
];

export const noneVariants = (stage: Stage): Attacks =>
  collected(
    each(
      [...NONE, ...NOT_ALGORITHMS],
      (alg) => `alg ${JSON.stringify(alg)} with the signature of a good token`,
      (alg) => ({
        reason: 'ALGORITHM_NOT_ALLOWED',
        token: stage.withSignature({ ...stage.header, alg }, stage.parts[2]),
      }),
    ),
    each(
      ['none', 'None', 'NONE', ''],
      (alg) => `alg ${JSON.stringify(alg)} without a signature`,
      (alg) => ({ reason: 'MALFORMED', token: stage.withSignature({ ...stage.header, alg }, '') }),
    ),
    each(
      ['none', 'RS256'],
      (alg) => `alg ${alg} with one byte for a signature`,
      (alg) => ({
        reason: alg === 'none' ? 'ALGORITHM_NOT_ALLOWED' : 'BAD_SIGNATURE',
        token: stage.withSignature({ ...stage.header, alg }, 'AA'),
      }),
    ),
    each(
      OTHER_NAMES,
      (alg) => `alg ${JSON.stringify(alg)} over a signature of RS256`,
      (alg) => ({ reason: 'ALGORITHM_NOT_ALLOWED', token: stage.withHeader({ alg }) }),
    ),
  );

/** What an HMAC could be keyed with by a verifier that takes a public key for a secret. */
const PUBLIC_SECRETS: Readonly<Record<string, string | Uint8Array>> = {
  'the key as PEM': rsa.publicKey.export({ format: 'pem', type: 'spki' }),
  'the key as PEM without its last line break': String(rsa.publicKey.export({ format: 'pem', type: 'spki' })).trim(),
  'the key as PKCS#1': rsa.publicKey.export({ format: 'pem', type: 'pkcs1' }),
  'the key as DER': rsa.publicKey.export({ format: 'der', type: 'spki' }),
  'the JWK as text': JSON.stringify(rsa.jwk),
  'the set as text': JSON.stringify({ keys: trusted }),
  'the modulus': Buffer.from(String(rsa.jwk['n']), 'base64url'),
  'the modulus as it is written': String(rsa.jwk['n']),
  'an empty secret': '',
};

const HMACS = [
  ['HS256', 'sha256'],
  ['HS384', 'sha384'],
  ['HS512', 'sha512'],
] as const;

/** The same key under both of these, signed with the one and declared as the other. */
const RSA_MIXES = [
  ['RS256', 'PS256'],
  ['PS256', 'RS256'],
  ['RS384', 'PS384'],
  ['PS384', 'RS384'],
  ['RS512', 'PS512'],
  ['PS512', 'RS512'],
  ['RS256', 'RS384'],
  ['RS512', 'RS256'],
  ['PS256', 'PS512'],
] as const;

const CURVE_MIXES: readonly (readonly [string, SigningKey])[] = [
  ['ES256', p384],
  ['ES256', p521],
  ['ES384', ec],
  ['ES384', p521],
  ['ES512', ec],
  ['ES512', p384],
  ['EdDSA', ec],
  ['ES256', ed],
  ['RS256', ec],
];

export const algorithmConfusion = (stage: Stage): Attacks =>
  collected(
    Object.entries(PUBLIC_SECRETS).flatMap(([what, secret]) =>
      each(
        HMACS,
        ([alg]) => `${alg} keyed with ${what}`,
        ([alg, hash]) => ({
          reason: 'ALGORITHM_NOT_ALLOWED',
          token: hmacToken({ header: { ...stage.header, alg }, payload: stage.claims }, secret, hash),
        }),
      ),
    ),
    each(
      Object.entries(PUBLIC_SECRETS).slice(0, 4),
      ([what]) => `an HMAC keyed with ${what} that claims to be RS256`,
      ([, secret]) => ({
        reason: 'BAD_SIGNATURE',
        token: hmacToken({ header: stage.header, payload: stage.claims }, secret, 'sha256'),
      }),
    ),
    each(
      RSA_MIXES,
      ([signed, declared]) => `a signature of ${signed} declared as ${declared}`,
      ([signed, declared]) => ({
        reason: 'BAD_SIGNATURE',
        token: signToken(
          { header: { ...stage.header, alg: declared }, payload: stage.claims },
          { ...rsa, alg: signed },
        ),
        keys: [{ ...rsa.jwk, alg: undefined }],
        config: { algorithms: [signed, declared] },
      }),
    ),
    each(
      CURVE_MIXES,
      ([alg, key]) => `${alg} under the key ${String(key.jwk['kid'])}`,
      ([alg, key]) => ({
        reason: 'NO_KEY',
        token: signToken({ header: { alg, kid: key.jwk['kid'] }, payload: stage.claims }, key),
        keys: [{ ...key.jwk, alg: undefined }],
        config: { algorithms: ['RS256', 'ES256', 'ES384', 'ES512', 'EdDSA'] },
      }),
    ),
    [
      ['HS256 with an oct key that stands in the set', octKey(stage)],
      ['RS384 under a key whose alg is RS256', otherAlg(stage)],
      ['RS512 where RS256 alone is allowed', notAllowed(stage)],
      ['Ed25519 under a key whose alg is EdDSA', olderName(stage)],
      [
        'ES256 of a secp256k1 key',
        foreignCurve(stage, 'ES256', generateKeyPairSync('ec', { namedCurve: 'secp256k1' })),
      ],
      ['EdDSA of an Ed448 key', foreignCurve(stage, 'EdDSA', generateKeyPairSync('ed448'))],
      ['EdDSA with an X25519 key', exchangeKey(stage)],
    ],
  );

function octKey({ claims }: Stage): Attack {
  return {
    reason: 'ALGORITHM_NOT_ALLOWED',
    token: hmacToken({ header: { alg: 'HS256', kid: 'oct' }, payload: claims }, 'secret', 'sha256'),
    keys: [...trusted, { kty: 'oct', kid: 'oct', alg: 'HS256', k: Buffer.from('secret').toString('base64url') }],
  };
}

function otherAlg({ header, claims }: Stage): Attack {
  return {
    reason: 'NO_KEY',
    token: signToken({ header: { ...header, alg: 'RS384' }, payload: claims }, { ...rsa, alg: 'RS384' }),
    config: { algorithms: ['RS256', 'RS384'] },
  };
}

function notAllowed({ header, claims }: Stage): Attack {
  return {
    reason: 'ALGORITHM_NOT_ALLOWED',
    token: signToken({ header: { ...header, alg: 'RS512' }, payload: claims }, { ...rsa, alg: 'RS512' }),
  };
}

function olderName({ claims }: Stage): Attack {
  return {
    reason: 'NO_KEY',
    token: signToken({ header: { alg: 'Ed25519', kid: 'ed' }, payload: claims }, ed),
    config: { algorithms: ['EdDSA', 'Ed25519'] },
  };
}

function foreignCurve({ claims }: Stage, alg: 'ES256' | 'EdDSA', pair: KeyPairKeyObjectResult): Attack {
  const { privateKey, publicKey } = pair;
  const input = `${encodePart({ alg, kid: 'foreign' })}.${encodePart(claims)}`;
  return {
    reason: 'NO_KEY',
    token: `${input}.${signatureOf(input, { alg, privateKey }).toString('base64url')}`,
    keys: [{ ...publicMembers(publicKey), kid: 'foreign' }],
    config: { algorithms: [alg] },
  };
}

function exchangeKey({ claims }: Stage): Attack {
  return {
    reason: 'NO_KEY',
    token: signToken({ header: { alg: 'EdDSA', kid: 'ed' }, payload: claims }, ed),
    keys: [{ ...nameless(ed), kid: 'ed', crv: 'X25519' }],
    config: { algorithms: ['EdDSA'] },
  };
}
