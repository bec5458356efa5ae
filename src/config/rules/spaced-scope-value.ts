// A rule for `scope` or `scp` has a value with a space.
import type { LintRule } from '../lint/lint-rule.js';
import { writtenRules } from '../lint/claim-rules.js';
import { memberOf } from '../raw-value.js';

export const spacedScopeValue: LintRule = {
  name: 'spaced-scope-value',
  code: 'MCPGW029',
  severity: 'warning',
  meaning: 'a rule for `scope` or `scp` has a value with a space',
  why: 'A text is split at its spaces before it is compared, so no part of it ever equals such a value.',
  help: 'list the scopes: { "values": ["read", "write"], "matchType": "containsAll" }',
  *check({ layout, isReference }) {
    for (const { claim, rule, path } of layout.sections.flatMap(writtenRules)) {
      if ((claim !== 'scope' && claim !== 'scp') || memberOf(rule, 'matchType') === 'regex') continue;
      const values = memberOf(rule, 'values');
      const placed = Array.isArray(values)
        ? values.map((value: unknown, index) => ({ value, at: [...path, 'values', index] }))
        : [{ value: values, at: [...path, 'values'] }];
      for (const { value, at } of placed) {
        if (typeof value !== 'string' || !value.includes(' ') || isReference(at)) continue;
        yield { path: at, message: `\`${claim}\` is split at its spaces, and this value has one` };
      }
    }
  },
};
