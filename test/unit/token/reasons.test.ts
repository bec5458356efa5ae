// The words in which a token is refused: people read them in reports, audit lines and logs.
import { describe, expect, it } from 'vitest';
import type { TokenRules } from '../../../src/policy/model.js';
import { Secret } from '../../../src/secret/secret.js';
import { createTokenVerifier } from '../../../src/token/verify.js';
import {
  FOREIGN_PROFILES,
  generateKey,
  GOOD_CLAIMS,
  goodToken,
  NOW_MS,
  rulesWith,
  signToken,
} from '../../support/jwt.js';

const key = generateKey('RS256', 'k');
const failed = 'JWT validation failed';

function verifier(rules: Partial<TokenRules> = {}, fetch = async (): Promise<Response> => Response.json({})) {
  const all = rulesWith({ source: { kind: 'jwks', keys: [key.jwk] }, ...rules });
  return createTokenVerifier({ rules: all, host: { now: () => NOW_MS, fetch } });
}
const withHeader = (changes: object): string =>
  signToken({ header: { alg: 'RS256', kid: 'k', ...changes }, payload: GOOD_CLAIMS }, key);

describe('a refused token says why', () => {
  const cases: [string, string, readonly string[], Partial<TokenRules>?][] = [
    ['x'.repeat(65_537), failed, ['the token is longer than 64 KiB']],
    ['a', failed, ['it has 1 part where a JWT has three, separated by dots']],
    ['e30.e30.', failed, ['signature, at character 8: it is empty']],
    ['e30.!.AAAA', failed, ['payload, at character 4: a character is not of the base64url alphabet']],
    [withHeader({ alg: 'none' }), failed, ['the algorithm "none" is not allowed']],
    [withHeader({ alg: 'HS256' }), failed, ['the algorithm "HS256" is not allowed']],
    [withHeader({ alg: '' }), failed, ['the algorithm of the header is not allowed']],
    [withHeader({ alg: 7 }), failed, ['the algorithm of the header is not allowed']],
    [withHeader({ alg: 'a secret of 17 le' }), failed, ['the algorithm of the header is not allowed']],
    [withHeader({ alg: 'ABCDEFGHIJKLMNOPQ' }), failed, ['the algorithm of the header is not allowed']],
    [withHeader({ alg: 'ABCDEFGHIJKLMNOP' }), failed, ['the algorithm "ABCDEFGHIJKLMNOP" is not allowed']],
    [withHeader({ crit: [] }), failed, ['the header has crit, and no extension is supported']],
    [withHeader({ b64: false }), failed, ['the header has b64 other than true']],
    [withHeader({ enc: 'A256GCM' }), failed, ['the token is encrypted (JWE)']],
    [withHeader({ cty: 'JWT' }), failed, ['the payload is another token (cty)']],
    [withHeader({ kid: 7 }), failed, ['kid is not a string']],
    [
      withHeader({ typ: 'logout+jwt' }),
      failed,
      ['the header declares a type of token that is made for something else'],
    ],
    [withHeader({}), failed, ["the header's typ is not the one that the configuration asks for"], { typ: 'at+jwt' }],
    [withHeader({ kid: 'other' }), failed, ['no key of the configured source fits the token']],
    [goodToken(generateKey('RS256', 'k')), failed, ['no key of the configured source verifies the signature']],
  ];
  it.each(cases.map(([token, message, details, rules = {}]) => ({ token, message, details, rules })))(
    '$details',
    async ({ token, message, details, rules }) => {
      expect(await verifier(rules).judge(new Secret(token))).toMatchObject({ verdict: 'rejected', message, details });
    },
  );

  it.each(FOREIGN_PROFILES)('is refused as %s, even where the configuration names that type', async (typ) => {
    const { verdict, checks } = await verifier({ typ }).examine(new Secret(withHeader({ typ })));
    expect(verdict).toMatchObject({ verdict: 'rejected', reason: 'WRONG_TYPE' });
    expect(checks.find(({ outcome }) => outcome === 'fail')?.name).toBe('type');
  });

  it.each(['JWT', 'at+jwt', 'application/at+jwt', undefined])(
    'is taken with the typ %s of access tokens',
    async (typ) => {
      expect(await verifier().judge(new Secret(withHeader({ typ })))).toMatchObject({ verdict: 'accepted' });
    },
  );

  it('names the check that failed', async () => {
    const failedCheck = async (token: string): Promise<string | undefined> =>
      (await verifier().examine(new Secret(token))).checks.find(({ outcome }) => outcome === 'fail')?.name;
    expect(await failedCheck(withHeader({ alg: 'none' }))).toBe('algorithm');
    expect(await failedCheck(withHeader({ crit: [] }))).toBe('header');
    expect(await failedCheck(withHeader({ kid: 'other' }))).toBe('key');
    expect(await failedCheck(goodToken(generateKey('RS256', 'k')))).toBe('signature');
  });

  it.each(['text/plain', 'jwt+x', 'acme', 'application/x+jwt-not', undefined])(
    'takes no offence at the cty %s',
    async (cty) => {
      const verdict = await verifier().judge(new Secret(withHeader({ cty })));
      expect(verdict).toMatchObject({ verdict: 'accepted' });
    },
  );
});

