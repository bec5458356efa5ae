// What an introspection endpoint says of a token, and what an attacker would like it to have said: only `"active": true`
// in an answer that has one meaning makes a token good, and only for as long as its times allow.
import { describe, expect, it } from 'vitest';
import type { TokenRules } from '../../src/policy/model.js';
import { Secret } from '../../src/secret/secret.js';
import { createTokenVerifier } from '../../src/token/verify.js';
import { policyOf } from '../unit/config/check-text.js';
import { NOW_MS, NOW_SECONDS } from '../support/jwt.js';
import { createStage } from './stage.js';

const URL_OF_IDP = 'https://idp.example.com/introspect';
const PATIENCE = { timeout: 5000 };

async function rulesOf(config: object): Promise<TokenRules> {
  const { servers } = await policyOf({
    jwt_validation: {
      introspectEndpoint: URL_OF_IDP,
      introspectClientId: 'gateway',
      introspectClientSecret: 'the-secret-of-the-gateway',
      ...config,
    },
  });
  const rules = servers[0]?.tokenRules;
  if (rules === undefined) throw new Error('the configuration is not valid');
  return rules;
}

interface Asked {
  readonly url: string;
  readonly body: string;
}

async function judged(
  answer: string,
  { config = {}, token = 'opaque-token' }: { config?: object; token?: string } = {},
) {
  const asked: Asked[] = [];
  const host = {
    now: () => NOW_MS,
    fetch: async (url: unknown, init?: RequestInit) => {
      asked.push({ url: String(url), body: typeof init?.body === 'string' ? init.body : '' });
      return new Response(answer, { headers: { 'content-type': 'application/json' } });
    },
  };
  const verifier = createTokenVerifier({ rules: await rulesOf(config), host });
  const verdict = await verifier.judge(new Secret(token));
  expect(await verifier.judge(new Secret(token))).toEqual(verdict);
  expect((await verifier.examine(new Secret(token))).verdict).toEqual(verdict);
  return { verdict, asked };
}

const active = (claims: object = {}): string => JSON.stringify({ active: true, sub: 'ana', ...claims });

describe('a wrong "active" is undecided', () => {
  const wrong: Readonly<Record<string, string>> = {
    'the text true': '{"active":"true"}',
    'the text false': '{"active":"false"}',
    'the text yes': '{"active":"yes"}',
    '1': '{"active":1}',
    '0': '{"active":0}',
    null: '{"active":null}',
    'a list': '{"active":[true]}',
    'an object': '{"active":{"value":true}}',
    'an empty text': '{"active":""}',
    'not there': '{"sub":"ana"}',
    'in an empty answer': '{}',
    'in capitals': '{"Active":true}',
    'with a space': '{"active ":true}',
    'deeper inside': '{"data":{"active":true}}',
    'in __proto__': '{"__proto__":{"active":true}}',
    'in constructor': '{"constructor":{"prototype":{"active":true}}}',
    'there twice': '{"active":false,"active":true}',
    'there twice, true first': '{"active":true,"active":false}',
    'there twice, once with an escape': '{"active":false,"\\u0061ctive":true}',
    'beside a claim that is there twice': '{"active":true,"sub":"ana","sub":"root"}',
    'beside a value that is deep': `{"active":true,"a":${'['.repeat(99)}${']'.repeat(99)}}`,
    'beside a comment': '{"active":true/**/}',
    'in a JWT': createStage(NOW_SECONDS).good,
    'in a text': '"{\\"active\\":true}"',
    'in a form': 'active=true&sub=ana',
  };
  it.each(Object.entries(wrong))('%s', PATIENCE, async (_name, answer) => {
    const { verdict } = await judged(answer);
    expect(verdict).toEqual({
      verdict: 'undecided',
      message: expect.stringMatching(/^Token could not be verified: https:\/\/idp\.example\.com /),
    });
  });
});

