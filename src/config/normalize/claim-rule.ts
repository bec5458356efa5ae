// `claimValues` or `required_claims` → ClaimRules (spec: token rules, "Claim matching").
import type { ClaimRule, Pattern } from '../../policy/model.js';
import { claimText, type Patterns } from '../claim-patterns.js';
import { memberOf, type RawObject } from '../raw-value.js';

/** Every member, one rule each: none may be left out, since that would let callers through. */
export function claimRulesOf(
  members: Readonly<Record<string, RawObject>> | undefined,
  patterns: Patterns,
): readonly ClaimRule[] {
  return Object.entries(members ?? {}).map(
    ([claim, raw]) => claimRuleOf({ claim, raw, patterns }) ?? refusesAll(claim),
  );
}

export interface RawRule {
  readonly claim: string;
  /** `{ "values", "matchType" }`, as far as it was checked. */
  readonly raw: RawObject;
  readonly patterns: Patterns;
}

/** Undefined for what is no usable rule: the schema reports that. */
export function claimRuleOf({ claim, raw, patterns }: RawRule): ClaimRule | undefined {
  const given = memberOf(raw, 'values');
  const values = (Array.isArray(given) ? given : [given]).flatMap((value: unknown) => claimText(value) ?? []);
  const [first, second] = values;
  if (first === undefined) return undefined;
  switch (memberOf(raw, 'matchType') ?? 'exact') {
    case 'exact':
      return second === undefined ? { claim, matchType: 'exact', value: first } : undefined;
    case 'regex':
      return {
        claim,
        matchType: 'regex',
        patterns: values.map((source) => patterns.get(source) ?? matchesNothing(source)),
      };
    case 'contains':
      return { claim, matchType: 'contains', values };
    case 'containsAll':
      return { claim, matchType: 'containsAll', values };
    default:
      return undefined;
  }
}

/** Stands in for a pattern that could not be looked up (`--no-resolve`): such a policy is shown, never enforced. */
function matchesNothing(source: string): Pattern {
  return { source, test: () => false };
}

/**
 * Stands in for a rule whose `matchType` is a reference that was not looked up (`--no-resolve`). Such a policy is shown
 * and never enforced; if it were, to leave the rule out would let tokens through.
 */
function refusesAll(claim: string): ClaimRule {
  return { claim, matchType: 'regex', patterns: [] };
}
