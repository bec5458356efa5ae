// What became of each key of a source, for people who ask why (`verify-token --explain`). Worked out only when somebody
// does: a set may be large, and every token would pay for it.
import type { KeyChoice, KeyEntry, KeySet } from '../keys/key-set.js';

/** A member of `keys` and what came of it. */
export interface ConsideredKey {
  /** Its place in `keys`, from 0. */
  readonly index: number;
  readonly kid: string | undefined;
  /** Undefined for what is no key. */
  readonly kty: string | undefined;
  /** RFC 7638; undefined for what is no key. */
  readonly thumbprint: string | undefined;
  readonly outcome: 'verified' | 'tried' | 'skipped';
  readonly reason: string;
}

export type Considered = () => readonly ConsideredKey[];

/** What a trial found out about the keys that it came to. */
export type Findings = Map<KeyEntry, Pick<ConsideredKey, 'outcome' | 'reason'>>;

export interface TrialOutcome {
  readonly keys: KeySet;
  readonly choices: readonly KeyChoice[];
  readonly tried: Readonly<Findings>;
}

const TWICE = 'it is the same key as one before it';

function isTriedTwice({ thumbprint }: KeyEntry, tried: Readonly<Findings>): boolean {
  return [...tried].some(([entry, { outcome }]) => entry.thumbprint === thumbprint && outcome !== 'skipped');
}

/** In the order in which the source published them. */
export function consideredKeys({ keys, choices, tried }: TrialOutcome): readonly ConsideredKey[] {
  const chosen = choices.map(({ entry, skipped }): ConsideredKey => {
    const outcome = tried.get(entry) ?? {
      outcome: 'skipped',
      reason: skipped ?? (isTriedTwice(entry, tried) ? TWICE : 'another key verified the signature before it'),
    };
    const { index, kid, jwk, thumbprint } = entry;
    return { index, kid, kty: jwk.kty, thumbprint, ...outcome };
  });
  const unusable = keys.unusable.map((entry): ConsideredKey => ({
    ...entry,
    thumbprint: undefined,
    outcome: 'skipped',
  }));
  return [...chosen, ...unusable].toSorted((a, b) => a.index - b.index);
}
