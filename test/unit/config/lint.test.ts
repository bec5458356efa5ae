// Each rule is run on its own pair of configurations in test/golden/lint/.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { RULES } from '../../../src/config/lint.js';
import { RULE_CODES } from '../../../src/diagnostics/codes.js';
import { checkText } from './check-text.js';

const GOLDEN = new URL('../../golden/lint/', import.meta.url);
const ENV = { TOKEN: 'a', CLIENT_SECRET: 'b', SIGNING_KEY: 'c' };
/** A file that others can read, which only matters where a credential stands in it. */
const WORLD = {
  lint: true,
  env: ENV,
  isReadableByOthers: () => Promise.resolve(true),
  isKeyReadableByOthers: () => Promise.resolve(true),
  hasSigningKey: () => Promise.resolve(false),
};

/** Pointers of what each rule has to find in its bad configuration, in document order. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  'no-issuer-rule': ['1:3 /jwt_validation'],
  'no-audience-rule': ['1:3 /jwt_validation'],
  'unanchored-regex': [0, 1, 2, 3, 4, 5, 6].map((index) => `/jwt_validation/claimValues/email/values/${index}`),
  'all-except-mode': ['1:32 /forward_headers/mode'],
  'protected-header-listed': ['0', '2/to', '3/from', '4'].map((at) => `/forward_headers/headers/${at}`),
  'authorization-forwarded': ['1:39 /forward_headers/1'],
  'insecure-http': ['1:85 /mcpServers/lab/allow_insecure_http'],
  'placeholder-value': ['/mcpServers/a/url', '/mcpServers/b/headers/X-Org', '/mcpServers/c/url'],
  'literal-secret': [
    '/mcpServers/a/headers/Authorization',
    '/mcpServers/a/external_auth_config/client_secret',
    '/mcpServers/b/headers/X-Api-Key',
    '/mcpServers/b/external_auth_config/client_secret',
    '/mcpServers/b/external_auth_config/client_assertion_key/d',
    '/client_headers/X-Trace',
  ],
  'identity-without-validation': ['1:3 /user_identity_forwarding'],
  'long-introspection-cache': ['/jwt_validation/introspectCacheMaxAge'],
  'long-key-cache': ['/jwt_validation/cacheMaxAge'],
  'wide-clock-tolerance': ['/jwt_validation/clockTolerance'],
  'expiry-not-required': ['1:3 /jwt_validation'],
  'anonymous-introspection': ['/jwt_validation/introspectEndpoint'],
  'oauth-metadata-wrapped': ['/oauth_metadata/oauth_metadata'],
  'unrequired-identity-claim': ['/user_identity_forwarding/include_claims/1'],
  'validation-switched-off': ['/mcpServers/open/jwt_validation'],
  'transport-header-set': [
    '/headers/Content-Type',
    '/passthrough_headers/mcp-protocol-version',
    '/client_headers/Host',
  ],
  'identity-header-collision': ['/forward_headers/0', '/passthrough_headers/x-caller'],
  'client-metadata-ignored': [
    '/external_auth_config/redirect_uris',
    '/external_auth_config/software_statement',
    '/oauth_metadata/jwks',
  ],
  'claims-over-http': ['/mcpServers/lab/url'],
  'headers-beside-oauth': ['/mcpServers/a/headers'],
  'never-matching-rule': [
    '/mcpServers/linear/tool_authorization/delete_*/required_claims/team',
    '/mcpServers/linear/tool_authorization/create_issue/required_claims/role',
    '/mcpServers/linear/tool_authorization/create_issue/required_claims/groups',
  ],
  'redundant-rule': [
    '/mcpServers/linear/jwt_validation/claimValues/groups/values/2',
    '/mcpServers/linear/tool_authorization/delete_*/required_claims/team',
    '/mcpServers/linear/tool_authorization/create_issue/required_claims/role',
    '/mcpServers/linear/tool_authorization/create_issue/required_claims/groups',
  ],
  'exposed-config-file': ['2:94 /mcpServers/a/headers/Authorization'],
  'exposed-key-file': ['/mcpServers/b/tls/key', '/tls/key'],
  'redirect-uri-ignored': ['a', 'b'].map((name) => `/mcpServers/${name}/external_auth_config/redirect_uri`),
  'spaced-scope-value': ['/jwt_validation/claimValues/scope/values', '/jwt_validation/claimValues/scp/values/1'],
  'unreachable-tool-entry': [
    '/mcpServers/a/tools/allowed/0',
    '/mcpServers/a/tools/allowed/2',
    '/mcpServers/a/tool_authorization/delete_all',
    '/mcpServers/a/tool_authorization/create_issue',
  ],
  'algorithm-without-key': [
    '/mcpServers/a/jwt_validation/algorithms/1',
    '/mcpServers/a/jwt_validation/algorithms/2',
    '/mcpServers/b/jwt_validation/jwks',
  ],
  'no-signing-key': ['/mcpServers/a/user_identity_forwarding/method'],
  'unused-silencer': ['2:3 ', '4:3 ', '4:3 ', '6:3 '],
};

