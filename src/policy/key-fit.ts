// Which keys may verify which algorithm (spec: token rules, step 5; RFC 7517 section 4, RFC 7518 section 3). A key that
// does not fit is skipped, it does not spoil its set.
import type { PublicJwk, SignatureAlgorithm } from './model.js';

type KeyType = { readonly kty: 'RSA' } | { readonly kty: 'EC' | 'OKP'; readonly crv: string };

const KEY_TYPES: Readonly<Record<SignatureAlgorithm, KeyType>> = {
  RS256: { kty: 'RSA' },
  RS384: { kty: 'RSA' },
  RS512: { kty: 'RSA' },
  PS256: { kty: 'RSA' },
  PS384: { kty: 'RSA' },
  PS512: { kty: 'RSA' },
  ES256: { kty: 'EC', crv: 'P-256' },
  ES384: { kty: 'EC', crv: 'P-384' },
  ES512: { kty: 'EC', crv: 'P-521' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519' },
  Ed25519: { kty: 'OKP', crv: 'Ed25519' },
};

/** Of private and symmetric keys, of whatever type (RFC 7518 section 6, RFC 8037 section 2; `priv` of newer types). */
export const PRIVATE_MEMBERS: readonly string[] = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];
const MIN_RSA_BITS = 2048;
const MIN_RSA_EXPONENT = 3;

/** The misfit of an RSA key that would fit, were it longer. */
export const SHORT_MODULUS = `its modulus has less than ${MIN_RSA_BITS} bits`;

/** Why a key cannot verify an algorithm, in words; undefined when it fits. */
export function misfit(jwk: PublicJwk, alg: SignatureAlgorithm): string | undefined {
  const wanted = KEY_TYPES[alg];
  if (jwk.kty !== wanted.kty) return `its kty is not ${wanted.kty}`;
  if ('crv' in wanted && jwk['crv'] !== wanted.crv) return `its curve is not ${wanted.crv}`;
  if (PRIVATE_MEMBERS.some((member) => Object.hasOwn(jwk, member))) return 'it has a private member';
  if (jwk['use'] !== undefined && jwk['use'] !== 'sig') return 'its use is not sig';
  const operations: unknown = jwk['key_ops'];
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) {
    return 'its key_ops do not hold verify';
  }
  if (jwk['alg'] !== undefined && jwk['alg'] !== alg) return `its alg is not ${alg}`;
  return materialFlaw(jwk);
}

function materialFlaw(jwk: PublicJwk): string | undefined {
  if (jwk.kty !== 'RSA') {
    const coordinates = jwk.kty === 'EC' ? [jwk['x'], jwk['y']] : [jwk['x']];
    return coordinates.every((value) => magnitude(value) !== undefined)
      ? undefined
      : 'its coordinates are not base64url';
  }
  const modulus = magnitude(jwk['n']);
  const exponent = magnitude(jwk['e']);
  if (modulus === undefined || exponent === undefined) return 'its modulus or exponent is not base64url';
  if (bitLength(modulus) < MIN_RSA_BITS) return SHORT_MODULUS;
  const isLargeEnough = exponent.length > 1 || (exponent[0] ?? 0) >= MIN_RSA_EXPONENT;
  return isLargeEnough ? undefined : `its exponent is less than ${MIN_RSA_EXPONENT}`;
}

/** A Base64urlUInt (RFC 7518 section 2) without leading zero bytes. */
function magnitude(value: unknown): Uint8Array | undefined {
  if (typeof value !== 'string' || !/^[A-Za-z0-9_-]+$/.test(value)) return undefined;
  const bytes = Buffer.from(value, 'base64url');
  const first = bytes.findIndex((byte) => byte !== 0);
  return first === -1 ? bytes.subarray(0, 0) : bytes.subarray(first);
}

function bitLength(bytes: Uint8Array): number {
  const [first] = bytes;
  return first === undefined ? 0 : (bytes.length - 1) * 8 + (32 - Math.clz32(first));
}
