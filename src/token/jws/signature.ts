// Is a token signed by a key of the source? (spec: token rules, step 5.) The cryptography is jose's, loaded with the
// first token; which keys it may be asked about is decided here, never by the token.
import type { CryptoKey } from 'jose';
import type { compactVerify } from 'jose/jws/compact/verify';
import type { importJWK } from 'jose/key/import';
import type { SignatureAlgorithm } from '../../policy/model.js';
import { consideredKeys, type Considered, type Findings } from './considered-keys.js';
import { keyMaterial } from '../keys/thumbprint.js';
import { chooseKeys, type ImportedKey, type KeyEntry, type KeySet } from '../keys/key-set.js';
import type { KeySource } from '../keys/key-source.js';

export interface SignedToken {
  readonly token: string;
  readonly alg: SignatureAlgorithm;
  readonly kid: string | undefined;
}

export type SignatureVerdict =
  | { readonly outcome: 'verified'; readonly keys: KeySet; readonly considered: Considered }
  | { readonly outcome: 'no-key' | 'bad-signature'; readonly considered: Considered }
  | { readonly outcome: 'undecided'; readonly message: string; readonly considered: Considered };

/** A verification that was begun with the keys at hand. */
export interface BegunVerification {
  readonly keys: KeySet;
  readonly verdict: Promise<SignatureVerdict>;
}

export interface SignatureVerifier {
  /** Begins with the keys at hand, fetches nothing; undefined where there are none, or where too much was begun. */
  readonly begin: (signed: SignedToken) => BegunVerification | undefined;
  /**
   * Verifies one decoded token. Begins at most two fetches; with `mayFetch` false none, and what cannot be told without
   * is `undecided`.
   */
  readonly verify: (question: SignatureQuestion) => Promise<SignatureVerdict>;
}

export interface SignatureQuestion {
  readonly signed: SignedToken;
  readonly mayFetch: boolean;
  readonly begun: BegunVerification | undefined;
}

/** Verifications that are begun before anybody asks: whoever floods the gateway gets no more of them. */
const MAX_AHEAD = 16;

/** The parts of jose that are needed: not its index, which brings encryption along. */
interface Jose {
  readonly compactVerify: typeof compactVerify;
  readonly importJWK: typeof importJWK;
}

export function createSignatureVerifier(source: KeySource): SignatureVerifier {
  let jose: Jose | undefined;
  let ahead = 0;
  const verifyWith = async (keys: KeySet, signed: SignedToken): Promise<SignatureVerdict> => {
    jose ??= await loadJose();
    return tryKeys({ jose, keys, signed });
  };

  return {
    begin: (signed) => {
      const keys = source.current();
      if (keys === undefined || ahead >= MAX_AHEAD) return undefined;
      ahead++;
      const verdict = verifyWith(keys, signed);
      const done = (): void => {
        ahead--;
      };
      // Nobody may ask for it; a failure is for those who do.
      verdict.then(done, done);
      return { keys, verdict };
    },
    verify: async ({ signed, mayFetch, begun }) => {
      const since = source.fetchesBegun();
      const obtained = mayFetch ? await source.obtain() : known(source);
      if (!obtained.ok) return { outcome: 'undecided', message: obtained.message, considered: () => [] };
      const isBegun = begun !== undefined && begun.keys === obtained.keys;
      const first = await (isBegun ? begun.verdict : verifyWith(obtained.keys, signed));
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

/** More keys than these are not tried for one token. */
const MAX_TRIALS = 8;

interface Trial {
  readonly jose: Jose;
  readonly keys: KeySet;
  readonly signed: SignedToken;
}

async function tryKeys({ jose, keys, signed }: Trial): Promise<SignatureVerdict> {
  const choices = chooseKeys(keys, signed);
  const tried: Findings = new Map();
  const considered: Considered = () => consideredKeys({ keys, choices, tried });
  /** By thumbprint: a key that stands in a set twice is one key. */
  const trials = new Set<string>();
  for (const { entry, skipped } of choices) {
    if (skipped !== undefined || trials.has(entry.thumbprint)) continue;
    if (trials.size === MAX_TRIALS) {
      tried.set(entry, { outcome: 'skipped', reason: `${MAX_TRIALS} others were tried before it` });
      continue;
    }
    const imported = importedKey({ jose, keys, entry, alg: signed.alg });
    const key = imported instanceof Promise ? await imported : imported;
    if (key === 'invalid') {
      tried.set(entry, { outcome: 'skipped', reason: 'it is no valid key' });
      continue;
    }
    trials.add(entry.thumbprint);
    if (await isSignedBy(jose, key, signed)) {
      const reason =
        signed.kid === undefined
          ? 'it fits and verifies the signature'
          : "its kid is the token's, and it verifies the signature";
      tried.set(entry, { outcome: 'verified', reason });
      return { outcome: 'verified', keys, considered };
    }
    tried.set(entry, { outcome: 'tried', reason: 'it does not verify the signature' });
  }
  return { outcome: trials.size > 0 ? 'bad-signature' : 'no-key', considered };
}

/** The key in WebCrypto's form for one algorithm, imported once; from its public material alone. */
function importedKey({
  jose,
  keys,
  entry,
  alg,
}: Omit<Trial, 'signed'> & { entry: KeyEntry; alg: SignatureAlgorithm }): ImportedKey | Promise<ImportedKey> {
  const name = `${alg} ${entry.thumbprint}`;
  const known = keys.imported.get(name);
  if (known !== undefined) return known;
  const imported = jose.importJWK({ ...keyMaterial(entry.jwk), kty: entry.jwk.kty }, alg).then(
    (key) => (key instanceof Uint8Array ? 'invalid' : key),
    // A point that is not on its curve, a modulus that is none: such a key is skipped like one that does not fit.
    () => 'invalid' as const,
  );
  keys.imported.set(name, imported);
  // Without a promise around it, the next token need not wait a turn for it.
  void imported.then((key) => keys.imported.set(name, key));
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
