// The built program against nonsense, in a home of its own: exit codes, one JSON document, no secret in any output.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandbox, MCPGW, type Sandbox } from '../support/cli.js';
import { generateKey, goodToken, NOW_SECONDS } from '../support/jwt.js';

const key = generateKey('RS256', 'k1');
const TOKEN = goodToken(key, { exp: NOW_SECONDS + 10 ** 9 });
const SECRET = 'hunter2-hunter2-hunter2';

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await createSandbox();
});
afterEach(() => sandbox.remove());

describe('a wrong command line', () => {
  it.each([
    ['as a flag that does not exist', ['decode-token', `--token=${TOKEN}`, '--json']],
    ['in the place of the command', [TOKEN]],
  ])('never repeats a token that stands in it %s', async (_name, args) => {
    const { code, stdout, stderr } = await sandbox.run(args);
    expect(code).toBe(2);
    expect(stdout + stderr).not.toContain(TOKEN);
  });

  it('is one JSON document with --format=json, as with --format json', async () => {
    const { code, stdout } = await sandbox.run(['validate', '--format=json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ version: 1, error: { code: 'USAGE' } });
  });

  it('is a --at on a day that no calendar has', async () => {
    const file = await sandbox.file('named.json', { jwt_validation: { jwks: { keys: [key.jwk] } } });
    const { code } = await sandbox.run(['verify-token', '-c', file, '--at', '2026-02-31', TOKEN]);
    expect(code).toBe(2);
  });
});

describe('a value that came from a reference', () => {
  it.each([[[]], [['--json']]])('is masked in the upstream that simulate shows %j', async (flags) => {
    const file = await sandbox.file('named.json', {
      mcpServers: { a: { url: 'https://mcp.example.com/mcp?key=${KEY}' } },
    });
    const { code, stdout, stderr } = await sandbox.run(['simulate', '-c', file, ...flags], { env: { KEY: SECRET } });
    expect(code).toBe(0);
    expect(stdout + stderr).not.toContain(SECRET);
  });

  it('is masked when keys cannot be fetched', async () => {
    const file = await sandbox.file('named.json', { jwt_validation: { jwksUri: 'http://127.0.0.1:9/${KEY}/jwks' } });
    const { code, stdout, stderr } = await sandbox.run(['verify-token', '-c', file, TOKEN], { env: { KEY: SECRET } });
    expect(code).toBe(3);
    expect(stdout + stderr).not.toContain(SECRET);
  });

  it('is masked when a token is not of the required type', async () => {
    const file = await sandbox.file('named.json', { jwt_validation: { jwks: { keys: [key.jwk] }, typ: '${KEY}' } });
    const { code, stdout, stderr } = await sandbox.run(['verify-token', '-c', file, TOKEN], { env: { KEY: SECRET } });
    expect(code).toBe(1);
    expect(stdout + stderr).not.toContain(SECRET);
  });
});

describe('a result that cannot be written', () => {
  it.skipIf(!existsSync('/dev/full'))('is exit 3, not success', async () => {
    const full = await open('/dev/full', 'w');
    try {
      const child = spawn(process.execPath, [MCPGW, 'decode-token', TOKEN], {
        env: sandbox.env,
        stdio: ['ignore', full.fd, 'ignore'],
      });
      expect(await new Promise((resolve) => child.once('close', resolve))).toBe(3);
    } finally {
      await full.close();
    }
  });
});

describe('a lint rule that the configuration turns into an error', () => {
  it('refuses the configuration for every command, as every error does', async () => {
    const file = await sandbox.file('named.json', {
      jwt_validation: { jwks: { keys: [key.jwk] } },
      lint: { 'no-audience-rule': 'error' },
    });
    expect((await sandbox.run(['validate', file])).code).toBe(1);
    expect((await sandbox.run(['verify-token', '-c', file, TOKEN])).code).toBe(2);
  });
});
