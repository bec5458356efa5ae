// The pages of docs/guide/idp: each configuration is valid, and logs in at a provider that has the peculiarity which the
// page is about, the provider's host alone being another. Where the page says what is needed for it, the login without
// that fails, as the page says.
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import * as net from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandbox, type CliResult, type Sandbox } from '../support/cli.js';
import { startQuirkyProvider, type QuirkyProvider, type Quirks } from '../support/quirky-provider.js';
import { startScriptedUpstream, type ScriptedUpstream } from '../support/scripted-upstream.js';

const GUIDES = fileURLToPath(new URL('../../docs/guide/idp/', import.meta.url));
const ENV = { GOOGLE_CLIENT_SECRET: 'google-secret', GITHUB_CLIENT_SECRET: 'github-secret' };

const pages = readdirSync(GUIDES).filter((name) => name.endsWith('.md'));

/** The configurations of a page, in order. */
function configsOf(page: string): readonly string[] {
  const text = readFileSync(`${GUIDES}${page}`, 'utf8');
  return [...text.matchAll(/^```jsonc\n([\s\S]*?)^```$/gm)].map(([, config = '']) => config);
}

let sandbox: Sandbox;
let upstream: ScriptedUpstream;
let provider: QuirkyProvider | undefined;
beforeEach(async () => {
  sandbox = await createSandbox();
  upstream = await startScriptedUpstream(({ response }) => {
    response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
    return true;
  });
});
afterEach(async () => {
  await provider?.close();
  await upstream.close();
  await sandbox.remove();
});

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

interface Attempt {
  readonly page: string;
  /** Which of the page's configurations; the first by default. */
  readonly block?: number;
  readonly quirks: Quirks;
  /** Changes the text of the configuration. */
  readonly without?: string | RegExp;
  readonly words?: readonly string[];
}

interface Outcome {
  readonly login: CliResult;
  readonly run: (words: readonly string[]) => Promise<CliResult>;
  readonly at: QuirkyProvider;
}

