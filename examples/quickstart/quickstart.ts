// The main job of mcpgw, end to end, on parts that run inside this script: a real identity provider (oidc-provider), a
// real MCP server and a real MCP host (the official SDK). Runs the built `mcpgw` as a user would and prints what
// happens. Needs no network and no browser, and leaves nothing behind.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { startIdentityProvider } from '../../test/support/identity-provider.js';
import { startMcpServer } from './mcp-server.js';

const root = process.cwd();
const mcpgw = path.join(root, 'bin/mcpgw.js');
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const title = (text: string): void => say(`\n== ${text}`);

const home = await mkdtemp(path.join(tmpdir(), 'mcpgw-quickstart-'));
const env = {
  PATH: process.env['PATH'] ?? '',
  HOME: home,
  XDG_CONFIG_HOME: path.join(home, 'config'),
  XDG_DATA_HOME: path.join(home, 'data'),
  // Where there is no keychain, a passphrase encrypts the stored login.
  MCPGW_CREDENTIAL_PASSPHRASE: 'only for this quickstart',
  DEMO_SERVICE_TOKEN: 'service-token-of-the-gateway',
  // The script plays the browser: it follows the redirects of the login.
  BROWSER: path.join(root, 'test/support/browser-script.mjs'),
};

const provider = await startIdentityProvider({
  clientId: 'mcpgw-quickstart',
  audience: 'https://mcp.example.com',
  subject: 'ana',
  claims: { email: 'ana@example.com', groups: ['engineering', 'on-call'] },
});
const server = await startMcpServer();
try {
  title('The policy, with both hosts on this machine (examples/quickstart/mcpgw.jsonc)');
  const example = await readFile(path.join(root, 'examples/quickstart/mcpgw.jsonc'), 'utf8');
  const config = example
    .replace('https://mcp.example.com/mcp', `${server.origin}/mcp`)
    .replaceAll('https://idp.example.com', provider.issuer);
  await writeFile(path.join(home, 'mcpgw.jsonc'), config, { mode: 0o600 });
  say(config.trim());

  title('Is the policy right?');
  await run(['validate', 'mcpgw.jsonc']);
  title('Sign in at the identity provider');
  await run(['login', '-c', 'mcpgw.jsonc']);
  await run(['status', '-c', 'mcpgw.jsonc']);
  title('Would the policy accept the token?');
  const token = (await run(['token', '-c', 'mcpgw.jsonc'], { hidden: true })).trim();
  await run(['verify-token', '-c', 'mcpgw.jsonc'], {
    stdin: token,
    shown: 'mcpgw token -c mcpgw.jsonc | mcpgw verify-token -c mcpgw.jsonc',
  });
  title('What would the server receive?');
  const forged = '{"sub":"the-boss"}';
  await run(
    [
      'simulate',
      '-c',
      'mcpgw.jsonc',
      '--token-env',
      'TOKEN',
      '-H',
      'X-Request-Id: 7',
      '-H',
      `X-User-Claims: ${forged}`,
    ],
    {
      extraEnv: { TOKEN: token },
    },
  );

  title('A host calls a tool through `mcpgw serve`');
  const client = new Client(
    { name: 'quickstart-host', version: '1.0.0' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [mcpgw, 'serve', '-c', path.join(home, 'mcpgw.jsonc')],
      env,
      cwd: home,
      stderr: 'inherit',
    }),
  );
  const clientHeaders = {
    'X-Request-Id': '7',
    'X-Tenant-Id': 'acme',
    'X-User-Claims': forged,
    Authorization: `Bearer ${token}`,
    Cookie: 'session=of-the-client',
  };
  const result = await client.callTool({
    name: 'greet',
    arguments: { greeting: 'Hello' },
    _meta: { 'mcpgw.dev/headers': clientHeaders },
  });
  const [content] = result.content;
  say(`$ tools/call greet {"greeting":"Hello"}\n  ${content?.type === 'text' ? content.text : 'no text'}`);
  await client.close();

  title('Headers that the client sent');
  show(clientHeaders, token);
  title('Headers that the server received');
  const received = server.received();
  show(received, token);
  if (!String(received['x-user-claims']).includes('"sub":"ana"')) throw new Error('the identity did not arrive');
  if (received.cookie !== undefined) throw new Error('a protected header arrived');
  say(
    '\nThe server knows who is calling, the forged identity and the cookie never left, and the secrets stayed in place.',
  );
} finally {
  await server.close();
  await provider.close();
  await rm(home, { recursive: true, force: true });
}

interface RunOptions {
  readonly stdin?: string;
  readonly extraEnv?: Readonly<Record<string, string>>;
  /** Runs without printing: its output is a secret. */
  readonly hidden?: boolean;
  /** The command as it is printed. */
  readonly shown?: string;
}

/** Runs the built program in the temporary home, prints command and output, gives its stdout. */
async function run(args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { stdin = '', extraEnv = {}, hidden = false, shown } = options;
  if (!hidden)
    say(`$ ${shown ?? ['mcpgw', ...args].map((word) => (/[\s"{]/.test(word) ? `'${word}'` : word)).join(' ')}`);
  const child = spawn(process.execPath, [mcpgw, ...args], { cwd: home, env: { ...env, ...extraEnv } });
  child.stdin.end(stdin);
  let stdout = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    if (!hidden) process.stdout.write(chunk);
  });
  child.stderr.pipe(process.stdout, { end: false });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`mcpgw ${args[0]} ended with exit code ${code}`);
  return stdout;
}

function show(headers: Readonly<Record<string, string | string[] | undefined>>, token: string): void {
  for (const [name, value] of Object.entries(headers)) {
    say(`  ${name}: ${String(value).replace(token, `${token.slice(0, 12)}…`)}`);
  }
}
