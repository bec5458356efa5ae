// `mcpgw validate --online`, the built program, in front of a real identity provider and scripted servers.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../support/cli.js';
import { startIdentityProvider, type RunningIdentityProvider } from '../support/identity-provider.js';
import { json, raw } from '../support/loopback-http.js';
import { startSite, type Site } from '../support/online-stage.js';

let idp: RunningIdentityProvider;
let sandbox: Sandbox;
let site: Site;
beforeAll(async () => {
  idp = await startIdentityProvider();
});
afterAll(() => idp.close());
beforeEach(async () => {
  sandbox = await createSandbox();
  site = await startSite();
});
afterEach(() => sandbox.remove());

const rules = (changes: object = {}, claims: object = {}): object => ({
  jwksUri: idp.metadata.jwks_uri,
  requireExp: true,
  claimValues: { iss: { values: idp.issuer }, aud: { values: idp.audience }, ...claims },
  ...changes,
});

/** A gateway with everything that can be asked, and nothing wrong. */
function healthy(): object {
  site.on('/mcp', raw('', { 'www-authenticate': `Bearer resource_metadata="${site.origin}/meta"` }, 401));
  site.on('/meta', json({ resource: `${site.origin}/mcp`, authorization_servers: [idp.issuer] }));
  return {
    jwt_validation: rules(),
    external_auth_config: idp.externalAuthConfig,
    mcpServers: { a: { url: `${site.origin}/mcp` }, b: { url: `${site.origin}/mcp` } },
  };
}

interface Finding {
  readonly code: string;
  readonly severity: string;
  readonly pointer: string;
  readonly line: number;
}

async function findings(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { code, stdout, stderr } = await sandbox.run(['validate', '--online', '--json', ...args], { env });
  // The document that `validate --json` prints (src/cli/render/validation/diagnostics-json.ts).
  const { files, valid } = JSON.parse(stdout) as { valid: boolean; files: { diagnostics: Finding[] }[] };
  return { code, valid, stderr, stdout, files: files.map(({ diagnostics }) => diagnostics) };
}

describe('validate --online', () => {
  it('has nothing to say when all is well, and asks each URL once for two files of two servers', async () => {
    await sandbox.file('a.json', healthy());
    await sandbox.file('b.json', healthy());
    const before = idp.requests.length;
    const { code, stdout, stderr } = await sandbox.run(['validate', '--online', 'a.json', 'b.json']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/2 files: no errors, no warnings\n$/);
    const asked = idp.requests.slice(before);
    expect(asked.length).toBe(new Set(asked).size);
    expect(asked).toContain('GET /.well-known/openid-configuration');
    expect(asked).toContain(`GET ${new URL(idp.metadata.jwks_uri).pathname}`);
    expect(asked.filter((call) => !call.startsWith('GET '))).toEqual([]);
    expect(site.calls.toSorted()).toEqual(['GET /mcp', 'GET /meta']);
  });

  it('sends nothing without the flag', async () => {
    await sandbox.file('a.json', healthy());
    const before = idp.requests.length;
    expect((await sandbox.run(['validate', 'a.json'])).code).toBe(0);
    expect([idp.requests.length - before, site.calls]).toEqual([0, []]);
  });

  it('finds a real provider under a wrong name, and says what differs', async () => {
    await sandbox.file('a.json', { jwt_validation: rules({}, { iss: { values: `${idp.issuer}/` } }) });
    const { code, stdout } = await sandbox.run(['validate', '--online', 'a.json']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^a\.json:\d+:\d+ error MCPGW206 .*\n {2}help: take the slash at its end away/);
  });

  it('finds that the keys of a real provider do not fit', async () => {
    await sandbox.file('a.json', { jwt_validation: rules({ algorithms: ['ES256'] }) });
    const { code, files } = await findings(['a.json']);
    expect(code).toBe(1);
    expect(files.flat()).toMatchObject([{ code: 'MCPGW204', pointer: '/jwt_validation/jwksUri' }]);
  });

  it('exits 3 when nothing worse was found than that nobody answered', async () => {
    await site.close();
    await sandbox.file('a.json', { mcpServers: { a: { url: `${site.origin}/mcp` } } });
    const { code, valid, files } = await findings(['a.json']);
    expect([code, valid]).toEqual([3, false]);
    expect(files.flat()).toMatchObject([{ code: 'MCPGW201', severity: 'error', pointer: '/mcpServers/a/url' }]);
  });

  it('exits 1 when there is a definite error besides, in whichever file', async () => {
    await site.close();
    await sandbox.file('a.json', { mcpServers: { a: { url: `${site.origin}/mcp` } } });
    await sandbox.file('b.json', { timeout_ms: 0 });
    expect((await findings(['a.json', 'b.json'])).code).toBe(1);
    expect((await findings(['a.json', 'gone.json'])).code).toBe(2);
  });

  it('exits 1 for a warning besides, with --strict alone', async () => {
    const other = await startSite();
    await site.close();
    const server = { auth_type: 'none' };
    await sandbox.file('a.json', {
      mcpServers: { a: { url: `${site.origin}/mcp`, ...server }, b: { url: `${other.origin}/mcp`, ...server } },
    });
    expect((await findings(['a.json'])).code).toBe(3);
    expect((await findings(['--strict', 'a.json'])).code).toBe(1);
  });

  it('asks nothing about a file with errors', async () => {
    await sandbox.file('a.json', { mcpServers: { a: { url: `${site.origin}/mcp`, timeout_ms: 0 } } });
    expect((await findings(['a.json'])).code).toBe(1);
    expect(site.calls).toEqual([]);
  });

  it('merges what it found into reading order', async () => {
    const server = (path: string): object => ({
      url: `${site.origin}${path}`,
      auth_type: 'none',
      forward_headers: { mode: 'all-except', headers: [] },
    });
    await sandbox.file('a.json', { mcpServers: { a: server('/a'), b: server('/b') } });
    const { files } = await findings(['a.json']);
    expect(files.flat().map(({ code }) => code)).toEqual(['MCPGW210', 'MCPGW004', 'MCPGW210', 'MCPGW004']);
    const lines = files.flat().map(({ line }) => line);
    expect(lines).toEqual(lines.toSorted((a, b) => a - b));
  });

  it('reads standard input, and is quiet about progress where nobody watches', async () => {
    const stdin = JSON.stringify({ mcpServers: { a: { url: `${site.origin}/mcp`, auth_type: 'none' } } });
    const { code, stdout, stderr } = await sandbox.run(['validate', '--online', '-'], { stdin });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('<stdin>:1:');
    expect(stdout).toContain('warning MCPGW210');
  });
});

