import { RE2JS } from 're2js';
import { describe, expect, test } from 'vitest';
import { patternProblem } from '../../../src/config/pattern-problem.js';
import { checkText } from './check-text.js';

describe('what other engines have', () => {
  test.each([
    ['a(?=b)', 'lookahead'],
    ['a(?!b)', 'lookahead'],
    ['(?<=a)b', 'lookbehind'],
    ['(?<!a)b', 'lookbehind'],
    ['(?>a)', 'an atomic group'],
    ['(a)\\1', 'a backreference'],
    ["(?<n>a)\\k'n'", 'a backreference'],
    ['a*+', 'a possessive quantifier'],
    ['a?+', 'a possessive quantifier'],
    ['a{2,}+', 'a possessive quantifier'],
    ['(a)?(?(1)b)', 'a condition'],
    ['(?#note)a', 'a comment'],
    ['(?|a|b)', 'a branch reset'],
    ['a(?R)?', 'recursion'],
    ['[]a](?=b)', 'lookahead'],
    ['[[:alpha:]](?=b)', 'lookahead'],
    ['\\\\(?=b)', 'lookahead'],
    ['\\Qa(\\E(?=b)', 'lookahead'],
  ])('is called by its name: %s', (source, construct) => {
    expect(() => RE2JS.compile(source)).toThrow();
    expect(patternProblem(source, 'invalid').says).toBe(
      `uses ${construct}, which the linear-time engine does not have`,
    );
  });

  test.each(['[(?=]+(', '\\(?=a(', '\\Q(?=\\E(', '\\Q(?=(', '[^](?=](', '\\\\1(', 'a}+(', 'a{+('])(
    'is not seen in what only looks like it: %s',
    (source) => {
      expect(patternProblem(source, 'missing closing )').says).toBe('is not a regular expression: missing closing )');
    },
  );
});

test('a reason that nobody foresaw is told in the words of the engine, and none in no words', () => {
  expect(patternProblem('a', 'missing closing ]').says).toBe('is not a regular expression: missing closing ]');
  expect(patternProblem('a', 'constructor').says).toBe('is not a regular expression: constructor');
  expect(patternProblem('a', '').says).toBe('is not a regular expression');
});

test.each(['(?<=a)b', '(a', 'a{1,5000}'])(
  'of a pattern from a secret reference nothing is told: %s',
  async (pattern) => {
    const text =
      '{ "jwt_validation": { "jwksUri": "https://a.example/k", "claimValues": { "a": { "matchType": "regex", "values": "${P}" } } } }';
    const { diagnostics } = await checkText(text, { env: { P: pattern } });
    expect(diagnostics.map(({ code, message }) => [code, message])).toEqual([
      ['MCPGW109', '`values` is not a regular expression that runs in linear time'],
    ]);
  },
);
