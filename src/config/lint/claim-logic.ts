// What one claim rule says about another on the same claim. Every rule looks at the claim's elements alone, and all but
// `exact` hold of more elements when they hold of fewer: so it is enough to try the fewest that the given rule takes.
// Never guesses: two patterns are only compared by their sources, and no language of a pattern is compared with a list.
import { satisfiesRule } from '../../policy/claim-match.js';
import type { ClaimRule } from '../../policy/model.js';

/**
 * `implied`: whatever satisfies `given` satisfies `rule`, too. `impossible`: nothing satisfies both. Undefined: neither
 * is certain.
 */
export function relationOf(given: ClaimRule, rule: ClaimRule): 'implied' | 'impossible' | undefined {
  if (given.matchType === 'exact') return holdsOf([given.value], rule) ? 'implied' : 'impossible';
  if (rule.matchType === 'exact') return holdsOf([rule.value], given) ? undefined : 'impossible';
  return implies(given, rule) ? 'implied' : undefined;
}

type Growing = Exclude<ClaimRule, { matchType: 'exact' }>;

function implies(given: Growing, rule: Growing): boolean {
  switch (given.matchType) {
    case 'containsAll':
      return holdsOf(given.values, rule);
    case 'contains':
      return given.values.every((value) => holdsOf([value], rule));
    case 'regex': {
      const sources = new Set(rule.matchType === 'regex' ? rule.patterns.map(({ source }) => source) : []);
      return given.patterns.every(({ source }) => sources.has(source));
    }
  }
}

/** Whether a claim of just these elements satisfies the rule. */
function holdsOf(elements: readonly string[], rule: ClaimRule): boolean {
  return satisfiesRule({ [rule.claim]: elements }, rule);
}
