import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import { validate, type ValidateOptions } from '../../../../src/cli/commands/validate.js';
import { createContext } from '../../../../src/cli/context.js';
import { createTestHost, type TestHost, type TestHostOptions } from '../../../support/test-host.js';

const hosts: TestHost[] = [];
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.remove();
});

interface Run {
  readonly files?: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  readonly options?: ValidateOptions;
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly isTTY?: boolean;
  /** Permissions of the files. */
  readonly mode?: number;
}

async function run({ files = {}, args, options = {}, stdin, env, isTTY, mode = 0o600 }: Run) {
  const input = new PassThrough();
  input.end(stdin ?? '');
  const hostOptions: TestHostOptions = { stdin: input, ...(env && { env }) };
  const test = await createTestHost(hostOptions);
  hosts.push(test);
  if (isTTY === true) Object.assign(test.host.stdio.stdout, { isTTY });
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(test.directory, name), text, { mode });
  await mkdir(path.join(test.directory, 'directory'));
  const exit = await validate(createContext(test.host, options), args, options);
  return { exit, stdout: test.stdout(), stderr: test.stderr() };
}

const GOOD = '{ "timeout_ms": 5 }';
const BAD = '{\n  "timeout_ms": 0,\n  "heders": {}\n}';
const WARNING = '{ "forward_headers": { "mode": "all-except", "headers": [] } }';
const NOTE = '{ "forward_headers": { "mode": "all-except", "headers": [] }, "lint": { "all-except-mode": "note" } }';

describe('validate', () => {
  test('says that a good configuration is good, and exits 0', async () => {
    expect(await run({ files: { 'a.json': GOOD }, args: ['a.json'] })).toEqual({
      exit: 0,
      stdout: '1 file: no errors, no warnings\n',
      stderr: '',
    });
  });

  test('warns of a credential in a file that other users can read, and not of one that only its owner can', async () => {
    const files = { 'a.json': '{ "headers": { "Authorization": "Bearer abcdefghijkl" } }' };
    const shared = await run({ files, args: ['a.json'], mode: 0o640 });
    expect(shared.stdout).toContain('MCPGW026');
    expect(shared.stdout).not.toContain('abcdefghijkl');
    expect((await run({ files, args: ['a.json'], mode: 0o600 })).stdout).not.toContain('MCPGW026');
  });

  test('prints one line for each problem, its help below it, and a summary last; exits 1', async () => {
    expect(await run({ files: { 'a.json': BAD }, args: ['a.json'] })).toEqual({
      exit: 1,
      stdout: [
        'a.json:2:17 error MCPGW118 `timeout_ms` must be an integer from 1 to 2147483647',
        'a.json:3:3 error MCPGW103 `heders` is not a known key',
        '  help: did you mean `headers`?',
        '1 file: 2 errors, 0 warnings',
        '',
      ].join('\n'),
      stderr: '',
    });
  });

  test('lets warnings pass, unless --strict', async () => {
    const files = { 'a.json': WARNING };
    const relaxed = await run({ files, args: ['a.json'] });
    expect(relaxed.exit).toBe(0);
    expect(relaxed.stdout).toContain('a.json:1:32 warning MCPGW004 ');
    expect((await run({ files, args: ['a.json'], options: { strict: true } })).exit).toBe(1);
  });

  test('goes on after a file that cannot be read, and exits 2', async () => {
    const { exit, stdout } = await run({ files: { 'a.json': BAD }, args: ['gone.json', 'directory', 'a.json'] });
    expect(exit).toBe(2);
    expect(stdout).toContain('gone.json:1:1 error MCPGW116 cannot read gone.json: there is no such file\n');
    expect(stdout).toContain('directory:1:1 error MCPGW116 cannot read directory: it is a directory\n');
    expect(stdout).toContain('a.json:2:17 error MCPGW118');
    expect(stdout).toMatch(/3 files: 4 errors, 0 warnings\n$/);
  });

  test('reads standard input for -, under the name that it is given', async () => {
    expect((await run({ args: ['-'], stdin: BAD })).stdout).toMatch(/^<stdin>:2:17 error/);
    const named = await run({ args: ['-'], stdin: BAD, options: { stdinFilename: 'x.jsonc' } });
    expect(named.stdout).toMatch(/^x\.jsonc:2:17 error/);
  });

  test('refuses to read standard input twice', async () => {
    await expect(run({ args: ['-', '-'] })).rejects.toMatchObject({ code: 'USAGE' });
  });

  test('tells of notes, and does not fail for them, --strict or not', async () => {
    const files = { 'a.json': NOTE };
    const relaxed = await run({ files, args: ['a.json'] });
    expect(relaxed.exit).toBe(0);
    expect(relaxed.stdout).toBe(
      [
        'a.json:1:32 note MCPGW004 `all-except` forwards every header that nobody thought of',
        '  help: list what the upstream needs: "mode": "allowlist"',
        '1 file: no errors, no warnings',
        '',
      ].join('\n'),
    );
    expect(await run({ files, args: ['a.json'], options: { strict: true } })).toEqual(relaxed);
  });

  test('looks up references, unless --no-resolve', async () => {
    const files = { 'a.json': '{ "headers": { "Authorization": "${TOKEN}" } }' };
    expect((await run({ files, args: ['a.json'] })).stdout).toContain('MCPGW115');
    expect((await run({ files, args: ['a.json'], env: { TOKEN: 'a' } })).exit).toBe(0);
    expect((await run({ files, args: ['a.json'], options: { resolve: false } })).exit).toBe(0);
  });

  test('with --quiet says nothing about a good file', async () => {
    const { exit, stdout } = await run({ files: { 'a.json': GOOD }, args: ['a.json'], options: { quiet: true } });
    expect([exit, stdout]).toEqual([0, '']);
  });
});

