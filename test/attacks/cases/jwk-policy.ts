// Keys that an issuer publishes and that must not verify anything (RFC 7517 section 4, RFC 8725 section 3.5).
import {
  collected,
  each,
  ec,
  ed,
  exponentOneForgery,
  nameless,
  privateMembers,
  rsa,
  stranger,
  weak,
  type Attack,
  type Attacks,
  type Stage,
} from '../stage.js';
import { generateKey } from '../../support/jwt.js';

const secret = privateMembers(rsa.privateKey);
const noise = Array.from({ length: 8 }, (_, index) => nameless(generateKey('RS256', `k${index}`)));

/** Changes to a good key that make it one of no use. */
const CHANGES: Readonly<Record<string, object>> = {
  'use enc': { use: 'enc' },
  'use null': { use: null },
  'use in capitals': { use: 'SIG' },
  'use as a list': { use: ['sig'] },
  'an empty use': { use: '' },
  'key_ops without verify': { key_ops: ['encrypt', 'wrapKey'] },
  'empty key_ops': { key_ops: [] },
  'key_ops as a text': { key_ops: 'verify' },
  'key_ops null': { key_ops: null },
  'key_ops with sign alone': { key_ops: ['sign'] },
  'the alg of another hash': { alg: 'RS512' },
  'the alg of PSS': { alg: 'PS256' },
  'alg none': { alg: 'none' },
  'alg null': { alg: null },
  'alg in lower case': { alg: 'rs256' },
  'alg for encryption': { alg: 'RSA-OAEP' },
  'an unknown kty': { kty: 'constructor' },
  'kty in lower case': { kty: 'rsa' },
  'kty oct': { kty: 'oct', k: 'AAAA' },
  'kty EC': { kty: 'EC', crv: 'P-256' },
  'kty as a list': { kty: ['RSA'] },
  'no kty': { kty: undefined },
  'no modulus': { n: undefined },
  'no exponent': { e: undefined },
  'an empty modulus': { n: '' },
  'a modulus as a list': { n: [rsa.jwk['n']] },
  'a modulus as a number': { n: 65_537 },
  'a modulus in plain base64': { n: `${String(rsa.jwk['n']).slice(0, -2)}+/` },
  'a modulus with padding': { n: `${String(rsa.jwk['n'])}==` },
  'an exponent of 0': { e: 'AA' },
  'an exponent of 2': { e: 'Ag' },
  'an exponent as a number': { e: 65_537 },
};

export const jwkPolicy = (stage: Stage): Attacks => {
  const noKey = (keys: readonly unknown[], token = stage.good, config?: Attack['config']): Attack => ({
    reason: 'NO_KEY',
    token,
    keys,
    ...(config && { config }),
  });
  const es256 = { algorithms: ['ES256'] };
  return collected(
    each(
      Object.entries(CHANGES),
      ([what]) => `a key with ${what}`,
      ([, changes]) => noKey([{ ...rsa.jwk, ...changes }]),
    ),
    each(
      ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'],
      (member) => `a key with the private member ${member}`,
      (member) => noKey([{ ...rsa.jwk, [member]: secret[member] ?? 'AAAA' }]),
    ),
    [
      ['a private key', noKey([{ ...secret, kid: 'rsa' }])],
      ['a weak RSA key', noKey([weak.jwk], stage.goodOf(weak))],
      ['a weak RSA key with zeros in front of its modulus', noKey([stretched()], stage.goodOf(weak))],
      ['an RSA exponent of 1', noKey([{ ...rsa.jwk, e: 'AQ' }], exponentOneForgery(stage))],
      ['an RSA exponent of 1 with zeros in front', noKey([{ ...rsa.jwk, e: 'AAAB' }], exponentOneForgery(stage))],
      ['an EC point that is not on its curve', noKey([{ ...ec.jwk, y: ec.jwk['x'] }], stage.goodOf(ec), es256)],
      ['an EC point of zeros', noKey([{ ...ec.jwk, x: zeros(32), y: zeros(32) }], stage.goodOf(ec), es256)],
      ['an EC coordinate that is short', noKey([{ ...ec.jwk, x: 'AQ' }], stage.goodOf(ec), es256)],
      ['an EC key without y', noKey([{ ...ec.jwk, y: undefined }], stage.goodOf(ec), es256)],
      [
        'an EC key of a curve that it is not on',
        noKey([{ ...nameless(ec), kid: 'ec', crv: 'P-384' }], stage.goodOf(ec), es256),
      ],
      ['an Ed25519 key that is short', noKey([{ ...ed.jwk, x: 'AQ' }], stage.goodOf(ed), { algorithms: ['EdDSA'] })],
      [
        'an Ed25519 key with its private part',
        noKey([{ ...privateMembers(ed.privateKey), kid: 'ed' }], stage.goodOf(ed), { algorithms: ['EdDSA'] }),
      ],
      ['a set with no key', noKey([])],
      ['a set of things that are no keys', noKey([null, 7, 'x', {}, [], [rsa.jwk], { kid: 'rsa' }, { kty: 'RSA' }])],
      ['a set in a set', noKey([{ keys: [rsa.jwk] }])],
      [
        'a certificate of somebody else beside the material',
        {
          reason: 'BAD_SIGNATURE',
          token: stage.goodOf(stranger),
          keys: [{ ...rsa.jwk, x5c: [stranger.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')] }],
        },
      ],
      [
        'more keys than are tried before the right one',
        { reason: 'BAD_SIGNATURE', token: stage.withHeader({ kid: undefined }), keys: [...noise, nameless(rsa)] },
      ],
    ],
  );
};

function zeros(bytes: number): string {
  return Buffer.alloc(bytes).toString('base64url');
}

function stretched(): object {
  const modulus = Buffer.from(String(weak.jwk['n']), 'base64url');
  return { ...weak.jwk, n: Buffer.concat([Buffer.alloc(128), modulus]).toString('base64url') };
}
