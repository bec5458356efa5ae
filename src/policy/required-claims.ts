// What a configuration demands of verified claims: `requiredClaims`, `claimValues`, `headerPayloadMatch` (spec: token
// rules, step 7). Every failure is collected. What comes out names claims, never their values.
import { satisfiesRule } from './claim-match.js';
import { deepEqual } from './deep-equal.js';
import { missingClaimsFailure, type FailedCheck } from './failed-check.js';
import type { ClaimRule, TokenRules } from './model.js';
import { claimOf, type Claims } from './principal.js';

export interface ClaimDemands {
  readonly rules: Pick<TokenRules, 'requiredClaims' | 'claimRules' | 'headerPayloadMatch'>;
  readonly claims: Claims;
  /** The JWT's header; undefined where claims come without one. */
  readonly header: Claims | undefined;
}

const NONE: readonly FailedCheck[] = [];

/** Every demand that the claims do not meet, in the order of the specification; empty when all are met. */
export function claimFailures({ rules, claims, header }: ClaimDemands): readonly FailedCheck[] {
  const missing = missingClaims(claims, rules.requiredClaims);
  const mismatched = mismatchedRules(claims, rules.claimRules);
  const differing = header === undefined ? [] : differingClaims({ header, claims, names: rules.headerPayloadMatch });
  if (missing.length === 0 && mismatched.length === 0 && differing.length === 0) return NONE;
  return [
    ...(missing.length === 0 ? [] : [missingClaimsFailure('required-claims', missing)]),
    ...(mismatched.length === 0 ? [] : [mismatchFailure(claims, mismatched)]),
    ...(differing.length === 0 ? [] : [headerFailure(differing)]),
  ];
}

/** Names that are no own member, or null. `""`, `0`, `false` and `[]` count as present. */
export function missingClaims(claims: Claims, names: readonly string[]): readonly string[] {
  return names.filter((name) => isMissing(claims, name));
}

/** The rules that the claims do not satisfy. */
export function mismatchedRules(claims: Claims, rules: readonly ClaimRule[]): readonly ClaimRule[] {
  return rules.filter((rule) => !satisfiesRule(claims, rule));
}

export interface HeaderComparison {
  readonly header: Claims;
  readonly claims: Claims;
  readonly names: readonly string[];
}

/** Names that are in both the header and the payload, and not deeply equal. */
export function differingClaims({ header, claims, names }: HeaderComparison): readonly string[] {
  return names.filter(
    (name) => Object.hasOwn(header, name) && Object.hasOwn(claims, name) && !deepEqual(header[name], claims[name]),
  );
}

function mismatchFailure(claims: Claims, rules: readonly ClaimRule[]): FailedCheck {
  const names = [...new Set(rules.map((rule) => rule.claim))];
  return {
    check: 'claim-values',
    reason: 'CLAIM_MISMATCH',
    claims: names,
    message: `Invalid claims: ${names.join(', ')}`,
    details: rules.map((rule) => {
      const name = JSON.stringify(rule.claim);
      return isMissing(claims, rule.claim)
        ? `the claim ${name} is missing, and a rule asks for its value`
        : `the claim ${name} does not satisfy its rule (${rule.matchType})`;
    }),
  };
}

function headerFailure(names: readonly string[]): FailedCheck {
  return {
    check: 'header-payload-match',
    reason: 'HEADER_MISMATCH',
    claims: names,
    message: `Header and payload differ: ${names.join(', ')}`,
    details: names.map((name) => `${JSON.stringify(name)} of the header and of the payload differ`),
  };
}

function isMissing(claims: Claims, name: string): boolean {
  const value = claimOf(claims, name);
  return value === undefined || value === null;
}
