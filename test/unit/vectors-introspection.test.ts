// The reference gateway's own outputs in the areas of introspection and of the validator as a whole (test/fixtures/
// vectors), each through a real configuration: the same in substance, or where the reference is marked as wrong, what
// the specification says.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { TokenRules } from '../../src/policy/model.js';
import { Secret } from '../../src/secret/secret.js';
import { introspectionRequest } from '../../src/token/introspection/ask.js';
import { createTokenVerifier } from '../../src/token/verify.js';
import { checkText, policyOf } from './config/check-text.js';
import { generateKey, goodToken, NOW_MS, NOW_SECONDS, signToken } from '../support/jwt.js';

interface Vector {
  readonly id: string;
  readonly area: string;
  readonly note: string;
  readonly deviate?: boolean;
  readonly input: {
    readonly token: string;
    readonly config: object;
    readonly response: unknown;
    readonly status: number;
  };
  readonly output: {
    readonly request: { readonly headers: { readonly 'Content-Type': string }; readonly body: string };
    readonly result: { readonly valid: boolean; readonly payload?: object; readonly error?: string };
    readonly valid?: boolean;
    readonly error?: string;
  };
  readonly expected_better?: { readonly valid?: boolean; readonly body?: string };
}

const file = readFileSync(new URL('../fixtures/vectors/reference.json', import.meta.url), 'utf8');
const vectors: readonly Vector[] = JSON.parse(file);
const inArea = (area: string): readonly Vector[] => vectors.filter((vector) => vector.area === area);

async function rulesOf(jwtValidation: object): Promise<TokenRules> {
  const { servers } = await policyOf({ jwt_validation: jwtValidation });
  const rules = servers[0]?.tokenRules;
  if (rules === undefined) throw new Error('the configuration is not valid');
  return rules;
}

/** The vectors' words for moments. */
function withTimes(response: unknown): string {
  const text = typeof response === 'string' ? response : JSON.stringify(response);
  return text
    .replace('"__now-100__"', String(NOW_SECONDS - 100))
    .replace('__now-100 as string__', String(NOW_SECONDS - 100));
}

describe('introspection', () => {
  const area = inArea('introspection');
  it('has its eleven vectors and more', () => expect(area.length).toBeGreaterThanOrEqual(11));

  const ENDPOINT = 'https://idp.example.com/introspect';

  it.each(area.map((vector) => [`${vector.id}: ${vector.note}`, vector] as const))('%s', async (_name, vector) => {
    const { input, output } = vector;
    // A secret without an id, which the reference ignores, is an error of the configuration here.
    const names = Object.keys(input.config);
    const isHalf = names.includes('introspectClientSecret') && !names.includes('introspectClientId');
    if (isHalf) {
      const text = JSON.stringify({ jwt_validation: { introspectEndpoint: ENDPOINT, ...input.config } });
      expect((await checkText(text)).policy).toBeUndefined();
    }
    const config = isHalf ? {} : input.config;
    const rules = await rulesOf({ introspectEndpoint: ENDPOINT, ...config });
    if (rules.source.kind !== 'introspection') throw new Error('the endpoint was lost');

    // The request is the reference's, with the hint that RFC 7662 section 2.1 has for it.
    const request = introspectionRequest(rules.source, input.token);
    expect(request.headers['content-type']).toBe(output.request.headers['Content-Type']);
    const isForm = vector.expected_better?.body === 'form' || !output.request.body.startsWith('{');
    const sent: Record<string, unknown> = isForm
      ? Object.fromEntries(new URLSearchParams(request.body))
      : JSON.parse(request.body);
    const theirs: Record<string, unknown> = output.request.body.startsWith('{')
      ? JSON.parse(output.request.body)
      : Object.fromEntries(new URLSearchParams(output.request.body));
    expect(sent).toEqual({ ...theirs, token_type_hint: 'access_token' });

    // The vectors' tokens are none that can stand behind `Bearer`, and go nowhere; one that can is judged as theirs is.
    const asked: unknown[] = [];
    const host = {
      now: () => NOW_MS,
      fetch: async (url: unknown) => {
        asked.push(url);
        return new Response(withTimes(input.response), { status: input.status });
      },
    };
    const { judge } = createTokenVerifier({ rules, host });
    expect(await judge(new Secret(input.token))).toMatchObject({ verdict: 'rejected', reason: 'MALFORMED' });
    expect(asked).toEqual([]);
    const verdict = await judge(new Secret('opaque'));
    expect(verdict.verdict === 'accepted').toBe(output.result.valid);
    if (verdict.verdict === 'accepted') {
      expect(verdict.principal).toMatchObject({ claims: output.result.payload });
    } else if (output.result.error === 'Token is not active') {
      expect(verdict).toMatchObject({ verdict: 'rejected', message: 'Token is not active' });
    } else if (output.result.error === 'Token has expired') {
      expect(verdict.verdict).toBe('rejected');
    } else {
      // What the reference calls an error is here neither yes nor no.
      expect(verdict.verdict).toBe('undecided');
    }
  });
});

