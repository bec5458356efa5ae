// Starters as they are used: the built program asks at a real terminal, and what it writes is validated, logged in with
// and served, against a real identity provider and a real MCP server.
import { spawn, spawnSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { flagOf, VALUE_NAMES } from '../../src/cli/init/starter.js';
import { STARTERS } from '../../src/cli/init/starters.js';
import { createSandbox, MCPGW, type CliResult, type Sandbox } from '../support/cli.js';
import { consoleCommands, matchesOutput } from '../support/console-blocks.js';
import { startHost } from '../support/host.js';
import { startIdentityProvider, type IdentityProviderOptions } from '../support/identity-provider.js';
import { startUpstream, type Upstream } from '../support/upstream-server.js';

const cleanups: (() => Promise<unknown>)[] = [];
let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await createSandbox();
  cleanups.push(() => sandbox.remove());
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function world(options: IdentityProviderOptions) {
  const idp = await startIdentityProvider(options);
  cleanups.push(() => idp.close());
  const upstream = await startUpstream({ era: '2025' });
  cleanups.push(() => upstream.close());
  return { idp, upstream };
}

/** What the upstream learns of the caller when a host calls a tool through the configuration. */
async function claimsAtUpstream(upstream: Upstream, env: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const config = path.join(sandbox.directory, 'mcpgw.jsonc');
  const host = await startHost({
    command: process.execPath,
    args: [MCPGW, 'serve'],
    env: { ...sandbox.env, ...env, MCPGW_CONFIG: config },
    cwd: sandbox.directory,
    era: '2025',
  });
  cleanups.push(() => host.close());
  await host.callTool('echo', { text: 'hello' });
  const call = upstream.requests.find(({ rpcMethod }) => rpcMethod === 'tools/call');
  return JSON.parse(call?.headers['x-user-claims'] ?? 'null');
}

describe('a starter', () => {
  it('for any provider is logged in with and served as it was written', async () => {
    const { idp, upstream } = await world({ clientId: 'mcpgw' });
    const flags = ['--issuer', idp.issuer, '--jwks-uri', idp.metadata.jwks_uri, '--client-id', 'mcpgw'];
    const rest = ['--audience', idp.audience, '--upstream', upstream.url, '--name', 'demo'];
    const written = await sandbox.run(['init', '--idp', 'generic', ...flags, ...rest]);
    expect(written).toMatchObject({ code: 0, stdout: 'mcpgw.jsonc\n' });
    expect(await sandbox.run(['validate', '--strict', 'mcpgw.jsonc'])).toMatchObject({ code: 0 });
    expect(await sandbox.run(['login', '-c', 'mcpgw.jsonc'])).toMatchObject({ code: 0 });
    expect(await claimsAtUpstream(upstream)).toEqual({ sub: 'ana' });
  });

  it('for Google tells the upstream the claims of the ID token, whatever the access token is', async () => {
    const { idp, upstream } = await world({
      clientId: '1-a.apps.googleusercontent.com',
      clientSecret: 's3cr3t',
      claims: { email: 'ana@example.com' },
    });
    const flags = ['--client-id', '1-a.apps.googleusercontent.com', '--client-secret-env', 'G'];
    await sandbox.run(['init', '--idp', 'google', '--upstream', upstream.url, ...flags]);
    const file = path.join(sandbox.directory, 'mcpgw.jsonc');
    // The one thing that is not Google's here is where it is.
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('"issuer": "https://accounts.google.com"', `"issuer": "${idp.issuer}"`));
    const env = { G: 's3cr3t' };
    expect(await sandbox.run(['login', '-c', 'mcpgw.jsonc'], { env })).toMatchObject({ code: 0 });
    expect(await claimsAtUpstream(upstream, env)).toEqual({ sub: 'ana', email: 'ana@example.com' });
  });
});

describe('the guide', () => {
  it('shows what its commands print', async () => {
    const page = await readFile(new URL('../../docs/guide/init.md', import.meta.url), 'utf8');
    const commands = consoleCommands(page);
    expect(commands.length).toBeGreaterThan(1);
    for (const { command, expected } of commands) {
      // None of them has a word that a shell would have to read.
      const { stdout, stderr } = await sandbox.run(command.split(' ').slice(1));
      expect({ command, output: stdout + stderr, matches: matchesOutput(expected, stdout + stderr) }).toMatchObject({
        matches: true,
      });
    }
  });

  it('has a row for every starter, with the flags that it takes', async () => {
    const page = await readFile(new URL('../../docs/guide/init.md', import.meta.url), 'utf8');
    for (const { name, questions } of STARTERS) {
      const flags = questions.map((question) => `\`${flagOf(question.name)}\``).join(', ');
      expect(page).toContain(`| \`${name}\` | ${flags} |`);
    }
  });
});

