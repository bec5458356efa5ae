// What the starters say, against literals from the providers' own documentation, and against tokens of their shape.
import { describe, expect, it } from 'vitest';
import type { Flags } from '../../../../src/cli/init/answers.js';
import { STARTERS } from '../../../../src/cli/init/starters.js';
import { SCHEMA_URL } from '../../../../src/config/schema-url.js';
import type { SignatureAlgorithm } from '../../../../src/policy/model.js';
import { Secret } from '../../../../src/secret/secret.js';
import { createTokenVerifier } from '../../../../src/token/verify.js';
import { generateKey, NOW_MS, NOW_SECONDS, signToken } from '../../../support/jwt.js';
import { checkText, serverOf } from '../../config/check-text.js';
import { plainJson, silencersOf, starterText, switchedOn, UPSTREAM, withoutLines } from './starter-text.js';

const TENANT = 'aaaabbbb-0000-cccc-1111-dddd2222eeee';
const OTHER_TENANT = 'bbbbcccc-1111-dddd-2222-eeee3333ffff';
const CLIENT = '00001111-aaaa-2222-bbbb-3333cccc4444';
const API = '11112222-bbbb-3333-cccc-4444dddd5555';

interface Expectation {
  readonly flags: Flags;
  /** The settings that differ from provider to provider, whole. */
  readonly rules: unknown;
  readonly identity: readonly string[];
  readonly login: unknown;
  /** Claims of an access token (Google: of an ID token) as the provider documents them. */
  readonly token: Readonly<Record<string, unknown>>;
  /** Changes that make it somebody else's: each has to be refused. */
  readonly foreign: readonly Readonly<Record<string, unknown>>[];
  /** Warnings that the document silences itself, as `CODE pointer`. */
  readonly silenced?: readonly string[];
}

