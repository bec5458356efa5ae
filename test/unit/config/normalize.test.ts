import { describe, expect, test } from 'vitest';
import { mask, reveal, Secret } from '../../../src/secret/secret.js';
import { policyOf, serverOf } from './check-text.js';

const JWKS = { jwksUri: 'https://idp.example/keys' };
const IDP = { issuer: 'https://idp.example' };

/** What nobody says anything about. */
const UPSTREAM = {
  kind: 'upstream',
  grant: 'authorization_code',
  issuer: undefined,
  metadata: {},
  clientId: undefined,
  clientSecret: undefined,
  tokenEndpointAuthMethod: 'none',
  clientAssertion: undefined,
  clientMetadataUrl: undefined,
  clientMetadata: {},
  scope: undefined,
  resource: undefined,
  redirectUri: undefined,
  authorizationParams: {},
};

describe('the three forms', () => {
  test('a bare policy is one server named default, without a URL', async () => {
    expect(await policyOf({})).toEqual({
      form: 'bare',
      clientHeaders: [],
      identityIssuer: 'mcpgw',
      identitySigningKey: undefined,
      servers: [
        {
          name: 'default',
          url: undefined,
          transport: 'auto',
          authType: undefined,
          headers: [],
          headerCommand: undefined,
          upstreamAccess: { when: 'challenged', server: UPSTREAM },
          passthroughHeaders: [],
          forward: { mode: 'none' },
          identity: undefined,
          tokenRules: undefined,
          identityProvider: undefined,
          tools: { allowed: undefined, blocked: [], authorization: [] },
          hasTls: false,
          allowInsecureHttp: false,
          timeoutMs: undefined,
          isUrlSecret: false,
          sharesTopLevelTokenRules: false,
        },
      ],
    });
  });

  test('a server takes what stands at the top, unless it has the key itself, which then replaces it whole', async () => {
    const { form, servers } = await policyOf({
      jwt_validation: { ...JWKS, requiredClaims: ['sub'] },
      timeout_ms: 1000,
      mcpServers: {
        a: { url: 'https://a.example/mcp' },
        b: { url: 'https://b.example/mcp', jwt_validation: { jwksUri: 'https://other.example/keys' }, timeout_ms: 5 },
      },
    });
    expect(form).toBe('gateway');
    expect(
      servers.map(({ name, url, tokenRules, timeoutMs, sharesTopLevelTokenRules }) => ({
        name,
        url,
        timeoutMs,
        sharesTopLevelTokenRules,
        required: tokenRules?.requiredClaims,
      })),
    ).toEqual([
      { name: 'a', url: 'https://a.example/mcp', timeoutMs: 1000, sharesTopLevelTokenRules: true, required: ['sub'] },
      { name: 'b', url: 'https://b.example/mcp', timeoutMs: 5, sharesTopLevelTokenRules: false, required: [] },
    ]);
  });

  test('null in a server switches a default off', async () => {
    const { servers } = await policyOf({
      jwt_validation: JWKS,
      headers: { A: 'b' },
      mcpServers: { a: { url: 'https://a.example', jwt_validation: null, headers: null, forward_headers: null } },
    });
    expect(servers[0]).toMatchObject({
      tokenRules: undefined,
      headers: [],
      forward: { mode: 'none' },
      sharesTopLevelTokenRules: false,
    });
  });

  test('an alias in a server replaces the default of the other name', async () => {
    const { servers } = await policyOf({
      transport: 'http',
      mcpServers: { a: { url: 'https://a.example', type: 'auto' }, b: { url: 'https://b.example' } },
    });
    expect(servers.map(({ transport }) => transport)).toEqual(['auto', 'http']);
  });

  test('a Portkey export is one server, with a URL when it has one', async () => {
    const configurations = { jwt_validation: JWKS, passthrough_headers: { 'X-A': 'b' } };
    const details = { transport: 'http', auth_type: 'headers', url: 'https://a.example/mcp', configurations };
    const { form, servers } = await policyOf({ mcp_integration_details: details });
    expect(form).toBe('portkey');
    expect(servers).toMatchObject([
      {
        name: 'default',
        url: 'https://a.example/mcp',
        transport: 'http',
        authType: 'headers',
        passthroughHeaders: [{ name: 'X-A', value: 'b' }],
        tokenRules: { source: { kind: 'jwksUri' } },
        sharesTopLevelTokenRules: true,
      },
    ]);
    expect((await serverOf({ mcp_integration_details: { configurations } })).url).toBeUndefined();
  });

  test('comments, trailing commas and a byte order mark are read', async () => {
    const policy = await policyOf('\uFEFF// a\n{ /* b */ "timeout_ms": 7, }');
    expect(policy.servers[0]?.timeoutMs).toBe(7);
  });

  test('x- keys and $schema may stand in every object of the schema', async () => {
    const config = { 'x-a': 1, $schema: 'https://s', jwt_validation: { ...JWKS, 'x-b': {}, $schema: 1 } };
    await expect(policyOf(config)).resolves.toBeDefined();
  });
});

