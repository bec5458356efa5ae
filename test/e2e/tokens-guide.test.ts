// The guide of tokens is run: its examples become files, its commands print what the page says, its tables are whole.
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TOKEN_CHECKS } from '../../src/policy/failed-check.js';
import { TOKEN_REASONS } from '../../src/policy/principal.js';
import type { Sandbox } from '../support/cli.js';
import { consoleCommands, matchesOutput } from '../support/console-blocks.js';
import { createGuideShell, type GuideShell } from '../support/guide-shell.js';
import { checkText } from '../unit/config/check-text.js';

const page = await readFile(new URL('../../docs/guide/tokens.md', import.meta.url), 'utf8');

const configs = [...page.matchAll(/^```jsonc\n(\/\/ (\S+)\n.*?)^```$/gms)].map(([, text = '', name = '']) => ({
  name,
  text,
}));
const token = /^```text\ntoken\.txt\n(\S+)\n```$/m.exec(page)?.[1] ?? '';

let sandbox: Sandbox;
let shell: GuideShell['shell'];
beforeEach(async () => {
  ({ sandbox, shell } = await createGuideShell());
  for (const { name, text } of configs) await sandbox.file(name, text);
  await sandbox.file('token.txt', `${token}\n`);
});
afterEach(() => sandbox.remove());

/** The cells of the rows of the table whose first heading is this. */
function table(heading: string): readonly (readonly string[])[] {
  const lines = page.slice(page.indexOf(`| ${heading} |`)).split('\n');
  const end = lines.findIndex((line) => !line.startsWith('|'));
  return lines.slice(2, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const codes = (text: string): readonly string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

describe('the guide of tokens', () => {
  it('has examples without an error or a warning', async () => {
    expect(configs.map(({ name }) => name)).toEqual(['mcpgw.jsonc', 'ask.jsonc']);
    for (const { text } of configs) {
      const { diagnostics } = await checkText(text, { lint: true, env: { INTROSPECT_SECRET: 'x' } });
      expect(diagnostics).toEqual([]);
    }
  });

  it('shows what its commands print', async () => {
    const commands = consoleCommands(page);
    expect(commands.length).toBeGreaterThan(4);
    const wrong: string[] = [];
    for (const { command, expected, line } of commands) {
      const { stdout, stderr } = await shell(command);
      if (!matchesOutput(expected, stdout + stderr)) wrong.push(`tokens.md:${line} $ ${command}\n${stdout}${stderr}`);
    }
    expect(wrong.join('\n')).toBe('');
  });

  it('names every check in its order, and every reason', () => {
    const rows = table('check');
    expect(rows.map(([check = '']) => codes(check)[0])).toEqual(TOKEN_CHECKS);
    const reasons = [...rows.flatMap(([, , reason = '']) => codes(reason)), 'MISSING_TOKEN', 'INVALID_FORMAT'];
    expect(new Set(reasons)).toEqual(new Set(TOKEN_REASONS));
  });

  it('names every member that --json prints', async () => {
    const members = new Set(table('member of `--json`').map(([member = '']) => codes(member)[0]));
    const verify = `mcpgw verify-token -c mcpgw.jsonc --token-file token.txt --json --explain`;
    const printed = new Set<string>();
    for (const line of [`${verify} --at 2026-03-02T09:05:00Z`, verify]) {
      const { stdout } = await shell(line);
      for (const member of Object.keys(JSON.parse(stdout) as object)) printed.add(member);
    }
    // Asks a host that does not exist here: what there is of an answer is the report itself.
    const asked = await shell('INTROSPECT_SECRET=x mcpgw verify-token -c ask.jsonc "a b" --json --explain');
    for (const member of Object.keys(JSON.parse(asked.stdout) as object)) printed.add(member);
    expect(printed).toEqual(members);
  });
});
