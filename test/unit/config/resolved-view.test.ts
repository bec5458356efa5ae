import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { resolvedView } from '../../../src/config/resolved-view.js';
import { memberOf } from '../../../src/config/raw-value.js';
import { checkText, type World } from './check-text.js';

async function viewOf(config: unknown, world: World = {}): Promise<unknown> {
  const text = typeof config === 'string' ? config : JSON.stringify(config);
  const { policy, source, diagnostics } = await checkText(text, world);
  if (policy === undefined || source === undefined)
    throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  // As it is printed: an undefined member is none.
  return JSON.parse(JSON.stringify(resolvedView({ source, policy })));
}

const MASK = '••••••';
const URL_OF_A = 'https://a.example.com/mcp';
const RULES = { jwksUri: 'https://idp.example.com/keys' };

describe('the resolved view', () => {
  test('fills in what holds by default', async () => {
    const config = {
      mcpServers: {
        a: {
          url: URL_OF_A,
          jwt_validation: RULES,
          user_identity_forwarding: { method: 'jwt_header' },
          external_auth_config: { issuer: 'https://idp.example.com', client_id: 'c' },
        },
        b: { url: 'https://b.example.com', jwt_validation: { introspectEndpoint: 'https://idp.example.com/i' } },
      },
    };
    const rules = { algorithms: ['RS256'], headerKey: 'Authorization', clockTolerance: 5, requireExp: false };
    expect(await viewOf(config)).toEqual({
      mcpServers: {
        a: {
          url: URL_OF_A,
          transport: 'auto',
          user_identity_forwarding: {
            method: 'jwt_header',
            header_name: 'X-User-JWT',
            include_claims: [
              'sub',
              'email',
              'username',
              'user_id',
              'workspace_id',
              'organisation_id',
              'scope',
              'client_id',
            ],
            on_missing: 'refuse',
            jwt_expiry_seconds: 300,
          },
          external_auth_config: {
            issuer: 'https://idp.example.com',
            client_id: 'c',
            scope: 'openid',
            token_endpoint_auth_method: 'none',
          },
          allow_insecure_http: false,
          jwt_validation: { ...RULES, cacheMaxAge: 86_400, ...rules },
        },
        b: {
          url: 'https://b.example.com',
          transport: 'auto',
          allow_insecure_http: false,
          jwt_validation: {
            introspectEndpoint: 'https://idp.example.com/i',
            introspectContentType: 'application/x-www-form-urlencoded',
            introspectCacheMaxAge: 0,
            ...rules,
          },
        },
      },
    });
  });

  test('writes every alias in its canonical form', async () => {
    const view = await viewOf({
      mcpServers: {
        a: {
          url: URL_OF_A,
          type: 'sse-http',
          auth_type: 'custom',
          forward_headers: ['x-a', { from: 'x-b', to: 'X-C', 'x-why': 'a note' }],
          jwt_validation: {
            ...RULES,
            claimValues: {
              iss: { values: 'https://idp.example.com' },
              level: { values: [5, true, 'x'], matchType: 'contains' },
            },
          },
        },
      },
    });
    expect(memberOf(memberOf(view, 'mcpServers'), 'a')).toMatchObject({
      transport: 'auto',
      auth_type: 'headers',
      forward_headers: { mode: 'allowlist', headers: ['x-a', { from: 'x-b', to: 'X-C' }] },
      jwt_validation: {
        claimValues: {
          iss: { values: ['https://idp.example.com'], matchType: 'exact' },
          level: { values: ['5', 'true', 'x'], matchType: 'contains' },
        },
      },
    });
    expect(JSON.stringify(view)).not.toMatch(/"type"|a note/);
  });

  test('gives each server what it inherits, and leaves shared token rules where they are shared', async () => {
    const inherited = { ...RULES, cacheMaxAge: 1 };
    const view = await viewOf({
      timeout_ms: 5,
      forward_headers: ['x-a'],
      tools: { blocked: ['delete_*'] },
      jwt_validation: inherited,
      mcpServers: {
        inherits: { url: URL_OF_A },
        replaces: { url: URL_OF_A, timeout_ms: 9, jwt_validation: RULES, tools: null },
        open: { url: URL_OF_A, jwt_validation: null, forward_headers: null },
      },
    });
    expect(view).toMatchObject({
      mcpServers: {
        inherits: { timeout_ms: 5, forward_headers: { headers: ['x-a'] }, tools: { blocked: ['delete_*'] } },
        replaces: { timeout_ms: 9, jwt_validation: { cacheMaxAge: 86_400 } },
        open: { timeout_ms: 5, jwt_validation: null },
      },
      jwt_validation: { cacheMaxAge: 1 },
    });
    const servers = memberOf(view, 'mcpServers');
    expect(Object.keys(view as object)).toEqual(['mcpServers', 'jwt_validation']);
    expect(memberOf(servers, 'inherits')).not.toHaveProperty('jwt_validation');
    expect(memberOf(servers, 'replaces')).not.toHaveProperty('tools');
    expect(memberOf(servers, 'open')).not.toHaveProperty('forward_headers');
  });

  test('is a bare policy where there is no upstream, and a gateway configuration for an export with one', async () => {
    expect(await viewOf({ timeout_ms: 5, lint: { 'no-issuer-rule': 'off' } })).toEqual({
      transport: 'auto',
      allow_insecure_http: false,
      timeout_ms: 5,
      lint: { 'no-issuer-rule': 'off' },
    });
    const details = { transport: 'http-sse', configurations: { timeout_ms: 5 } };
    expect(await viewOf({ mcp_integration_details: details })).toEqual({
      transport: 'auto',
      allow_insecure_http: false,
      timeout_ms: 5,
    });
    expect(await viewOf({ mcp_integration_details: { ...details, url: URL_OF_A } })).toEqual({
      mcpServers: { default: { url: URL_OF_A, transport: 'auto', allow_insecure_http: false, timeout_ms: 5 } },
    });
  });

  test('shows sections that get no defaults as they are written', async () => {
    const config = {
      jwt_validation: RULES,
      tools: { allowed: ['read_*'] },
      tool_authorization: { 'write_*': { required_claims: { role: { values: 'admin' } } } },
      tls: { ca: 'ca.pem', cert: 'client.pem', key: 'client.key' },
      header_command: { command: ['vault', 'read'], ttl_seconds: 60 },
      oauth_metadata: { client_id: 'x' },
      identity_issuer: 'https://gateway.example.com',
    };
    expect(await viewOf(config)).toMatchObject({ ...config, jwt_validation: {} });
  });

  test('leaves out what is not ours', async () => {
    const view = await viewOf({ $schema: 's', 'x-note': 'n', jwt_validation: { ...RULES, 'x-note': 'n' } });
    expect(JSON.stringify(view)).not.toMatch(/schema|x-note/);
  });

  test('masks credentials wherever they stand in clear', async () => {
    const config = {
      headers: { 'X-Anything': 'in-clear-1' },
      passthrough_headers: { 'X-Org': 'shown-1', 'X-Api-Key': 'in-clear-2' },
      client_headers: { 'X-Session-Token': 'in-clear-3', 'X-Trace': 'Bearer in-clear-4abc' },
      identity_signing_key: 'in-clear-5',
      header_command: { command: ['curl', 'https://ana:in-clear-6@vault.example.com'] },
      jwt_validation: {
        introspectEndpoint: 'https://idp.example.com/i?tenant=shown-2&api%5Fkey=in-clear-7&sig=in-clear-8#frag=shown-3',
        introspectClientId: 'shown-4',
        introspectClientSecret: 'in-clear-9',
        claimValues: { token: { values: 'shown-5' }, d: { values: 'shown-6' } },
      },
      external_auth_config: {
        issuer: 'https://idp.example.com',
        client_secret: 'in-clear-10',
        client_assertion_key: { kty: 'oct', k: 'in-clear-11' },
        authorization_params: { login_token: 'in-clear-12', audience: 'shown-7' },
        jwks: { keys: [{ kty: 'RSA', d: 'in-clear-13', n: 'shown-8' }] },
        resource: 'eyJhbGciOiJub25lIn0.eyJhIjoiaW4tY2xlYXIifQ.',
      },
      oauth_metadata: { redirect_uris: { password: 12_345_678, client_secret: ['in-clear-14'] } },
    };
    const text = JSON.stringify(await viewOf(config));
    expect(text).not.toMatch(/in-clear|12345678|eyJ/);
    expect(text.match(/shown-\d/g)?.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((number) => `shown-${number}`));
    expect(text).toContain(`?tenant=shown-2&api%5Fkey=${MASK}&sig=${MASK}#frag=shown-3`);
  });

  test('keeps every member whose name has to be masked', async () => {
    const names = ['eyJhbGciOiJub25lIn0.one', 'eyJhbGciOiJub25lIn0.two'];
    const view = await viewOf({ mcpServers: Object.fromEntries(names.map((name) => [name, { url: URL_OF_A }])) });
    expect(Object.keys(memberOf(view, 'mcpServers') as object)).toEqual([MASK, `${MASK}${MASK}`]);
  });

  test('masks every kind of value that came from a reference', async () => {
    const env = {
      URL: 'https://a.example.com',
      T: 'http-sse',
      AGE: '5m',
      ALG: 'ES256',
      ISS: 'https://i.example.com',
      R: '^x$',
    };
    const view = await viewOf(
      {
        mcpServers: {
          a: {
            url: '${URL}',
            transport: '${T}',
            jwt_validation: {
              ...RULES,
              algorithms: ['${ALG}', 'RS256'],
              maxTokenAge: '${AGE}',
              claimValues: { iss: { values: '${ISS}' }, a: { values: ['${R}'], matchType: 'regex' } },
            },
            external_auth_config: { client_id: 'c' },
          },
        },
      },
      { env },
    );
    const text = JSON.stringify(view);
    for (const value of Object.values(env)) expect(text).not.toContain(JSON.stringify(value).slice(1, -1));
    expect(memberOf(memberOf(view, 'mcpServers'), 'a')).toMatchObject({
      url: MASK,
      transport: MASK,
      jwt_validation: {
        algorithms: [MASK, 'RS256'],
        maxTokenAge: MASK,
        claimValues: { iss: { values: [MASK] }, a: { values: [MASK], matchType: 'regex' } },
      },
    });
  });

  test('shows a reference that was not looked up by its label, and no credential around it', async () => {
    const view = await viewOf(
      {
        headers: { Authorization: 'Bearer in-clear ${TOKEN:-in-clear}' },
        passthrough_headers: { 'X-Org': 'org-${ORG:-in-clear}-$${x}', 'X-Url': 'https://x.example/?key=in-clear${A}' },
        timeout_ms: 5,
      },
      { resolveReferences: false },
    );
    expect(view).toMatchObject({
      headers: { Authorization: `${MASK}\${TOKEN}` },
      passthrough_headers: { 'X-Org': 'org-${ORG}-$${x}', 'X-Url': `https://x.example/?key=${MASK}\${A}` },
    });
  });
});

const SEEDS = new URL('../../fixtures/seeds/', import.meta.url);

test.each(readdirSync(SEEDS))('the view of %s, read again, is its own view', async (name) => {
  const once = await viewOf(readFileSync(new URL(name, SEEDS), 'utf8'));
  if (JSON.stringify(once).includes(MASK)) return;
  expect(await viewOf(once)).toEqual(once);
});