describe('words that mean the same', () => {
  test.each(['http-sse', 'sse-http', 'auto'])('transport %s is auto', async (transport) => {
    expect((await serverOf({ transport })).transport).toBe('auto');
    expect((await serverOf({ type: transport })).transport).toBe('auto');
  });

  test.each(['transport', 'type'])(
    'sse is sse as %s, of a server and by default, until null switches it off',
    async (key) => {
      const { servers } = await policyOf({
        [key]: 'sse',
        mcpServers: { a: { url: 'https://a.example' }, b: { url: 'https://b.example', [key]: null } },
      });
      expect(servers.map(({ transport }) => transport)).toEqual(['sse', 'auto']);
      const own = await serverOf({ mcpServers: { a: { url: 'https://a.example', [key]: 'sse' } } });
      expect(own.transport).toBe('sse');
    },
  );

  test('auth_type custom is headers', async () => {
    expect((await serverOf({ auth_type: 'custom' })).authType).toBe('headers');
  });
});

describe('headers', () => {
  test('values of headers are secrets, wherever they came from', async () => {
    const { headers } = await serverOf({ headers: { Authorization: 'Bearer a', 'X-B': '${B}' } }, { env: { B: 'b' } });
    expect(headers.map(({ name, value }) => [name, value instanceof Secret, reveal(value)])).toEqual([
      ['Authorization', true, 'Bearer a'],
      ['X-B', true, 'b'],
    ]);
  });

  test('other values are secrets only when they came from a reference', async () => {
    const config = { passthrough_headers: { A: 'a', B: 'x-${B}' }, client_headers: { C: '${B:-c}', D: '$${d}' } };
    const { clientHeaders, servers } = await policyOf(config, { env: { B: 'b' } });
    expect(servers[0]?.passthroughHeaders.map(({ value }) => mask(value))).toEqual(['a', '••••••']);
    expect(servers[0]?.passthroughHeaders.map(({ value }) => reveal(value))).toEqual(['a', 'x-b']);
    expect(clientHeaders.map(({ value }) => mask(value))).toEqual(['••••••', '${d}']);
  });

  test('forward_headers as a list is an allowlist', async () => {
    const { forward } = await serverOf({ forward_headers: ['X-A', 'x-b'] });
    expect(forward).toEqual({ mode: 'allowlist', entries: [{ from: 'X-A' }, { from: 'x-b' }] });
  });

  test('forward_headers with a mode keeps renames', async () => {
    const headers = ['X-A', { from: 'x-b', to: 'X-C' }];
    expect((await serverOf({ forward_headers: { mode: 'allowlist', headers } })).forward).toEqual({
      mode: 'allowlist',
      entries: [{ from: 'X-A' }, { from: 'x-b', to: 'X-C' }],
    });
    expect((await serverOf({ forward_headers: { mode: 'all-except', headers } })).forward).toEqual({
      mode: 'all-except',
      excluded: ['X-A'],
      renames: [{ from: 'x-b', to: 'X-C' }],
    });
  });
});

