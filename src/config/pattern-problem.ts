// Why the linear-time engine refused a pattern, in our own words. It is no parser: a short list of openings that other
// engines have, looked for outside of classes and escapes. Loaded only when a pattern was refused.

export interface PatternProblem {
  /** Follows the name of the value. */
  readonly says: string;
  readonly help?: string;
}

const HELP = 'RE2 syntax: no lookaround, no backreferences';

/** Of a pattern that came from a secret reference nothing is told but that it was refused. */
export const HIDDEN_PATTERN: PatternProblem = {
  says: 'is not a regular expression that runs in linear time',
  help: HELP,
};

/** `reason` is what the engine says; its own words are used where they are right. */
export function patternProblem(source: string, reason: string): PatternProblem {
  const construct = foreignConstruct(source);
  if (construct !== undefined) {
    return { says: `uses ${construct}, which the linear-time engine does not have`, help: HELP };
  }
  if (reason === 'invalid repeat count') {
    return { says: 'has a repeat count that is not allowed: 1000 is the most, and of two the smaller stands first' };
  }
  if (reason === 'expression too large' || reason === 'expression nests too deeply') {
    return { says: 'is too large a regular expression', help: 'write several patterns: any one of them may match' };
  }
  const words = Object.hasOwn(REASONS, reason) ? REASONS[reason] : reason;
  return { says: `is not a regular expression${words === undefined || words === '' ? '' : `: ${words}`}` };
}

const REASONS: Readonly<Record<string, string>> = {
  'missing argument to repetition operator': 'nothing stands before a *, + or ? that could be repeated',
  'invalid nested repetition operator': 'a repetition is repeated',
  'invalid escape sequence': 'a backslash stands before a character that is none of its escapes',
  'invalid or unsupported Perl syntax': 'a group starts with (? and something that RE2 does not know',
  'invalid named capture': 'the name of a group is not valid: (?P<name>…)',
  'trailing backslash at end of expression': 'it ends in a backslash',
};

/** What is no opening is skipped as a whole: quotations, other escapes, and classes. */
const TOKENS =
  /\\Q.*?(?:\\E|$)|\\k(?=[<{'])|\\[1-9]|\\.|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*|\(\?(?:<?[=!]|[>(|#R&]|\d)|(?:[*+?]|\{\d+(?:,\d*)?\})\+/gs;

const CONSTRUCTS: readonly (readonly [RegExp, string])[] = [
  [/^\(\?[=!]/, 'lookahead'],
  [/^\(\?<[=!]/, 'lookbehind'],
  [/^\(\?>/, 'an atomic group'],
  [/^\(\?\(/, 'a condition'],
  [/^\(\?\|/, 'a branch reset'],
  [/^\(\?#/, 'a comment'],
  [/^\(\?(?:R|&|\d)/, 'recursion'],
  [/^\\(?:k|[1-9])/, 'a backreference'],
  [/^[*+?{].*\+$/s, 'a possessive quantifier'],
];

function foreignConstruct(source: string): string | undefined {
  for (const [token] of source.matchAll(TOKENS)) {
    const construct = CONSTRUCTS.find(([opening]) => opening.test(token));
    if (construct !== undefined) return construct[1];
  }
  return undefined;
}
