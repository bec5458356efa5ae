// What makes a key that key, whatever an issuer calls it (RFC 7638).
import { createHash } from 'node:crypto';
import type { PublicJwk } from '../../policy/model.js';

const MATERIAL: ReadonlyMap<string, readonly string[]> = new Map([
  ['RSA', ['e', 'kty', 'n']],
  ['EC', ['crv', 'kty', 'x', 'y']],
  ['OKP', ['crv', 'kty', 'x']],
]);

/**
 * The public members that make the key (RFC 7638 section 3.2), in the order that its thumbprint needs; undefined when
 * one of them is no text.
 */
export function keyMaterial(jwk: PublicJwk): Readonly<Record<string, string>> | undefined {
  const material: Record<string, string> = {};
  for (const name of MATERIAL.get(jwk.kty) ?? ['kty']) {
    const value: unknown = jwk[name];
    if (typeof value !== 'string') return undefined;
    material[name] = value;
  }
  return material;
}

/** RFC 7638, SHA-256, base64url. */
export function thumbprint(material: Readonly<Record<string, string>>): string {
  return createHash('sha256').update(JSON.stringify(material)).digest('base64url');
}
