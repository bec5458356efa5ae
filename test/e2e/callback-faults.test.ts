// What can come back to a waiting login but the answer: none of it logs in, none of it makes the login hang, and each is
// told what happened. The built program, a real identity provider, and requests that no browser would make.
import { once } from 'node:events';
import { request } from 'node:http';
import * as net from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBrowser } from '../support/browser.js';
import { createSandbox, finished, type CliResult, type Sandbox } from '../support/cli.js';
import { startIdentityProvider, type RunningIdentityProvider } from '../support/identity-provider.js';

let sandbox: Sandbox;
let idp: RunningIdentityProvider;
let config: string;
beforeEach(async () => {
  sandbox = await createSandbox();
  idp = await startIdentityProvider({ redirectUris: ['http://127.0.0.1/callback', 'http://localhost/callback'] });
  config = await configWith({});
});
afterEach(async () => {
  await idp.close();
  await sandbox.remove();
});

function configWith(external: object): Promise<string> {
  return sandbox.file('mcpgw.json', { external_auth_config: { ...idp.externalAuthConfig, ...external } });
}

interface Waiting {
  /** What the person is to open. */
  readonly url: URL;
  readonly redirectUri: URL;
  readonly state: string;
  readonly ended: Promise<CliResult>;
  readonly kill: (signal: NodeJS.Signals) => void;
}

async function startLogin(words: readonly string[] = []): Promise<Waiting> {
  const child = sandbox.start(['login', '-c', config, '--no-browser', '--timeout', '40', ...words]);
  child.stdin.end();
  const ended = finished(child);
  let said = '';
  while (!/^ {2}(http\S+)$/m.test(said)) {
    const [chunk] = (await Promise.race([once(child.stderr, 'data'), ended.then((end) => [JSON.stringify(end)])])) as [
      Buffer | string,
    ];
    said += String(chunk);
    if (child.exitCode !== null) throw new Error(said);
  }
  const url = new URL(/^ {2}(http\S+)$/m.exec(said)?.[1] ?? '');
  return {
    url,
    redirectUri: new URL(url.searchParams.get('redirect_uri') ?? ''),
    state: url.searchParams.get('state') ?? '',
    ended,
    kill: (signal) => void child.kill(signal),
  };
}

interface Asked {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly address?: string;
}

function ask({ redirectUri }: Waiting, { path, method = 'GET', headers = {}, address = '127.0.0.1' }: Asked) {
  const { port, host } = redirectUri;
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const options = { host: address, port, path, method, headers: { host, ...headers }, agent: false };
    request(options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    })
      .on('error', reject)
      .end();
  });
}

const isStored = async (): Promise<boolean> => (await sandbox.run(['status', '-c', config])).code === 0;