async function attempt({ page, block = 0, quirks, without = '', words = [] }: Attempt): Promise<Outcome> {
  const at = await startQuirkyProvider(quirks);
  provider = at;
  const port = await freePort();
  const text = (configsOf(page)[block] ?? '')
    .replace(without, '')
    .replaceAll(/https:\/\/(?:mcp\.example\.com|api\.githubcopilot\.com)\/mcp\/?/g, upstream.url)
    .replaceAll(/https:\/\/[\w.-]+(?=[/"])/g, at.origin)
    .replaceAll(':8914/', `:${port}/`);
  await sandbox.file('gateway.jsonc', text);
  const run = (command: readonly string[]): Promise<CliResult> =>
    sandbox.run([...command, '-c', 'gateway.jsonc'], { env: ENV });
  return { login: await run(['login', ...words]), run, at };
}

async function expectVerified({ login, run }: Outcome): Promise<void> {
  expect(login.stderr).toContain('logged in at');
  expect(login.code).toBe(0);
  const { stdout } = await run(['token', '--identity']);
  const verdict = await sandbox.run(['verify-token', '-c', 'gateway.jsonc', '-'], { stdin: stdout, env: ENV });
  expect(verdict).toMatchObject({ code: 0 });
}

async function expectRefused({ login, run }: Outcome): Promise<void> {
  const { stdout } = await run(['token', '--identity']);
  const verdict = await sandbox.run(['verify-token', '-c', 'gateway.jsonc', '-'], { stdin: stdout, env: ENV });
  expect({ login: login.code, verdict: verdict.code }).toEqual({ login: 0, verdict: 1 });
}

const endpoints = (prefix: string) => ({
  authorize: `${prefix}/authorize`,
  token: `${prefix}/token`,
  keys: `${prefix}/keys`,
});
const hasOffline = (request: URLSearchParams): boolean =>
  (request.get('scope') ?? '').split(' ').includes('offline_access');

describe('the guides', () => {
  it('are there for each provider', () => {
    const names = pages.map((name) => name.replace('.md', '')).toSorted();
    expect(names).toEqual(['auth0', 'cognito', 'descope', 'entra', 'github', 'google', 'keycloak', 'okta']);
  });

  it.each(pages.flatMap((page) => configsOf(page).map((config, index) => [page, index, config] as const)))(
    'have a valid configuration: %s, %i',
    async (_page, _index, config) => {
      await sandbox.file('gateway.jsonc', config);
      const { code, stdout } = await sandbox.run(['validate', 'gateway.jsonc'], { env: ENV });
      expect(stdout).not.toMatch(/ error /);
      expect(code).toBe(0);
    },
  );
});

describe('Okta: documents behind the path of a custom authorization server', () => {
  const quirks: Quirks = {
    issuerPath: '/oauth2/default',
    paths: {
      discovery: '/oauth2/default/.well-known/openid-configuration',
      authorize: '/oauth2/default/v1/authorize',
      token: '/oauth2/default/v1/token',
      keys: '/oauth2/default/v1/keys',
    },
    claims: () => ({ aud: 'api://default', uid: '00u1' }),
    givesRefreshToken: hasOffline,
  };

  it('logs the caller in', async () => {
    const outcome = await attempt({ page: 'okta.md', quirks });
    await expectVerified(outcome);
    expect(outcome.at.authorizations[0]?.get('scope')).toContain('offline_access');
  });

  it('logs in to an upstream', async () => {
    const { login, at } = await attempt({ page: 'okta.md', block: 1, quirks, words: ['--upstream'] });
    expect(login).toMatchObject({ code: 0, stderr: expect.stringContaining('logged in at') });
    expect(at.requests.slice(0, 3)).toEqual([
      'GET /.well-known/oauth-authorization-server/oauth2/default',
      'GET /.well-known/openid-configuration/oauth2/default',
      'GET /oauth2/default/.well-known/openid-configuration',
    ]);
  });
});

describe('Auth0: the parameter audience', () => {
  const quirks: Quirks = {
    issuerPath: '/',
    paths: { discovery: '/.well-known/openid-configuration', ...endpoints(''), keys: '/.well-known/jwks.json' },
    claims: (request) => {
      const aud = request.get('audience');
      return aud === null ? undefined : { aud };
    },
  };

  it('gives a JWT for the API', async () => {
    await expectVerified(await attempt({ page: 'auth0.md', quirks }));
  });

  it('missing gives an opaque token, which is refused', async () => {
    await expectRefused(await attempt({ page: 'auth0.md', quirks, without: /"authorization_params".*\n/ }));
  });
});

describe('Entra: no resource, scopes with the URI of the app, no word of PKCE', () => {
  const tenant = '/11111111-2222-3333-4444-555555555555';
  const quirks: Quirks = {
    issuerPath: `${tenant}/v2.0`,
    paths: {
      discovery: `${tenant}/v2.0/.well-known/openid-configuration`,
      authorize: `${tenant}/oauth2/v2.0/authorize`,
      token: `${tenant}/oauth2/v2.0/token`,
      keys: `${tenant}/discovery/v2.0/keys`,
    },
    metadata: { code_challenge_methods_supported: undefined },
    refusesAuthorization: (request) => (request.has('resource') ? 'invalid_request' : undefined),
    refusesToken: (request) => (request.has('resource') ? 'invalid_request' : undefined),
    claims: (request) => {
      const api = /api:\/\/([0-9a-f-]+)\/(\w+)/.exec(request.get('scope') ?? '');
      return api === null ? { aud: 'https://graph.microsoft.com' } : { aud: api[1], scp: api[2], oid: 'o1' };
    },
    givesRefreshToken: hasOffline,
  };

  it('logs the caller in', async () => {
    await expectVerified(await attempt({ page: 'entra.md', quirks }));
  });

  it('gives a token for another API when the scope names none', async () => {
    await expectRefused(await attempt({ page: 'entra.md', quirks, without: / api:\/\/[0-9a-f-]+\/access_as_user/ }));
  });

  it('logs in to an upstream, which needs all that the page states', async () => {
    const words = ['--upstream'];
    const good = await attempt({ page: 'entra.md', block: 1, quirks, words });
    expect(good.login).toMatchObject({ code: 0 });
    expect(good.at.authorizations[0]?.get('resource')).toBeNull();
    await provider?.close();
    const withResource = await attempt({ page: 'entra.md', block: 1, quirks, words, without: '"resource": false,' });
    expect(withResource.login).toMatchObject({ code: 1, stderr: expect.stringContaining('invalid_request') });
    await provider?.close();
    const without = '"code_challenge_methods_supported": ["S256"],';
    const silent = await attempt({ page: 'entra.md', block: 1, quirks, words, without });
    expect(silent.login).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/PKCE[\s\S]*code_challenge_methods_supported/),
    });
  });
});

