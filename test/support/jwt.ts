// Tokens for tests, good and bad: signed with Node's own crypto, so that nothing keeps a test from writing a header,
// a payload or a signature that no library would write.
import {
  constants,
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  type KeyObject,
} from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { PublicJwk, SignatureAlgorithm, TokenRules } from '../../src/policy/model.js';

/** The moment at which tests of tokens take place: 2023-11-14T22:13:20Z. */
export const NOW_SECONDS = 1_700_000_000;
export const NOW_MS = NOW_SECONDS * 1000;

export interface SigningKey {
  readonly alg: SignatureAlgorithm;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** Public members, `kid` and `alg`. */
  readonly jwk: PublicJwk;
}

export interface RsaSize {
  readonly modulusLength: number;
  readonly publicExponent?: number;
}

export function generateKey(alg: SignatureAlgorithm, kid: string, size: RsaSize = { modulusLength: 2048 }): SigningKey {
  const { privateKey, publicKey } = keptPair(alg, size);
  return { alg, privateKey, publicKey, jwk: { ...publicMembers(publicKey), kid, alg } };
}

/** A run of mutants makes the same few keys thousands of times: there they are kept, under the n-th of its kind. */
const KEPT_KEYS = process.env['MCPGW_TEST_KEYS'];
const made = new Map<string, number>();

function keptPair(alg: SignatureAlgorithm, size: RsaSize): { privateKey: KeyObject; publicKey: KeyObject } {
  if (KEPT_KEYS === undefined) return generatePair(alg, size);
  const kind = `${alg}-${size.modulusLength}-${size.publicExponent ?? 65_537}`;
  const count = (made.get(kind) ?? 0) + 1;
  made.set(kind, count);
  const file = path.join(KEPT_KEYS, `${kind}-${count}.pem`);
  if (!existsSync(file)) {
    mkdirSync(KEPT_KEYS, { recursive: true });
    writeFileSync(file, generatePair(alg, size).privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 });
  }
  const privateKey = createPrivateKey(readFileSync(file));
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

export function publicMembers(key: KeyObject): PublicJwk {
  const jwk = key.export({ format: 'jwk' });
  return { ...jwk, kty: String(jwk.kty) };
}

function generatePair(alg: SignatureAlgorithm, size: RsaSize) {
  switch (alg) {
    case 'ES256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' });
    case 'ES384':
      return generateKeyPairSync('ec', { namedCurve: 'P-384' });
    case 'ES512':
      return generateKeyPairSync('ec', { namedCurve: 'P-521' });
    case 'EdDSA':
    case 'Ed25519':
      return generateKeyPairSync('ed25519');
    case 'RS256':
    case 'RS384':
    case 'RS512':
    case 'PS256':
    case 'PS384':
    case 'PS512':
      return generateKeyPairSync('rsa', size);
  }
}

/** Whatever a set of keys may hold, as it would come out of JSON. */
export function keysFromJson(keys: readonly unknown[]): readonly PublicJwk[] {
  const parsed: readonly PublicJwk[] = JSON.parse(JSON.stringify(keys));
  return parsed;
}

export interface TokenParts {
  /** An object becomes JSON; a string or bytes stand as they are. */
  readonly header: object | string | Uint8Array;
  readonly payload: object | string | Uint8Array;
}

/** A token signed by a key, whatever its header says. */
export function signToken(parts: TokenParts, key: Pick<SigningKey, 'alg' | 'privateKey'>): string {
  const input = `${encodePart(parts.header)}.${encodePart(parts.payload)}`;
  return `${input}.${signatureOf(input, key).toString('base64url')}`;
}

export function encodePart(part: object | string | Uint8Array): string {
  const bytes = part instanceof Uint8Array ? part : Buffer.from(typeof part === 'string' ? part : JSON.stringify(part));
  return Buffer.from(bytes).toString('base64url');
}

export function signatureOf(
  input: string,
  { alg, privateKey }: Pick<SigningKey, 'alg' | 'privateKey'>,
  dsaEncoding: 'ieee-p1363' | 'der' = 'ieee-p1363',
): Buffer {
  const digest = alg.startsWith('Ed') ? null : `sha${alg.slice(2)}`;
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  return sign(digest, Buffer.from(input), { key: privateKey, dsaEncoding, ...(alg.startsWith('PS') ? pss : {}) });
}

export function hmacToken(parts: TokenParts, secret: string | Uint8Array, hash: string): string {
  const input = `${encodePart(parts.header)}.${encodePart(parts.payload)}`;
  return `${input}.${createHmac(hash, secret).update(input).digest('base64url')}`;
}

export const GOOD_CLAIMS = {
  iss: 'https://idp.example.com/',
  aud: 'mcp',
  sub: 'ana',
  iat: NOW_SECONDS - 60,
  nbf: NOW_SECONDS - 60,
  exp: NOW_SECONDS + 300,
} as const;

export function goodToken(key: SigningKey, claims: object = {}): string {
  const header = { alg: key.alg, typ: 'JWT', kid: key.jwk['kid'] };
  return signToken({ header, payload: { ...GOOD_CLAIMS, ...claims } }, key);
}

/** The defaults of the specification, RS256 alone, with what a test changes. */
export function rulesWith(changes: Partial<TokenRules> & Pick<TokenRules, 'source'>): TokenRules {
  return {
    algorithms: ['RS256'],
    headerKey: 'Authorization',
    clockToleranceSeconds: 5,
    maxTokenAgeSeconds: undefined,
    requiredClaims: [],
    claimRules: [],
    headerPayloadMatch: [],
    requireExp: false,
    typ: undefined,
    ...changes,
  };
}

/** Types of tokens that are made for something else (spec: token rules, step 3). */
export const FOREIGN_PROFILES = [
  'logout+jwt',
  'secevent+jwt',
  'dpop+jwt',
  'token-introspection+jwt',
  'oauth-authz-req+jwt',
  'client-authentication+jwt',
  'kb+jwt',
];
