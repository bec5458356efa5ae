// Good tokens pass: as Okta, Auth0, Entra v1 and v2, Cognito, Descope, Keycloak and Google write them (header and claims
// as their documentation shows them), under every algorithm, by the rules that one would set for them.
import { describe, expect, it } from 'vitest';
import { SIGNATURE_ALGORITHMS, type SignatureAlgorithm, type TokenRules } from '../../src/policy/model.js';
import { Secret } from '../../src/secret/secret.js';
import { createTokenVerifier } from '../../src/token/verify.js';
import { generateKey, keysFromJson, NOW_MS, NOW_SECONDS, signToken, type SigningKey } from '../support/jwt.js';
import { policyOf } from '../unit/config/check-text.js';
import { createStage, ec, nameless, rsa, stranger, trusted, type Attack } from './stage.js';

const TENANT = 'aaaabbbb-0000-cccc-1111-dddd2222eeee';
const IN_TIME = { iat: NOW_SECONDS - 30, exp: NOW_SECONDS + 3570 };
const contains = (...values: readonly string[]): object => ({ values, matchType: 'contains' });

interface Issuer {
  readonly header: (alg: SignatureAlgorithm, kid: string) => object;
  readonly claims: object;
  readonly config: Readonly<Record<string, unknown>>;
  /** What its key set says of a key, beside the material. */
  readonly jwk: (alg: SignatureAlgorithm) => object;
}