describe('validate --json', () => {
  test('prints one document about all files, with --format json as well', async () => {
    const files = { 'a.json': BAD, 'b.json': NOTE };
    const args = ['a.json', 'gone.json', 'b.json'];
    const { exit, stdout, stderr } = await run({ files, args, options: { json: true } });
    expect([exit, stderr]).toEqual([2, '']);
    expect(JSON.parse(stdout)).toEqual({
      version: 1,
      valid: false,
      files: [
        {
          file: 'a.json',
          valid: false,
          diagnostics: [
            {
              code: 'MCPGW118',
              severity: 'error',
              line: 2,
              column: 17,
              endLine: 2,
              endColumn: 18,
              pointer: '/timeout_ms',
              message: '`timeout_ms` must be an integer from 1 to 2147483647',
            },
            {
              code: 'MCPGW103',
              severity: 'error',
              line: 3,
              column: 3,
              endLine: 3,
              endColumn: 11,
              pointer: '/heders',
              message: '`heders` is not a known key',
              help: 'did you mean `headers`?',
            },
          ],
        },
        {
          file: 'gone.json',
          valid: false,
          diagnostics: [
            {
              code: 'MCPGW116',
              severity: 'error',
              line: 1,
              column: 1,
              endLine: 1,
              endColumn: 1,
              pointer: '',
              message: 'cannot read gone.json: there is no such file',
            },
          ],
        },
        {
          file: 'b.json',
          valid: true,
          diagnostics: [
            {
              code: 'MCPGW004',
              severity: 'note',
              line: 1,
              column: 32,
              endLine: 1,
              endColumn: 44,
              pointer: '/forward_headers/mode',
              message: '`all-except` forwards every header that nobody thought of',
              help: 'list what the upstream needs: "mode": "allowlist"',
            },
          ],
        },
      ],
      summary: { files: 3, errors: 3, warnings: 0 },
    });
    expect((await run({ files, args, options: { format: 'json' } })).stdout).toBe(stdout);
  });

  test('is not valid for warnings with --strict', async () => {
    const files = { 'a.json': WARNING };
    const { stdout } = await run({ files, args: ['a.json'], options: { json: true, strict: true } });
    expect(JSON.parse(stdout)).toMatchObject({ valid: false, files: [{ valid: false }] });
  });
});

