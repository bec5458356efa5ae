// What `validate` prints about the configurations of test/golden/cli/validate/, byte for byte, in every format. After
// a change that is meant: `npx vitest run test/unit/cli/commands/validate-golden.test.ts -u`, and read the difference.
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Files } from '../../../../src/host.js';
import { VERSION } from '../../../../src/version.js';
import { runProgram } from '../../../support/run-program.js';
import { createTestHost, type TestHost } from '../../../support/test-host.js';

const FOLDER = fileURLToPath(new URL('../../../golden/cli/validate/', import.meta.url));
const FILES = ['invalid.jsonc', 'warnings.jsonc', 'broken.json', 'good.json', 'missing.json'];

let world: TestHost;
beforeAll(async () => {
  world = await createTestHost();
});
afterAll(() => world.remove());

/** What a checkout makes of permissions is its own business. */
const files = (real: Files): Files => ({
  ...real,
  stat: async (file) => {
    const facts = await real.stat(file);
    return facts && { ...facts, mode: 0o600 };
  },
});

test.each([
  ['text.txt', ['--format', 'text']],
  ['text-quiet.txt', ['--quiet']],
  ['json.json', ['--format', 'json']],
  ['sarif.sarif', ['--format', 'sarif']],
  ['github.txt', ['--format', 'github']],
  ['junit.xml', ['--format', 'junit']],
  ['junit-strict.xml', ['--format', 'junit', '--strict']],
])('%s holds what is printed with %j', async (golden, flags) => {
  const { code, stdout, stderr } = await runProgram({
    words: ['validate', ...flags, ...FILES],
    world,
    cwd: FOLDER,
    files,
  });
  expect([code, stderr]).toEqual([2, '']);
  await expect(stdout.replaceAll(`"${VERSION}"`, '"x.y.z"')).toMatchFileSnapshot(FOLDER + golden);
});

test.each([
  ['frames.txt', ['--no-color']],
  ['frames-colour.txt', []],
])('%s holds what is shown on a terminal with %j', async (golden, flags) => {
  const { stdout } = await runProgram({
    words: ['validate', ...flags, ...FILES],
    world,
    cwd: FOLDER,
    files,
    isTTY: true,
  });
  await expect(stdout).toMatchFileSnapshot(FOLDER + golden);
});
