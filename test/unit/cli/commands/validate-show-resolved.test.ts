import { writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { validate, type ValidateOptions } from '../../../../src/cli/commands/validate.js';
import { createContext } from '../../../../src/cli/context.js';
import { createTestHost, type TestHost } from '../../../support/test-host.js';

const hosts: TestHost[] = [];
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.remove();
});

async function run(files: Readonly<Record<string, string>>, options: ValidateOptions = {}) {
  const test = await createTestHost({ env: { TOKEN: 's3cr3t' } });
  hosts.push(test);
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(test.directory, name), text);
  const given = { showResolved: true, ...options };
  const exit = await validate(createContext(test.host, given), Object.keys(files), given);
  return { exit, stdout: test.stdout() };
}

const GOOD = '{ "timeout_ms": 5, "headers": { "Authorization": "Bearer ${TOKEN}" } }';
const BAD = '{ "timeout_ms": 0, "headers": { "Authorization": "Bearer ${TOKEN}" } }';
const DOCUMENT = [
  '{',
  '  "transport": "auto",',
  '  "headers": {',
  '    "Authorization": "••••••"',
  '  },',
  '  "allow_insecure_http": false,',
  '  "timeout_ms": 5',
  '}',
];

describe('validate --show-resolved', () => {
  test('prints the document of each good file behind the diagnostics of all, and none of a bad one', async () => {
    const { exit, stdout } = await run({ 'a.json': GOOD, 'b.json': BAD, 'c.json': '{ "timeout_ms": 7 }' });
    expect(exit).toBe(1);
    expect(stdout.split('\n').slice(0, 14)).toEqual([
      'b.json:1:17 error MCPGW118 `timeout_ms` must be an integer from 1 to 2147483647',
      '3 files: 1 error, 0 warnings',
      '',
      'a.json as mcpgw reads it, secrets masked:',
      ...DOCUMENT,
      '',
      'c.json as mcpgw reads it, secrets masked:',
    ]);
    expect(stdout).not.toMatch(/s3cr3t|b\.json as/);
  });

  test('prints the document alone with --quiet', async () => {
    expect(await run({ 'a.json': GOOD }, { quiet: true })).toEqual({ exit: 0, stdout: `${DOCUMENT.join('\n')}\n` });
  });

  test('shows references by their labels with --no-resolve', async () => {
    const { stdout } = await run({ 'a.json': GOOD }, { quiet: true, resolve: false });
    expect(JSON.parse(stdout)).toMatchObject({ headers: { Authorization: '••••••${TOKEN}' } });
  });

  test.each<ValidateOptions>([{ json: true }, { format: 'json' }])(
    'is a member of each good file in JSON (%j)',
    async (options) => {
      const { stdout } = await run({ 'a.json': GOOD, 'b.json': BAD }, options);
      const { files } = JSON.parse(stdout) as { readonly files: readonly Readonly<Record<string, unknown>>[] };
      expect(files[0]).toMatchObject({ file: 'a.json', valid: true, resolved: JSON.parse(DOCUMENT.join('')) });
      expect(files[1]).not.toHaveProperty('resolved');
      expect(stdout).not.toContain('s3cr3t');
    },
  );

  test('adds nothing where it was not asked for', async () => {
    expect((await run({ 'a.json': GOOD }, { showResolved: false })).stdout).toBe('1 file: no errors, no warnings\n');
    expect((await run({ 'a.json': GOOD }, { showResolved: false, json: true })).stdout).not.toContain('resolved');
  });

  test('shows a file that only warnings make fail', async () => {
    const { exit, stdout } = await run(
      { 'a.json': '{ "forward_headers": { "mode": "all-except", "headers": [] } }' },
      { strict: true },
    );
    expect(exit).toBe(1);
    expect(stdout).toContain('"mode": "all-except"');
  });

  test('prints no character of a file that a terminal could obey', async () => {
    const evil = '\u001b[2J\u009b31m\u202e\u2066\u2028';
    const file = JSON.stringify({ identity_issuer: evil, mcpServers: { [evil]: { url: 'https://a.example.com' } } });
    for (const options of [{}, { json: true }] as const) {
      const { stdout } = await run({ 'a.json': file }, options);
      // The line break is ours.
      expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u2028\u202e\u2066]/u);
    }
    const { stdout } = await run({ 'a.json': file }, { quiet: true });
    expect(JSON.parse(stdout)).toMatchObject({ identity_issuer: evil });
  });

  test.each(['sarif', 'github', 'junit'])(
    'is a usage error with the format %s, which has no place for it',
    async (format) => {
      // The flag's own choices are the command tree's business.
      const options = { format } as unknown as ValidateOptions;
      await expect(run({ 'a.json': GOOD }, options)).rejects.toMatchObject({ code: 'USAGE', exitCode: 2 });
    },
  );
});