describe('validate --format', () => {
  const files = { 'a.json': BAD, 'b.json': WARNING };
  const args = ['a.json', 'b.json'];

  test.each([
    ['sarif', /^\{\n {2}"\$schema": "https:\/\/json\.schemastore\.org\/sarif-2\.1\.0\.json",[^]*\n\}\n$/],
    ['github', /^::error file=a\.json,[^]*\n2 files: 2 errors, 1 warning\n$/],
    ['junit', /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites [^]*<\/testsuites>\n$/],
    ['text', /^a\.json:2:17 error [^]*\n2 files: 2 errors, 1 warning\n$/],
  ] as const)('%s is all that stands on stdout, and ends with as the text does', async (format, expected) => {
    for (const isTTY of [true, false]) {
      const { exit, stdout, stderr } = await run({ files, args, options: { format, color: false }, isTTY });
      expect([exit, stderr]).toEqual([1, '']);
      expect(stdout).toMatch(expected);
    }
    expect((await run({ files, args: ['b.json'], options: { format } })).exit).toBe(0);
    expect((await run({ files, args: ['b.json'], options: { format, strict: true } })).exit).toBe(1);
    expect((await run({ files, args: ['b.json', 'gone.json'], options: { format } })).exit).toBe(2);
  });

  test('is text although a workflow runs it: nobody asked for another form', async () => {
    const { stdout } = await run({ files, args, env: { GITHUB_ACTIONS: 'true', CI: 'true' } });
    expect(stdout).toMatch(/^a\.json:2:17 error/);
  });

  test('names files from the checkout when a workflow works below it', async () => {
    const { stdout } = await run({
      files,
      args: ['b.json'],
      options: { format: 'github' },
      env: { GITHUB_WORKSPACE: path.dirname(tmpdir()) },
    });
    expect(stdout).toMatch(/^::warning file=[^,]+\/mcpgw-test-[^,/]+\/b\.json,/);
  });

  test('github says nothing about a good file with --quiet', async () => {
    const quiet = { format: 'github', quiet: true } as const;
    expect((await run({ files: { 'a.json': GOOD }, args: ['a.json'], options: quiet })).stdout).toBe('');
  });

  test('contradicts --json, unless it is json', async () => {
    for (const format of ['text', 'sarif', 'github', 'junit'] as const) {
      await expect(run({ files, args, options: { json: true, format } })).rejects.toMatchObject({
        code: 'USAGE',
        message: `--json and --format ${format} ask for two forms of one output`,
      });
    }
    expect((await run({ files, args, options: { json: true, format: 'json' } })).exit).toBe(1);
  });
});

