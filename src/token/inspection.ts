// One pass over one token, step by step as the specification orders them (token rules, "Order"). `judge` and `examine`
// both stand on it: what is explained is what is enforced.
import { invalidToken, type FailedCheck, type TokenCheckName } from '../policy/failed-check.js';
import type { TokenRules } from '../policy/model.js';
import { claimFailures } from '../policy/required-claims.js';
import { timeFailures, tokenAgeFailure } from '../policy/token-times.js';
import { decodeToken, TOKEN_SIZE_LIMIT, type DecodedToken } from './decode.js';
import { judgeHeader, requiredTypeFailure } from './header-policy.js';
import type { KeySet } from './keys/key-set.js';
import type { ConsideredKey, SignatureVerdict, SignatureVerifier } from './signature.js';

export interface Inspection {
  /** In order. Empty and not `undecided`: the token is accepted. */
  readonly failures: readonly FailedCheck[];
  /** The first check that was not made; undefined when all were. */
  readonly notReached: TokenCheckName | undefined;
  /** What failed, where nobody can say whether the token is good. */
  readonly undecided?: string;
  readonly decoded?: DecodedToken;
  /** The set whose key verified the token. INVARIANT: the token's claims are verified exactly when this is there. */
  readonly verifiedBy?: KeySet;
  readonly considered?: readonly ConsideredKey[];
}

export interface InspectionInput {
  readonly token: string;
  readonly rules: TokenRules;
  /** The moment that the token is judged for. */
  readonly nowMs: number;
  readonly signatures: SignatureVerifier;
}

/** Judges a token from scratch. */
export async function inspectToken(input: InspectionInput): Promise<Inspection> {
  const { token, rules, nowMs, signatures } = input;
  if (token.length > TOKEN_SIZE_LIMIT) {
    return stopped(invalidToken('size', 'TOKEN_TOO_LARGE', `the token is longer than ${TOKEN_SIZE_LIMIT / 1024} KiB`));
  }
  const decoded = decodeToken(token);
  if (!decoded.ok) {
    const where = decoded.part === 'token' ? '' : `${decoded.part}, at character ${decoded.offset}: `;
    return stopped(invalidToken('format', 'MALFORMED', `${where}${decoded.problem}`));
  }
  const header = judgeHeader(decoded.header, rules);
  if (!header.ok) return { ...stopped(header.failure), decoded };
  const untimely = timeFailures({ payload: decoded.payload, rules, nowMs });
  if (untimely.length > 0) return { failures: untimely, notReached: 'key', decoded };

  // A token that is refused in any case is worth no fetch: its signature is checked with the keys at hand, or not.
  const early = unclaimedFailures({ decoded, rules, nowMs });
  const signature = await signatures.verify({ token, alg: header.alg, kid: header.kid }, early.length === 0);
  if (signature.outcome === 'verified') {
    const inspection = inspectVerified({ decoded, rules, nowMs, verifiedBy: signature.keys });
    return { ...inspection, considered: signature.considered };
  }
  return { ...unverified(signature, early), decoded, considered: signature.considered };
}

interface DecodedInput {
  readonly decoded: DecodedToken;
  readonly rules: TokenRules;
  readonly nowMs: number;
}

export interface VerifiedInput extends DecodedInput {
  readonly verifiedBy: KeySet;
}

/** What is judged anew each time for a token whose signature is known to be good: the times, and step 7. */
export function inspectVerified({ decoded, rules, nowMs, verifiedBy }: VerifiedInput): Inspection {
  const { header, payload } = decoded;
  const untimely = timeFailures({ payload, rules, nowMs });
  if (untimely.length > 0) return { failures: untimely, notReached: 'key', decoded, verifiedBy };
  const age = tokenAgeFailure({ payload, rules, nowMs });
  const claims = claimFailures({ rules, claims: payload, header });
  const type = requiredTypeFailure(header, rules);
  const failures = age === undefined && type === undefined ? claims : present(age, ...claims, type);
  return { failures, notReached: undefined, decoded, verifiedBy };
}

const NONE: readonly FailedCheck[] = [];

/** The failures of step 7 that no claim rule takes part in: those may be known before the signature is. */
function unclaimedFailures({ decoded, rules, nowMs }: DecodedInput): readonly FailedCheck[] {
  return present(
    tokenAgeFailure({ payload: decoded.payload, rules, nowMs }),
    requiredTypeFailure(decoded.header, rules),
  );
}

function present(...failures: readonly (FailedCheck | undefined)[]): readonly FailedCheck[] {
  return failures.filter((failure) => failure !== undefined);
}

function unverified(
  signature: Exclude<SignatureVerdict, { outcome: 'verified' }>,
  early: readonly FailedCheck[],
): Inspection {
  switch (signature.outcome) {
    case 'undecided':
      return early.length > 0
        ? { failures: early, notReached: 'key' }
        : { failures: NONE, notReached: 'key', undecided: signature.message };
    case 'no-key':
      return stopped(invalidToken('key', 'NO_KEY', 'no key of the configured source fits the token'));
    case 'bad-signature':
      return stopped(
        invalidToken('signature', 'BAD_SIGNATURE', 'no key of the configured source verifies the signature'),
      );
  }
}

function stopped(failure: FailedCheck): Inspection {
  return { failures: [failure], notReached: failure.check };
}
