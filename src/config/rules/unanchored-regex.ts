// A regular expression of a claim rule is not anchored on both sides.
import type { LintRule } from '../lint/lint-rule.js';
import { patternTexts } from '../claim-patterns.js';

export const unanchoredRegex: LintRule = {
  name: 'unanchored-regex',
  code: 'MCPGW003',
  severity: 'warning',
  meaning: 'a regular expression of a claim rule is not anchored on both sides',
  why: 'Patterns match anywhere in a claim: `example.com` also matches `example.com.attacker.net`.',
  help: 'write ^…$ around the pattern, with a group around alternatives: ^(?:a|b)$',
  *check({ layout, isReference }) {
    for (const { source, path } of layout.sections.flatMap(patternTexts)) {
      if (isReference(path) || (startsAnchored(source) && endsAnchored(source))) continue;
      yield { path, message: 'the pattern matches anywhere in the claim, not the whole of it' };
    }
  },
};

function startsAnchored(source: string): boolean {
  return /^(?:\(\?[a-zA-Z]+\))?(?:\^|\\A)/.test(source);
}

/** A `$` behind an odd number of backslashes is a dollar sign. */
function endsAnchored(source: string): boolean {
  return /(?<!\\)(?:\\\\)*(?:\$|\\z)$/.test(source);
}
