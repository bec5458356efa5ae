// Tokens, codes and client secrets of a whole life of a login: nowhere in clear but where `mcpgw token` prints one. Looked
// for in what each command says (verbose, JSON, errors), in every file, and in the command lines of all processes.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../support/cli.js';
import { startIdentityProvider, type RunningIdentityProvider } from '../support/identity-provider.js';
import { call, startLineHost } from '../support/line-host.js';
import { startProtectedUpstream, type ProtectedUpstream } from '../support/protected-upstream.js';

const CLIENT_SECRET = 'sentinel-client-secret-0123456789';

let sandbox: Sandbox;
let idp: RunningIdentityProvider;
let upstream: ProtectedUpstream;
const said: string[] = [];
const commandLines: string[] = [];
beforeEach(async () => {
  sandbox = await createSandbox();
  idp = await startIdentityProvider({
    clientSecret: CLIENT_SECRET,
    resources: true,
    accessTokenLifetimeSeconds: 2,
    onTokenRequest: async () => void commandLines.push(...(await processes())),
  });
  upstream = await startProtectedUpstream({ era: '2025', idp: () => idp, challengeScope: 'mcp:read' });
});
afterEach(async () => {
  await upstream.close();
  await idp.close();
  await sandbox.remove();
});

/** The command line of every process that there is; empty where the system does not tell. */
async function processes(): Promise<readonly string[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  return Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
}

async function filesIn(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return Promise.all(files.map((file) => readFile(file, 'latin1')));
}

/** As it is, and as a file or a log might spell it. */
function spellings(secret: string): readonly string[] {
  const base64 = (text: string): string => Buffer.from(text).toString('base64').replace(/=+$/, '');
  // Base64 of a longer text: the middle of one of three offsets.
  const within = ['', 'a', 'ab'].map((head) => base64(head + secret).slice(4, -4));
  return [secret, encodeURIComponent(secret), Buffer.from(secret).toString('hex'), ...within];
}

it('is nowhere, from login to logout', async () => {
  const config = await sandbox.file('gateway.json', {
    mcpServers: {
      demo: {
        url: upstream.url,
        auth_type: 'oauth_auto',
        oauth_metadata: { client_id: idp.clientId, client_secret: '${CLIENT_SECRET}' },
      },
    },
  });
  const env = { CLIENT_SECRET, MCPGW_LOG: 'debug' };
  const run = async (words: readonly string[]): Promise<number | null> => {
    const { code, stdout, stderr } = await sandbox.run([...words, '-c', config, '-v', '-v'], { env });
    said.push(stderr);
    if (words[0] !== 'token') said.push(stdout);
    return code;
  };
  expect(await run(['login', '--log-format', 'json'])).toBe(0);
  const host = startLineHost(sandbox, ['-c', config, '-v', '-v', '--log-format', 'json'], env);
  await host.open();
  // Through the life of some tokens, until some of them were refreshed.
  for (let id = 1; idp.refreshes() < 2; id++) {
    host.send(call(id, 'add', {}));
    said.push(JSON.stringify(await host.answer(id)));
  }
  for (const words of [
    ['status', '--json'],
    ['status'],
    ['token', '--json'],
    ['login', '--json'],
    ['login', '--force'],
  ]) {
    expect(await run(words)).toBe(0);
  }
  const { stdout, stderr } = await host.end();
  said.push(stdout, stderr);
  const issued = idp.secrets();
  // An error path, too: what the provider has forgotten is refused.
  idp.forgetEverything();
  expect(await run(['logout', 'demo', '--json'])).toBe(0);
  expect(await run(['token'])).toBe(1);

  const secrets = [CLIENT_SECRET, ...upstream.tokens, ...issued];
  expect(issued.length).toBeGreaterThan(2);
  expect(new Set(upstream.tokens).size).toBeGreaterThan(1);
  const configuration = await readFile(config, 'latin1');
  const places = [...said, ...commandLines, ...(await filesIn(sandbox.directory))].filter(
    (text) => text !== configuration,
  );
  expect(places.length).toBeGreaterThan(10);
  for (const secret of secrets) {
    for (const spelling of spellings(secret)) {
      const found = places.filter((text) => text.includes(spelling)).map((text) => text.slice(0, 200));
      expect(found, spelling).toEqual([]);
    }
  }
});
