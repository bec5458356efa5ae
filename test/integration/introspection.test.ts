// Opaque tokens of a real identity provider, judged by asking it: on the command line, and by `serve` for every call.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandbox, type CliResult, type Sandbox } from '../support/cli.js';
import { startIdentityProvider, type RunningIdentityProvider } from '../support/identity-provider.js';
import { call, startLineHost, type LineHost } from '../support/line-host.js';
import { startScriptedUpstream, type ScriptedUpstream } from '../support/scripted-upstream.js';

const CLIENT = 'gateway & co';
const SECRET = 'a secret: 100% + more';
const INTROSPECTION = 'POST /token/introspection';

let idp: RunningIdentityProvider;
let upstream: ScriptedUpstream;
let sandbox: Sandbox;
let host: LineHost | undefined;
let isAway = false;
beforeEach(async () => {
  isAway = false;
  idp = await startIdentityProvider({
    clientId: CLIENT,
    clientSecret: SECRET,
    opaqueAccessTokens: true,
    intercept: (_request, response) => {
      if (isAway) response.writeHead(503).end();
      return isAway;
    },
  });
  upstream = await startScriptedUpstream();
  sandbox = await createSandbox();
});
afterEach(async () => {
  host?.child.kill('SIGKILL');
  await host?.exited;
  host = undefined;
  await idp.close();
  await upstream.close();
  await sandbox.remove();
});

const basic = (): string => {
  const part = (text: string): string => new URLSearchParams({ x: text }).toString().slice(2);
  return `Basic ${Buffer.from(`${part(CLIENT)}:${part(SECRET)}`).toString('base64')}`;
};

async function post(url: string, form: Readonly<Record<string, string>>): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: basic() },
    body: new URLSearchParams(form),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

async function newToken(): Promise<string> {
  const answer = await post(idp.metadata.token_endpoint, { grant_type: 'client_credentials', scope: 'mcp:read' });
  // RFC 6749 section 5.1.
  return (answer as { access_token: string }).access_token;
}

async function config(rules: object = {}): Promise<string> {
  return sandbox.file('mcpgw.json', {
    mcpServers: { demo: { url: upstream.url } },
    jwt_validation: {
      introspectEndpoint: idp.metadata.introspection_endpoint,
      introspectClientId: CLIENT,
      introspectClientSecret: '${SECRET}',
      claimValues: { iss: { values: idp.issuer }, scope: { values: ['mcp:read'], matchType: 'contains' } },
      ...rules,
    },
  });
}

const questions = (): number => idp.requests.filter((request) => request === INTROSPECTION).length;

async function verify(token: string, words: readonly string[] = [], rules: object = {}): Promise<CliResult> {
  const args = ['verify-token', '-c', await config(rules), '--token-env', 'TOKEN', ...words];
  const result = await sandbox.run(args, { env: { TOKEN: token, SECRET } });
  expect(result.stdout + result.stderr).not.toContain(token);
  expect(result.stdout + result.stderr).not.toContain(SECRET);
  return result;
}

describe('verify-token', () => {
  it('accepts what the provider calls active, with the claims of its answer', async () => {
    const { code, stdout, stderr } = await verify(await newToken(), ['--json', '--explain']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      verdict: 'accepted',
      claims: { active: true, iss: idp.issuer, client_id: CLIENT, scope: 'mcp:read' },
      introspection: { origin: idp.issuer, clientAuthentication: 'basic', asked: true },
    });
  });

  it('refuses what it calls inactive, exit 1', async () => {
    const { code, stdout } = await verify('never-issued');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^rejected: Token is not active$/m);
    expect(stdout).toMatch(/^ {2}fail +introspection: http:\/\/127\.0\.0\.1:\d+ says that it is not active$/m);
    expect(stdout).toMatch(/^ {2}skipped +signature: the identity provider is asked instead/m);
  });

  it('says so when the provider refuses the client, exit 3', async () => {
    const { code, stdout } = await verify(await newToken(), [], { introspectClientSecret: 'wrong' });
    expect(code).toBe(3);
    expect(stdout).toMatch(
      /^undecided: Token could not be verified: .* answered 401: it refuses the introspection client$/m,
    );
  });

  it('cannot decide without the provider, exit 3', async () => {
    const token = await newToken();
    const file = await config();
    await idp.close();
    const { code, stdout } = await sandbox.run(['verify-token', '-c', file, '--token-env', 'TOKEN'], {
      env: { TOKEN: token, SECRET },
    });
    expect(code).toBe(3);
    expect(stdout).toContain('could not be reached (ECONNREFUSED)');
  });

  it('takes the credentials of the login where introspection has none of its own', async () => {
    const file = await sandbox.file('mcpgw.json', {
      jwt_validation: { introspectEndpoint: idp.metadata.introspection_endpoint },
      external_auth_config: { issuer: idp.issuer, client_id: CLIENT, client_secret: '${SECRET}' },
    });
    const { code } = await sandbox.run(['verify-token', '-c', file, '--token-env', 'TOKEN'], {
      env: { TOKEN: await newToken(), SECRET },
    });
    expect(code).toBe(0);
  });
});

describe('serve', () => {
  let calls = 0;

  async function start(rules: object = {}): Promise<LineHost> {
    host = startLineHost(sandbox, ['-c', await config(rules)], { SECRET });
    return host;
  }

  /** What became of one call with a token: the answer's error code, or `undefined`. */
  async function outcome(on: LineHost, token: string): Promise<number | undefined> {
    const id = `call-${++calls}`;
    on.send(call(id, 'echo', { 'mcpgw.dev/headers': { Authorization: `Bearer ${token}` } }));
    return (await on.answer(id)).error?.code;
  }

  const arrived = (): number => upstream.received.filter(({ body }) => body.method === 'tools/call').length;

  it('asks for every call, and refuses a revoked token at the very next', async () => {
    const token = await newToken();
    const on = await start();
    await on.open({ 'mcpgw.dev/headers': { Authorization: `Bearer ${token}` } });
    // What the session itself sends is judged, too: the notification, and the request for its event stream.
    await upstream.request(({ method }) => method === 'GET');
    await upstream.request(({ body }) => body.method === 'notifications/initialized');
    const before = questions();
    expect(await outcome(on, token)).toBeUndefined();
    expect(await outcome(on, token)).toBeUndefined();
    expect(questions()).toBe(before + 2);
    await post(idp.metadata.revocation_endpoint, { token });
    expect(await outcome(on, token)).toBe(-31401);
    expect(arrived()).toBe(2);
  });

  it('asks once while an answer may be used again, where the configuration says so', async () => {
    const token = await newToken();
    const on = await start({ introspectCacheMaxAge: 300 });
    await on.open({ 'mcpgw.dev/headers': { Authorization: `Bearer ${token}` } });
    for (let n = 0; n < 5; n++) expect(await outcome(on, token)).toBeUndefined();
    expect(questions()).toBe(1);
    expect(await outcome(on, 'another-token')).toBe(-31401);
    expect(arrived()).toBe(5);
  });

  it('passes nothing on while the provider is away, and goes on when it is back', async () => {
    const token = await newToken();
    const on = await start();
    await on.open({ 'mcpgw.dev/headers': { Authorization: `Bearer ${token}` } });
    isAway = true;
    expect(await outcome(on, token)).toBe(-32603);
    expect(arrived()).toBe(0);
    isAway = false;
    expect(await outcome(on, token)).toBeUndefined();
    expect(arrived()).toBe(1);
    expect(on.stderr()).not.toContain(token);
  });
});