describe('user_identity_forwarding', () => {
  test.each([
    ['claims_header', 'X-User-Claims'],
    ['bearer', 'Authorization'],
    ['jwt_header', 'X-User-JWT'],
  ])('%s goes into %s by default', async (method, headerName) => {
    expect((await serverOf({ user_identity_forwarding: { method } })).identity).toEqual({
      method,
      headerName,
      includeClaims: ['sub', 'email', 'username', 'user_id', 'workspace_id', 'organisation_id', 'scope', 'client_id'],
      onMissing: 'refuse',
      lifetimeSeconds: 300,
      audience: undefined,
    });
  });

  test('keeps what it is given', async () => {
    const given = {
      method: 'jwt_header',
      include_claims: ['email', 'sub'],
      header_name: 'X-Me',
      audience: 'them',
      jwt_expiry_seconds: 60,
      on_missing: 'anonymous',
    };
    expect((await serverOf({ user_identity_forwarding: given })).identity).toEqual({
      method: 'jwt_header',
      headerName: 'X-Me',
      includeClaims: ['email', 'sub'],
      audience: 'them',
      onMissing: 'anonymous',
      lifetimeSeconds: 60,
    });
  });
});

describe('jwt_validation', () => {
  test('has the defaults of the specification', async () => {
    expect(await rulesOf(JWKS)).toEqual({
      source: { kind: 'jwksUri', url: 'https://idp.example/keys', cacheMaxAgeSeconds: 86_400 },
      algorithms: ['RS256'],
      headerKey: 'Authorization',
      clockToleranceSeconds: 5,
      maxTokenAgeSeconds: undefined,
      requiredClaims: [],
      claimRules: [],
      headerPayloadMatch: [],
      requireExp: false,
      typ: undefined,
    });
  });

  test('honours a tolerance of zero', async () => {
    expect((await rulesOf({ ...JWKS, clockTolerance: 0 }))?.clockToleranceSeconds).toBe(0);
  });

  test.each([
    ['30s', 30],
    ['5m', 300],
    ['12h', 43_200],
    ['1d', 86_400],
  ])('reads a token age of %s', async (maxTokenAge, seconds) => {
    expect((await rulesOf({ ...JWKS, maxTokenAge }))?.maxTokenAgeSeconds).toBe(seconds);
  });

  test('turns expected values into text', async () => {
    const claimValues = {
      a: { values: 1 },
      b: { values: [true] },
      c: { values: ['x', 2.5, false], matchType: 'contains' },
      d: { values: 'y', matchType: 'containsAll' },
      'https://example.com/roles': { values: 'z', matchType: 'exact' },
    };
    expect((await rulesOf({ ...JWKS, claimValues }))?.claimRules).toEqual([
      { claim: 'a', matchType: 'exact', value: '1' },
      { claim: 'b', matchType: 'exact', value: 'true' },
      { claim: 'c', matchType: 'contains', values: ['x', '2.5', 'false'] },
      { claim: 'd', matchType: 'containsAll', values: ['y'] },
      { claim: 'https://example.com/roles', matchType: 'exact', value: 'z' },
    ]);
  });

  test('compiles patterns that match anywhere, in linear time', async () => {
    const claimValues = { a: { values: ['b+', '^(a+)+$'], matchType: 'regex' } };
    const [rule] = (await rulesOf({ ...JWKS, claimValues }))?.claimRules ?? [];
    const patterns = rule?.matchType === 'regex' ? rule.patterns : [];
    expect(patterns.map(({ source }) => source)).toEqual(['b+', '^(a+)+$']);
    expect(patterns.map((pattern) => pattern.test('xbbx'))).toEqual([true, false]);
    expect(patterns[1]?.test(`${'a'.repeat(4000)}!`)).toBe(false);
  });

  test('takes public keys as they are', async () => {
    const key = { kty: 'EC', crv: 'P-256', x: 'a', y: 'b', kid: 'one', use: 'sig', other: { deep: 1 } };
    const source = (await rulesOf({ jwks: { keys: [key, { kty: 'RSA', n: 'w'.repeat(342), e: 'AQAB' }] } }))?.source;
    expect(source).toMatchObject({ kind: 'jwks', keys: [key, { kty: 'RSA' }] });
  });

  test('introspects with its own credentials, else with the pair of the identity provider', async () => {
    const introspectEndpoint = 'https://idp.example/introspect';
    const external = { external_auth_config: { client_id: 'gw', client_secret: 's' } };
    expect((await rulesOf({ introspectEndpoint }))?.source).toEqual({
      kind: 'introspection',
      url: introspectEndpoint,
      clientId: undefined,
      clientSecret: undefined,
      contentType: 'application/x-www-form-urlencoded',
      cacheMaxAgeSeconds: 0,
    });
    const inherited = (await rulesOf({ introspectEndpoint }, external))?.source;
    expect(inherited).toMatchObject({ clientId: 'gw', clientSecret: new Secret('s') });
    const own = (await rulesOf({ introspectEndpoint, introspectClientId: 'me' }, external))?.source;
    expect(own).toMatchObject({ clientId: 'me', clientSecret: undefined });
    const noPair = (await rulesOf({ introspectEndpoint }, { external_auth_config: { ...IDP, client_id: 'gw' } }))
      ?.source;
    expect(noPair).toMatchObject({ clientId: undefined, clientSecret: undefined });
  });
});