describe('the command line', () => {
  it('has every flag that a starter asks for, and names every starter', async () => {
    const { stdout } = await sandbox.run(['init', '--help']);
    for (const name of VALUE_NAMES) expect(stdout).toContain(`  ${flagOf(name)} <`);
    const [, list = ''] = /--idp <name>([^(]*)\(/.exec(stdout) ?? [];
    const named = list
      .replace(/\bor\b/, '')
      .split(',')
      .map((word) => word.trim());
    expect(named).toEqual(STARTERS.map((starter) => starter.name));
  });

  it('says in one sentence what is wrong, and writes nothing', async () => {
    for (const args of [
      ['--idp', 'otka'],
      ['--idp'],
      ['--idp', 'okta', '--tenant', 'x'],
      ['--idp', 'okta', '--domain', ''],
      ['--idp', 'okta', '--force'],
      ['--idp', 'okta', 'a.jsonc', 'b.jsonc'],
      ['--idp', 'okta', 'no/such/directory/a.jsonc'],
      [],
    ]) {
      const { code, stdout, stderr } = await sandbox.run(['init', ...args]);
      expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: '' });
      expect(stderr).toMatch(/^error: /);
      expect(stderr).not.toMatch(/\n\s+at /);
    }
    expect(await readdir(sandbox.directory)).toEqual([]);
  });

  it('leaves nothing behind where the file does not fit', async () => {
    // A limit of 1 KiB on what a process may write stands for a disk that is full.
    const command = `ulimit -f 1; "${process.execPath}" "${MCPGW}" init --idp okta`;
    const { status, stderr } = spawnSync('bash', ['-c', command], {
      cwd: sandbox.directory,
      env: { ...sandbox.env },
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({
      status: 3,
      stderr: expect.stringContaining('cannot write mcpgw.jsonc: EFBIG'),
    });
    expect(await readdir(sandbox.directory)).toEqual([]);
    expect(await sandbox.run(['init', '--idp', 'okta'])).toMatchObject({ code: 0 });
  });

  it('prints one JSON document when it fails with --json', async () => {
    await sandbox.file('mcpgw.jsonc', 'mine');
    const { code, stdout } = await sandbox.run(['init', '--idp', 'okta', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ version: 1, error: { code: 'USAGE' } });
    expect(await readFile(path.join(sandbox.directory, 'mcpgw.jsonc'), 'utf8')).toBe('mine');
  });

  it('of a document that it printed, validates standard input', async () => {
    const { stdout } = await sandbox.run(['init', '-', '--idp', 'entra']);
    const { code, stdout: found } = await sandbox.run(['validate', '-'], { stdin: stdout });
    expect(code).toBe(0);
    expect(found.match(/MCPGW\d{3}/g)?.filter((name) => name !== 'MCPGW008')).toEqual([]);
  });
});

const hasPty = (spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout ?? '').includes('util-linux');

describe.skipIf(!hasPty)('at a real terminal', () => {
  interface Pty {
    readonly type: (text: string) => void;
    /** Resolves once the screen has the text, written since the last time. */
    readonly shows: (text: string) => Promise<void>;
    readonly ended: Promise<Pick<CliResult, 'code'>>;
  }

  function atTerminal(args: string): Pty {
    const child = spawn('script', ['-qec', `"${process.execPath}" "${MCPGW}" ${args}`, '/dev/null'], {
      cwd: sandbox.directory,
      env: { ...sandbox.env, SHELL: '/bin/sh', TERM: 'xterm' },
    });
    let screen = '';
    const watchers = new Set<() => void>();
    child.stdout.on('data', (chunk: Buffer) => {
      screen += chunk.toString();
      for (const look of watchers) look();
    });
    const ended = new Promise<{ code: number | null }>((resolve) => child.once('close', (code) => resolve({ code })));
    return {
      type: (text) => void child.stdin.write(text),
      shows: (text) =>
        new Promise((resolve, reject) => {
          const look = (): void => {
            const at = screen.indexOf(text);
            if (at === -1) return;
            screen = screen.slice(at + text.length);
            watchers.delete(look);
            resolve();
          };
          watchers.add(look);
          void ended.then(() => reject(new Error(`it ended without showing ${text}: ${screen}`)));
          look();
        }),
      ended,
    };
  }

  it('asks, takes the answers, and writes the file', async () => {
    const { type, shows, ended } = atTerminal('init');
    await shows('Which identity provider? ');
    type('cognito\n');
    await shows('(such as https://mcp.example.com/mcp): ');
    type('https://mcp.example.com/mcp\n');
    await shows('User pool ID (such as eu-west-1_AbCdEf123): ');
    type('nonsense\n');
    await shows('it must be a user pool ID');
    type('eu-west-1_AbC\n');
    await shows('App client ID');
    type('abc\n');
    await shows('mcpgw login -c mcpgw.jsonc');
    expect(await ended).toEqual({ code: 0 });
    const text = await readFile(path.join(sandbox.directory, 'mcpgw.jsonc'), 'utf8');
    expect(text).toContain(
      '"jwksUri": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC/.well-known/jwks.json"',
    );
    expect(text).not.toContain('YOUR_');
  });

  it('ends with 130 on Ctrl-C, and writes nothing', async () => {
    const { type, shows, ended } = atTerminal('init --idp okta');
    await shows('): ');
    type('\u0003');
    await shows('nothing was written');
    expect(await ended).toEqual({ code: 130 });
    expect(await readdir(sandbox.directory)).toEqual([]);
  });

  it('keeps placeholders for the rest on Ctrl-D', async () => {
    const { type, shows, ended } = atTerminal('init --idp okta');
    await shows('): ');
    type('\u0004');
    expect(await ended).toEqual({ code: 0 });
    expect(await readdir(sandbox.directory)).toEqual(['mcpgw.jsonc']);
  });
});