describe('what came from a reference', () => {
  const SENTINEL = 's3ntinel';
  const referenced = (): object => ({
    jwt_validation: {
      jwksUri: '${JWKS}',
      requireExp: true,
      claimValues: { iss: { values: '${ISSUER}' }, aud: { values: '${AUDIENCE}' } },
    },
    mcpServers: {
      a: {
        url: '${URL}',
        auth_type: 'oauth_auto',
        headers: { Authorization: 'Bearer ${SECRET}' },
        oauth_metadata: { issuer: '${ISSUER}' },
        external_auth_config: {
          issuer: '${ISSUER}',
          jwks_uri: '${JWKS}',
          client_id: '${SECRET}',
          client_secret: '${SECRET}',
        },
      },
      b: { url: `${site.origin}/mcp`, headers: { Authorization: 'Bearer ${SECRET}', Cookie: '${SECRET}' } },
      c: { url: '${SITE}/mcp', jwt_validation: { introspectEndpoint: '${URL}' } },
    },
  });
  const env = () => ({
    JWKS: `${site.origin}/jwks?key=${SENTINEL}`,
    ISSUER: `${site.origin}/${SENTINEL}`,
    AUDIENCE: SENTINEL,
    SECRET: SENTINEL,
    URL: `${site.origin}/mcp/${SENTINEL}`,
    SITE: site.origin,
  });

  it.each([
    ['with its value', []],
    ['without one (--no-resolve)', ['--no-resolve']],
  ])('is sent nowhere, %s, and a note says so once for each place', async (_name, flags) => {
    site.on('/mcp', raw('', {}, 405));
    await sandbox.file('a.json', referenced());
    const { code, files, stdout, stderr } = await findings([...flags, 'a.json'], env());
    expect(code).toBe(0);
    expect(site.calls).toEqual(['GET /mcp']);
    expect(site.received() + stdout + stderr).not.toContain(SENTINEL);
    const notes = files.flat().filter(({ severity }) => severity === 'note');
    expect(notes.map(({ pointer }) => pointer).toSorted()).toEqual([
      '/jwt_validation/claimValues/iss/values',
      '/jwt_validation/jwksUri',
      '/mcpServers/a/external_auth_config/issuer',
      '/mcpServers/a/external_auth_config/jwks_uri',
      '/mcpServers/a/url',
      '/mcpServers/c/jwt_validation/introspectEndpoint',
      '/mcpServers/c/url',
    ]);
    expect(new Set(notes.map((note) => note.code))).toEqual(new Set(['MCPGW202']));
  });
});
