// Documents made from nothing, near enough to the schema that many are valid: what no mutation of an example finds.
import * as fc from 'fast-check';
import { ODD_TEXTS } from './odd-values.js';

/** One document of a seed, as JSON. */
export function nearSchemaText(seed: number): string {
  const [document] = fc.sample(DOCUMENT, { seed, numRuns: 1 });
  return JSON.stringify(document, undefined, 1) ?? 'null';
}

const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...ODD_TEXTS),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constantFrom(null, [], {}),
);

/** Nearly always what it should be. */
function mostly(right: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 150, arbitrary: right }, { weight: 1, arbitrary: junk });
}

function section(
  shape: Readonly<Record<string, fc.Arbitrary<unknown>>>,
  required: readonly string[] = [],
): fc.Arbitrary<unknown> {
  const members = Object.fromEntries(Object.entries(shape).map(([key, value]) => [key, mostly(value)]));
  return fc.record(members, { requiredKeys: [...required], noNullPrototype: true });
}

const text = fc.constantFrom(
  'a',
  'read write',
  '',
  'ünïcode',
  '${SET}',
  '${UNSET:-default}',
  '$${literal',
  '{project-id}',
);
const texts = fc.array(mostly(text), { maxLength: 3 });
const claim = fc.constantFrom(
  'iss',
  'aud',
  'sub',
  'email',
  'https://example.com/roles',
  '__proto__',
  'constructor',
  '',
);
const url = fc.constantFrom(
  'https://idp.example.com/a',
  'https://a.example:8443/b?c=d#e',
  'http://127.0.0.1:8080/mcp',
  'http://localhost/mcp',
  'http://[::1]:80/',
  'https://bücher.example/',
  'https://idp.example.com/{project-id}/keys',
  'https://${SET}.example/mcp',
  '${UNSET:-https://idp.example.com}',
  'HTTPS://IDP.EXAMPLE.COM',
);
const headerName = fc.constantFrom('X-Request-Id', 'x-trace-id', 'Authorization', 'X_1', 'Cookie', 'Host', '!#$');
const headers = fc.dictionary(headerName, mostly(fc.oneof(text, fc.constantFrom('Bearer ${SET}', 'ÿ', 'a b'))), {
  maxKeys: 3,
});
const seconds = fc.constantFrom(0, 1, 60, 3600, 100_000, 9_007_199_254_740_991);
const claimRules = fc.dictionary(
  claim,
  mostly(
    fc.oneof(
      section({ values: fc.oneof(text, fc.integer(), fc.boolean(), fc.array(text, { minLength: 1, maxLength: 1 })) }, [
        'values',
      ]),
      section(
        {
          values: fc.array(fc.oneof(text, fc.integer()), { minLength: 1, maxLength: 3 }),
          matchType: fc.constantFrom('contains', 'containsAll'),
        },
        ['values', 'matchType'],
      ),
      section(
        {
          values: fc.constantFrom('^a$', ['^a$', 'b+'], '\\d+', '(?i)x', '[[:alpha:]]'),
          matchType: fc.constant('regex'),
        },
        ['values', 'matchType'],
      ),
    ),
  ),
  { maxKeys: 3 },
);

const rules = {
  algorithms: fc.array(fc.constantFrom('RS256', 'ES512', 'EdDSA', 'Ed25519'), { minLength: 1, maxLength: 3 }),
  headerKey: headerName,
  clockTolerance: fc.constantFrom(0, 5, 0.5, 61, 1e9),
  maxTokenAge: fc.constantFrom('30s', '5m', '12h', '1d', '999999999d', '${UNSET:-1h}'),
  cacheMaxAge: seconds,
  requiredClaims: texts,
  claimValues: claimRules,
  requireExp: fc.boolean(),
  typ: text,
};
const jwks = fc.constantFrom(
  { keys: [{ kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }] },
  {
    keys: [
      {
        kty: 'EC',
        crv: 'P-256',
        x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
        y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
      },
    ],
  },
  { keys: [{ kty: 'XYZ' }, { kty: 'OKP', crv: 'X25519', x: 'AA', extra: [1] }] },
);
const jwtValidation = fc.oneof(
  section({ ...rules, jwksUri: url, headerPayloadMatch: texts }, ['jwksUri']),
  section({ ...rules, jwks }, ['jwks']),
  section(
    {
      ...rules,
      introspectEndpoint: url,
      introspectClientId: text,
      introspectContentType: fc.constantFrom('application/json', 'application/x-www-form-urlencoded; charset=utf-8'),
      introspectCacheMaxAge: seconds,
    },
    ['introspectEndpoint'],
  ),
);

