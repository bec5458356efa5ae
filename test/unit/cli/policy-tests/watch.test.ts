import { rename, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProgram } from '../../../../src/cli/program.js';
import { createTestHost, type TestHost } from '../../../support/test-host.js';

let world: TestHost;
beforeEach(async () => {
  world = await createTestHost();
});
afterEach(() => world.remove());

const put = (name: string, text: string): Promise<void> => writeFile(path.join(world.directory, name), text);
const tests = (verdict: string): string =>
  `config: mcpgw.json\ntests:\n  - { name: a, headers: { X-A: a }, expect: { verdict: ${verdict}, headers: { x-a: a } } }\n`;

const PATIENCE = { timeout: 10_000, interval: 20 };

describe('--watch', () => {
  it('runs the tests again when a test file or its configuration has changed, and outlives mistakes', async () => {
    await put('mcpgw.json', '{ "forward_headers": ["X-A"] }');
    await put('t.yaml', tests('allow'));
    const words = ['test', 't.yaml', '--watch'];
    const running = createProgram({ ...world.host, args: words }, '0.0.0').run(words);
    const seen = (pattern: RegExp): Promise<void> =>
      expect.poll(() => world.stdout() + world.stderr(), PATIENCE).toMatch(pattern);

    await seen(/^1 test: 1 passed, 0 failed\n/m);
    await put('t.yaml', tests('deny'));
    await seen(/^t\.yaml has changed\n/m);
    await seen(/^1 test: 0 passed, 1 failed\n/m);
    await put('t.yaml', tests('perhaps '));
    await seen(/^t\.yaml:3:\d+ error `verdict` cannot be "perhaps"/m);
    // The configuration is watched on, although the last run did not come so far as to read it.
    await put('new.json', '{ "forward_headers": ["X-B", "X-C"] }');
    await rename(path.join(world.directory, 'new.json'), path.join(world.directory, 'mcpgw.json'));
    await seen(/^mcpgw\.json has changed\n/m);
    await put('t.yaml', tests('allow'));
    await seen(/no such header: the client's was dropped \(not-listed\)/);
    world.signal('SIGINT');
    expect(await running).toBe(130);
  });

  it.each([['--json'], ['--format=junit']])('has no place beside %s', async (flag) => {
    const words = ['test', 't.yaml', '--watch', flag];
    await expect(createProgram(world.host, '0.0.0').run(words)).rejects.toMatchObject({ code: 'USAGE' });
  });
});