describe('validate on a terminal', () => {
  test('shows the source around the place, with a caret and the pointer', async () => {
    const { stdout } = await run({
      files: { 'a.json': BAD },
      args: ['a.json'],
      isTTY: true,
      options: { color: false },
    });
    expect(stdout).toBe(
      [
        'a.json:2:17 error MCPGW118 `timeout_ms` must be an integer from 1 to 2147483647',
        '  at /timeout_ms',
        '  2 |   "timeout_ms": 0,',
        '    |                 ^',
        '',
        'a.json:3:3 error MCPGW103 `heders` is not a known key',
        '  at /heders',
        '  3 |   "heders": {}',
        '    |   ^^^^^^^^',
        '  help: did you mean `headers`?',
        '',
        '1 file: 2 errors, 0 warnings',
        '',
      ].join('\n'),
    );
  });

  test('colours the severity where colour is wanted', async () => {
    const { stdout } = await run({ files: { 'a.json': BAD }, args: ['a.json'], env: { FORCE_COLOR: '1' } });
    expect(stdout).toContain('\u001B[31merror\u001B[0m');
  });

  test('lets no character through that makes a line read differently', async () => {
    const name = 'a\u202egnp.json';
    const text = '{ "heders\u2066\u200b": 1, "timeout_ms": 0 }';
    for (const isTTY of [true, false]) {
      const { stdout } = await run({ files: { [name]: text }, args: [name, 'gone\n::error::x'], isTTY });
      expect(stdout).toContain('a\\u202egnp.json:1:3 ');
      expect(stdout).toContain('`heders\\u2066\\u200b`');
      expect(stdout).toContain('gone\\u000a::error::x:1:1');
      expect(stdout).not.toMatch(/[\p{Cf}\p{Zl}\p{Zp}]/u);
    }
  });

  test('lets no control character of the file through', async () => {
    const files = { 'a.json': '{ "a\\u001b[2Jb": 1, "timeout_ms": 0 /* \u001B[31m */ }' };
    const { stdout } = await run({ files, args: ['a.json'], isTTY: true, options: { color: false } });
    expect(stdout).not.toContain('\u001B');
  });
});

describe('no secret is shown', () => {
  const SENTINEL = 'S3NT1NEL-c0ffee';
  const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJTM05UMU5FTCJ9.c2lnbmF0dXJl';
  const configs = {
    'header value': `{ "headers": { "Authorization": "Bearer ${SENTINEL}\\n" } }`,
    'header on a line with an error': `{ "headers": { "X A": "${SENTINEL}", "Authorization": "${SENTINEL}" }, "timeout_ms": 0 }`,
    'client secret': `{ "external_auth_config": { "client_secret": "${SENTINEL}", "x": 1 } }`,
    'introspection secret': `{ "jwt_validation": { "introspectEndpoint": "http://a.example", "introspectClientSecret": "${SENTINEL}" } }`,
    'signing key': `{ "identity_signing_key": "${SENTINEL}", "a": 1 }`,
    'private key': `{ "jwt_validation": { "jwks": { "keys": [{ "kty": "EC", "d": "${SENTINEL}" }] } } }`,
    'assertion key': `{ "external_auth_config": { "client_assertion_key": { "kty": "oct", "k": "${SENTINEL}" }, "a": 1 } }`,
    'wrong type': `{ "headers": ["${SENTINEL}"], "client_secret": "${SENTINEL}", "headers": "${SENTINEL}" }`,
    'default of a reference': `{ "headers": { "A": "\${B:-${SENTINEL}}", "C D": 1 } }`,
    'broken text': `{ "headers": { "Authorization": "Bearer ${SENTINEL} } }`,
    'broken quotes': `{ 'client_secret': '${SENTINEL}' }`,
    'no colon': `{ "client_secret" "${SENTINEL}" }`,
    'userinfo of a URL': `{ "mcpServers": { "a": { "url": "https://u:${SENTINEL}@a.example/" } } }`,
    'token in a comment': `{ "a": 1 /* ${JWT} */ }`,
    'token in any value': `{ "auth_type": "${JWT}" }`,
    'value of a reference': '{ "mcpServers": { "a": { "url": "${SENTINEL}" } } }',
    'header value of a reference': '{ "headers": { "A": "${BROKEN}" } }',
  };

  test.each(Object.entries(configs))('%s', async (_where, text) => {
    const env = { SENTINEL, BROKEN: `${SENTINEL}\r\n` };
    for (const options of [{ color: false }, { json: true }]) {
      const { exit, stdout, stderr } = await run({
        files: { 'a.json': text },
        args: ['a.json'],
        isTTY: true,
        env,
        options,
      });
      expect(exit).toBe(1);
      expect(stdout + stderr).not.toContain(SENTINEL);
      expect(stdout + stderr).not.toContain(JWT);
    }
  });
});