describe('external_auth_config', () => {
  test('has the defaults of the specification', async () => {
    const endpoints = {
      authorization_endpoint: 'https://idp.example/authorize',
      token_endpoint: 'https://idp.example/token',
    };
    expect(await providerOf(endpoints)).toEqual({
      ...UPSTREAM,
      kind: 'identity',
      metadata: endpoints,
      scope: 'openid',
    });
  });

  test('with a secret, authenticates by client_secret_basic', async () => {
    const external_auth_config = { ...IDP, client_id: 'gw', client_secret: '${S}' };
    const server = await serverOf({ external_auth_config }, { env: { S: 'shh' } });
    expect(server.identityProvider).toMatchObject({ clientId: 'gw', tokenEndpointAuthMethod: 'client_secret_basic' });
    expect(server.identityProvider?.clientSecret?.reveal()).toBe('shh');
  });

  test('takes its issuer from itself, else from an exact iss rule', async () => {
    const exact = rules({ values: ['https://idp.example'], matchType: 'exact' });
    expect((await providerOf({ issuer: 'https://own.example' }, exact))?.issuer).toBe('https://own.example');
    expect((await providerOf({}, exact))?.issuer).toBe('https://idp.example');
    expect((await providerOf({}, rules({ values: 'https://idp.example' })))?.issuer).toBe('https://idp.example');
    const contains = rules({ values: 'https://idp.example', matchType: 'contains' });
    const endpoints = { authorization_endpoint: 'https://own.example/a', token_endpoint: 'https://own.example/t' };
    expect((await providerOf(endpoints, contains))?.issuer).toBeUndefined();
    await expect(providerOf({}, contains)).rejects.toThrow('MCPGW104');
  });

  test('sends no resource when it says false', async () => {
    expect((await providerOf({ ...IDP, resource: false }))?.resource).toBeUndefined();
    expect((await providerOf({ ...IDP, resource: 'https://a' }))?.resource).toBe('https://a');
  });
});

describe('the access to the upstream', () => {
  const accessOf = async (config: object) => (await serverOf(config)).upstreamAccess;

  test.each<[string, object]>([
    ['none is said to be needed', { auth_type: 'none' }],
    ['headers are', { auth_type: 'headers' }],
    ['there are headers', { headers: { 'X-Key': '${K:-k}' } }],
    ['a program gives headers', { header_command: { command: ['a'] } }],
    ['another Authorization goes', { passthrough_headers: { authorization: 'Basic x' } }],
    ["the caller's token goes in its header", { user_identity_forwarding: { method: 'bearer' } }],
  ])('is none of OAuth where %s', async (_what, config) => {
    expect(await accessOf(config)).toBeUndefined();
  });

  test('is found out when nobody says anything, and certain when auth_type says it', async () => {
    expect((await accessOf({}))?.when).toBe('challenged');
    const auto = await accessOf({ auth_type: 'oauth_auto', headers: { 'X-Key': '${K:-k}' } });
    expect(auto).toMatchObject({ when: 'always', server: { kind: 'upstream', grant: 'authorization_code' } });
    expect(await accessOf({ auth_type: 'oauth_client_credentials' })).toMatchObject({
      when: 'always',
      server: { grant: 'client_credentials' },
    });
  });

  test('is as oauth_metadata states it', async () => {
    const oauth_metadata = {
      issuer: 'https://as.example',
      token_endpoint: 'https://as.example/token',
      client_id_metadata_url: 'https://me.example/client.json',
      client_name: 'Ours',
      grant_types: ['authorization_code'],
      resource: false,
      scope: 'mcp:read',
    };
    expect((await accessOf({ oauth_metadata }))?.server).toMatchObject({
      issuer: 'https://as.example',
      metadata: { issuer: 'https://as.example', token_endpoint: 'https://as.example/token' },
      clientMetadataUrl: 'https://me.example/client.json',
      clientMetadata: { client_name: 'Ours', grant_types: ['authorization_code'] },
      resource: false,
      scope: 'mcp:read',
    });
  });

  test('a header_command has 30 s, and is used until it is refused', async () => {
    const server = await serverOf({ header_command: { command: ['print', 'it'] } });
    expect(server.headerCommand).toEqual({ command: ['print', 'it'], ttlSeconds: undefined, timeoutMs: 30_000 });
  });
});

