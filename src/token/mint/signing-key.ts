// A private key that identities are signed with: RSA of at least 2048 bits, P-256 or Ed25519, as PEM (spec: identity, "The
// signing key"). Says what is wrong with any other, and never what it holds.
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { PublicJwk } from '../../policy/model.js';
import type { Secret } from '../../secret/secret.js';
import { keyMaterial, thumbprint } from '../keys/thumbprint.js';

export interface SigningKey {
  readonly alg: 'RS256' | 'ES256' | 'EdDSA';
  /** RFC 7638 thumbprint, SHA-256, base64url. */
  readonly kid: string;
  readonly privateKey: KeyObject;
  /** With `kid`, `alg` and `use`: what upstreams verify with. */
  readonly publicJwk: PublicJwk;
}

export type ReadKey =
  | { readonly ok: true; readonly key: SigningKey }
  /** One clause, behind a name for the key: "is encrypted". */
  | { readonly ok: false; readonly problem: string };

const MIN_RSA_BITS = 2048;

/** PKCS#8, PKCS#1 or SEC 1, unencrypted; with line breaks, or with `\n` in their place as environment variables have. */
export function readSigningKey(pem: Secret): ReadKey {
  const text = pem.reveal().replaceAll('\\n', '\n');
  if (text.includes('ENCRYPTED')) return { ok: false, problem: 'is encrypted: mcpgw asks for no passphrase' };
  if (!text.includes('PRIVATE KEY')) return { ok: false, problem: 'is no private key in PEM' };
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey(text);
  } catch {
    return { ok: false, problem: 'is no private key that can be read' };
  }
  const alg = algorithmOf(privateKey);
  if (typeof alg !== 'string') return { ok: false, problem: alg.problem };
  return { ok: true, key: signingKey(privateKey, alg) };
}

function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): SigningKey['alg'] | { problem: string } {
  if (asymmetricKeyType === 'rsa') {
    const isLong = (asymmetricKeyDetails?.modulusLength ?? 0) >= MIN_RSA_BITS;
    return isLong ? 'RS256' : { problem: `is an RSA key of less than ${MIN_RSA_BITS} bits` };
  }
  if (asymmetricKeyType === 'ec') {
    const isP256 = asymmetricKeyDetails?.namedCurve === 'prime256v1';
    return isP256 ? 'ES256' : { problem: 'is of another curve than P-256' };
  }
  return asymmetricKeyType === 'ed25519' ? 'EdDSA' : { problem: 'is neither RSA nor P-256 nor Ed25519' };
}

function signingKey(privateKey: KeyObject, alg: SigningKey['alg']): SigningKey {
  const exported = createPublicKey(privateKey).export({ format: 'jwk' });
  const jwk = { ...exported, kty: String(exported.kty) };
  const kid = thumbprint(keyMaterial(jwk) ?? {});
  return { alg, kid, privateKey, publicJwk: { ...jwk, kid, alg, use: 'sig' } };
}
