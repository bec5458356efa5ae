// When progress may be drawn: on a terminal that says how wide it is, and nowhere else.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createContext } from '../../../src/cli/context.js';
import { createTestHost, type TestHost } from '../../support/test-host.js';

let test: TestHost;
beforeEach(async () => {
  test = await createTestHost();
});
afterEach(() => test.remove());

describe('a spinner', () => {
  const drawn = (stderr: object, options: object = {}, env: Readonly<Record<string, string>> = {}): boolean => {
    const host = { ...test.host, env: { ...test.host.env, ...env } };
    Object.assign(host.stdio.stderr, { isTTY: undefined, columns: undefined, ...stderr });
    return createContext(host, options).spinner;
  };

  it('is drawn on a terminal', () => {
    expect(drawn({ isTTY: true, columns: 80 })).toBe(true);
    expect(drawn({ isTTY: true })).toBe(true);
  });

  it.each([
    ['a pipe', {}, {}, {}],
    ['a terminal without a width, which would be cleared for ever', { isTTY: true, columns: 0 }, {}, {}],
    ['CI', { isTTY: true, columns: 80 }, {}, { CI: 'true' }],
    ['--quiet', { isTTY: true, columns: 80 }, { quiet: true }, {}],
    ['--json', { isTTY: true, columns: 80 }, { json: true }, {}],
  ])('is not drawn in %s', (...[, stderr, options, env]) => {
    expect(drawn(stderr, options, env)).toBe(false);
  });
});
