import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.js';
import { nodeHost } from '../../src/host.js';
import { createSandbox, finished, type Sandbox } from '../support/cli.js';

const { command: program } = createProgram(nodeHost(), '0');
const shown = program.createHelp().visibleCommands(program);
const names = shown.map((command) => command.name()).filter((name) => name !== 'help');
const STACK = /\n\s+at .+:\d+:\d+/;

describe('the command line', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await createSandbox();
  });
  afterAll(() => sandbox.remove());

  it('prints the version alone', async () => {
    expect((await sandbox.run(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each(names)('shows usage, flags and two examples for %s, by --help and by help', async (name) => {
    const { code, stdout, stderr } = await sandbox.run([name, '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^Usage: mcpgw ${name} `));
    expect(stdout.match(/^ {2}\$ /gm)?.length).toBeGreaterThanOrEqual(2);
    expect((await sandbox.run(['help', name])).stdout).toBe(stdout);
  });

  it.each([
    [['verifi-token'], 'verify-token'],
    [['help', 'verifi-token'], 'verify-token'],
    [['frobnicate'], 'hint: mcpgw --help'],
    [['validate', '--stict', 'x.json'], '--strict'],
    [['serve', '--confg', 'x'], '--config'],
    [['serve', '--json'], 'unknown option'],
    [['validate', '--format', 'xml', 'x.json'], 'text'],
  ])('answers %j with exit 2 and a suggestion', async (args, suggestion) => {
    const { code, stdout, stderr } = await sandbox.run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(suggestion);
    expect(stderr).not.toMatch(STACK);
  });

  it.each([
    ['no such file', ['-c', '/no/such/file.json'], 2],
    ['a directory', ['-c', '/'], 2],
    ['no configuration at all', [], 2],
  ] as const)('says what is wrong with %s, in every command that reads one', async (_what, args, exit) => {
    for (const name of ['verify-token', 'simulate', 'login', 'logout', 'status', 'token', 'serve']) {
      const { code, stdout, stderr } = await sandbox.run([name, ...args]);
      expect({ name, code, stdout }).toEqual({ name, code: exit, stdout: '' });
      expect(stderr).toMatch(/^error: /);
      expect(stderr).not.toMatch(STACK);
    }
  });

  it('prints one JSON document with --json when it fails', async () => {
    for (const args of [
      ['simulate', '--json', '-c', '/nope'],
      ['status', '--json', '--nonsense'],
      ['verify-token', '--json', '-c', '/nope', 'x'],
      ['decode-token', '--json', 'x'],
    ]) {
      const { code, stdout } = await sandbox.run(args);
      expect(code).not.toBe(0);
      expect(typeof JSON.parse(stdout)).toBe('object');
    }
  });

  it('ends quietly when its reader has gone', async () => {
    const config = await sandbox.file('policy.json', { forward_headers: ['x-a'] });
    const child = sandbox.start(['simulate', '-c', config]);
    child.stdout.destroy();
    child.stdin.end();
    const stderr = await new Promise<string>((resolve) => {
      let text = '';
      child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
      child.once('close', () => resolve(text));
    });
    expect(stderr).toBe('');
  });

  it('says that a dead identity provider could not be reached, with exit 3', async () => {
    const config = await sandbox.file('dead.json', {
      external_auth_config: { issuer: 'http://127.0.0.1:9', client_id: 'x' },
      jwt_validation: { jwksUri: 'http://127.0.0.1:9/jwks' },
    });
    const login = await sandbox.run(['login', '-c', config]);
    expect(login.code).toBe(3);
    expect(login.stderr).toMatch(/^error: /m);
    expect(login.stderr).not.toMatch(STACK);
  });

  it.each([
    ['a token', { MCPGW_TOKEN: 'very-secret' }],
    ['a header', { MCPGW_HEADER_AUTHORIZATION: 'Bearer very-secret' }],
  ])('gives %s of the user to no configuration that was only found in the working directory', async (_what, env) => {
    const found = await createSandbox();
    try {
      await found.file('mcpgw.json', { mcpServers: { hostile: { url: 'http://127.0.0.1:9/mcp' } } });
      const refused = await found.run(['serve'], { env });
      expect(refused).toMatchObject({ code: 2, stdout: '' });
      expect(refused.stderr).toContain('-c mcpgw.json');
      expect(await found.run(['serve', '-c', 'mcpgw.json'], { env })).toMatchObject({ code: 0 });
    } finally {
      await found.remove();
    }
  });

  it('starts serve only with a good configuration, and then without a byte on stdout', async () => {
    const config = await sandbox.file('bad.json', { forward_header: [] });
    const { code, stdout, stderr } = await finished(sandbox.start(['serve', '-c', config]));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('did you mean `forward_headers`?');
  });
});
