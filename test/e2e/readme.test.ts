// Every command in the README is run, in its order, against a real identity provider and a real MCP server, and must
// print what the README says. The hosts of the examples stand for those on this machine.
import { spawn } from 'node:child_process';
import { chmod, mkdir, readFile, symlink } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSandbox, MCPGW, type Sandbox } from '../support/cli.js';
import { consoleCommands, matchesOutput } from '../support/console-blocks.js';
import { startIdentityProvider, type RunningIdentityProvider } from '../support/identity-provider.js';
import { startUpstream, type Upstream } from '../support/upstream-server.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string): Promise<string> => readFile(path.join(root, file), 'utf8');
const commands = consoleCommands(await read('README.md'));

describe('the README', () => {
  let provider: RunningIdentityProvider;
  let upstream: Upstream;
  let sandbox: Sandbox;
  beforeAll(async () => {
    provider = await startIdentityProvider({
      clientId: 'mcpgw-quickstart',
      claims: { email: 'ana@example.com', groups: ['engineering', 'on-call'] },
    });
    upstream = await startUpstream({ era: 'both' });
    sandbox = await createSandbox();
    const policy = (await read('examples/quickstart/mcpgw.jsonc'))
      .replace('https://mcp.example.com/mcp', upstream.url)
      .replaceAll('https://idp.example.com', provider.issuer);
    await sandbox.file('mcpgw.jsonc', policy);
    await sandbox.file('broken.jsonc', await read('examples/readme/broken.jsonc'));
    await mkdir(path.join(sandbox.directory, 'bin'));
    await symlink(MCPGW, path.join(sandbox.directory, 'bin/mcpgw'));
    await chmod(MCPGW, 0o755);
  });
  afterAll(async () => {
    await provider.close();
    await upstream.close();
    await sandbox.remove();
  });

  /** Runs a line as a shell would, and names the hosts as the README does. */
  async function output(line: string): Promise<string> {
    const child = spawn('bash', ['-c', line.replaceAll('https://idp.example.com', provider.issuer)], {
      cwd: sandbox.directory,
      env: {
        ...sandbox.env,
        PATH: `${sandbox.directory}/bin:${path.dirname(process.execPath)}:${sandbox.env['PATH']}`,
        MCPGW_CREDENTIAL_PASSPHRASE: 'readme',
        DEMO_SERVICE_TOKEN: 'service-token',
      },
    });
    child.stdin.end();
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await new Promise((resolve) => child.once('close', resolve));
    return text
      .replaceAll(upstream.url, 'https://mcp.example.com/mcp')
      .replaceAll(new URL(upstream.url).origin, 'https://mcp.example.com')
      .replaceAll(provider.issuer, 'https://idp.example.com');
  }

  it('shows every command of the core', () => {
    const shown = new Set(
      commands.flatMap(({ command }) => [...command.matchAll(/mcpgw ([a-z-]+)/g)].map(([, name]) => name)),
    );
    const core = [
      'init',
      'validate',
      'schema',
      'decode-token',
      'verify-token',
      'simulate',
      'test',
      'login',
      'status',
      'token',
      'serve',
      'logout',
    ];
    expect(core.filter((name) => !shown.has(name))).toEqual([]);
  });

  it('prints what its commands print', async () => {
    const wrong: string[] = [];
    // In the order of the page: a login comes before the token that it stores.
    for (const { command, expected, line } of commands) {
      const printed = await output(command);
      if (!matchesOutput(expected, printed)) wrong.push(`README.md:${line} $ ${command}\n${printed}`);
    }
    expect(wrong.join('\n')).toBe('');
  });
});
