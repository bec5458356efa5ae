// No address that a server sends starts anything but a browser, with a web page: the built program, a provider whose
// metadata is hostile, a $BROWSER that records, decoys for whatever else could be started, and strace where it is there.
import { spawn, spawnSync } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandbox, finished, MCPGW, type Sandbox } from '../support/cli.js';
import { json, startLoopbackHttp, type LoopbackHttp } from '../support/loopback-http.js';

const HANGS = { timeout: 30_000 };
const HAS_STRACE = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;
if (!HAS_STRACE) process.stdout.write('no strace here: what is started is known by the decoys alone\n');

/** Whatever a login could be talked into starting. */
const DECOYS = ['sh', 'bash', 'cmd', 'xdg-open', 'open', 'gio', 'sensible-browser', 'x-www-browser', 'calc', 'firefox'];

let sandbox: Sandbox;
let idp: LoopbackHttp;
let record: string;
let marker: string;
beforeEach(async () => {
  sandbox = await createSandbox();
  idp = await startLoopbackHttp(json({}));
  record = path.join(sandbox.directory, 'opened');
  marker = path.join(sandbox.directory, 'executed');
  await mkdir(record);
  await mkdir(marker);
  const bin = path.join(sandbox.directory, 'bin');
  await mkdir(bin);
  const program = async (name: string, text: string): Promise<void> => {
    await writeFile(path.join(bin, name), `#!${process.execPath}\n${text}\n`);
    await chmod(path.join(bin, name), 0o755);
  };
  const write = `require('node:fs').writeFileSync`;
  await program(
    'browser',
    `${write}(${JSON.stringify(record)} + '/' + process.pid, JSON.stringify(process.argv.slice(2)))`,
  );
  for (const name of DECOYS) await program(name, `${write}(${JSON.stringify(`${marker}/${name}`)}, '')`);
});
afterEach(async () => {
  await idp.close();
  await sandbox.remove();
});

interface Login {
  readonly code: number | null;
  readonly stderr: string;
  /** The arguments of each start of the browser. */
  readonly opened: readonly (readonly string[])[];
  readonly executed: readonly string[];
}

/** Logs in until the browser was started or the command has ended. */
async function login(metadata: object, words: readonly string[] = []): Promise<Login> {
  idp.answerWith(
    json({
      issuer: idp.origin,
      authorization_endpoint: `${idp.origin}/auth`,
      token_endpoint: `${idp.origin}/token`,
      jwks_uri: `${idp.origin}/jwks`,
      ...metadata,
    }),
  );
  const config = await sandbox.file('mcpgw.json', {
    mcpServers: { demo: { url: 'https://mcp.example.com/mcp' } },
    external_auth_config: { issuer: idp.origin, client_id: 'c' },
  });
  const bin = path.join(sandbox.directory, 'bin');
  const child = sandbox.start(['login', '-c', config, ...words], { BROWSER: path.join(bin, 'browser'), PATH: bin });
  child.stdin.end();
  const ended = finished(child);
  const opened = async (): Promise<readonly (readonly string[])[]> => {
    const texts = (await readdir(record)).map((name) => readFile(path.join(record, name), 'utf8'));
    return (await Promise.all(texts)).map((text) => JSON.parse(text) as readonly string[]);
  };
  const isOver = ended.then(() => true);
  const soon = (): Promise<boolean> => new Promise((resolve) => setTimeout(resolve, 20, false));
  for (;;) {
    // A file that is being written is not read yet.
    const seen = await opened().catch(() => []);
    if (seen.length > 0 || (await Promise.race([isOver, soon()]))) break;
  }
  child.kill('SIGINT');
  const { code, stderr } = await ended;
  return { code, stderr, opened: await opened(), executed: await readdir(marker) };
}

describe('an address of the identity provider', () => {
  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'file:///etc/passwd',
    'data:text/html,x',
    'vbscript:x',
    'ms-msdt:/id',
    'calc:',
    'smb://evil.example/share',
    'ftp://evil.example/x',
    'mailto:ana@example.com',
    'blob:https://a.example/x',
    'about:blank',
    'view-source:https://a.example',
    '\\\\evil.example\\share\\x.exe',
    '--version',
    '-e',
    '/bin/sh',
    '; touch x',
    '$(touch x)',
    '',
    'http://evil.example/auth',
    'https://user:pass@evil.example/auth',
  ])('is not opened when it is %j', HANGS, async (authorization_endpoint) => {
    const { code, stderr, opened, executed } = await login({ authorization_endpoint });
    expect({ opened, executed }).toEqual({ opened: [], executed: [] });
    expect(code).toBe(3);
    expect(stderr).toMatch(/^error: /m);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it.each([
    '/auth?x=$(touch%20x)',
    '/auth?x=`calc`',
    '/auth?x=;calc;&y=|calc&&calc',
    '/auth?x="%20calc%20"',
    "/auth?x='$IFS'calc",
    '/auth?x=%0acalc',
    '/auth?--flag=-e',
    '/auth/../../bin/sh',
    '/auth?x=%USERPROFILE%&y=^calc^',
  ])('is one argument of the browser, and nothing else, when it is a page: %j', HANGS, async (page) => {
    const { code, opened, executed } = await login({ authorization_endpoint: `${idp.origin}${page}` });
    expect(executed).toEqual([]);
    expect(opened).toHaveLength(1);
    expect(opened[0]).toHaveLength(1);
    const url = new URL(opened[0]?.[0] ?? '');
    expect(url.origin).toBe(idp.origin);
    // As a URL writes it: nothing that would end a word, in any shell.
    expect(opened[0]?.[0]).not.toMatch(/[\s"<>\\^`{}|]/);
    expect(code).toBe(130);
  });

  it.each(['javascript:alert(1)', 'file:///etc/passwd', '-e', 'http://evil.example/device'])(
    'is not even shown for another device when it is %j',
    HANGS,
    async (verification_uri) => {
      const device_authorization_endpoint = `${idp.origin}/device`;
      const device = { device_code: 'd', user_code: 'u', verification_uri, expires_in: 5 };
      const { code, stderr, opened, executed } = await login({ device_authorization_endpoint, ...device }, [
        '--device',
      ]);
      expect({ opened, executed, code }).toEqual({ opened: [], executed: [], code: 3 });
      expect(stderr).not.toContain(verification_uri);
    },
  );
});

it.runIf(HAS_STRACE)('starts the browser and nothing else, as the system sees it', HANGS, async () => {
  const trace = path.join(sandbox.directory, 'trace');
  const { directory, env } = sandbox;
  const words = ['-f', '-qq', '-e', 'trace=execve', '-o', trace, process.execPath, MCPGW];
  const strace = spawnSync('sh', ['-c', 'command -v strace']).stdout.toString().trim();
  sandbox = {
    ...sandbox,
    start: (args, extra = {}) => spawn(strace, [...words, ...args], { cwd: directory, env: { ...env, ...extra } }),
  };
  // strace keeps signals to itself.
  const { opened } = await login({ authorization_endpoint: `${idp.origin}/auth?x=$(calc)` }, ['--timeout', '3']);
  expect(opened).toHaveLength(1);
  const started = [...(await readFile(trace, 'utf8')).matchAll(/execve\("([^"]+)".* = 0$/gm)].map(([, file]) => file);
  expect(new Set(started)).toEqual(new Set([process.execPath, path.join(directory, 'bin', 'browser')]));
});
