// Signatures that are none: forged values, other encodings, cut, stretched and flipped (CVE-2022-21449 and its kin).
import { encodePart, signatureOf, signToken } from '../../support/jwt.js';
import { collected, each, ec, ed, p384, p521, rawSignature, rsa, type Attacks, type Stage } from '../stage.js';

/** The order of P-256, and of the base point of Ed25519. */
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const ED25519_ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

const ES256 = { alg: 'ES256', kid: 'ec' };
const EDDSA = { alg: 'EdDSA', kid: 'ed' };

function bigEndian(value: bigint, length: number): Buffer {
  return Buffer.from(value.toString(16).padStart(length * 2, '0'), 'hex');
}

function flipped(bytes: Uint8Array, index: number): Buffer {
  const copy = Buffer.from(bytes);
  const at = index < 0 ? copy.length + index : index;
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

function ecdsaForms(stage: Stage): Readonly<Record<string, Uint8Array>> {
  const good = rawSignature(stage, ES256, ec);
  const [r, s] = [good.subarray(0, 32), good.subarray(32)];
  const zero = Buffer.alloc(32);
  const order = bigEndian(P256_ORDER, 32);
  const one = bigEndian(1n, 32);
  return {
    'r and s of 0': Buffer.concat([zero, zero]),
    'r of 0': Buffer.concat([zero, s]),
    's of 0': Buffer.concat([r, zero]),
    'r and s of the order': Buffer.concat([order, order]),
    'r of the order': Buffer.concat([order, s]),
    's of the order': Buffer.concat([r, order]),
    'r and s of 1': Buffer.concat([one, one]),
    'r and s exchanged': Buffer.concat([s, r]),
    'nothing but r': r,
    'all bits set': Buffer.alloc(64, 0xff),
    'a byte too few': good.subarray(0, 63),
    'a zero byte too many in front': Buffer.concat([Buffer.alloc(1), good]),
    'a zero byte too many behind': Buffer.concat([good, Buffer.alloc(1)]),
    'twice the signature': Buffer.concat([good, good]),
    'DER in place of P1363': signatureOf(`${encodePart(ES256)}.${stage.parts[1]}`, ec, 'der'),
    'a flipped bit in r': flipped(good, 5),
    'a flipped bit in s': flipped(good, 40),
    'a flipped last bit': flipped(good, -1),
  };
}

function eddsaForms(stage: Stage): Readonly<Record<string, Uint8Array>> {
  const good = rawSignature(stage, EDDSA, ed);
  const [point, scalar] = [good.subarray(0, 32), good.subarray(32)];
  const value = BigInt(`0x${Buffer.from(scalar.toReversed()).toString('hex')}`);
  const malleated = bigEndian(value + ED25519_ORDER, 32).toReversed();
  return {
    zeros: Buffer.alloc(64),
    'a scalar beyond the order': Buffer.concat([point, malleated]),
    'a scalar of 0': Buffer.concat([point, Buffer.alloc(32)]),
    'the identity as point': Buffer.concat([bigEndian(1n, 32).toReversed(), scalar]),
    'halves exchanged': Buffer.concat([scalar, point]),
    'a byte too few': good.subarray(0, 63),
    'a byte too many': Buffer.concat([good, Buffer.alloc(1)]),
    'a flipped bit in the point': flipped(good, 3),
    'a flipped bit in the scalar': flipped(good, 35),
    'a flipped last bit': flipped(good, -1),
  };
}

function rsaForms(stage: Stage): Readonly<Record<string, Uint8Array>> {
  const good = Buffer.from(stage.parts[2], 'base64url');
  const modulus = Buffer.from(String(rsa.jwk['n']), 'base64url');
  const beyond = BigInt(`0x${good.toString('hex')}`) + BigInt(`0x${modulus.toString('hex')}`);
  return {
    zeros: Buffer.alloc(256),
    'the number 1': bigEndian(1n, 256),
    'the modulus': modulus,
    'the modulus less 1': bigEndian(BigInt(`0x${modulus.toString('hex')}`) - 1n, 256),
    'the signature and the modulus added': bigEndian(beyond, 257),
    'a zero byte in front': Buffer.concat([Buffer.alloc(1), good]),
    'a zero byte behind': Buffer.concat([good, Buffer.alloc(1)]),
    'a byte too few in front': good.subarray(1),
    'a byte too few behind': good.subarray(0, 255),
    'a flipped first bit': flipped(good, 0),
    'a flipped bit in the middle': flipped(good, 128),
    'a flipped last bit': flipped(good, -1),
    'its bytes reversed': good.toReversed(),
    'a mebibit of noise': Buffer.alloc(16_384, 0x5a),
  };
}

export const signatureForms = (stage: Stage): Attacks => {
  const bad = { reason: 'BAD_SIGNATURE' } as const;
  const [first, second, third] = stage.parts;
  const short = (key: typeof p384): string => {
    const header = { alg: key.alg, kid: key.jwk['kid'] };
    return stage.withSignature(header, rawSignature(stage, header, key).subarray(1));
  };
  return collected(
    each(
      Object.entries(ecdsaForms(stage)),
      ([what]) => `ES256: ${what}`,
      ([, signature]) => ({
        ...bad,
        token: stage.withSignature(ES256, signature),
        config: { algorithms: ['ES256'] },
      }),
    ),
    each(
      Object.entries(eddsaForms(stage)),
      ([what]) => `EdDSA: ${what}`,
      ([, signature]) => ({
        ...bad,
        token: stage.withSignature(EDDSA, signature),
        config: { algorithms: ['EdDSA'] },
      }),
    ),
    each(
      Object.entries(rsaForms(stage)),
      ([what]) => `RS256: ${what}`,
      ([, signature]) => ({ ...bad, token: stage.withSignature(stage.header, signature) }),
    ),
    each(
      [p384, p521],
      ({ alg }) => `${alg}: a byte too few`,
      (key) => ({ ...bad, token: short(key), keys: [key.jwk], config: { algorithms: [key.alg] } }),
    ),
    [
      ['a changed payload', { ...bad, token: `${first}.${encodePart({ ...stage.claims, sub: 'root' })}.${third}` }],
      ['a changed header', { ...bad, token: `${encodePart({ ...stage.header, x: 1 })}.${second}.${third}` }],
      [
        'the signature of another token',
        { ...bad, token: `${first}.${second}.${stage.withClaims({ sub: 'bob' }).split('.')[2] ?? ''}` },
      ],
      [
        'a payload that says the same in other bytes',
        { ...bad, token: `${first}.${encodePart(JSON.stringify(stage.claims, undefined, 1))}.${third}` },
      ],
      [
        'a signature over the decoded text',
        {
          ...bad,
          token: stage.withSignature(stage.header, signatureOf(`${JSON.stringify(stage.header)}.${stage.json}`, rsa)),
        },
      ],
      [
        'PSS with a salt of another length',
        {
          ...bad,
          token: signToken(
            { header: { ...stage.header, alg: 'PS256' }, payload: stage.claims },
            { ...rsa, alg: 'PS512' },
          ),
          keys: [{ ...rsa.jwk, alg: undefined }],
          config: { algorithms: ['PS256'] },
        },
      ],
    ],
  );
};
