// The guide of signed identities is run: its example becomes a file, its commands print what the page says.
import { spawn } from 'node:child_process';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSandbox, finished, MCPGW, type Sandbox } from '../support/cli.js';
import { consoleCommands, matchesOutput } from '../support/console-blocks.js';
import { checkText } from '../unit/config/check-text.js';

const page = await readFile(new URL('../../docs/guide/identity.md', import.meta.url), 'utf8');
const config = /^```jsonc\n(\/\/ mcpgw\.jsonc\n.*?)^```$/ms.exec(page)?.[1] ?? '';

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await createSandbox();
  await mkdir(path.join(sandbox.directory, 'bin'));
  await symlink(MCPGW, path.join(sandbox.directory, 'bin/mcpgw'));
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
    const child = spawn('bash', ['-c', command], {
      cwd: sandbox.directory,
      env: {
        ...sandbox.env,
        MCPGW_CREDENTIAL_PASSPHRASE: 'only for tests',
        PATH: `${sandbox.directory}/bin:${path.dirname(process.execPath)}:${sandbox.env['PATH']}`,
      },
    });
    child.stdin.end();
    const { stdout, stderr } = await finished(child);
    if (!matchesOutput(expected, stdout + stderr)) wrong.push(`identity.md:${line} $ ${command}\n${stdout}${stderr}`);
  }
  expect(wrong.join('\n')).toBe('');
});
