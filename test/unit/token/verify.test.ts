import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Log } from '../../../src/log.js';
import { TOKEN_CHECKS } from '../../../src/policy/failed-check.js';
import type { ClaimRule, TokenRules } from '../../../src/policy/model.js';
import { Secret } from '../../../src/secret/secret.js';
import { rulesFingerprint } from '../../../src/token/rules-fingerprint.js';
import { createTokenVerifier, type TokenVerifier } from '../../../src/token/verify.js';
import {
  generateKey,
  GOOD_CLAIMS,
  goodToken,
  keysFromJson,
  NOW_MS,
  NOW_SECONDS,
  rulesWith,
  signToken,
} from '../../support/jwt.js';

const rsa = generateKey('RS256', 'rsa');
const ec = generateKey('ES256', 'ec');
const ed = generateKey('EdDSA', 'ed');
const source = { kind: 'jwks', keys: [rsa.jwk, ec.jwk, ed.jwk] } as const;
const algorithms = ['RS256', 'ES256', 'EdDSA'] as const;
const good = new Secret(goodToken(rsa));

interface Bench extends TokenVerifier {
  now: number;
}

const failingFetch = async (): Promise<never> => {
  throw new Error('nothing may be fetched');
};

function bench(rules: Partial<TokenRules> = {}, log?: Log): Bench {
  const clock = { now: NOW_MS };
  const host = { now: () => clock.now, fetch: failingFetch };
  const verifier = createTokenVerifier({
    rules: rulesWith({ source, algorithms, ...rules }),
    host,
    ...(log && { log }),
  });
  return Object.assign(clock, verifier);
}

const isRole: ClaimRule = { claim: 'role', matchType: 'exact', value: 'admin' };

