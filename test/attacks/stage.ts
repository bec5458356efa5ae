// What an attacker and an issuer have at hand: fresh keys, and ways to write what no library would write. Everything is
// made for one moment, so that the same attacks can be tried in front of a fixed clock and of a real one.
import { createHash, createPrivateKey, type KeyObject } from 'node:crypto';
import {
  encodePart,
  generateKey,
  goodToken,
  publicMembers,
  signatureOf,
  signToken,
  type SigningKey,
} from '../support/jwt.js';

export interface Attack {
  readonly token: string;
  /** Each attack must fail for what it is, not for some slip in its preparation. */
  readonly reason: string;
  /** The key set; default: the trusted keys. */
  readonly keys?: readonly unknown[];
  /** Members of `jwt_validation` beside the source of keys. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** The attack is white space around the token, which command lines and files are forgiven. */
  readonly isTrimmed?: true;
  /** A moment later it is none any more: only for a clock that stands still. */
  readonly isAtTheEdge?: true;
}

export type Attacks = Readonly<Record<string, Attack>>;

/** Keys are slow to make, so each file of tests makes them once. */
export const rsa = generateKey('RS256', 'rsa');
export const ec = generateKey('ES256', 'ec');
export const ed = generateKey('EdDSA', 'ed');
export const p384 = generateKey('ES384', 'p384');
export const p521 = generateKey('ES512', 'p521');
/** Keys of somebody else, under kids that the trusted set has, too. */
export const stranger = generateKey('RS256', 'rsa');
export const strangerEc = generateKey('ES256', 'ec');
export const strangerEd = generateKey('EdDSA', 'ed');
export const weak = generateKey('RS256', 'weak', { modulusLength: 1024 });

export const trusted: readonly unknown[] = [rsa.jwk, ec.jwk, ed.jwk];

export interface Stage {
  readonly nowSeconds: number;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly header: Readonly<Record<string, unknown>>;
  /** The claims as JSON. */
  readonly json: string;
  /** A good token of the RSA key, and its parts. */
  readonly good: string;
  readonly parts: readonly [string, string, string];
  /** Signed by the RSA key, with other claims. */
  readonly withClaims: (changes: object) => string;
  /** Signed by the RSA key, with another header. */
  readonly withHeader: (changes: object) => string;
  readonly withPayloadText: (text: string | Uint8Array) => string;
  readonly withHeaderText: (text: string | Uint8Array) => string;
  /** The good claims, signed by a key under the header that is its own. */
  readonly goodOf: (key: SigningKey) => string;
  /** Good claims under a header, with these bytes for a signature. */
  readonly withSignature: (header: object, signature: Uint8Array | string) => string;
}

/** Stands in every token, in a claim and in the header: it may stand nowhere else. */
export const SENTINEL = 'sentinel-of-a-claim-4b1f';

export function createStage(nowSeconds: number): Stage {
  const claims = {
    iss: 'https://idp.example.com/',
    aud: 'mcp',
    sub: 'ana',
    iat: nowSeconds - 60,
    nbf: nowSeconds - 60,
    exp: nowSeconds + 300,
    private: SENTINEL,
  };
  const header = { alg: 'RS256', typ: 'JWT', kid: 'rsa', private: SENTINEL };
  const good = signToken({ header, payload: claims }, rsa);
  const [first = '', second = '', third = ''] = good.split('.');
  return {
    nowSeconds,
    claims,
    header,
    json: JSON.stringify(claims),
    good,
    parts: [first, second, third],
    withClaims: (changes) => signToken({ header, payload: { ...claims, ...changes } }, rsa),
    withHeader: (changes) => signToken({ header: { ...header, ...changes }, payload: claims }, rsa),
    withPayloadText: (text) => signToken({ header, payload: text }, rsa),
    withHeaderText: (text) => signToken({ header: text, payload: claims }, rsa),
    goodOf: (key) => goodToken(key, claims),
    withSignature: (own, signature) => {
      const bytes = typeof signature === 'string' ? signature : Buffer.from(signature).toString('base64url');
      return `${encodePart(own)}.${second}.${bytes}`;
    },
  };
}

/** One attack for each value, named by it. */
export function each<T>(
  values: readonly T[],
  name: (value: T) => string,
  attack: (value: T) => Attack,
): readonly (readonly [string, Attack])[] {
  return values.map((value) => [name(value), attack(value)]);
}

/** Two attacks of one name would be one. */
export function collected(...lists: readonly (readonly (readonly [string, Attack])[])[]): Attacks {
  const all = new Map<string, Attack>();
  for (const [name, attack] of lists.flat()) {
    if (all.has(name)) throw new Error(`two attacks have one name: ${name}`);
    all.set(name, attack);
  }
  return Object.fromEntries(all);
}

/** A signature of a key over what stands before it, in its two halves (ECDSA, EdDSA) or whole. */
export function rawSignature(stage: Stage, header: object, key: SigningKey): Buffer {
  return signatureOf(`${encodePart(header)}.${stage.parts[1]}`, key);
}

/** RSASSA-PKCS1-v1_5 with the exponent 1: the padded hash is its own signature. */
export function exponentOneForgery(stage: Stage): string {
  const input = `${encodePart(stage.header)}.${stage.parts[1]}`;
  const info = Buffer.from('3031300d060960864801650304020105000420', 'hex');
  const digest = Buffer.concat([info, createHash('sha256').update(input).digest()]);
  const padding = Buffer.alloc(256 - digest.length - 3, 0xff);
  return `${input}.${Buffer.concat([Buffer.from([0, 1]), padding, Buffer.from([0]), digest]).toString('base64url')}`;
}

/** All members of a private key. */
export function privateMembers(key: KeyObject): Readonly<Record<string, unknown>> {
  return publicMembers(createPrivateKey(key.export({ format: 'pem', type: 'pkcs8' })));
}

/** The same JWK without kid and alg: nothing but its material says what it is for. */
export function nameless({ jwk }: SigningKey): object {
  return { ...jwk, kid: undefined, alg: undefined };
}
