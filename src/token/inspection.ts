// What one pass over one token found out. There are two ways to judge a token, by its signature (jws/) and by asking
// the identity provider (introspection/); both give an Inspection, so that verdicts and reports know one form alone.
import type { FailedCheck, TokenCheckName } from '../policy/failed-check.js';
import { invalidToken } from '../policy/failed-check.js';
import type { Claims } from '../policy/principal.js';
import type { DecodedToken } from './jws/decode.js';
import type { Considered } from './jws/considered-keys.js';

/** Longer tokens are refused unread; real ones are under 16 KiB. */
export const TOKEN_SIZE_LIMIT = 64 * 1024;

export interface Inspection {
  /** In order. Empty and not `undecided`: the token is accepted. */
  readonly failures: readonly FailedCheck[];
  /** The first check that was not made; undefined when all were. */
  readonly notReached: TokenCheckName | undefined;
  /** What failed, where nobody can say whether the token is good. */
  readonly undecided?: string;
  /** A JWT's own words, verified or not; undefined for one that is malformed, and for introspection. */
  readonly decoded?: DecodedToken;
  /** INVARIANT: there exactly when a key verified the token, or the identity provider called it active. */
  readonly claims?: Claims;
  /** Keys that were looked at. */
  readonly considered?: Considered;
}

/** One way of judging tokens, for one `jwt_validation`. Neither function ever throws for what a token or a network does. */
export interface Inspector {
  /** As of now, with what is remembered: the hot path. */
  readonly recall: (token: string) => Promise<Inspection>;
  /** From scratch, as of the moment that `now` names (milliseconds since the epoch). */
  readonly inspect: (token: string, now: () => number) => Promise<Inspection>;
}

/** The end of an inspection whose token failed a check before it was verified. */
export function refused(failure: FailedCheck): Inspection {
  return { failures: [failure], notReached: failure.check };
}

/** The end of an inspection at the times; `next` is what would have come behind them. */
export function outOfTime(failures: readonly FailedCheck[], next: TokenCheckName): Inspection {
  // What is no number was compared with nothing.
  return { failures, notReached: failures[0]?.check === 'times' ? 'expiry' : next };
}

export function tooLarge(token: string): Inspection | undefined {
  if (token.length <= TOKEN_SIZE_LIMIT) return undefined;
  return refused(invalidToken('size', 'TOKEN_TOO_LARGE', `the token is longer than ${TOKEN_SIZE_LIMIT / 1024} KiB`));
}
