// What the verification of a token checks, in its order, what a check that failed says, and how failures become a
// verdict.
import type { TokenReason, TokenVerdict } from './principal.js';
import { ruleName } from './rule-name.js';

/** Every check, in the order of the specification. The names are stable: `verify-token --json` shows them. */
export const TOKEN_CHECKS = [
  'size',
  'format',
  'introspection',
  'algorithm',
  'header',
  'type',
  'times',
  'expiry',
  'not-before',
  'key',
  'signature',
  'token-age',
  'required-claims',
  'claim-values',
  'header-payload-match',
  'typ',
] as const;
export type TokenCheckName = (typeof TOKEN_CHECKS)[number];

export interface FailedCheck {
  readonly check: TokenCheckName;
  readonly reason: TokenReason;
  /** What the caller sees (spec: token rules, "What the caller sees"). */
  readonly message: string;
  /** Why, in words, for people who look into it. Neither the token nor a claim's value. */
  readonly details: readonly string[];
  /** The claims in question, where it is about claims. */
  readonly claims?: readonly string[];
}

export type Rejection = Extract<TokenVerdict, { verdict: 'rejected' }>;

/** The verdict of failed checks: the first gives reason and message, all give details. Undefined when none failed. */
export function rejectionOf(failures: readonly FailedCheck[]): Rejection | undefined {
  const [first] = failures;
  if (first === undefined) return undefined;
  const details = failures.flatMap((failure) => failure.details);
  return { verdict: 'rejected', reason: first.reason, message: first.message, details, rule: ruleOf(first) };
}

function ruleOf({ check, claims = [] }: FailedCheck): string {
  const [claim = ''] = claims;
  if (check === 'required-claims') return ruleName.required(claim);
  if (check === 'claim-values') return ruleName.claim(claim);
  return check === 'header-payload-match' ? ruleName.headerMatch(claim) : ruleName.check(check);
}

/** A failure that the caller sees as `JWT validation failed`. */
export function invalidToken(check: TokenCheckName, reason: TokenReason, detail: string): FailedCheck {
  return { check, reason, message: 'JWT validation failed', details: [detail] };
}

/** A failure that the caller sees as `Missing required claims: …`. */
export function missingClaimsFailure(check: TokenCheckName, names: readonly string[]): FailedCheck {
  return {
    check,
    reason: 'MISSING_CLAIM',
    message: `Missing required claims: ${names.join(', ')}`,
    details: names.map((name) => `the required claim ${JSON.stringify(name)} is missing`),
    claims: names,
  };
}