describe('Cognito: no introspection, no aud, redirects compared whole', () => {
  it('logs the caller in', async () => {
    const quirks: Quirks = {
      issuerPath: '/eu-west-1_AbCdEf123',
      paths: {
        discovery: '/eu-west-1_AbCdEf123/.well-known/openid-configuration',
        ...endpoints('/oauth2'),
        keys: '/eu-west-1_AbCdEf123/.well-known/jwks.json',
      },
      metadata: {
        code_challenge_methods_supported: undefined,
        scopes_supported: ['openid', 'email', 'phone', 'profile'],
      },
      refusesAuthorization: (request) =>
        request.get('redirect_uri')?.startsWith('http://localhost:') === true ? undefined : 'redirect_mismatch',
      claims: (request) => ({ client_id: request.get('client_id'), token_use: 'access', username: 'ana' }),
      givesRefreshToken: () => true,
    };
    const outcome = await attempt({ page: 'cognito.md', quirks });
    await expectVerified(outcome);
    // It would be refused there.
    expect(outcome.at.authorizations[0]?.get('scope')).toBe('openid email');
  });
});

describe('Google: a secret in spite of PKCE, and refresh tokens for those who say offline and ask for consent', () => {
  const quirks: Quirks = {
    issuerPath: '',
    paths: { discovery: '/.well-known/openid-configuration', ...endpoints('/o') },
    metadata: { scopes_supported: ['openid', 'email', 'profile'] },
    refusesToken: (request, headers) =>
      request.get('client_secret') === 'google-secret' || headers.authorization?.startsWith('Basic ') === true
        ? undefined
        : 'invalid_client',
    givesRefreshToken: (request) => request.get('access_type') === 'offline' && request.get('prompt') === 'consent',
  };
  const canRefresh = async ({ login, run }: Outcome): Promise<unknown> => {
    expect(login).toMatchObject({ code: 0, stderr: expect.stringContaining('as ana') });
    const { stdout } = await run(['status', '--json', '--server', 'example']);
    const { logins } = JSON.parse(stdout) as { logins: readonly { can_refresh: boolean }[] };
    return logins[0]?.can_refresh;
  };

  it('logs in, with claims of the ID token and a refresh token', async () => {
    expect(await canRefresh(await attempt({ page: 'google.md', quirks }))).toBe(true);
  });

  it('gives no refresh token without the parameters', async () => {
    const without = /"authorization_params".*\n/;
    expect(await canRefresh(await attempt({ page: 'google.md', quirks, without }))).toBe(false);
  });

  it('refuses a client without its secret', async () => {
    const { login } = await attempt({ page: 'google.md', quirks, without: /"client_secret".*\n/ });
    expect(login).toMatchObject({ code: 1, stderr: expect.stringContaining('invalid_client') });
  });
});