describe('a report says of each check what became of it', () => {
  const reasonsOf = async (token: string, rules: Partial<TokenRules> = {}, fetch?: () => Promise<Response>) => {
    const { checks } = await verifier(rules, fetch).examine(new Secret(token));
    return Object.fromEntries(checks.map(({ name, outcome, reason }) => [name, reason ?? outcome]));
  };
  const IDP = 'the identity provider is asked instead (introspectEndpoint)';
  const asking: Partial<TokenRules> = {
    source: {
      kind: 'introspection',
      url: 'https://idp.example.com/introspect?key=hidden',
      clientId: undefined,
      clientSecret: undefined,
      contentType: 'application/json',
      cacheMaxAgeSeconds: 0,
    },
  };

  it('when it was accepted, with nothing configured and nothing said', async () => {
    const token = signToken({ header: { alg: 'RS256' }, payload: {} }, key);
    expect(await reasonsOf(token)).toEqual({
      size: 'pass',
      format: 'pass',
      introspection: 'introspectEndpoint is not configured',
      algorithm: 'pass',
      header: 'pass',
      type: 'pass',
      times: 'pass',
      expiry: 'the token has no exp',
      'not-before': 'the token has no nbf',
      key: 'pass',
      signature: 'pass',
      'token-age': 'maxTokenAge is not configured',
      'required-claims': 'requiredClaims is not configured',
      'claim-values': 'claimValues is not configured',
      'header-payload-match': 'headerPayloadMatch is not configured',
      typ: 'typ is not configured',
    });
  });

  it('when it was accepted, with everything configured', async () => {
    const token = signToken({ header: { alg: 'RS256', typ: 'JWT' }, payload: GOOD_CLAIMS }, key);
    const reasons = await reasonsOf(token, {
      maxTokenAgeSeconds: 600,
      requiredClaims: ['sub'],
      claimRules: [{ claim: 'sub', matchType: 'exact', value: 'ana' }],
      headerPayloadMatch: ['sub'],
      typ: 'JWT',
    });
    expect(Object.entries(reasons).filter(([, reason]) => reason !== 'pass')).toEqual([
      ['introspection', 'introspectEndpoint is not configured'],
    ]);
  });

  it('when it was refused for its times', async () => {
    const reasons = await reasonsOf(goodToken(key, { exp: 1, nbf: undefined }));
    expect(reasons).toMatchObject({
      times: 'pass',
      expiry: 'exp has passed',
      'not-before': 'the token has no nbf',
      key: 'the token was refused before',
      typ: 'the token was refused before',
    });
  });

  it('when a time was none, and nothing could be compared with it', async () => {
    const reasons = await reasonsOf(goodToken(key, { exp: '1', nbf: 'never' }));
    expect(reasons).toMatchObject({
      times: 'exp is not a finite number; nbf is not a finite number',
      expiry: 'the token was refused before',
      'not-before': 'the token was refused before',
      key: 'the token was refused before',
    });
  });

  it('when it was refused for its type before any key was asked for', async () => {
    const token = signToken({ header: { alg: 'RS256', kid: 'other' }, payload: {} }, key);
    const reasons = await reasonsOf(token, { typ: 'at+jwt' });
    expect(reasons).toMatchObject({
      format: 'pass',
      expiry: 'the token has no exp',
      key: 'the token was refused before',
      signature: 'the token was refused before',
      typ: "the header's typ is not the one that the configuration asks for",
    });
  });

  it('and skips what is of the other method', async () => {
    const skipped = async (rules: Partial<TokenRules>): Promise<readonly string[]> =>
      (await verifier(rules, async () => Response.json({ active: true })).examine(new Secret(goodToken(key)))).checks
        .filter(({ outcome }) => outcome === 'skipped')
        .map(({ name }) => name);
    expect(await skipped({})).toContain('introspection');
    expect(await skipped(asking)).toEqual(
      expect.arrayContaining(['algorithm', 'header', 'type', 'key', 'signature', 'header-payload-match', 'typ']),
    );
  });

  it('when several checks failed', async () => {
    const reasons = await reasonsOf(goodToken(key), { requiredClaims: ['a', 'b'], typ: 'at+jwt' });
    expect(reasons).toMatchObject({
      'required-claims': 'the required claim "a" is missing; the required claim "b" is missing',
      typ: "the header's typ is not the one that the configuration asks for",
    });
  });

  it('when nobody could decide', async () => {
    const source = { kind: 'jwksUri', url: 'https://idp.example.com/jwks', cacheMaxAgeSeconds: 60 } as const;
    const why = 'could not be decided: https://idp.example.com did not answer with a JWK set';
    expect(await reasonsOf(goodToken(key), { source })).toMatchObject({
      introspection: 'introspectEndpoint is not configured',
      times: 'pass',
      key: why,
      signature: why,
      typ: why,
    });
  });

  it('when the identity provider was asked and said yes', async () => {
    const reasons = await reasonsOf('opaque', asking, async () => Response.json({ active: true, exp: NOW_MS }));
    expect(reasons).toEqual({
      size: 'pass',
      format: 'pass',
      introspection: 'pass',
      algorithm: IDP,
      header: IDP,
      type: IDP,
      times: 'pass',
      expiry: 'pass',
      'not-before': 'the token has no nbf',
      key: IDP,
      signature: IDP,
      'token-age': 'maxTokenAge is not configured',
      'required-claims': 'requiredClaims is not configured',
      'claim-values': 'claimValues is not configured',
      'header-payload-match': IDP,
      typ: IDP,
    });
  });

  it('when the identity provider was asked and said no, or said yes to a token that is over', async () => {
    expect(await reasonsOf('opaque', asking, async () => Response.json({ active: false }))).toMatchObject({
      introspection: 'https://idp.example.com says that it is not active',
      times: 'the token was refused before',
      'token-age': 'the token was refused before',
      key: IDP,
    });
    expect(await reasonsOf('opaque', asking, async () => Response.json({ active: true, exp: 1 }))).toMatchObject({
      introspection: 'pass',
      times: 'pass',
      expiry: 'exp has passed',
      'token-age': 'the token was refused before',
    });
  });

  it.each([
    ['{"active":1}', 'https://idp.example.com does not say whether it is active: "active" is no boolean'],
    [
      '{"active":true,"active":true}',
      'https://idp.example.com gave an answer that is no strict JSON: a member stands twice in one object',
    ],
    ['{"active":true,"token_use":1}', 'https://idp.example.com gave a token_use that is no text'],
    ['{"active":true,"token_type":[]}', 'https://idp.example.com gave a token_type that is no text'],
    ['[]', 'https://idp.example.com did not answer with a JSON object'],
  ])('when the identity provider answers %s', async (answer, why) => {
    const { verdict } = await verifier(asking, async () => new Response(answer)).examine(new Secret('opaque'));
    expect(verdict).toEqual({ verdict: 'undecided', message: `Token could not be verified: ${why}` });
  });

  it('when the identity provider calls a refresh token active, or a time is none', async () => {
    const refresh = async (): Promise<Response> => Response.json({ active: true, token_type: 'refresh_token' });
    expect(await reasonsOf('opaque', asking, refresh)).toMatchObject({
      introspection: 'https://idp.example.com says that it is a refresh token',
    });
    const wrong = async (): Promise<Response> => Response.json({ active: true, exp: '1', nbf: 1 });
    expect(await reasonsOf('opaque', asking, wrong)).toMatchObject({
      times: 'exp is not a finite number',
      expiry: 'the token was refused before',
      'not-before': 'the token was refused before',
      'token-age': 'the token was refused before',
    });
    const down = async (): Promise<Response> => new Response('', { status: 503 });
    expect(await reasonsOf('opaque', asking, down)).toMatchObject({
      format: 'pass',
      introspection: 'could not be decided: https://idp.example.com answered 503',
      times: 'could not be decided: https://idp.example.com answered 503',
    });
  });

  it.each([
    [0, 3],
    [60, 1],
  ])('asks anew or not, as introspectCacheMaxAge %d says', async (cacheMaxAgeSeconds, times) => {
    let asked = 0;
    const source = { ...asking.source, kind: 'introspection', cacheMaxAgeSeconds } as TokenRules['source'];
    const { judge } = verifier({ source }, async () => Response.json({ active: true, n: ++asked }));
    for (let n = 0; n < 3; n++) expect(await judge(new Secret('opaque'))).toMatchObject({ verdict: 'accepted' });
    expect(asked).toBe(times);
  });

  it('when a token goes nowhere', async () => {
    expect(await verifier(asking).examine(new Secret('a b'))).toMatchObject({
      verdict: { message: failed, details: ['a character is not one that a bearer token can have (RFC 6750)'] },
      introspection: { origin: 'https://idp.example.com', clientAuthentication: 'none', asked: false },
      keys: [],
      header: undefined,
      claims: undefined,
    });
    expect(await verifier(asking).judge(new Secret(''))).toMatchObject({ details: ['it is empty'] });
    const large = await verifier(asking).examine(new Secret('a'.repeat(65_537)));
    expect(large).toMatchObject({
      verdict: { reason: 'TOKEN_TOO_LARGE', details: ['the token is longer than 64 KiB'] },
      introspection: { asked: false },
    });
    expect(
      await verifier(asking, async () => Response.json({ active: true })).examine(new Secret('a'.repeat(65_536))),
    ).toMatchObject({ verdict: { verdict: 'accepted' }, introspection: { asked: true } });
  });

  it.each([
    ['me', new Secret('s'), 'basic'],
    ['me', undefined, 'client_id'],
    [undefined, undefined, 'none'],
  ] as const)('how it is asked: client %s', async (clientId, clientSecret, clientAuthentication) => {
    const source = { ...asking.source, kind: 'introspection', clientId, clientSecret } as TokenRules['source'];
    const report = await verifier({ source }).examine(new Secret('t'));
    expect(report.introspection).toEqual({
      origin: 'https://idp.example.com',
      contentType: 'application/json',
      clientAuthentication,
      asked: true,
    });
    expect((await verifier().examine(new Secret('t'))).introspection).toBeUndefined();
  });
});
