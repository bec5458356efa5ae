// The guide of policy tests is run: its examples become files, its commands print what the page says, its tables are
// whole.
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { REQUEST_REASONS } from '../../src/policy/decide.js';
import type { Sandbox } from '../support/cli.js';
import { consoleCommands, matchesOutput } from '../support/console-blocks.js';
import { createGuideShell, type GuideShell } from '../support/guide-shell.js';
import { checkText } from '../unit/config/check-text.js';

const page = await readFile(new URL('../../docs/guide/policy-tests.md', import.meta.url), 'utf8');
const files = [...page.matchAll(/^```(?:jsonc|yaml)\n((?:\/\/|#) (\S+)\n.*?)^```$/gms)].map(
  ([, text = '', name = '']) => ({ name, text }),
);

let sandbox: Sandbox;
let shell: GuideShell['shell'];
beforeEach(async () => {
  ({ sandbox, shell } = await createGuideShell());
  for (const { name, text } of files) await sandbox.file(name, text);
});
afterEach(() => sandbox.remove());

/** What stands in backquotes in the first cells of the rows of the table whose first heading is this. */
function firstCells(heading: string): ReadonlySet<string> {
  const lines = page.slice(page.indexOf(`| ${heading} |`)).split('\n');
  const rows = lines.slice(
    2,
    lines.findIndex((line) => !line.startsWith('|')),
  );
  return new Set(
    rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)),
  );
}

describe('the guide of policy tests', () => {
  it('has a configuration without an error or a warning', async () => {
    expect(files.map(({ name }) => name)).toEqual([
      'mcpgw.jsonc',
      'policy.test.yaml',
      'wrong.test.yaml',
      'broken.test.yaml',
    ]);
    const { diagnostics } = await checkText(files[0]?.text ?? '', { lint: true, env: { LINEAR_API_KEY: 'x' } });
    expect(diagnostics).toEqual([]);
  });

  it('shows what its commands print', async () => {
    const commands = consoleCommands(page);
    expect(commands.length).toBeGreaterThan(4);
    const wrong: string[] = [];
    let before = '';
    for (const { command, expected, line } of commands) {
      // `echo $?` is about the command above it.
      const asksExit = command === 'echo $?';
      const { stdout, stderr } = await shell(asksExit ? `${before} > all.txt 2>&1; ${command}` : command);
      if (!matchesOutput(expected, stdout + stderr)) {
        wrong.push(`policy-tests.md:${line} $ ${command}\n${stdout}${stderr}`);
      }
      before = command;
    }
    expect(wrong.join('\n')).toBe('');
  });

  it('names every key, as the messages about unknown ones do', async () => {
    const keysIn = async (text: string): Promise<ReadonlySet<string>> => {
      await sandbox.file('keys.yaml', text);
      const { stderr } = await sandbox.run(['test', 'keys.yaml']);
      return new Set(/`zzzzzz` is not a known key; known are: (.*)/.exec(stderr)?.[1]?.split(', '));
    };
    expect(firstCells('key')).toEqual(await keysIn('config: a\ntests: [{ zzzzzz: 1 }]\n'));
    expect(firstCells('key of `expect`')).toEqual(
      await keysIn('config: a\ntests: [{ name: a, expect: { zzzzzz: 1 } }]\n'),
    );
  });

  it('names every reason that is not about tokens, but for the login that a test never has', () => {
    expect(REQUEST_REASONS.filter((reason) => !page.includes(`\`${reason}\``))).toEqual(['LOGIN_REQUIRED']);
  });

  it('names every member that --json prints', async () => {
    const members = firstCells('member of `--json`');
    const { stdout } = await shell('mcpgw test policy.test.yaml wrong.test.yaml --coverage --json');
    const printed = JSON.parse(stdout) as Readonly<Record<string, unknown>>;
    expect(new Set(Object.keys(printed))).toEqual(members);
    const text = page.slice(page.indexOf('| member of `--json` |'));
    const inner = new Set([...stdout.matchAll(/"(\w+)":/g)].map(([, name = '']) => name));
    expect([...inner].filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });
});
