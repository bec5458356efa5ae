// The guide of signed identities is run: its example becomes a file, its commands print what the page says.
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Sandbox } from '../support/cli.js';
import { consoleCommands, matchesOutput } from '../support/console-blocks.js';
import { createGuideShell, type GuideShell } from '../support/guide-shell.js';
import { checkText } from '../unit/config/check-text.js';

const page = await readFile(new URL('../../docs/guide/identity.md', import.meta.url), 'utf8');
const config = /^```jsonc\n(\/\/ mcpgw\.jsonc\n.*?)^```$/ms.exec(page)?.[1] ?? '';

const ENV = { MCPGW_CREDENTIAL_PASSPHRASE: 'only for tests' };
let sandbox: Sandbox;
let shell: GuideShell['shell'];
beforeEach(async () => {
  ({ sandbox, shell } = await createGuideShell(ENV));
  await sandbox.file('mcpgw.jsonc', config);
});
afterEach(() => sandbox.remove());

it('has an example without an error or a warning', async () => {
  expect((await checkText(config, { lint: true })).diagnostics).toEqual([]);
});

it('shows what its commands print', async () => {
  const commands = consoleCommands(page);
  expect(commands).toHaveLength(5);
  const wrong: string[] = [];
  for (const { command, expected, line } of commands) {
    const { stdout, stderr } = await shell(command);
    if (!matchesOutput(expected, stdout + stderr)) wrong.push(`identity.md:${line} $ ${command}\n${stdout}${stderr}`);
  }
  expect(wrong.join('\n')).toBe('');
});
