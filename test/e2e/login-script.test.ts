// examples/logins: the script that `status --json` and its exit code drive.
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSandbox, finished, MCPGW, type CliResult, type Sandbox } from '../support/cli.js';
import { startIdentityProvider, type RunningIdentityProvider } from '../support/identity-provider.js';
import { startProtectedUpstream, type ProtectedUpstream } from '../support/protected-upstream.js';

const SCRIPT = fileURLToPath(new URL('../../examples/logins/log-in-where-needed.sh', import.meta.url));

let sandbox: Sandbox;
let idp: RunningIdentityProvider;
let upstream: ProtectedUpstream;
beforeEach(async () => {
  sandbox = await createSandbox();
  idp = await startIdentityProvider({ registration: true, resources: true });
  upstream = await startProtectedUpstream({ era: '2025', idp: () => idp, challengeScope: 'mcp:read' });
});
afterEach(async () => {
  await upstream.close();
  await idp.close();
  await sandbox.remove();
});

/** As it would be run where `mcpgw` is installed. */
async function runScript(config: string): Promise<CliResult> {
  const bin = path.join(sandbox.directory, 'bin');
  await mkdir(bin, { recursive: true });
  await writeFile(path.join(bin, 'mcpgw'), `#!/bin/sh\nexec "${process.execPath}" "${MCPGW}" "$@"\n`);
  await chmod(path.join(bin, 'mcpgw'), 0o755);
  const PATH = [bin, path.dirname(process.execPath), sandbox.env['PATH']].join(path.delimiter);
  const child = spawn('sh', [SCRIPT], { cwd: sandbox.directory, env: { ...sandbox.env, PATH, MCPGW_CONFIG: config } });
  child.stdin.end();
  return finished(child);
}

it('logs in where a login is missing, once, and says that all is well then', async () => {
  const config = await sandbox.file('gateway.json', {
    mcpServers: {
      one: { url: upstream.url, auth_type: 'oauth_auto' },
      two: { url: 'https://mcp.example.com/mcp', auth_type: 'none', external_auth_config: { issuer: idp.issuer } },
    },
  });
  const first = await runScript(config);
  expect(first.stderr).toContain('logged in at');
  expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(/^logging in: one\nlogging in: two\n$/) });
  expect(await runScript(config)).toMatchObject({ code: 0, stdout: 'all logins are good\n' });
  expect(idp.requests.filter((each) => each === 'GET /auth')).toHaveLength(2);
});

it('ends with the code of what was wrong', async () => {
  const broken = await sandbox.file('broken.json', { mcpServers: {} });
  expect((await runScript(broken)).code).toBe(2);
  const config = await sandbox.file('gateway.json', {
    external_auth_config: { issuer: 'http://127.0.0.1:1', client_id: 'x' },
  });
  expect(await runScript(config)).toMatchObject({ code: 3, stdout: 'logging in: default\n' });
});
