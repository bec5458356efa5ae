// A claim rule, or a value of one, demands what another demands already.
import { claimText } from '../claim-patterns.js';
import type { LintMatch, LintRule } from '../lint/lint-rule.js';
import { writtenRules, type WrittenRule } from '../lint/claim-rules.js';
import { elementsOf, memberOf } from '../raw-value.js';

export const redundantRule: LintRule = {
  name: 'redundant-rule',
  code: 'MCPGW025',
  severity: 'warning',
  meaning: 'a claim rule, or a value of one, demands what another demands already',
  why: 'It decides nothing: whoever reads it believes in a check that is not there.',
  help: 'take it out, or make it say what was meant',
  *check(subject) {
    for (const rule of subject.layout.sections.flatMap(writtenRules)) yield* repeatedValues(rule);
    for (const { path, relation, because } of subject.judgedRules()) {
      if (relation !== 'implied') continue;
      yield { path, part: 'key', message: `every token that satisfies \`${because}\` satisfies this rule, too` };
    }
  },
};

function* repeatedValues({ rule, path }: WrittenRule): Iterable<LintMatch> {
  const seen = new Set<string>();
  for (const [index, value] of elementsOf(memberOf(rule, 'values')).entries()) {
    const text = claimText(value);
    if (text === undefined) continue;
    if (seen.has(text)) yield { path: [...path, 'values', index], message: 'this value stands in the list twice' };
    seen.add(text);
  }
}
