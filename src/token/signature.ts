// Is a token signed by a key of the source? (spec: token rules, step 5.) The cryptography is jose's, loaded with the
// first token; which keys it may be asked about is decided here, never by the token.
import type { CryptoKey } from 'jose';
import type { compactVerify } from 'jose/jws/compact/verify';
import type { importJWK } from 'jose/key/import';
import type { SignatureAlgorithm } from '../policy/model.js';
import { keyMaterial } from './keys/thumbprint.js';
import { chooseKeys, type KeyChoice, type KeyEntry, type KeySet } from './keys/key-set.js';
import type { KeySource } from './keys/key-source.js';

export interface SignedToken {
  readonly token: string;
  readonly alg: SignatureAlgorithm;
  readonly kid: string | undefined;
}

/** A key of the source and what came of it. */
export interface ConsideredKey {
  /** Its place in `keys`, from 0. */
  readonly index: number;
  readonly kid: string | undefined;
  readonly kty: string;
  /** RFC 7638. */
  readonly thumbprint: string;
  readonly outcome: 'verified' | 'tried' | 'skipped';
  readonly reason: string;
}

export type SignatureVerdict =
  | { readonly outcome: 'verified'; readonly keys: KeySet; readonly considered: readonly ConsideredKey[] }
  | { readonly outcome: 'no-key' | 'bad-signature'; readonly considered: readonly ConsideredKey[] }
  | { readonly outcome: 'undecided'; readonly message: string; readonly considered: readonly ConsideredKey[] };

export interface SignatureVerifier {
  /**
   * Verifies one decoded token. Begins at most two fetches; with `mayFetch` false none, and what cannot be told without
   * is `undecided`.
   */
  readonly verify: (signed: SignedToken, mayFetch: boolean) => Promise<SignatureVerdict>;
}

/** The parts of jose that are needed: not its index, which brings encryption along. */
interface Jose {
  readonly compactVerify: typeof compactVerify;
  readonly importJWK: typeof importJWK;
}

export function createSignatureVerifier(source: KeySource): SignatureVerifier {
  let loaded: Promise<Jose> | undefined;
  const verifyWith = async (keys: KeySet, signed: SignedToken): Promise<SignatureVerdict> => {
    loaded ??= loadJose();
    return tryKeys({ jose: await loaded, keys, signed });
  };

  return {
    verify: async (signed, mayFetch) => {
      const since = source.fetchesBegun();
      const obtained = mayFetch ? await source.obtain() : known(source);
      if (!obtained.ok) return { outcome: 'undecided', message: obtained.message, considered: [] };
      const first = await verifyWith(obtained.keys, signed);
      if (first.outcome === 'verified' || !mayFetch) return first;

      const renewed = await source.renew(obtained.keys, since);
      if (renewed.ok) return renewed.keys === obtained.keys ? first : verifyWith(renewed.keys, signed);
      // A key that nobody could look for may exist. A signature that a known key refutes stays refuted.
      if (first.outcome !== 'no-key') return first;
      return { outcome: 'undecided', message: renewed.message, considered: first.considered };
    },
  };
}

function known(source: KeySource): { ok: true; keys: KeySet } | { ok: false; message: string } {
  const keys = source.current();
  return keys === undefined ? { ok: false, message: 'no keys are known' } : { ok: true, keys };
}

async function loadJose(): Promise<Jose> {
  const [verify, key] = await Promise.all([import('jose/jws/compact/verify'), import('jose/key/import')]);
  return { compactVerify: verify.compactVerify, importJWK: key.importJWK };
}

/** What a trial found out about a key. */
type Finding = Pick<ConsideredKey, 'outcome' | 'reason'>;

interface Trial {
  readonly jose: Jose;
  readonly keys: KeySet;
  readonly signed: SignedToken;
}

async function tryKeys({ jose, keys, signed }: Trial): Promise<SignatureVerdict> {
  const choices = chooseKeys(keys, signed);
  const tried = new Map<KeyEntry, Finding>();
  let wasAnyUsable = false;
  for (const { entry, skipped } of choices) {
    if (skipped !== undefined) continue;
    const key = await importedKey({ jose, keys, entry, alg: signed.alg });
    if (key === undefined) {
      tried.set(entry, { outcome: 'skipped', reason: 'it is no valid key' });
      continue;
    }
    wasAnyUsable = true;
    if (await isSignedBy(jose, key, signed)) {
      const reason =
        signed.kid === undefined
          ? 'it fits and verifies the signature'
          : "its kid is the token's, and it verifies the signature";
      tried.set(entry, { outcome: 'verified', reason });
      return { outcome: 'verified', keys, considered: considered(choices, tried) };
    }
    tried.set(entry, { outcome: 'tried', reason: 'it does not verify the signature' });
  }
  return { outcome: wasAnyUsable ? 'bad-signature' : 'no-key', considered: considered(choices, tried) };
}

/** The key in WebCrypto's form for one algorithm, imported once; from its public material alone. */
function importedKey({
  jose,
  keys,
  entry,
  alg,
}: Omit<Trial, 'signed'> & { entry: KeyEntry; alg: SignatureAlgorithm }): Promise<CryptoKey | undefined> {
  const name = `${alg} ${entry.thumbprint}`;
  const known = keys.imported.get(name);
  if (known !== undefined) return known;
  const imported = jose.importJWK({ ...keyMaterial(entry.jwk), kty: entry.jwk.kty }, alg).then(
    (key) => (key instanceof Uint8Array ? undefined : key),
    // A point that is not on its curve, a modulus that is none: such a key is skipped like one that does not fit.
    () => undefined,
  );
  keys.imported.set(name, imported);
  return imported;
}

async function isSignedBy(jose: Jose, key: CryptoKey, { token, alg }: SignedToken): Promise<boolean> {
  try {
    await jose.compactVerify(token, key, { algorithms: [alg] });
    return true;
  } catch {
    // Whatever the reason: this key does not vouch for this token.
    return false;
  }
}

function considered(choices: readonly KeyChoice[], tried: ReadonlyMap<KeyEntry, Finding>): readonly ConsideredKey[] {
  return choices.map(({ entry, skipped }) => ({
    index: entry.index,
    kid: entry.kid,
    kty: entry.jwk.kty,
    thumbprint: entry.thumbprint,
    ...(tried.get(entry) ?? { outcome: 'skipped', reason: skipped ?? 'another key verified the signature before it' }),
  }));
}