const EXPECTED: Readonly<Record<string, Expectation>> = {
  okta: {
    flags: { domain: 'dev-1234.okta.com', clientId: '0oa1b2c3d4E5f6G7h8i9' },
    rules: {
      jwksUri: 'https://dev-1234.okta.com/oauth2/default/v1/keys',
      algorithms: ['RS256'],
      requireExp: true,
      requiredClaims: ['sub', 'uid'],
      claimValues: {
        iss: { values: 'https://dev-1234.okta.com/oauth2/default', matchType: 'exact' },
        aud: { values: ['api://default'], matchType: 'contains' },
      },
    },
    identity: ['sub', 'uid'],
    login: {
      issuer: 'https://dev-1234.okta.com/oauth2/default',
      client_id: '0oa1b2c3d4E5f6G7h8i9',
      redirect_uri: 'http://127.0.0.1:8914/callback',
      scope: 'openid profile offline_access',
    },
    token: {
      ver: 1,
      jti: 'AT.0mP4JKAZX1iACIT4vbEDF7LpvDVjxypPMf0D7uX39RE',
      iss: 'https://dev-1234.okta.com/oauth2/default',
      aud: 'api://default',
      cid: '0oa1b2c3d4E5f6G7h8i9',
      uid: '00uid4BxXw6I6TV4m0g3',
      scp: ['openid', 'profile', 'offline_access'],
      sub: 'ana@example.com',
    },
    foreign: [
      { iss: 'https://dev-9999.okta.com/oauth2/default' },
      { iss: 'https://dev-1234.okta.com' },
      { iss: 'https://dev-1234.okta.com/oauth2/default/' },
      { aud: '0oa1b2c3d4E5f6G7h8i9' },
      { aud: 'api://other' },
      { uid: undefined },
    ],
  },
  auth0: {
    flags: {
      domain: 'acme.eu.auth0.com',
      clientId: 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6',
      audience: 'https://gateway.example.com/mcp',
    },
    rules: {
      jwksUri: 'https://acme.eu.auth0.com/.well-known/jwks.json',
      algorithms: ['RS256'],
      requireExp: true,
      requiredClaims: ['sub'],
      claimValues: {
        iss: { values: 'https://acme.eu.auth0.com/', matchType: 'exact' },
        aud: { values: ['https://gateway.example.com/mcp'], matchType: 'contains' },
      },
    },
    identity: ['sub'],
    login: {
      issuer: 'https://acme.eu.auth0.com/',
      client_id: 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6',
      redirect_uri: 'http://127.0.0.1:8914/callback',
      authorization_params: { audience: 'https://gateway.example.com/mcp' },
      scope: 'openid profile offline_access',
    },
    token: {
      iss: 'https://acme.eu.auth0.com/',
      sub: 'auth0|5a620d29a840170a9ef43672',
      aud: ['https://gateway.example.com/mcp', 'https://acme.eu.auth0.com/userinfo'],
      azp: 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6',
      scope: 'openid profile offline_access',
    },
    foreign: [
      { iss: 'https://acme.eu.auth0.com' },
      { iss: 'https://evil.eu.auth0.com/' },
      { aud: ['https://acme.eu.auth0.com/api/v2/', 'https://acme.eu.auth0.com/userinfo'] },
    ],
  },
  entra: {
    flags: { tenant: TENANT, clientId: CLIENT, audience: API },
    rules: {
      jwksUri: `https://login.microsoftonline.com/${TENANT}/discovery/v2.0/keys`,
      algorithms: ['RS256'],
      requireExp: true,
      requiredClaims: ['sub', 'oid'],
      claimValues: {
        iss: { values: `https://login.microsoftonline.com/${TENANT}/v2.0`, matchType: 'exact' },
        aud: { values: [API], matchType: 'contains' },
        scp: { values: ['access_as_user'], matchType: 'contains' },
      },
    },
    identity: ['sub', 'oid'],
    login: {
      issuer: `https://login.microsoftonline.com/${TENANT}/v2.0`,
      client_id: CLIENT,
      redirect_uri: 'http://localhost/callback',
      resource: false,
      scope: `openid profile offline_access api://${API}/access_as_user`,
    },
    token: {
      aud: API,
      iss: `https://login.microsoftonline.com/${TENANT}/v2.0`,
      azp: CLIENT,
      azpacr: '0',
      name: 'Ana Example',
      oid: '690222be-ff1a-4d56-abd1-7e4f7d38e474',
      preferred_username: 'ana@contoso.com',
      scp: 'other.scope access_as_user',
      sub: 'HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ',
      tid: TENANT,
      ver: '2.0',
    },
    foreign: [
      { iss: `https://login.microsoftonline.com/${OTHER_TENANT}/v2.0` },
      { iss: `https://sts.windows.net/${TENANT}/` },
      { aud: `api://${API}` },
      { aud: '00000003-0000-0000-c000-000000000000' },
      { scp: undefined, roles: ['access_as_user'] },
      { scp: 'access_as_user.read' },
    ],
  },
  cognito: {
    flags: { userPool: 'eu-west-1_AbCdEf123', clientId: '1example23456789abcdefghij' },
    rules: {
      jwksUri: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123/.well-known/jwks.json',
      algorithms: ['RS256'],
      requireExp: true,
      requiredClaims: ['sub', 'username'],
      claimValues: {
        iss: { values: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123', matchType: 'exact' },
        client_id: { values: ['1example23456789abcdefghij'], matchType: 'contains' },
        token_use: { values: 'access', matchType: 'exact' },
      },
    },
    identity: ['sub', 'username'],
    login: {
      issuer: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123',
      client_id: '1example23456789abcdefghij',
      redirect_uri: 'http://localhost:8914/callback',
      scope: 'openid email',
    },
    token: {
      sub: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
      'cognito:groups': ['engineering'],
      iss: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123',
      version: 2,
      client_id: '1example23456789abcdefghij',
      token_use: 'access',
      scope: 'openid email',
      auth_time: NOW_SECONDS - 60,
      jti: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
      username: 'ana',
    },
    foreign: [
      { iss: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Another99' },
      { client_id: '2example23456789abcdefghij' },
      { token_use: 'id', client_id: undefined, aud: '1example23456789abcdefghij' },
    ],
    silenced: ['MCPGW002 /mcpServers/example/jwt_validation'],
  },
  descope: {
    flags: {
      issuer: 'https://api.descope.com/v1/apps/agentic/P32juVkF2iM8wAGoM8PiLkGi6POV/MS35d1Xw1Yo6zozsW7n8BU6xLmnAs',
      clientId: 'UDMyanVWa0YyaU06VFBB',
      audience: 'https://gateway.example.com/mcp',
    },
    rules: {
      jwksUri: 'https://api.descope.com/P32juVkF2iM8wAGoM8PiLkGi6POV/.well-known/jwks.json',
      algorithms: ['RS256'],
      requireExp: true,
      requiredClaims: ['sub', 'email'],
      claimValues: {
        iss: {
          values: 'https://api.descope.com/v1/apps/agentic/P32juVkF2iM8wAGoM8PiLkGi6POV/MS35d1Xw1Yo6zozsW7n8BU6xLmnAs',
          matchType: 'exact',
        },
        aud: { values: ['https://gateway.example.com/mcp'], matchType: 'contains' },
      },
    },
    identity: ['sub', 'email'],
    login: {
      issuer: 'https://api.descope.com/v1/apps/agentic/P32juVkF2iM8wAGoM8PiLkGi6POV/MS35d1Xw1Yo6zozsW7n8BU6xLmnAs',
      client_id: 'UDMyanVWa0YyaU06VFBB',
      redirect_uri: 'http://127.0.0.1:8914/callback',
      scope: 'openid',
    },
    token: {
      iss: 'https://api.descope.com/v1/apps/agentic/P32juVkF2iM8wAGoM8PiLkGi6POV/MS35d1Xw1Yo6zozsW7n8BU6xLmnAs',
      aud: ['UDMyanVWa0YyaU06VFBB', 'https://gateway.example.com/mcp'],
      sub: 'U2abcdefghijklmnopqrstuvwxyz',
      email: 'ana@example.com',
      scope: 'mcp:read',
    },
    foreign: [
      { iss: 'https://api.descope.com/v1/apps/agentic/P32juVkF2iM8wAGoM8PiLkGi6POV/MSanother' },
      { iss: 'https://api.descope.com/P32juVkF2iM8wAGoM8PiLkGi6POV' },
      { aud: ['P32juVkF2iM8wAGoM8PiLkGi6POV'] },
      { email: undefined },
    ],
  },
  keycloak: {
    flags: {
      domain: 'sso.example.com',
      realm: 'acme',
      clientId: 'mcpgw',
      audience: 'https://gateway.example.com/mcp',
    },
    rules: {
      jwksUri: 'https://sso.example.com/realms/acme/protocol/openid-connect/certs',
      algorithms: ['RS256'],
      requireExp: true,
      requiredClaims: ['sub', 'preferred_username'],
      claimValues: {
        iss: { values: 'https://sso.example.com/realms/acme', matchType: 'exact' },
        aud: { values: ['https://gateway.example.com/mcp'], matchType: 'contains' },
      },
    },
    identity: ['sub', 'preferred_username'],
    login: {
      issuer: 'https://sso.example.com/realms/acme',
      client_id: 'mcpgw',
      redirect_uri: 'http://127.0.0.1:8914/callback',
      scope: 'openid profile offline_access',
    },
    token: {
      jti: 'onrtac:1f0d8e3c-0c52-4d5c-8a41-f2c8f4f0a6b1',
      iss: 'https://sso.example.com/realms/acme',
      aud: ['https://gateway.example.com/mcp', 'account'],
      sub: 'f4f0a6b1-0c52-4d5c-8a41-1f0d8e3c0c52',
      typ: 'Bearer',
      azp: 'mcpgw',
      realm_access: { roles: ['offline_access'] },
      scope: 'openid profile offline_access',
      preferred_username: 'ana',
    },
    foreign: [
      { iss: 'https://sso.example.com/realms/other' },
      { iss: 'https://sso.example.com/auth/realms/acme' },
      { aud: 'account' },
      { aud: undefined },
    ],
  },
  google: {
    flags: { clientId: '1234567890-abc123.apps.googleusercontent.com', clientSecretEnv: 'GOOGLE_CLIENT_SECRET' },
    rules: undefined,
    identity: ['sub', 'email'],
    login: {
      issuer: 'https://accounts.google.com',
      client_id: '1234567890-abc123.apps.googleusercontent.com',
      client_secret: '${GOOGLE_CLIENT_SECRET}',
      authorization_params: { access_type: 'offline', prompt: 'consent' },
      scope: 'openid email',
    },
    token: {
      iss: 'https://accounts.google.com',
      azp: '1234567890-abc123.apps.googleusercontent.com',
      aud: '1234567890-abc123.apps.googleusercontent.com',
      sub: '10769150350006150715113082367',
      at_hash: 'HK6E_P6Dh8Y93mRNtsDB1Q',
      email: 'ana@example.com',
      email_verified: true,
      hd: 'example.com',
    },
    foreign: [
      { iss: 'https://accounts.example.com' },
      { aud: '9999999999-xyz.apps.googleusercontent.com' },
      { email: undefined },
    ],
    silenced: ['MCPGW010 /mcpServers/example/user_identity_forwarding'],
  },
  generic: {
    flags: {
      issuer: 'https://idp.example.com/',
      jwksUri: 'https://idp.example.com/oauth/keys',
      clientId: 'mcpgw',
      audience: 'https://gateway.example.com/mcp',
    },
    rules: {
      jwksUri: 'https://idp.example.com/oauth/keys',
      algorithms: ['RS256'],
      requireExp: true,
      requiredClaims: ['sub'],
      claimValues: {
        iss: { values: 'https://idp.example.com/', matchType: 'exact' },
        aud: { values: ['https://gateway.example.com/mcp'], matchType: 'contains' },
      },
    },
    identity: ['sub'],
    login: { issuer: 'https://idp.example.com/', client_id: 'mcpgw', scope: 'openid' },
    token: {
      iss: 'https://idp.example.com/',
      aud: 'https://gateway.example.com/mcp',
      sub: 'ana',
      client_id: 'mcpgw',
      jti: '1',
      scope: 'openid',
    },
    foreign: [{ iss: 'https://idp.example.com' }, { aud: 'mcpgw' }, { sub: undefined }, { exp: undefined }],
  },
};

const ENV = { GOOGLE_CLIENT_SECRET: 's', UPSTREAM_TOKEN: 't', OAUTH_CLIENT_SECRET: 'u', DESCOPE_CLIENT_SECRET: 'v' };

/** Warnings of a text as `CODE pointer`, without the gaps. */
async function warningsOf(text: string): Promise<readonly string[]> {
  const { policy, diagnostics } = await checkText(text, { lint: true, env: ENV });
  expect(policy).toBeDefined();
  return diagnostics.filter(({ code }) => code !== 'MCPGW008').map(({ code, pointer }) => `${code} ${pointer}`);
}

async function gapsIn(text: string): Promise<readonly string[]> {
  const { diagnostics } = await checkText(text, { lint: true, env: ENV });
  return diagnostics.filter(({ code }) => code === 'MCPGW008').map(({ pointer }) => pointer);
}

it('has a starter for every provider of the contract, in its order', () => {
  const names = ['okta', 'auth0', 'entra', 'cognito', 'descope', 'keycloak', 'google', 'generic'];
  expect(STARTERS.map(({ name }) => name)).toEqual(names);
  expect(Object.keys(EXPECTED).toSorted()).toEqual(names.toSorted());
});

describe.each(Object.entries(EXPECTED))('the starter for %s', (idp, expected) => {
  const { flags, rules, identity, login, token, foreign, silenced = [] } = expected;
  const filled = (): Promise<string> => starterText(idp, { ...flags, upstream: UPSTREAM });

  it('says exactly what the provider documents', async () => {
    expect(plainJson(await filled())).toEqual({
      $schema: SCHEMA_URL,
      mcpServers: {
        example: {
          url: UPSTREAM,
          forward_headers: ['X-Request-Id'],
          ...(rules !== undefined && { jwt_validation: rules }),
          user_identity_forwarding: { method: 'claims_header', include_claims: identity },
          external_auth_config: login,
        },
      },
    });
  });

  it('with every value has no error, no gap, and no warning but those that it silences', async () => {
    const text = await filled();
    expect(await gapsIn(text)).toEqual([]);
    expect(await warningsOf(withoutLines(text, /mcpgw-disable-next-line/))).toEqual(silenced);
    const { diagnostics } = await checkText(text, { lint: true, env: ENV });
    const left = diagnostics.map(({ code, place }) => `${code} ${place.line}`);
    const known = silencersOf(text);
    expect(known.map((silencer) => silencer.split(' ')[0])).toEqual(silenced.map((warning) => warning.split(' ')[0]));
    expect(left.filter((warning) => !known.includes(warning))).toEqual([]);
  });

  it('without any value warns of nothing but the gaps, each of them', async () => {
    const text = await starterText(idp);
    expect(await warningsOf(withoutLines(text, /mcpgw-disable-next-line/))).toEqual(
      silenced.map((warning) => warning.replace('/example/', '/upstream/')),
    );
    const gaps = await gapsIn(text);
    expect(gaps).toContain('/mcpServers/upstream/url');
    expect(gaps).toContain('/mcpServers/upstream/external_auth_config/client_id');
    expect(gaps).toHaveLength(
      withoutLines(text, /^\s*\/\//)
        .split('\n')
        .filter((line) => line.includes('YOUR_')).length,
    );
  });

  it('is valid, too, with everything that it offers switched on', async () => {
    const text = switchedOn(await filled());
    expect(text).not.toBe(await filled());
    expect(text).toContain('\n      "headers": { "Authorization": "Bearer ${UPSTREAM_TOKEN}" },\n');
    const { policy, diagnostics } = await checkText(text, { env: ENV });
    expect(diagnostics).toEqual([]);
    expect(policy).toBeDefined();
  });

  it("accepts the provider's token, and none of another tenant, audience, or kind", async () => {
    const key = generateKey('RS256', 'k');
    const server = await serverOf(switchedOn(await filled()), { env: ENV });
    if (server.tokenRules === undefined) throw new Error('no rules');
    const { judge } = createTokenVerifier({
      rules: { ...server.tokenRules, source: { kind: 'jwks', keys: [key.jwk] } },
      host: { now: () => NOW_MS, fetch: () => Promise.reject(new Error('nothing may be fetched')) },
    });
    const signed = (changes: object, alg: SignatureAlgorithm = 'RS256'): Secret =>
      new Secret(
        signToken(
          {
            header: { alg, typ: 'JWT', kid: 'k' },
            payload: { iat: NOW_SECONDS - 60, exp: NOW_SECONDS + 300, ...token, ...changes },
          },
          key,
        ),
      );
    expect(await judge(signed({}))).toMatchObject({ verdict: 'accepted' });
    for (const changes of foreign) {
      expect({ changes, ...(await judge(signed(changes))) }).toMatchObject({ changes, verdict: 'rejected' });
    }
    expect(await judge(signed({ exp: NOW_SECONDS - 60 }))).toMatchObject({ verdict: 'rejected', reason: 'EXPIRED' });
    const padded = generateKey('RS512', 'k');
    expect(
      await judge(new Secret(signToken({ header: { alg: 'RS512', kid: 'k' }, payload: token }, padded))),
    ).toMatchObject({
      reason: 'ALGORITHM_NOT_ALLOWED',
    });
  });

  it('is written for people: a comment for every rule, two spaces a level, no line over 120 characters', async () => {
    for (const text of [await filled(), await starterText(idp)]) {
      const lines = text.split('\n');
      // A value that is long in itself stands alone on its line.
      const isOneValue = /^\s*"[^"]+": "[^"]*",?$/;
      expect(lines.filter((line) => line.length > 120 && !isOneValue.test(line))).toEqual([]);
      expect(lines.filter((line) => /\s$|\t/.test(line))).toEqual([]);
      expect(lines.filter((line) => (/^ */.exec(line)?.[0].length ?? 0) % 2 !== 0)).toEqual([]);
      expect(text.endsWith('}\n')).toBe(true);
      for (const key of ['"iss":', '"aud":', '"issuer":', '"client_id":', '"scope":', '"url":']) {
        const index = lines.findIndex((line) => line.trimStart().startsWith(key));
        if (index !== -1) expect(lines[index - 1]).toMatch(/^\s*\/\/ /);
      }
    }
  });
});