const login = {
  issuer: url,
  authorization_endpoint: url,
  token_endpoint: url,
  registration_endpoint: url,
  jwks_uri: url,
  scopes_supported: texts,
  client_id: fc.constantFrom('mcpgw', '${SET}'),
  client_secret: fc.constantFrom('x', '${SET}'),
  client_id_metadata_url: url,
  scope: text,
  resource: fc.constantFrom('https://a', false, ''),
  token_endpoint_auth_method: fc.constantFrom('none', 'private_key_jwt'),
  client_assertion_key: fc.constantFrom('pem', { kty: 'EC', d: 'x' }),
  redirect_uri: text,
  authorization_params: fc.dictionary(fc.constantFrom('prompt', 'audience', '__proto__'), text, {
    maxKeys: 2,
  }),
  client_name: text,
  client_uri: url,
  contacts: texts,
  redirect_uris: junk,
  jwks: junk,
  software_statement: junk,
};

const policy = {
  transport: fc.constantFrom('http', 'sse', 'auto', 'http-sse', 'sse-http'),
  auth_type: fc.constantFrom('headers', 'custom', 'oauth_auto', 'oauth_client_credentials'),
  passthrough_headers: headers,
  forward_headers: fc.oneof(
    fc.array(mostly(headerName), { maxLength: 3 }),
    section(
      {
        mode: fc.constantFrom('allowlist', 'all-except'),
        headers: fc.array(fc.oneof(headerName, section({ from: headerName, to: headerName }, ['from', 'to'])), {
          maxLength: 3,
        }),
      },
      ['mode', 'headers'],
    ),
  ),
  user_identity_forwarding: section(
    {
      method: fc.constantFrom('claims_header', 'bearer', 'jwt_header'),
      include_claims: fc.array(claim, { maxLength: 3 }),
      header_name: headerName,
      jwt_expiry_seconds: fc.constantFrom(1, 300, 86_400),
      audience: text,
      on_missing: fc.constantFrom('refuse', 'anonymous'),
    },
    ['method'],
  ),
  jwt_validation: jwtValidation,
  oauth_metadata: section({ ...login, oauth_metadata: junk }),
  external_auth_config: section(login, ['issuer']),
  allow_insecure_http: fc.boolean(),
  tools: section({ allowed: fc.array(text, { minLength: 1, maxLength: 3 }), blocked: texts }),
  timeout_ms: fc.constantFrom(1, 30_000, 2_147_483_647),
  tls: section({ ca: text, cert: text, key: text }),
  'x-note': junk,
};
const ofOneServer = {
  headers,
  header_command: section({ command: fc.array(text, { minLength: 1, maxLength: 3 }), ttl_seconds: seconds }, [
    'command',
  ]),
  tool_authorization: fc.dictionary(text, section({ required_claims: claimRules }, ['required_claims']), {
    maxKeys: 2,
  }),
};
const top = {
  client_headers: headers,
  identity_issuer: text,
  identity_signing_key: text,
  lint: section({
    'no-issuer-rule': fc.constantFrom('off', 'warning', 'error'),
    'placeholder-value': fc.constantFrom('off', 'warning', 'error'),
  }),
  $schema: junk,
};

const server = fc.oneof(
  section({ ...policy, ...ofOneServer, url }, ['url']),
  section({ url, jwt_validation: fc.constant(null), tools: fc.constant(null), type: fc.constant('sse') }, ['url']),
);
const DOCUMENT = mostly(
  fc.oneof(
    section({ ...policy, ...ofOneServer, ...top }),
    section(
      {
        ...policy,
        ...top,
        mcpServers: fc.dictionary(fc.oneof(text, claim), mostly(server), { minKeys: 1, maxKeys: 3 }),
      },
      ['mcpServers'],
    ),
    section(
      {
        mcp_integration_details: section({
          transport: policy.transport,
          auth_type: policy.auth_type,
          url,
          configurations: section({ ...policy, ...ofOneServer }),
        }),
      },
      ['mcp_integration_details'],
    ),
  ),
);
