// Every case of the corpus: one error, at the place that the document itself states, in the words that a person has
// reviewed. `UPDATE_GOLDEN=1` writes the words anew, and nothing else.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ERROR_CODES } from '../../../src/diagnostics/codes.js';
import { badCases, reviewText, statedMistake } from '../../support/bad-corpus.js';
import { checkText } from './check-text.js';

const CASES = badCases();

describe('a configuration with one mistake', () => {
  test.each(CASES)('is refused where the mistake is: $name', async ({ directory, text, stated, trusted }) => {
    const { policy, diagnostics } = await checkText(text, { directory, trusted, lint: true });
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    expect(policy).toBeUndefined();
    expect(errors.map(({ code, place }) => ({ code, place }))).toEqual([stated]);
    const shown = errors.map((diagnostic) => reviewText(diagnostic, text)).join('\n');
    const golden = `${directory}/expected.txt`;
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, shown);
    expect(shown).toBe(existsSync(golden) ? readFileSync(golden, 'utf8') : 'no expected.txt yet: UPDATE_GOLDEN=1');
  });

  test('is there for every code that a text can cause', () => {
    const ofText = Object.keys(ERROR_CODES).filter((code) => code !== 'MCPGW116' && code !== 'MCPGW119');
    expect(ofText.filter((code) => !CASES.some(({ stated }) => stated.code === code))).toEqual([]);
    expect(CASES.length).toBeGreaterThanOrEqual(150);
  });

  test('cannot state its mistake in a way that nobody reads', () => {
    expect(() => statedMistake('{\n  "a": 1\n}')).toThrow();
    expect(() => statedMistake('{\n  "a": 1\n//^^^ MCPGW103\n//^^^ MCPGW103\n//^^^ MCPGW103\n}')).toThrow();
    expect(() => statedMistake('{\n  "a": {\n//^^^ MCPGW103 begins\n  }\n}')).toThrow();
    expect(statedMistake('{\n  "a": 1\n//^^^ MCPGW103\n}')).toEqual({
      code: 'MCPGW103',
      place: { line: 2, column: 3, endLine: 2, endColumn: 6 },
    });
  });
});