describe('what comes to a waiting login', () => {
  const faults: [string, (waiting: Waiting) => Asked, number, RegExp][] = [
    ['a wrong state', () => ({ path: '/callback?code=x&state=wrong' }), 400, /not the login that is waiting/],
    ['no state', () => ({ path: '/callback?code=x' }), 400, /not the login that is waiting/],
    ['two states', ({ state }) => ({ path: `/callback?code=x&state=${state}&state=${state}` }), 400, /not the login/],
    ['an empty state', () => ({ path: '/callback?code=x&state=' }), 400, /not the login that is waiting/],
    ['neither code nor error', ({ state }) => ({ path: `/callback?state=${state}` }), 400, /not the login/],
    ['an error with a wrong state', () => ({ path: '/callback?error=access_denied&state=x' }), 400, /not the login/],
    ['another path', ({ state }) => ({ path: `/other?code=x&state=${state}` }), 404, /nothing here/],
    ['a path below', ({ state }) => ({ path: `/callback/?code=x&state=${state}` }), 404, /nothing here/],
    ['the outcome, too early', ({ state }) => ({ path: `/outcome?code=x&state=${state}` }), 404, /nothing here/],
    ['a favicon', () => ({ path: '/favicon.ico' }), 404, /nothing here/],
    [
      'another host',
      ({ state }) => ({ path: `/callback?code=x&state=${state}`, headers: { host: 'evil.example' } }),
      421,
      /this machine alone/,
    ],
    [
      'a host of another port',
      ({ state }) => ({ path: `/callback?code=x&state=${state}`, headers: { host: '127.0.0.1:1' } }),
      421,
      /this machine alone/,
    ],
    ['a POST', ({ state }) => ({ path: `/callback?code=x&state=${state}`, method: 'POST' }), 405, /only answers GET/],
    ['a HEAD', ({ state }) => ({ path: `/callback?code=x&state=${state}`, method: 'HEAD' }), 405, /^$/],
    [
      'a whole address',
      ({ state }) => ({ path: `http://evil.example/callback?code=x&state=${state}` }),
      404,
      /nothing here/,
    ],
  ];

  it('is told what happened, changes nothing, and the answer is taken after it', async () => {
    const waiting = await startLogin();
    for (const [what, asked, status, text] of faults) {
      const answer = await ask(waiting, asked(waiting));
      expect({ what, status: answer.status }).toEqual({ what, status });
      expect(answer.text, what).toMatch(text);
    }
    expect(await isStored()).toBe(false);
    expect(await createBrowser().visit(waiting.url.href)).toMatchObject({
      status: 200,
      text: expect.stringContaining('You are logged in'),
    });
    expect(await waiting.ended).toMatchObject({ code: 0, stderr: expect.stringContaining('logged in at') });
    expect(await isStored()).toBe(true);
  });

  it('may be slow, or silent, and keeps neither the answer nor the end of the command', async () => {
    const waiting = await startLogin();
    const silent = net.connect(Number(waiting.redirectUri.port), '127.0.0.1');
    const slow = net.connect(Number(waiting.redirectUri.port), '127.0.0.1');
    await Promise.all([once(silent, 'connect'), once(slow, 'connect')]);
    slow.on('error', () => undefined);
    silent.on('error', () => undefined);
    slow.write(`GET /callback?code=x&state=${waiting.state} HTTP/1.1\r\nHost: ${waiting.redirectUri.host}\r\nX-Slow: `);
    await createBrowser().visit(waiting.url.href);
    expect(await waiting.ended).toMatchObject({ code: 0 });
    slow.destroy();
    silent.destroy();
  });

  it('is taken once: what comes again is told so', async () => {
    const waiting = await startLogin();
    await createBrowser().visit(waiting.url.href);
    // The command may have ended by now: then nobody is there any more.
    const again = await ask(waiting, { path: `/callback?code=y&state=${waiting.state}` }).catch(() => undefined);
    if (again !== undefined)
      expect(again).toMatchObject({ status: 200, text: expect.stringContaining('Already done') });
    expect(await waiting.ended).toMatchObject({ code: 0 });
    expect(idp.requests.filter((each) => each === 'POST /token')).toHaveLength(1);
  });

  it.each([
    ['error=access_denied&error_description=no%20thanks&iss=ISSUER', /refused: access_denied \(no thanks\)/],
    ['error=server_error&iss=ISSUER', /failed: server_error/],
    // This provider says that it names itself in each answer.
    ['error=server_error', /cannot be trusted/],
    ['error=access_denied&iss=https://evil.example', /cannot be trusted/],
    ['code=stolen', /cannot be trusted/],
    ['code=stolen&iss=https://evil.example', /cannot be trusted/],
    ['code=stolen&iss=ISSUER', /refused: invalid_grant/],
    ['code=stolen&iss=ISSUER/', /cannot be trusted/],
    ['code=stolen&iss=ISSUER&iss=ISSUER', /cannot be trusted|unexpected way/],
    ['code=a&code=b&iss=ISSUER', /cannot be trusted|unexpected way|refused/],
  ])('with the right state and %s ends the login with a reason', async (query, reason) => {
    const waiting = await startLogin();
    const words = query.replaceAll('ISSUER', encodeURIComponent(idp.issuer));
    const page = ask(waiting, { path: `/callback?${words}&state=${waiting.state}` });
    expect((await page).status).toBe(303);
    expect(await ask(waiting, { path: '/outcome' }).catch(() => undefined)).toMatchObject({
      text: expect.stringContaining('The login did not work'),
    });
    const { code, stderr } = await waiting.ended;
    expect(stderr).toMatch(reason);
    expect([1, 3]).toContain(code);
    expect(stderr).not.toContain('stolen');
    expect(await isStored()).toBe(false);
  });
});

describe('the port of a login', () => {
  it('that is taken is said, with what to do', async () => {
    const other = net.createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = String(typeof address === 'object' ? address?.port : 0);
    const { code, stderr } = await sandbox.run(['login', '-c', config, '--no-browser', '--port', port]);
    expect(code).toBe(3);
    expect(stderr).toMatch(/another program uses it[\s\S]*hint: choose another one with --port/);
    other.close();
  });

  it('of localhost is reached by IPv6, too', async () => {
    config = await configWith({ redirect_uri: 'http://localhost/callback' });
    const waiting = await startLogin();
    expect(waiting.redirectUri.hostname).toBe('localhost');
    const wrong = await ask(waiting, { path: '/callback?code=x&state=wrong', address: '::1' });
    expect(wrong).toMatchObject({ status: 400 });
    await createBrowser().visit(waiting.url.href);
    expect(await waiting.ended).toMatchObject({ code: 0 });
  });

  it('is free again after Ctrl-C, which ends with 130', async () => {
    const waiting = await startLogin();
    const { port } = waiting.redirectUri;
    waiting.kill('SIGINT');
    expect(await waiting.ended).toMatchObject({ code: 130, stderr: expect.stringContaining('interrupted') });
    const again = await startLogin(['--port', port]);
    expect(again.redirectUri.port).toBe(port);
    await createBrowser().visit(again.url.href);
    expect(await again.ended).toMatchObject({ code: 0 });
  });
});