describe('validator', () => {
  const key = generateKey('RS256', 'same-kid');
  const other = generateKey('RS256', 'same-kid');
  const jwks = { keys: [key.jwk] };

  async function verdictOf(config: object, token: string, fetched: () => Response = () => Response.json({})) {
    const host = { now: () => NOW_MS, fetch: async () => fetched() };
    return createTokenVerifier({ rules: await rulesOf(config), host }).judge(new Secret(token));
  }
  const isRefused = async (config: object): Promise<boolean> =>
    (await checkText(JSON.stringify({ jwt_validation: config }))).policy === undefined;

  const introspectEndpoint = 'https://idp.example.com/introspect';
  const own: Readonly<Record<string, () => Promise<void>>> = {
    'validator-01': async () => {
      let isActive = true;
      let asked = 0;
      const host = {
        now: () => NOW_MS,
        fetch: async () => {
          asked++;
          return Response.json({ active: isActive });
        },
      };
      const { judge } = createTokenVerifier({ rules: await rulesOf({ introspectEndpoint }), host });
      expect(await judge(new Secret('opaque'))).toMatchObject({ verdict: 'accepted' });
      isActive = false;
      expect(await judge(new Secret('opaque'))).toMatchObject({ verdict: 'rejected', message: 'Token is not active' });
      expect(asked).toBe(2);
    },
    'validator-02': async () => {
      const answer = (): Response => Response.json({ active: true, sub: 's', role: 'admin' });
      const config = { introspectEndpoint, requiredClaims: ['role'] };
      expect(await verdictOf(config, goodToken(key), answer)).toMatchObject({ verdict: 'accepted' });
    },
    'validator-03': async () => {
      expect(await isRefused({ introspectEndpoint, headerPayloadMatch: ['kid'] })).toBe(true);
    },
    'validator-05': async () => {
      expect(await verdictOf({ jwks: { keys: [other.jwk] } }, goodToken(other))).toMatchObject({ verdict: 'accepted' });
      expect(await verdictOf({ jwks }, goodToken(other))).toMatchObject({ reason: 'BAD_SIGNATURE' });
    },
    'validator-06': async () => {
      expect(await verdictOf({ jwks }, goodToken(other))).toMatchObject({ verdict: 'rejected' });
      expect(await verdictOf({ jwks }, goodToken(key))).toMatchObject({ verdict: 'accepted' });
    },
    'validator-07': async () => expect(await isRefused({})).toBe(true),
    'validator-08': async () => {
      const token = goodToken(key, { exp: undefined, iat: undefined });
      expect(await verdictOf({ jwks }, token)).toMatchObject({ verdict: 'accepted' });
      expect(await verdictOf({ jwks, requireExp: true }, token)).toMatchObject({ reason: 'MISSING_CLAIM' });
    },
    'validator-09': async () => {
      const token = goodToken(key, { iat: undefined });
      expect(await verdictOf({ jwks, maxTokenAge: '5m' }, token)).toMatchObject({ reason: 'MISSING_CLAIM' });
    },
    'validator-11': async () => expect(await isRefused({ jwks, maxTokenAge: 'banana' })).toBe(true),
    'validator-12': async () => {
      const token = signToken({ header: { alg: 'RS256' }, payload: { sub: 'ana' } }, key);
      expect(await verdictOf({ jwks }, token)).toMatchObject({ verdict: 'accepted' });
    },
    'validator-13': async () => {
      expect(await verdictOf({ jwks }, goodToken(key, { exp: NOW_SECONDS - 60 }))).toMatchObject({
        message: 'Token is expired',
      });
    },
    'validator-15': async () => {
      expect(await verdictOf({ jwks, algorithms: ['ES256'] }, goodToken(key))).toMatchObject({
        reason: 'ALGORITHM_NOT_ALLOWED',
      });
    },
    'validator-16': async () => {
      expect(await verdictOf({ jwks }, 'a.b.c')).toMatchObject({ reason: 'MALFORMED' });
    },
    'validator-17': async () => {
      const token = goodToken(key);
      const altered = `${token.slice(0, -10)}${token.at(-10) === 'A' ? 'B' : 'A'}${token.slice(-9)}`;
      expect(await verdictOf({ jwks }, altered)).toMatchObject({ reason: 'BAD_SIGNATURE' });
    },
    'validator-18': async () => {
      expect(await verdictOf({ jwks, requiredClaims: ['email', 'groups'] }, goodToken(key))).toMatchObject({
        message: 'Missing required claims: email, groups',
      });
    },
    'validator-19': async () => {
      const token = signToken(
        { header: { alg: 'RS256', kid: 'same-kid', tenant: 'a' }, payload: { iss: 'b', tenant: 'b' } },
        key,
      );
      const config = { claimValues: { iss: { values: 'a' }, aud: { values: 'z' } }, headerPayloadMatch: ['tenant'] };
      const verdict = await verdictOf({ jwks, ...config }, token);
      expect(verdict).toMatchObject({ verdict: 'rejected', message: 'Invalid claims: iss, aud' });
      expect(verdict).toHaveProperty('details', [
        'the claim "iss" does not satisfy its rule (exact)',
        'the claim "aud" is missing, and a rule asks for its value',
        '"tenant" of the header and of the payload differ',
      ]);
    },
    'validator-23': async () => {
      const answer = (): Response => Response.json({ active: true, exp: String(NOW_SECONDS - 4000) });
      const config = { introspectEndpoint, introspectCacheMaxAge: 300 };
      expect(await verdictOf(config, 'opaque', answer)).toMatchObject({ verdict: 'rejected', reason: 'INVALID_TIME' });
    },
  };

  it('has a test for each of its vectors', () => {
    expect(Object.keys(own)).toEqual(inArea('validator').map(({ id }) => id));
  });

  it.each(inArea('validator').map(({ id, note }) => [`${id}: ${note}`, id] as const))('%s', async (_name, id) => {
    await own[id]?.();
  });
});