describe('which tools there are', () => {
  const sources = async (config: object) => {
    const { allowed, blocked, authorization } = (await serverOf(config)).tools;
    return {
      allowed: allowed?.map(({ source }) => source),
      blocked: blocked.map(({ source }) => source),
      authorization: authorization.map(({ glob, rules }) => [glob.source, ...rules.map(({ claim }) => claim)]),
    };
  };

  test('every one, unless something is said', async () => {
    expect(await sources({ tools: {} })).toEqual({ allowed: undefined, blocked: [], authorization: [] });
  });

  test('keeps the globs as written, and every claim rule of an entry', async () => {
    const config = {
      jwt_validation: JWKS,
      tools: { allowed: ['read_*', 'a.b'], blocked: ['*_secret'] },
      tool_authorization: {
        '*': { required_claims: {} },
        'read_*': {
          required_claims: { role: { values: 'admin' }, team: { values: '^ops$', matchType: 'regex' } },
        },
      },
    };
    expect(await sources(config)).toEqual({
      allowed: ['read_*', 'a.b'],
      blocked: ['*_secret'],
      authorization: [['*'], ['read_*', 'role', 'team']],
    });
    const [, entry] = (await serverOf(config)).tools.authorization;
    expect(entry?.rules).toMatchObject([
      { claim: 'role', matchType: 'exact', value: 'admin' },
      { claim: 'team', matchType: 'regex', patterns: [{ source: '^ops$' }] },
    ]);
    expect(entry?.glob.covers('read_all')).toBe(true);
    expect(entry?.glob.covers('Read_all')).toBe(false);
  });

  test('takes those of the top, unless the server has its own, or switches them off', async () => {
    const { servers } = await policyOf({
      tools: { blocked: ['x'] },
      mcpServers: {
        a: { url: 'https://a.example' },
        b: { url: 'https://b.example', tools: { allowed: ['y'] } },
        c: { url: 'https://c.example', tools: null },
      },
    });
    expect(servers.map(({ tools }) => [tools.allowed?.length, tools.blocked.length])).toEqual([
      [undefined, 1],
      [1, 0],
      [undefined, 0],
    ]);
  });

  test('covers nobody with a rule that was not looked up', async () => {
    const config = {
      jwt_validation: JWKS,
      tool_authorization: { t: { required_claims: { a: { values: 'x', matchType: '${HOW}' } } } },
    };
    const { servers } = await policyOf(config, { resolveReferences: false });
    expect(servers[0]?.tools.authorization[0]?.rules).toEqual([{ claim: 'a', matchType: 'regex', patterns: [] }]);
  });
});

describe('a URL of this machine', () => {
  test.each(['http://localhost:3000/mcp', 'http://127.0.0.1/mcp', 'http://127.8.9.1/', 'http://[::1]:1/mcp'])(
    '%s may be plain http',
    async (url) => {
      expect((await serverOf({ mcpServers: { a: { url } } })).url).toBe(url);
    },
  );

  test('is not needed where allow_insecure_http is on, for the server or by default', async () => {
    const url = 'http://lab.internal/mcp';
    const own = await serverOf({ mcpServers: { a: { url, allow_insecure_http: true } } });
    const inherited = await serverOf({ allow_insecure_http: true, mcpServers: { a: { url } } });
    expect([own.allowInsecureHttp, inherited.allowInsecureHttp]).toEqual([true, true]);
  });
});

const rulesOf = async (rules: object, more: object = {}) =>
  (await serverOf({ jwt_validation: rules, ...more })).tokenRules;

const providerOf = async (external: object, more: object = {}) =>
  (await serverOf({ external_auth_config: external, ...more })).identityProvider;

const rules = (iss: object) => ({ jwt_validation: { ...JWKS, claimValues: { iss } } });