function golden(rule: string, file: 'bad' | 'good'): string {
  return readFileSync(new URL(`${rule}/${file}.jsonc`, GOLDEN), 'utf8');
}

test('every rule has a code, a file of its name, and a pair of configurations', () => {
  expect(RULES.map(({ code, name }) => [code, name])).toEqual(Object.entries(RULE_CODES));
  const names = RULES.map(({ name }) => name).toSorted();
  expect(readdirSync(GOLDEN).toSorted()).toEqual(names);
  const files = readdirSync(new URL('../../../src/config/rules/', import.meta.url));
  expect(files.toSorted()).toEqual(names.map((name) => `${name}.ts`));
});

describe.each(RULES)('$name', ({ name, code, severity, help }) => {
  test('warns of its bad configuration, where it is bad', async () => {
    const { policy, diagnostics } = await checkText(golden(name, 'bad'), WORLD);
    expect(policy).toBeDefined();
    const found = diagnostics.filter((diagnostic) => diagnostic.code === code);
    expect(
      found.map(({ pointer, place }, index) =>
        EXPECTED[name]?.[index]?.startsWith('/') ? pointer : `${place.line}:${place.column} ${pointer}`,
      ),
    ).toEqual(EXPECTED[name]);
    for (const diagnostic of found) {
      expect(diagnostic.severity).toBe(severity);
      // A silencer that names something else has help of its own.
      if (name !== 'unused-silencer') expect(diagnostic.help).toBe(help);
    }
  });

  test('is silent about its good configuration, and so is every other rule', async () => {
    const { policy, diagnostics } = await checkText(golden(name, 'good'), WORLD);
    expect(policy).toBeDefined();
    expect(diagnostics).toEqual([]);
  });
});

describe('lint', () => {
  const bad = '{ "forward_headers": { "mode": "all-except", "headers": [] }';

  test('does not run unless asked for', async () => {
    expect((await checkText(`${bad} }`)).diagnostics).toEqual([]);
  });

  test('turns a rule off', async () => {
    const { diagnostics } = await checkText(`${bad}, "lint": { "all-except-mode": "off" } }`, { lint: true });
    expect(diagnostics).toEqual([]);
  });

  test('turns a rule into an error, and the configuration is refused', async () => {
    const { policy, diagnostics } = await checkText(`${bad}, "lint": { "all-except-mode": "error" } }`, { lint: true });
    expect(policy).toBeUndefined();
    expect(diagnostics).toMatchObject([{ code: 'MCPGW004', severity: 'error' }]);
  });

  test('says once what several servers inherit', async () => {
    const { diagnostics } = await checkText(
      '{ "user_identity_forwarding": { "method": "claims_header" }, "mcpServers": { "a": { "url": "https://a.example" }, "b": { "url": "https://b.example" } } }',
      { lint: true },
    );
    expect(diagnostics.map(({ code, pointer }) => `${code} ${pointer}`)).toEqual([
      'MCPGW010 /user_identity_forwarding',
    ]);
  });

  test('runs beside errors, so that one run tells all', async () => {
    const { diagnostics } = await checkText(`${bad}, "timeout_ms": 0 }`, { lint: true });
    expect(diagnostics.map(({ code }) => code)).toEqual(['MCPGW004', 'MCPGW118']);
  });

  test('does not show what came from a reference', async () => {
    const { diagnostics } = await checkText('{ "client_headers": { "X-A": "${A}" } }', {
      lint: true,
      env: { A: '<placeholder> Bearer abcdefghijk' },
    });
    expect(diagnostics).toEqual([]);
  });
});

test('no rule looks at keys that are not ours, wherever they stand', async () => {
  const foreign = { 'x-note': 'replace YOUR_TENANT, and Bearer abcdefghijkl', $schema: '<schema>' };
  const config = { ...foreign, tools: { blocked: ['a'], ...foreign }, passthrough_headers: { 'x-org': 'YOUR_ORG' } };
  const { diagnostics } = await checkText(JSON.stringify(config), { lint: true });
  expect(diagnostics.map(({ code, pointer }) => `${code} ${pointer}`)).toEqual(['MCPGW008 /passthrough_headers/x-org']);
});

describe('algorithm-without-key', () => {
  test('says nothing of keys that are not all known here', async () => {
    const config = {
      jwt_validation: { jwks: { keys: [{ kty: 'RSA', n: '${N}', e: 'AQAB' }] }, algorithms: ['RS256'] },
    };
    const world = { lint: true, resolveReferences: false };
    const { diagnostics } = await checkText(JSON.stringify(config), world);
    expect(diagnostics.map(({ code }) => code)).not.toContain('MCPGW031');
  });
});
