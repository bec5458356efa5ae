// One set of keys from one source: which of them may verify a token, and the imported form of each. A set belongs to
// its source; imported keys are found by thumbprint, never by `kid`, which an issuer can give twice.
import type { CryptoKey } from 'jose';
import type { PublicJwk, SignatureAlgorithm } from '../../policy/model.js';
import { misfit } from '../../policy/key-fit.js';
import { keyMaterial, thumbprint } from './thumbprint.js';

/** One member of `keys`, and where it stands there. */
export interface KeyEntry {
  /** From 0. */
  readonly index: number;
  readonly jwk: PublicJwk;
  readonly kid: string | undefined;
  /** RFC 7638. */
  readonly thumbprint: string;
}

/** A member of `keys` that is no key. */
export interface UnusableEntry {
  readonly index: number;
  readonly kid: string | undefined;
  readonly kty: string | undefined;
  readonly reason: string;
}

/** A key with the reason why it is not tried, if there is one. */
export interface KeyChoice {
  readonly entry: KeyEntry;
  readonly skipped: string | undefined;
}

export interface KeyWish {
  readonly alg: SignatureAlgorithm;
  /** Of the token's header; matched exactly. */
  readonly kid: string | undefined;
}

/** Members that are no keys, as far as they are kept: nobody reads more of them. */
const MAX_UNUSABLE = 100;

/** A key in WebCrypto's form, or that no import accepts it. */
export type ImportedKey = CryptoKey | 'invalid';

export interface KeySet {
  readonly entries: readonly KeyEntry[];
  /** For explanations alone: the first MAX_UNUSABLE. */
  readonly unusable: readonly UnusableEntry[];
  /** Imported keys, by algorithm and thumbprint. Filled by `signature.ts`. */
  readonly imported: Map<string, ImportedKey | Promise<ImportedKey>>;
  /** Why a key cannot verify an algorithm, by algorithm and index. Filled by `chooseKeys`. */
  readonly misfits: Map<string, string | undefined>;
}

/** The set of whatever an issuer put into `keys`. What is no key at all, or lacks what makes one, is never tried. */
export function createKeySet(keys: readonly unknown[], previous?: KeySet): KeySet {
  const entries: KeyEntry[] = [];
  const unusable: UnusableEntry[] = [];
  for (const [index, jwk] of keys.entries()) {
    const kid = textMember(jwk, 'kid');
    const material = isJwk(jwk) ? keyMaterial(jwk) : undefined;
    if (isJwk(jwk) && material !== undefined) entries.push({ index, jwk, kid, thumbprint: thumbprint(material) });
    else if (unusable.length < MAX_UNUSABLE) {
      unusable.push({ index, kid, kty: textMember(jwk, 'kty'), reason: 'it lacks what makes it a key' });
    }
  }
  const present = new Set(entries.map((entry) => entry.thumbprint));
  // What was imported before and is still there stays imported; what is gone is forgotten.
  const kept = [...(previous?.imported ?? [])].filter(([name]) => present.has(name.slice(name.indexOf(' ') + 1)));
  return { entries, unusable, imported: new Map(kept), misfits: new Map() };
}

/**
 * Every key with the reason why it is skipped. With a `kid`, keys of that `kid` alone are tried, even when the set has
 * only one other; without one, every key that fits.
 */
export function chooseKeys(set: KeySet, { alg, kid }: KeyWish): readonly KeyChoice[] {
  return set.entries.map((entry) => ({
    entry,
    skipped: kid !== undefined && entry.kid !== kid ? "its kid is not the token's" : misfitOf(set, entry, alg),
  }));
}

function misfitOf(set: KeySet, entry: KeyEntry, alg: SignatureAlgorithm): string | undefined {
  const name = `${alg} ${entry.index}`;
  if (!set.misfits.has(name)) set.misfits.set(name, misfit(entry.jwk, alg));
  return set.misfits.get(name);
}

function isJwk(value: unknown): value is PublicJwk {
  return typeof value === 'object' && value !== null && 'kty' in value && typeof value.kty === 'string';
}

function textMember(value: unknown, name: string): string | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  const member: unknown = Reflect.get(value, name);
  return typeof member === 'string' ? member : undefined;
}
