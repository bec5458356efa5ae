// The suite's client scenarios of authorization, in both revisions, through `mcpgw serve --interactive` and a browser that
// follows redirects. There is no list of expected failures.
import { describe, expect, it } from 'vitest';
import { requiredOf, REVISIONS, runScenario } from './suite.js';

/** Of an extension (SEP-1046), and so in no revision's list. */
const CLIENT_CREDENTIALS = ['auth/client-credentials-basic', 'auth/client-credentials-jwt'];

it('is asked of all that the revisions require', () => {
  const counts = REVISIONS.map((revision) => requiredOf(revision).filter(isAuth).length);
  expect(counts).toEqual([14, 25]);
});

describe.each(REVISIONS)('authorization in revision %s', (revision) => {
  it.each([...requiredOf(revision).filter(isAuth), ...CLIENT_CREDENTIALS])('passes %s', async (scenario) => {
    const { code, notPassed, passed, output } = await runScenario(scenario, revision);
    expect(notPassed, output).toEqual([]);
    expect(passed, output).toBeGreaterThan(0);
    expect(code, output).toBe(0);
  });
});

function isAuth(scenario: string): boolean {
  return scenario.startsWith('auth/');
}