describe('GitHub: no registration, no documents, answers in form encoding, refusals with 200', () => {
  const quirks: Quirks = {
    issuerPath: '/none',
    paths: { authorize: '/login/oauth/authorize', token: '/login/oauth/access_token', keys: '/none' },
    refusesToken: (request) =>
      request.get('client_secret') === 'github-secret' ? undefined : 'incorrect_client_credentials',
    refusalStatus: 200,
    writeToken: (answer, { headers }) => {
      // Its tokens do not expire, and scopes come with commas.
      const { access_token, token_type, error } = answer;
      const said = error === undefined ? { access_token, token_type, scope: 'repo,read:org' } : { error };
      return headers.accept?.includes('application/json') === true
        ? { type: 'application/json', text: JSON.stringify(said) }
        : { type: 'application/x-www-form-urlencoded', text: 'access_token=nobody-reads-this&token_type=bearer' };
    },
  };

  it('logs in to an upstream, asking nobody for documents', async () => {
    const { login, run, at } = await attempt({ page: 'github.md', quirks });
    expect(login).toMatchObject({ code: 0 });
    expect(at.requests).toEqual(['GET /login/oauth/authorize', 'POST /login/oauth/access_token']);
    const { stdout } = await run(['status', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ logins: [{ kind: 'upstream', expires_at: null, state: 'valid' }] });
  });

  it('says what was refused, although the status says that nothing was', async () => {
    const { login } = await attempt({
      page: 'github.md',
      quirks: { ...quirks, refusesToken: () => 'bad_verification_code' },
    });
    expect(login).toMatchObject({ code: 1, stderr: expect.stringContaining('refused: bad_verification_code') });
  });
});

describe('Descope: an issuer with a path of its own, and clients that register themselves', () => {
  const issuerPath = '/v1/apps/agentic/P2abcExample/MS2defExample';
  const quirks: Quirks = {
    issuerPath,
    paths: {
      discovery: `${issuerPath}/.well-known/openid-configuration`,
      authorize: '/oauth2/v1/authorize',
      token: '/oauth2/v1/token',
      keys: '/P2abcExample/.well-known/jwks.json',
      register: `${issuerPath}/register`,
    },
    refusesAuthorization: (request) =>
      request.get('client_id') === 'registered-client' ? undefined : 'unauthorized_client',
    claims: (request) => ({ aud: request.get('resource') }),
  };

  it('registers a client at the first login, and uses it from then on', async () => {
    const outcome = await attempt({ page: 'descope.md', quirks });
    await expectVerified(outcome);
    expect(await outcome.run(['logout', '--identity'])).toMatchObject({ code: 0 });
    expect(await outcome.run(['login', '--identity'])).toMatchObject({ code: 0 });
    expect(outcome.at.requests.filter((request) => request === `POST ${issuerPath}/register`)).toHaveLength(1);
  });
});

describe('Keycloak: aud is account until a mapper says more', () => {
  const realm = '/realms/acme';
  const quirks = (aud: readonly string[]): Quirks => ({
    issuerPath: realm,
    paths: {
      discovery: `${realm}/.well-known/openid-configuration`,
      authorize: `${realm}/protocol/openid-connect/auth`,
      token: `${realm}/protocol/openid-connect/token`,
      keys: `${realm}/protocol/openid-connect/certs`,
    },
    metadata: { scopes_supported: ['openid', 'profile', 'offline_access'] },
    claims: () => ({ aud, preferred_username: 'ana', typ: 'Bearer', azp: 'mcpgw' }),
    givesRefreshToken: () => true,
  });

  it('logs the caller in', async () => {
    await expectVerified(await attempt({ page: 'keycloak.md', quirks: quirks(['mcpgw-api', 'account']) }));
  });

  it('is refused without the mapper', async () => {
    await expectRefused(await attempt({ page: 'keycloak.md', quirks: quirks(['account']) }));
  });
});