const ISSUERS: Readonly<Record<string, Issuer>> = {
  Okta: {
    header: (alg, kid) => ({ kid, alg }),
    jwk: (alg) => ({ alg, use: 'sig' }),
    claims: {
      ver: 1,
      jti: 'AT.0mP4JKAZX1iACIT4vbEDF7LpvDVjxypPMf0D7uX39RE',
      iss: 'https://dev-1234.okta.com/oauth2/default',
      aud: 'api://default',
      ...IN_TIME,
      cid: '0oa1b2c3d4E5f6G7h8i9',
      uid: '00uid4BxXw6I6TV4m0g3',
      scp: ['openid', 'profile', 'mcp'],
      auth_time: NOW_SECONDS - 300,
      sub: 'ana@example.com',
    },
    config: {
      requiredClaims: ['uid'],
      claimValues: {
        iss: { values: 'https://dev-1234.okta.com/oauth2/default' },
        aud: { values: 'api://default' },
        scp: contains('mcp'),
      },
    },
  },
  Auth0: {
    header: (alg, kid) => ({ alg, typ: 'at+jwt', kid }),
    jwk: (alg) => ({ alg, use: 'sig', x5c: ['MIIC'], x5t: 'x' }),
    claims: {
      iss: 'https://acme.eu.auth0.com/',
      sub: 'auth0|5a620d29a840170a9ef43672',
      aud: ['https://gateway.example.com/mcp', 'https://acme.eu.auth0.com/userinfo'],
      ...IN_TIME,
      scope: 'openid profile offline_access',
      client_id: 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6',
      jti: 'x1',
      permissions: ['read:items'],
      'https://example.com/roles': ['admin'],
    },
    config: {
      typ: 'at+jwt',
      claimValues: {
        iss: { values: 'https://acme.eu.auth0.com/' },
        aud: contains('https://gateway.example.com/mcp'),
        'https://example.com/roles': contains('admin', 'owner'),
        sub: { values: '^auth0\\|[0-9a-f]{24}$', matchType: 'regex' },
      },
    },
  },
  'Entra v1': {
    header: (alg, kid) => ({ typ: 'JWT', alg, x5t: kid, kid }),
    jwk: () => ({ use: 'sig', x5t: 'x', x5c: ['MIIC'], issuer: `https://sts.windows.net/${TENANT}/` }),
    claims: {
      aud: 'api://11112222-bbbb-3333-cccc-4444dddd5555',
      iss: `https://sts.windows.net/${TENANT}/`,
      ...IN_TIME,
      nbf: NOW_SECONDS - 30,
      acr: '1',
      aio: 'AXQAi/8IAAAA',
      amr: ['pwd', 'mfa'],
      appid: '00001111-aaaa-2222-bbbb-3333cccc4444',
      appidacr: '0',
      ipaddr: '192.0.2.1',
      oid: '690222be-ff1a-4d56-abd1-7e4f7d38e474',
      rh: '0.AX0A.',
      scp: 'user_impersonation',
      sub: 'HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ',
      tid: TENANT,
      unique_name: 'ana@contoso.com',
      uti: 'fqiBqXLPj0eQa82S-IYFAA',
      ver: '1.0',
    },
    config: {
      requiredClaims: ['oid'],
      claimValues: {
        iss: { values: `https://sts.windows.net/${TENANT}/` },
        tid: { values: TENANT },
        amr: { values: ['pwd', 'mfa'], matchType: 'containsAll' },
      },
    },
  },
  'Entra v2': {
    header: (alg, kid) => ({ typ: 'JWT', alg, kid }),
    jwk: () => ({ use: 'sig', issuer: `https://login.microsoftonline.com/${TENANT}/v2.0` }),
    claims: {
      aud: '11112222-bbbb-3333-cccc-4444dddd5555',
      iss: `https://login.microsoftonline.com/${TENANT}/v2.0`,
      ...IN_TIME,
      nbf: NOW_SECONDS - 30,
      azp: '00001111-aaaa-2222-bbbb-3333cccc4444',
      azpacr: '0',
      name: 'Ana Ex\u00e4mple \u20ac \ud83d\ude00',
      oid: '690222be-ff1a-4d56-abd1-7e4f7d38e474',
      preferred_username: 'ana@contoso.com',
      roles: ['Reader'],
      scp: 'other.scope access_as_user',
      sub: 'HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ',
      tid: TENANT,
      ver: '2.0',
    },
    config: {
      claimValues: {
        iss: { values: `https://login.microsoftonline.com/${TENANT}/v2.0` },
        scp: contains('access_as_user'),
        roles: contains('Reader', 'Writer'),
      },
    },
  },
  Cognito: {
    header: (alg, kid) => ({ kid, alg }),
    jwk: (alg) => ({ alg, use: 'sig' }),
    claims: {
      sub: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
      'cognito:groups': ['admins'],
      iss: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_example',
      version: 2,
      client_id: '1example23456789',
      origin_jti: 'aaaaaaaa',
      token_use: 'access',
      scope: 'openid phone mcp/read',
      auth_time: NOW_SECONDS - 60,
      ...IN_TIME,
      jti: 'aaaaaaaa',
      username: 'ana',
    },
    config: {
      claimValues: {
        iss: { values: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_example' },
        client_id: { values: '1example23456789' },
        token_use: { values: 'access' },
        version: { values: 2 },
        'cognito:groups': contains('admins'),
      },
    },
  },
  Descope: {
    header: (alg, kid) => ({ alg, kid, typ: 'JWT' }),
    jwk: (alg) => ({ alg, use: 'sig' }),
    claims: {
      amr: ['email'],
      aud: ['https://gateway.example.com/mcp'],
      drn: 'DS',
      ...IN_TIME,
      iss: 'https://api.descope.com/v1/apps/agentic/P2abc/MS2abc',
      sub: 'U2abc',
      email: 'ana@example.com',
      groups: ['engineering'],
      tenant_id: 'T2abc',
      tenants: { T2abc: { roles: ['Tenant Admin'], permissions: [] } },
      subscription: 'free',
    },
    config: {
      requiredClaims: ['sub', 'email', 'groups', 'tenant_id'],
      claimValues: {
        iss: { values: 'https://api.descope.com/v1/apps/agentic/P2abc/MS2abc', matchType: 'exact' },
        aud: { values: ['https://gateway.example.com/mcp'], matchType: 'contains' },
        subscription: { values: 'free', matchType: 'exact' },
      },
    },
  },
  Keycloak: {
    header: (alg, kid) => ({ alg, typ: 'JWT', kid }),
    jwk: (alg) => ({ alg, use: 'sig', x5c: ['MIIC'], 'x5t#S256': 'x' }),
    claims: {
      ...IN_TIME,
      auth_time: NOW_SECONDS - 60,
      jti: 'onrtac:1',
      iss: 'https://sso.example.com/realms/acme',
      aud: ['mcp-gateway', 'account'],
      sub: 'f:1:ana',
      typ: 'Bearer',
      azp: 'mcpgw',
      sid: 's1',
      acr: '1',
      'allowed-origins': ['*'],
      realm_access: { roles: ['offline_access', 'uma_authorization'] },
      resource_access: { account: { roles: ['manage-account'] } },
      scope: 'openid email profile',
      email_verified: true,
      preferred_username: 'ana',
    },
    config: {
      requireExp: true,
      maxTokenAge: '1h',
      claimValues: {
        iss: { values: 'https://sso.example.com/realms/acme' },
        aud: contains('mcp-gateway'),
        typ: { values: 'Bearer' },
        email_verified: { values: true },
        scope: { values: ['openid', 'email'], matchType: 'containsAll' },
      },
    },
  },
  Google: {
    header: (alg, kid) => ({ alg, kid, typ: 'JWT' }),
    jwk: (alg) => ({ alg, use: 'sig' }),
    claims: {
      iss: 'https://accounts.google.com',
      azp: '1234.apps.googleusercontent.com',
      aud: '1234.apps.googleusercontent.com',
      sub: '10769150350006150715113082367',
      hd: 'example.com',
      email: 'ana@example.com',
      email_verified: true,
      at_hash: 'HK6E_P6Dh8Y93mRNtsDB1Q',
      ...IN_TIME,
    },
    config: {
      claimValues: {
        iss: { values: '^(https://)?accounts\\.google\\.com$', matchType: 'regex' },
        aud: { values: '1234.apps.googleusercontent.com' },
        hd: { values: 'example.com' },
      },
    },
  },
};

async function verdictOf(token: string, keys: readonly unknown[], config: Readonly<Record<string, unknown>>) {
  const { servers } = await policyOf({ jwt_validation: { jwksUri: 'https://idp.example.com/jwks', ...config } });
  const rules = servers[0]?.tokenRules;
  if (rules === undefined) throw new Error('the configuration is not valid');
  const inline: TokenRules = { ...rules, source: { kind: 'jwks', keys: keysFromJson(keys) } };
  const host = { now: () => NOW_MS, fetch: async () => Response.json({ keys }) };
  const verifiers = [rules, inline].map((each) => createTokenVerifier({ rules: each, host }));
  const verdicts = [];
  for (const verifier of verifiers) {
    verdicts.push(await verifier.judge(new Secret(token)), await verifier.judge(new Secret(token)));
    verdicts.push((await verifier.examine(new Secret(token))).verdict);
  }
  return verdicts;
}

const pairs = SIGNATURE_ALGORITHMS.map((alg): readonly [SigningKey, SigningKey] => [
  generateKey(alg, 'current'),
  generateKey(alg, 'next'),
]);

describe.each(Object.entries(ISSUERS))('a token of %s', (_name, issuer) => {
  it.each(pairs)('is accepted under $alg', async (key, other) => {
    const { alg } = key;
    const published = [other, key].map(({ jwk }) => ({ ...jwk, alg: undefined, ...issuer.jwk(alg) }));
    const token = signToken({ header: issuer.header(alg, 'current'), payload: issuer.claims }, key);
    const verdicts = await verdictOf(token, published, { algorithms: [alg], ...issuer.config });
    for (const verdict of verdicts) {
      expect(verdict).toMatchObject({ verdict: 'accepted', principal: { kind: 'verified', claims: issuer.claims } });
    }
  });
});

describe('an unusual token is accepted', () => {
  const stage = createStage(NOW_SECONDS);
  const { withClaims, withHeader, withPayloadText, json, good } = stage;
  const cases: Readonly<Record<string, Omit<Attack, 'reason'>>> = {
    'without kid, when one key fits': { token: withHeader({ kid: undefined }) },
    'without kid, when several keys fit': {
      token: withHeader({ kid: undefined }),
      keys: [nameless(stranger), nameless(rsa)],
    },
    'without kid, when it is the eighth that fits': {
      token: withHeader({ kid: undefined }),
      keys: [...Array.from({ length: 7 }, () => nameless(stranger)), nameless(rsa)],
    },
    'when another key has the same kid': { token: good, keys: [stranger.jwk, rsa.jwk] },
    'without kid, behind one other key that stands there nine times': {
      token: withHeader({ kid: undefined }),
      keys: [...Array.from({ length: 9 }, () => nameless(stranger)), nameless(rsa)],
    },
    'without kid, under ES256, behind nine points that are on no curve': {
      token: signToken({ header: { alg: 'ES256' }, payload: stage.claims }, ec),
      keys: [
        ...Array.from({ length: 9 }, (_, n) => ({
          kty: 'EC',
          crv: 'P-256',
          x: ec.jwk['x'],
          y: Buffer.alloc(32, n).toString('base64url'),
        })),
        nameless(ec),
      ],
      config: { algorithms: ['ES256'] },
    },
    'when broken keys stand in the set': {
      token: good,
      keys: [
        null,
        7,
        'x',
        {},
        { kty: 'oct', k: 'AA', kid: 'rsa' },
        { kty: 'constructor' },
        { kty: 'RSA', kid: 'rsa' },
        rsa.jwk,
      ],
    },
    'when keys of unknown types and algorithms stand in the set': {
      token: good,
      keys: [
        { kty: 'AKP', alg: 'ML-DSA-65', pub: 'AAAA', kid: 'pq' },
        { kty: 'EC', crv: 'secp256k1', x: 'AA', y: 'AA', kid: 'k1' },
        { ...rsa.jwk, use: 'enc' },
        { ...rsa.jwk, alg: 'RSA-OAEP' },
        rsa.jwk,
      ],
    },
    'under a key that says key_ops verify': { token: good, keys: [{ ...rsa.jwk, key_ops: ['verify'] }] },
    'under a key with the exponent 3': exponentThree(stage),
    'without typ': { token: withHeader({ typ: undefined }) },
    'with typ at+jwt': { token: withHeader({ typ: 'AT+JWT' }) },
    'with typ application/jwt': { token: withHeader({ typ: 'application/JWT' }) },
    'with typ application/at+jwt where at+jwt is required': {
      token: withHeader({ typ: 'application/at+jwt' }),
      config: { typ: 'at+jwt' },
    },
    'with a typ of its own that is required': { token: withHeader({ typ: 'acme+jwt' }), config: { typ: 'acme+jwt' } },
    'with fractions of seconds': { token: withClaims({ exp: NOW_SECONDS - 4.5, iat: NOW_SECONDS - 0.25 }) },
    'without any times': { token: withPayloadText('{"sub":"ana"}') },
    'without any claims': { token: withPayloadText('{}') },
    'with exp just inside the tolerance': { token: withClaims({ exp: NOW_SECONDS - 4.999 }) },
    'with nbf at the edge of the tolerance': { token: withClaims({ nbf: NOW_SECONDS + 5 }) },
    'with exp in the year 10000': { token: withClaims({ exp: 253_402_300_800 }) },
    'as old as maxTokenAge and the tolerance allow': {
      token: withClaims({ iat: NOW_SECONDS - 305 }),
      config: { maxTokenAge: '300s' },
    },
    'with iat in the future, without maxTokenAge': { token: withClaims({ iat: NOW_SECONDS + 3600 }) },
    'with an own claim called __proto__': {
      token: withPayloadText(json.replace('{', '{"__proto__":"x",')),
      config: { requiredClaims: ['__proto__'] },
    },
    'with an own claim called toString': {
      token: withClaims({ toString: 'x' }),
      config: { requiredClaims: ['toString'] },
    },
    'with claims that are empty and required': {
      token: withClaims({ a: '', b: 0, c: false, d: [] }),
      config: { requiredClaims: ['a', 'b', 'c', 'd'] },
    },
    'with keys in the header that nobody looks at': {
      token: withHeader({ jwk: stranger.jwk, jku: 'https://evil.example/' }),
    },
    'with b64 true, which says nothing': { token: withHeader({ b64: true }) },
    'with white space in its JSON': { token: withPayloadText(` ${JSON.stringify(stage.claims, undefined, 2)}\r\n\t`) },
    'with escapes in its JSON': { token: withPayloadText(json.replace('"ana"', '"\\u0061\\/\\n\\ud83d\\ude00"')) },
    'with numbers in other forms': { token: withPayloadText(json.replace('{', '{"a":1.0,"b":1E3,"c":-0,"d":0.10,')) },
    'with every kind of JSON value': {
      token: withClaims({ a: [1, -0.5, 1e3, true, false, null, 'x\n\u20ac"\\', {}, [], { b: { c: [] } }] }),
    },
    'with 64 levels': {
      token: withPayloadText(json.replace('{', `{"a":${'['.repeat(63)}${']'.repeat(63)},`)),
    },
    'with header and payload that agree': {
      token: signToken(
        {
          header: { ...stage.header, tenant: { b: 2, a: [1] }, only: 1 },
          payload: { ...stage.claims, tenant: { a: [1], b: 2 } },
        },
        rsa,
      ),
      config: { headerPayloadMatch: ['tenant', 'only', 'neither'] },
    },
    'with claims whose text is what is asked for': {
      token: withClaims({ level: 3, flag: true, list: ['one'], half: 0.5 }),
      config: {
        claimValues: {
          level: { values: '3' },
          flag: { values: 'true' },
          list: { values: 'one' },
          half: { values: 0.5 },
        },
      },
    },
    'of 16 KiB': { token: withClaims({ groups: Array.from({ length: 400 }, (_, n) => `a-group-with-a-name-${n}`) }) },
  };
  it.each(Object.entries(cases))('%s', async (_name, { token, keys = trusted, config = {} }) => {
    for (const verdict of await verdictOf(token, keys, config)) expect(verdict).toMatchObject({ verdict: 'accepted' });
  });
});

function exponentThree(stage: ReturnType<typeof createStage>): Omit<Attack, 'reason'> {
  const key = generateKey('RS256', 'rsa', { modulusLength: 2048, publicExponent: 3 });
  return { token: stage.goodOf(key), keys: [key.jwk] };
}
