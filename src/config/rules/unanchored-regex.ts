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
  *check({ layout, isReference, patterns }) {
    for (const { source, path } of layout.sections.flatMap(patternTexts)) {
      if (isReference(path) || !patterns.has(source) || isAnchored(source)) continue;
      yield { path, message: 'the pattern matches anywhere in the claim, not the whole of it' };
    }
  },
};

function isAnchored(source: string): boolean {
  const flags = /^\(\?[a-zA-Z-]+\)/.exec(source)?.[0] ?? '';
  // With `m`, `^` and `$` stand for every line of the text.
  const isMultiline = /m[^-]*$/.test(flags.split('-')[0] ?? '');
  return branchesOf(source.slice(flags.length)).every((branch) =>
    isMultiline
      ? branch.startsWith('\\A') && /(?<!\\)(?:\\\\)*\\z$/.test(branch)
      : /^(?:\^|\\A)/.test(branch) && endsAnchored(branch),
  );
}

/** A `$` behind an odd number of backslashes is a dollar sign. */
function endsAnchored(branch: string): boolean {
  return /(?<!\\)(?:\\\\)*(?:\$|\\z)$/.test(branch);
}

/** The alternatives of a pattern, as far as they stand in no group: `^a|b$` is anchored nowhere. */
function branchesOf(source: string): readonly string[] {
  const tokens = source.match(/\\Q[^]*?(?:\\E|$)|\\[^]|\[\^?\]?(?:\\[^]|\[:\w+:\]|[^\]\\])*\]|[^]/g) ?? [];
  const branches = [''];
  let depth = 0;
  for (const token of tokens) {
    if (token === '(') depth += 1;
    if (token === ')') depth -= 1;
    if (token === '|' && depth === 0) branches.push('');
    else branches.push(`${branches.pop() ?? ''}${token}`);
  }
  return branches;
}
