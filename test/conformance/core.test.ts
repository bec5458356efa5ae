// The suite's client scenarios beside those of authorization, in both revisions, through `mcpgw serve`. There is no list
// of expected failures.
import { describe, expect, it } from 'vitest';
import { requiredOf, REVISIONS, runScenario } from './suite.js';

const isCore = (scenario: string): boolean => !scenario.startsWith('auth/');

it('is asked of all that the revisions require', () => {
  expect(REVISIONS.map((revision) => requiredOf(revision).length)).toEqual([18, 32]);
});

describe.each(REVISIONS)('a host of revision %s', (revision) => {
  it.each(requiredOf(revision).filter(isCore))('passes %s', async (scenario) => {
    const { code, notPassed, passed, output } = await runScenario(scenario, revision);
    expect(notPassed, output).toEqual([]);
    expect(passed, output).toBeGreaterThan(0);
    expect(code, output).toBe(0);
  });
});
