// What a configuration calls an error is one for every command.
import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { loadPolicy } from '../../../src/cli/load-policy.js';
import { createTestHost, type TestHost } from '../../support/test-host.js';

const hosts: TestHost[] = [];
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.remove();
});

async function load(config: unknown, mode: number) {
  const world = await createTestHost();
  hosts.push(world);
  const file = path.join(world.directory, 'mcpgw.json');
  await writeFile(file, JSON.stringify(config));
  await chmod(file, mode);
  return loadPolicy(world.host, { config: file });
}

const CONFIG = { headers: { Authorization: 'Bearer abcdefghijkl' }, lint: { 'exposed-config-file': 'error' } };

test('a rule that looks at the file itself stops every command once it is an error', async () => {
  await expect(load(CONFIG, 0o644)).rejects.toMatchObject({
    code: 'INVALID_CONFIG',
    diagnostics: [{ code: 'MCPGW026', severity: 'error' }],
  });
});

test('a file that its owner alone can read passes it', async () => {
  await expect(load(CONFIG, 0o600)).resolves.toMatchObject({ trusted: true });
});
