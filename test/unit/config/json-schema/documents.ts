// Documents to start from: every fixture of the project, and three that say everything that can be said.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

/** By path: the seed documents, the golden pairs of the lint rules, the examples. */
export const FIXTURES: readonly (readonly [file: string, text: string])[] = [
  'test/fixtures/seeds',
  'test/golden/lint',
  'examples',
]
  .flatMap((folder) =>
    readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.jsonc?$/.test(file))
      .map((file) => `${folder}/${file}`),
  )
  .toSorted()
  .map((file) => [file, readFileSync(`${root}${file}`, 'utf8')]);

const ED25519 = { kty: 'OKP', crv: 'Ed25519', kid: 'k1', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' };
const RSA = { kty: 'RSA', n: `w${'A'.repeat(341)}`, e: 'AQAB', alg: 'RS256', use: 'sig', key_ops: ['verify'] };
const EC = { kty: 'EC', crv: 'P-256', x: 'AAAA', y: 'AAAA', 'x-note': 1 };

const provider = {
  issuer: 'https://idp.example',
  authorization_endpoint: 'https://idp.example/authorize',
  token_endpoint: 'https://idp.example/token',
  registration_endpoint: 'https://idp.example/register',
  revocation_endpoint: 'https://idp.example/revoke',
  introspection_endpoint: 'https://idp.example/introspect',
  device_authorization_endpoint: 'https://idp.example/device',
  userinfo_endpoint: 'https://idp.example/userinfo',
  jwks_uri: 'http://127.0.0.1:8080/jwks',
  scopes_supported: ['openid'],
  response_types_supported: ['code'],
  grant_types_supported: ['authorization_code'],
  code_challenge_methods_supported: ['S256'],
  token_endpoint_auth_methods_supported: ['none'],
  client_id: 'a',
  client_secret: 'b',
  client_id_metadata_url: 'https://a.example/client.json',
  scope: 'openid',
  resource: false,
  token_endpoint_auth_method: 'client_secret_post',
  client_assertion_key: { kty: 'EC' },
  client_assertion_alg: 'ES256',
  client_assertion_kid: 'k',
  redirect_uri: 'http://127.0.0.1:8914/callback',
  authorization_params: { prompt: 'login' },
  client_name: 'a',
  client_uri: 'http://a.example',
  logo_uri: 'https://a.example/logo',
  software_id: 'a',
  software_version: '1',
  grant_types: ['authorization_code'],
  response_types: ['code'],
  contacts: ['a@b.example'],
  tos_uri: 'https://a.example/tos',
  policy_uri: 'https://a.example/policy',
  redirect_uris: [1],
  jwks: null,
  software_statement: {},
};

const server = {
  url: 'https://a.example/mcp',
  transport: 'http',
  auth_type: 'headers',
  headers: { Authorization: 'Bearer x' },
  passthrough_headers: { 'X-A': 'b\u00e9' },
  forward_headers: { mode: 'all-except', headers: ['x-a', { from: 'x-b', to: 'X-C' }] },
  user_identity_forwarding: {
    method: 'jwt_header',
    include_claims: ['sub'],
    header_name: 'X-Who',
    jwt_expiry_seconds: 60,
    audience: 'a',
    on_missing: 'anonymous',
  },
  jwt_validation: {
    jwks: { keys: [ED25519, RSA, EC, { kty: 'unknown' }], 'x-note': 1 },
    algorithms: ['RS256', 'EdDSA'],
    headerKey: 'X-Token',
    clockTolerance: 0.5,
    maxTokenAge: '12h',
    cacheMaxAge: 60,
    requiredClaims: ['sub'],
    claimValues: {
      iss: { values: 'https://idp.example' },
      aud: { values: ['a', 1, true], matchType: 'contains' },
      n: { values: 1, matchType: 'exact' },
      e: { values: '^a@', matchType: 'regex' },
    },
    headerPayloadMatch: ['sub'],
    requireExp: true,
    typ: 'at+jwt',
  },
  oauth_metadata: { ...provider, oauth_metadata: { issuer: 1 } },
  external_auth_config: provider,
  allow_insecure_http: false,
  tools: { allowed: ['a*'], blocked: [] },
  tool_authorization: { 'a*': { required_claims: { groups: { values: ['b', 'c'], matchType: 'containsAll' } } } },
  timeout_ms: 60_000,
  header_command: { command: ['cat', 'x'], ttl_seconds: 0, timeout_ms: 1 },
  tls: { ca: 'a', cert: 'b', key: 'c' },
  'x-note': { a: 1 },
  $schema: 1,
};

/** The same keys beside `mcpServers` and in a Portkey export, where each has another branch than above. */
const policy = {
  type: 'sse',
  auth_type: 'none',
  headers: {},
  forward_headers: ['x-a', 'X-B'],
  user_identity_forwarding: { method: 'claims_header' },
  jwt_validation: { jwksUri: 'https://idp.example/jwks' },
  external_auth_config: { authorization_endpoint: 'https://a.example/a', token_endpoint: 'https://a.example/t' },
  oauth_metadata: { client_assertion_key: 'PEM', resource: 'https://a.example' },
  tool_authorization: {},
  timeout_ms: 2_147_483_647,
};

const introspection = {
  introspectEndpoint: 'http://localhost/introspect',
  introspectClientId: 'a',
  introspectClientSecret: 'b',
  introspectContentType: 'Application/JSON; charset=utf-8',
  introspectCacheMaxAge: 0,
};

const top = {
  client_headers: { 'X-A': 'b' },
  identity_issuer: 'a',
  identity_signing_key: 'b',
  lint: { 'no-issuer-rule': 'off' },
};

/** Valid, and between them every key and every branch. */
export const FULL_DOCUMENTS: readonly object[] = [
  { ...policy, ...top },
  {
    ...top,
    type: 'auto',
    jwt_validation: introspection,
    mcpServers: {
      a: server,
      b: {
        url: 'http://localhost/mcp',
        type: 'sse-http',
        jwt_validation: null,
        headers: null,
        forward_headers: ['x-a'],
      },
      'x-c': {
        url: 'http://lab.example/mcp',
        allow_insecure_http: true,
        jwt_validation: { jwksUri: 'https://idp.example/jwks' },
      },
    },
  },
  {
    'x-note': 1,
    mcp_integration_details: { url: 'https://a.example', transport: 'sse', auth_type: 'none', configurations: policy },
  },
];