describe('an active token is refused', () => {
  const refused: Readonly<Record<string, readonly [answer: object, reason: string, config?: object]>> = {
    'that is expired': [{ exp: NOW_SECONDS - 5 }, 'EXPIRED'],
    'that expired in 1970': [{ exp: 0 }, 'EXPIRED'],
    'whose exp is a text': [{ exp: String(NOW_SECONDS + 300) }, 'INVALID_TIME'],
    'whose exp is a text and over': [{ exp: String(NOW_SECONDS - 300) }, 'INVALID_TIME'],
    'whose exp is null': [{ exp: null }, 'INVALID_TIME'],
    'whose exp is a list': [{ exp: [NOW_SECONDS + 300] }, 'INVALID_TIME'],
    'that is not valid yet': [{ nbf: NOW_SECONDS + 6 }, 'NOT_YET_VALID'],
    'whose nbf is a text': [{ nbf: '0' }, 'INVALID_TIME'],
    'whose iat is a text': [{ iat: String(NOW_SECONDS) }, 'INVALID_TIME'],
    'that is too old': [{ iat: NOW_SECONDS - 306 }, 'TOO_OLD', { maxTokenAge: '5m' }],
    'without iat under maxTokenAge': [{}, 'MISSING_CLAIM', { maxTokenAge: '5m' }],
    'without exp where it is required': [{}, 'MISSING_CLAIM', { requireExp: true }],
    'that is a refresh token by token_type': [{ token_type: 'refresh_token' }, 'INACTIVE'],
    'that is a refresh token by token_type in capitals': [{ token_type: 'REFRESH' }, 'INACTIVE'],
    'that is a refresh token by its URN': [
      { token_type: 'urn:ietf:params:oauth:token-type:refresh_token' },
      'INACTIVE',
    ],
    'that is a refresh token by token_use': [{ token_type: 'Bearer', token_use: 'refresh' }, 'INACTIVE'],
    'that is a refresh token by token_use in words': [{ token_use: 'refresh_token' }, 'INACTIVE'],
    'of another issuer': [
      { iss: 'https://evil.example' },
      'CLAIM_MISMATCH',
      { claimValues: { iss: { values: 'https://idp.example.com' } } },
    ],
    'for another audience': [
      { aud: ['other'] },
      'CLAIM_MISMATCH',
      { claimValues: { aud: { values: ['mcp'], matchType: 'contains' } } },
    ],
    'without a scope': [
      { scope: 'read' },
      'CLAIM_MISMATCH',
      { claimValues: { scope: { values: ['write'], matchType: 'contains' } } },
    ],
    'without a required claim': [{}, 'MISSING_CLAIM', { requiredClaims: ['email'] }],
    'with null for a required claim': [{ email: null }, 'MISSING_CLAIM', { requiredClaims: ['email'] }],
    'with an inherited name for a required claim': [{}, 'MISSING_CLAIM', { requiredClaims: ['toString'] }],
  };
  it.each(Object.entries(refused))('%s', PATIENCE, async (_name, [claims, reason, config = {}]) => {
    const { verdict } = await judged(active(claims), { config });
    expect(verdict).toMatchObject({ verdict: 'rejected', reason });
  });

  it('whose claims are in the token alone', PATIENCE, async () => {
    const token = createStage(NOW_SECONDS).withClaims({ email: 'ana@example.com', role: 'admin' });
    const config = { requiredClaims: ['email'], claimValues: { role: { values: 'admin' } } };
    const { verdict, asked } = await judged(active(), { token, config });
    expect(verdict).toMatchObject({ verdict: 'rejected', reason: 'MISSING_CLAIM' });
    expect(asked[0]?.body).toContain(token);
  });

  it.each([7, true, {}, ['Bearer']])('is undecided when its token_type is %j', PATIENCE, async (kind) => {
    expect((await judged(active({ token_type: kind }))).verdict).toMatchObject({ verdict: 'undecided' });
  });
});

