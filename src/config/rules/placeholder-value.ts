// A value is still a placeholder of an example.
import type { LintRule } from '../lint/lint-rule.js';
import { looksLikePlaceholder } from '../lint/placeholder.js';
import { textsBelow } from '../lint/texts-below.js';

export const placeholderValue: LintRule = {
  name: 'placeholder-value',
  code: 'MCPGW008',
  severity: 'warning',
  meaning: 'a value is still a placeholder of an example',
  why: 'A placeholder is a valid text, so nothing else notices it until a request fails, or a rule never matches.',
  help: 'put the real value in its place',
  *check({ layout, isReference }) {
    for (const { path, isPattern } of textsBelow(layout.top, looksLikePlaceholder)) {
      if (isPattern || isReference(path)) continue;
      yield { path, message: 'this is still a placeholder' };
    }
  },
};