describe('judge', () => {
  it('judges times anew although it remembers the signature', async () => {
    const verifier = bench();
    expect(await verifier.judge(good)).toMatchObject({ verdict: 'accepted' });
    verifier.now = NOW_MS + 305_000;
    expect(await verifier.judge(good)).toMatchObject({ reason: 'EXPIRED', message: 'Token is expired' });
    verifier.now = NOW_MS - 120_000;
    expect(await verifier.judge(good)).toMatchObject({ reason: 'NOT_YET_VALID', message: 'Token is not yet valid' });
  });

  it('judges the age anew although it remembers the signature', async () => {
    const verifier = bench({ maxTokenAgeSeconds: 100 });
    expect(await verifier.judge(good)).toMatchObject({ verdict: 'accepted' });
    verifier.now = NOW_MS + 60_000;
    expect(await verifier.judge(good)).toMatchObject({ reason: 'TOO_OLD', message: 'Token is expired' });
  });

  it('gives the same verdict of claims the first time and every time', async () => {
    const verifier = bench({ claimRules: [isRole] });
    const first = await verifier.judge(good);
    expect(first).toMatchObject({ reason: 'CLAIM_MISMATCH', message: 'Invalid claims: role' });
    expect(await verifier.judge(good)).toEqual(first);
  });

  it.each([
    ['a required claim', { requiredClaims: ['team'] }, 'requiredClaims["team"]'],
    ['a claim rule', { claimRules: [isRole] }, 'claimValues["role"]'],
    ['a header that must match', { headerPayloadMatch: ['tenant'] }, 'headerPayloadMatch["tenant"]'],
  ])('says whose token it is that is refused for %s, and by which rule', async (_what, rules, rule) => {
    const header = { alg: 'RS256', kid: 'rsa', tenant: 'x' };
    const token = signToken({ header, payload: { ...GOOD_CLAIMS, iss: 'https://i/', sub: 'ana', tenant: 'y' } }, rsa);
    const verdict = await bench(rules).judge(new Secret(token));
    expect(verdict).toMatchObject({ rule, subject: { issuer: 'https://i/', subject: 'ana' } });
  });

  it('says so of nobody whose token is refused for anything else, verified or not', async () => {
    const verifier = bench({ maxTokenAgeSeconds: 100, typ: 'at+jwt' });
    await verifier.judge(good);
    for (const at of [NOW_MS, NOW_MS + 60_000, NOW_MS + 305_000]) {
      verifier.now = at;
      const verdict = await verifier.judge(good);
      expect(verdict).toMatchObject({ verdict: 'rejected', rule: expect.stringMatching(/^jwt_validation \(/) });
      expect(verdict).not.toHaveProperty('subject');
    }
  });

  it('collects all failures of claims, the first of which is the message', async () => {
    const token = signToken(
      {
        header: { alg: 'RS256', kid: 'rsa', tenant: 'a' },
        payload: { iat: NOW_SECONDS - 400, tenant: 'b', role: 'x' },
      },
      rsa,
    );
    const rules = {
      maxTokenAgeSeconds: 300,
      requiredClaims: ['sub', 'email'],
      claimRules: [isRole],
      headerPayloadMatch: ['tenant'],
      typ: 'at+jwt',
    };
    expect(await bench(rules).judge(new Secret(token))).toEqual({
      verdict: 'rejected',
      reason: 'TOO_OLD',
      message: 'Token is expired',
      details: [
        'the token was issued more than 300 s ago (maxTokenAge)',
        'the required claim "sub" is missing',
        'the required claim "email" is missing',
        'the claim "role" does not satisfy its rule (exact)',
        '"tenant" of the header and of the payload differ',
        "the header's typ is not the one that the configuration asks for",
      ],
      rule: 'jwt_validation (token-age)',
    });
  });

  it('does not look into claims of a token whose signature is bad', async () => {
    const forged = goodToken({ ...generateKey('RS256', 'rsa') }, { sub: undefined });
    expect(await bench({ requiredClaims: ['sub'] }).judge(new Secret(forged))).toMatchObject({
      reason: 'BAD_SIGNATURE',
      message: 'JWT validation failed',
      details: ['no key of the configured source verifies the signature'],
    });
  });

  it('logs the check, the claims, the kid and a verified subject, and no more', async () => {
    const lines: unknown[] = [];
    const write = (...line: readonly unknown[]): void => void lines.push(line);
    const verifier = bench({ claimRules: [isRole] }, { error: write, warn: write, info: write, debug: write });
    const token = goodToken(rsa, { role: 'role-of-ana' });
    await verifier.judge(new Secret(token));
    await verifier.judge(new Secret(goodToken(generateKey('RS256', 'rsa'))));
    expect(lines).toEqual([
      [
        'token refused',
        { why: 'Invalid claims: role', checks: 'claim-values', claims: 'role', kid: 'rsa', subject: 'ana' },
      ],
      [
        'token refused',
        { why: 'JWT validation failed', checks: 'signature', claims: undefined, kid: 'rsa', subject: undefined },
      ],
    ]);
  });

  it('logs several checks and claims in one line, cuts what is long, and says nothing of what is accepted', async () => {
    const lines: unknown[] = [];
    const write = (...line: readonly unknown[]): void => void lines.push(line);
    const log = { error: write, warn: write, info: write, debug: write };
    const verifier = bench({ requiredClaims: ['a', 'b'], claimRules: [isRole] }, log);
    await verifier.judge(new Secret(goodToken(rsa, { sub: 's'.repeat(200) })));
    const kid = 'k'.repeat(200);
    await verifier.judge(new Secret(signToken({ header: { alg: 'RS256', kid }, payload: GOOD_CLAIMS }, rsa)));
    await verifier.judge(new Secret(signToken({ header: { alg: 'RS256', kid: 7 }, payload: GOOD_CLAIMS }, rsa)));
    await verifier.judge(new Secret('no token'));
    await bench({}, log).judge(good);
    const none = { checks: undefined, claims: undefined, kid: undefined, subject: undefined };
    const failed = { ...none, why: 'JWT validation failed' };
    expect(lines).toEqual([
      [
        'token refused',
        {
          why: 'Missing required claims: a, b',
          checks: 'required-claims claim-values',
          claims: 'a b role',
          kid: 'rsa',
          subject: 's'.repeat(100),
        },
      ],
      ['token refused', { ...failed, checks: 'key', kid: 'k'.repeat(100) }],
      ['token refused', { ...failed, checks: 'header' }],
      ['token refused', { ...failed, checks: 'format' }],
    ]);
  });

  it('accepts no mutation of a good token', async () => {
    const verifier = bench();
    const tokens = [rsa, ec, ed].map((key) => goodToken(key));
    for (const token of tokens) expect(await verifier.judge(new Secret(token))).toMatchObject({ verdict: 'accepted' });
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=.+/ \n\u0000\u20ac'.split('');
    const edit = fc.record({
      at: fc.nat({ max: 1000 }),
      length: fc.nat({ max: 3 }),
      text: fc.array(fc.constantFrom(...alphabet), { maxLength: 3 }).map((list) => list.join('')),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...tokens),
        fc.array(edit, { minLength: 1, maxLength: 3 }),
        async (token, edits) => {
          let mutated = token;
          for (const { at, length, text } of edits) {
            const place = at % (mutated.length + 1);
            mutated = mutated.slice(0, place) + text + mutated.slice(place + length);
          }
          fc.pre(!tokens.includes(mutated));
          expect((await verifier.judge(new Secret(mutated))).verdict).toBe('rejected');
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('accepts no token that is put together from parts of others', async () => {
    const verifier = bench();
    const tokens = [rsa, ec, ed].flatMap((key) => [goodToken(key), goodToken(key, { sub: 'bob' })]);
    const parts = tokens.map((token) => token.split('.'));
    for (const [first] of parts) {
      for (const [, second] of parts) {
        for (const [, , third] of parts) {
          const token = `${first}.${second}.${third}`;
          if (tokens.includes(token)) continue;
          expect((await verifier.judge(new Secret(token))).verdict).toBe('rejected');
        }
      }
    }
  });
});

const outcomes = (report: { checks: readonly { name: string; outcome: string }[] }): Record<string, string> =>
  Object.fromEntries(report.checks.map(({ name, outcome }) => [name, outcome]));

describe('examine', () => {
  it('lists every check of an accepted token, with its claims and its key', async () => {
    const report = await bench({ claimRules: [{ claim: 'sub', matchType: 'exact', value: 'ana' }] }).examine(good);
    expect(report.checks.map(({ name }) => name)).toEqual(TOKEN_CHECKS);
    expect(outcomes(report)).toMatchObject({
      signature: 'pass',
      'claim-values': 'pass',
      expiry: 'pass',
      typ: 'skipped',
    });
    expect(report.claims).toEqual(GOOD_CLAIMS);
    expect(report.keys.map(({ index, outcome, reason }) => [index, outcome, reason])).toEqual([
      [0, 'verified', "its kid is the token's, and it verifies the signature"],
      [1, 'skipped', "its kid is not the token's"],
      [2, 'skipped', "its kid is not the token's"],
    ]);
  });

  it('says why keys do not fit a token without kid', async () => {
    const token = new Secret(signToken({ header: { alg: 'RS256' }, payload: {} }, rsa));
    const { keys } = await bench().examine(token);
    expect(keys.map(({ outcome, reason }) => `${outcome}: ${reason}`)).toEqual([
      'verified: it fits and verifies the signature',
      'skipped: its kty is not RSA',
      'skipped: its kty is not RSA',
    ]);
  });

  it('says what of a set is no key at all, in its place, and no more than a hundred of such', async () => {
    const keys: readonly unknown[] = [
      null,
      7,
      { kid: 'x' },
      { kty: 'RSA', kid: 'lacks n' },
      rsa.jwk,
      ...Array.from({ length: 500 }, () => ({})),
    ];
    const noKeys = { kind: 'jwks', keys: keysFromJson(keys) } as const;
    const { keys: considered } = await bench({ source: noKeys }).examine(good);
    const reason = 'it lacks what makes it a key';
    expect(considered.slice(0, 6)).toEqual([
      { index: 0, kid: undefined, kty: undefined, thumbprint: undefined, outcome: 'skipped', reason },
      { index: 1, kid: undefined, kty: undefined, thumbprint: undefined, outcome: 'skipped', reason },
      { index: 2, kid: 'x', kty: undefined, thumbprint: undefined, outcome: 'skipped', reason },
      { index: 3, kid: 'lacks n', kty: 'RSA', thumbprint: undefined, outcome: 'skipped', reason },
      expect.objectContaining({ index: 4, kid: 'rsa', outcome: 'verified' }),
      { index: 5, kid: undefined, kty: undefined, thumbprint: undefined, outcome: 'skipped', reason },
    ]);
    expect(considered).toHaveLength(101);
  });

  it('says which keys were tried, and which were not any more', async () => {
    const nameless = ({ jwk }: typeof rsa): unknown => ({ ...jwk, kid: undefined, alg: undefined });
    const others = Array.from({ length: 9 }, (_, n) => generateKey('EdDSA', `k${n}`));
    const point = { kty: 'OKP', crv: 'Ed25519', x: 'AQ' };
    const set = {
      kind: 'jwks',
      keys: keysFromJson([point, nameless(others[0] ?? ed), ...others.map(nameless)]),
    } as const;
    const token = new Secret(signToken({ header: { alg: 'EdDSA' }, payload: GOOD_CLAIMS }, ed));
    const { keys, verdict } = await bench({ source: set }).examine(token);
    expect(verdict).toMatchObject({ reason: 'BAD_SIGNATURE' });
    expect(keys.map(({ outcome, reason }) => `${outcome}: ${reason}`)).toEqual([
      'skipped: it is no valid key',
      'tried: it does not verify the signature',
      'skipped: it is the same key as one before it',
      ...Array.from({ length: 7 }, () => 'tried: it does not verify the signature'),
      'skipped: 8 others were tried before it',
    ]);
    const last = { kind: 'jwks', keys: keysFromJson([nameless(ed), ...others.map(nameless)]) } as const;
    expect((await bench({ source: last }).examine(token)).keys.map(({ reason }) => reason)).toEqual([
      'it fits and verifies the signature',
      ...others.map(() => 'another key verified the signature before it'),
    ]);
    const twice = { kind: 'jwks', keys: keysFromJson([nameless(ed), nameless(rsa), nameless(ed)]) } as const;
    expect((await bench({ source: twice }).examine(token)).keys.map(({ reason }) => reason)).toEqual([
      'it fits and verifies the signature',
      'its kty is not OKP',
      'it is the same key as one before it',
    ]);
  });

  it('judges as of another moment', async () => {
    const verifier = bench();
    expect((await verifier.examine(good, { atMs: NOW_MS + 3_600_000 })).verdict).toMatchObject({ reason: 'EXPIRED' });
    verifier.now = NOW_MS + 3_600_000;
    expect((await verifier.examine(good, { atMs: NOW_MS })).verdict).toMatchObject({ verdict: 'accepted' });
  });

  it('shows no claims of a token that nobody verified, and no check behind the one that failed', async () => {
    const report = await bench().examine(new Secret(goodToken(generateKey('RS256', 'rsa'))));
    expect(report.claims).toBeUndefined();
    expect(outcomes(report)).toMatchObject({
      key: 'pass',
      signature: 'fail',
      'claim-values': 'skipped',
      typ: 'skipped',
    });
  });

  it('shows nothing of a malformed token', async () => {
    const report = await bench().examine(new Secret('a.b.c'));
    expect(report).toMatchObject({ header: undefined, claims: undefined, keys: [] });
    expect(outcomes(report)).toMatchObject({ size: 'pass', format: 'fail', algorithm: 'skipped' });
  });
});

describe('rulesFingerprint', () => {
  const rules = rulesWith({ source });
  it('is the same for the same rules', () => {
    expect(rulesFingerprint(rulesWith({ source: { kind: 'jwks', keys: [...source.keys] } }))).toBe(
      rulesFingerprint(rules),
    );
  });
  const seen: string[] = [];
  const idp = {
    kind: 'introspection',
    url: 'https://idp.example.com/i',
    clientId: 'a',
    clientSecret: new Secret('b'),
    contentType: 'application/json',
    cacheMaxAgeSeconds: 60,
  } as const;
  it.each<[string, Partial<TokenRules>]>([
    ['keys', { source: { kind: 'jwks', keys: [rsa.jwk] } }],
    ['source', { source: { kind: 'jwksUri', url: 'https://a.example', cacheMaxAgeSeconds: 60 } }],
    ['address', { source: { kind: 'jwksUri', url: 'https://b.example', cacheMaxAgeSeconds: 60 } }],
    ['cache', { source: { kind: 'jwksUri', url: 'https://a.example', cacheMaxAgeSeconds: 61 } }],
    ['endpoint', { source: idp }],
    ['client', { source: { ...idp, clientId: 'c' } }],
    ['secret', { source: { ...idp, clientSecret: new Secret('c') } }],
    ['content type', { source: { ...idp, contentType: 'application/x-www-form-urlencoded' } }],
    ['cache of answers', { source: { ...idp, cacheMaxAgeSeconds: 0 } }],
    ['algorithms', { algorithms: ['ES256'] }],
    ['header', { headerKey: 'X-Token' }],
    ['tolerance', { clockToleranceSeconds: 6 }],
    ['age', { maxTokenAgeSeconds: 60 }],
    ['required claims', { requiredClaims: ['sub'] }],
    ['value', { claimRules: [{ claim: 'a', matchType: 'exact', value: 'x' }] }],
    ['claim', { claimRules: [{ claim: 'b', matchType: 'exact', value: 'x' }] }],
    ['kind of match', { claimRules: [{ claim: 'a', matchType: 'contains', values: ['x'] }] }],
    ['pattern', { claimRules: [{ claim: 'a', matchType: 'regex', patterns: [{ source: 'x', test: () => true }] }] }],
    [
      'other pattern',
      { claimRules: [{ claim: 'a', matchType: 'regex', patterns: [{ source: 'y', test: () => true }] }] },
    ],
    ['comparison', { headerPayloadMatch: ['a'] }],
    ['expiry', { requireExp: true }],
    ['type', { typ: 'at+jwt' }],
  ])('differs with the %s', (_name, changes) => {
    const fingerprint = rulesFingerprint({ ...rules, ...changes });
    expect(fingerprint).not.toBe(rulesFingerprint(rules));
    expect(seen).not.toContain(fingerprint);
    seen.push(fingerprint);
  });
});