describe('a token that is not active is refused', () => {
  it.each(['{"active":false}', '{"active":false,"sub":"ana","exp":9999999999}', '{"active":false,"token_type":7}'])(
    '%s',
    PATIENCE,
    async (answer) => {
      expect((await judged(answer)).verdict).toEqual({
        verdict: 'rejected',
        reason: 'INACTIVE',
        message: 'Token is not active',
        details: ['https://idp.example.com says that it is not active'],
        rule: 'jwt_validation (introspection)',
      });
    },
  );
});

describe('what is no bearer token goes nowhere', () => {
  const tokens: Readonly<Record<string, string>> = {
    nothing: '',
    'a space': 'a b',
    'another parameter': 'a&client_id=root',
    'a percent-encoded character': 'a%26',
    'a line break': 'a\r\nx: y',
    'a NUL': 'a\u0000',
    'a quotation mark': 'a"b',
    'a comma': 'a,b',
    'a letter of another script': '\u0430',
    'padding alone': '==',
    'padding inside': 'a=b',
    'the token of the vectors': 'tok&=+ 3',
    '64 KiB and a character': 'a'.repeat(64 * 1024 + 1),
    '10 MiB': 'a'.repeat(10 * 1024 * 1024),
  };
  it.each(Object.entries(tokens))('%s', PATIENCE, async (_name, token) => {
    const { verdict, asked } = await judged(active(), { token });
    expect(verdict).toMatchObject({
      verdict: 'rejected',
      reason: token.length > 65_536 ? 'TOKEN_TOO_LARGE' : 'MALFORMED',
    });
    expect(asked).toEqual([]);
  });
});

describe('a good token is accepted', () => {
  const good: Readonly<Record<string, readonly [answer: object, config?: object]>> = {
    'that says nothing of itself': [{}],
    'of Okta': [
      {
        scope: 'openid mcp',
        username: 'ana@example.com',
        exp: NOW_SECONDS + 3600,
        iat: NOW_SECONDS,
        sub: 'ana@example.com',
        aud: 'https://example.okta.com',
        iss: 'https://example.okta.com/oauth2/default',
        jti: 'AT.x',
        token_type: 'Bearer',
        client_id: 'a9VpZDRCeFh3Nkk2VdYa',
        uid: '00u1',
      },
      { requiredClaims: ['uid'], claimValues: { scope: { values: ['mcp'], matchType: 'contains' } } },
    ],
    'of Keycloak': [
      {
        exp: NOW_SECONDS + 60,
        iat: NOW_SECONDS,
        typ: 'Bearer',
        token_type: 'Bearer',
        aud: ['mcp', 'account'],
        acr: '1',
      },
      { claimValues: { aud: { values: ['mcp'], matchType: 'contains' } }, maxTokenAge: '1h' },
    ],
    'with empty members': [{ token_type: null, token_use: null, scope: '' }],
    'of token_use access': [{ token_use: 'access_token', token_type: 'bearer' }],
    'with an own claim called __proto__': [JSON.parse('{"__proto__":"x"}'), { requiredClaims: ['__proto__'] }],
  };
  it.each(Object.entries(good))('%s', PATIENCE, async (_name, [claims, config = {}]) => {
    const answer = active(claims);
    expect((await judged(answer, { config })).verdict).toEqual({
      verdict: 'accepted',
      principal: { kind: 'verified', token: new Secret('opaque-token'), claims: JSON.parse(answer) },
    });
  });

  it.each([
    ['a', 'a'],
    ['a.b.c', 'a.b.c'],
    ['a-._~+/9', 'a-._~+/9'],
    ['a==', 'a=='],
    ['a JWT', createStage(NOW_SECONDS).good],
  ])('when it is %s', PATIENCE, async (_name, token) => {
    const { verdict, asked } = await judged(active(), { token });
    expect(verdict).toMatchObject({ verdict: 'accepted' });
    expect(new URLSearchParams(asked[0]?.body).get('token')).toBe(token);
  });
});
