// Answers of introspection that may be used again, only where the configuration asks for it: a cached "active" outlives
// a revocation. Whoever asks about a token that is being asked about shares the answer.
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { claimOf } from '../../policy/principal.js';
import type { IntrospectionAnswer } from './ask.js';

export interface AnswerCacheOptions {
  readonly maxAgeSeconds: number;
  /** What stands for the configuration: the answers of one are never those of another. */
  readonly fingerprint: string;
  readonly now: () => number;
}

export interface AnswerCache {
  /** A fresh answer, or the one that `ask` brings. Only what is active is kept. */
  readonly get: (token: string, ask: () => Promise<IntrospectionAnswer>) => Promise<IntrospectionAnswer>;
}

interface Entry {
  /** Counted from the question on: the answer may have been on its way for seconds. */
  readonly askedAtMs: number;
  readonly answer: Promise<IntrospectionAnswer>;
  /** The token's own end. */
  readonly expiresAtMs: number;
}

const MAX_ANSWERS = 1000;
const MAX_CHARACTERS = 4 * 1024 * 1024;

export function createAnswerCache({ maxAgeSeconds, fingerprint, now }: AnswerCacheOptions): AnswerCache {
  const entries = new LRUCache<string, Entry>({ max: MAX_ANSWERS, maxSize: MAX_CHARACTERS });

  /** A clock that was set back makes an answer old rather than young for ever. */
  const isFresh = ({ askedAtMs, expiresAtMs }: Entry): boolean => {
    const ageMs = now() - askedAtMs;
    return ageMs >= 0 && ageMs < maxAgeSeconds * 1000 && now() < expiresAtMs;
  };

  return {
    get: async (token, ask) => {
      const name = hash('sha256', `${fingerprint} ${token}`, 'base64');
      const known = entries.get(name);
      if (known !== undefined && isFresh(known)) return known.answer;
      const entry: Entry = { askedAtMs: now(), answer: ask(), expiresAtMs: Infinity };
      entries.set(name, entry, { size: 1 });
      const answer = await entry.answer.catch((error: unknown) => {
        if (entries.peek(name) === entry) entries.delete(name);
        throw error;
      });
      // Another may have been put in its place meanwhile.
      if (entries.peek(name) !== entry) return answer;
      if (answer.outcome === 'active') {
        const exp = claimOf(answer.claims, 'exp');
        const expiresAtMs = typeof exp === 'number' ? exp * 1000 : Infinity;
        // A new object: the size of one that is there already would not be counted again.
        entries.set(name, { ...entry, expiresAtMs }, { size: answer.characters });
      } else {
        entries.delete(name);
      }
      return answer;
    },
  };
}
