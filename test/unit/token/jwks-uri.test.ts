import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TokenRules } from '../../../src/policy/model.js';
import { Secret } from '../../../src/secret/secret.js';
import { createTokenVerifier, type TokenVerifier } from '../../../src/token/verify.js';
import { generateKey, GOOD_CLAIMS, goodToken, NOW_MS, rulesWith, signToken } from '../../support/jwt.js';
import { json, raw, startLoopbackHttp, type LoopbackHttp } from '../../support/loopback-http.js';

const first = generateKey('RS256', 'first');
const second = generateKey('RS256', 'second');
const keys = (...list: readonly { readonly jwk: object }[]) => ({ keys: list.map(({ jwk }) => jwk) });
const ONE_DAY_MS = 86_400_000;

let idp: LoopbackHttp;
let nowMs: number;

beforeEach(async () => {
  nowMs = NOW_MS;
  idp = await startLoopbackHttp(json(keys(first)));
});

afterEach(() => idp.close());

function verifier(rules: Partial<TokenRules> = {}, cacheMaxAgeSeconds = 86_400): TokenVerifier {
  const source = { kind: 'jwksUri', url: `${idp.origin}/jwks`, cacheMaxAgeSeconds } as const;
  return createTokenVerifier({ rules: rulesWith({ source, ...rules }), host: { now: () => nowMs, fetch } });
}

/** A token that is in time whatever the clock of the test says. */
const lasting = (key: typeof first, claims: object = {}): Secret =>
  new Secret(goodToken(key, { iat: undefined, nbf: undefined, exp: undefined, ...claims }));

const unknown = (kid: string): Secret =>
  new Secret(signToken({ header: { alg: 'RS256', kid }, payload: { sub: 'ana' } }, first));

describe('keys from a URI', () => {
  it('are fetched once for any number of tokens', async () => {
    const { judge } = verifier();
    for (const sub of ['a', 'b', 'c'])
      expect(await judge(lasting(first, { sub }))).toMatchObject({ verdict: 'accepted' });
    expect(idp.requests).toEqual(['/jwks']);
  });

  it('are fetched once for tokens that come at the same time', async () => {
    const { judge } = verifier();
    const verdicts = await Promise.all(Array.from({ length: 20 }, (_, n) => judge(lasting(first, { sub: `${n}` }))));
    expect(new Set(verdicts.map(({ verdict }) => verdict))).toEqual(new Set(['accepted']));
    expect(idp.requests).toHaveLength(1);
  });

  it.each<[string, string, Partial<TokenRules>?]>([
    ['a malformed token', 'a.b.c'],
    ['an expired token', goodToken(first, { exp: NOW_MS / 1000 - 60 })],
    ['a token that is not valid yet', goodToken(first, { nbf: NOW_MS / 1000 + 60 })],
    ['a token with a string for exp', goodToken(first, { exp: '9999999999' })],
    ['a token of another algorithm', signToken({ header: { alg: 'RS512' }, payload: {} }, first)],
    ['a token with crit', signToken({ header: { alg: 'RS256', crit: ['x'], x: 1 }, payload: {} }, first)],
    ['a token without exp', lasting(first).reveal(), { requireExp: true }],
    ['a token that is too old', goodToken(first, { iat: NOW_MS / 1000 - 3600 }), { maxTokenAgeSeconds: 300 }],
    ['a token of the wrong type', goodToken(first), { typ: 'at+jwt' }],
    ['a token that is too long', goodToken(first, { note: 'x'.repeat(70_000) })],
  ])('are not fetched for %s', async (_name, token, rules = {}) => {
    const { judge } = verifier(rules);
    expect(await judge(new Secret(token))).toMatchObject({ verdict: 'rejected' });
    expect(idp.requests).toEqual([]);
  });

  it('are fetched again when they are older than cacheMaxAge', async () => {
    const { judge } = verifier({}, 60);
    await judge(lasting(first));
    nowMs += 59_999;
    await judge(lasting(first));
    expect(idp.requests).toHaveLength(1);
    nowMs += 1;
    idp.answerWith(json(keys(second)));
    expect(await judge(lasting(first))).toMatchObject({ verdict: 'rejected', reason: 'NO_KEY' });
    expect(await judge(lasting(second))).toMatchObject({ verdict: 'accepted' });
    expect(idp.requests).toHaveLength(2);
  });

  it.each([
    ['shorten', 'public, max-age=10', 10_000],
    ['not lengthen', 'max-age=999999999', ONE_DAY_MS],
    ['be nonsense to', 'max-age=soon', ONE_DAY_MS],
    ['say nothing to', 'xno-store, no-storey, s-maxage=10, xmax-age=10, max-age=10s', ONE_DAY_MS],
    ['be in quotes to shorten', 'Max-Age="10"', 10_000],
    ['say twice how to shorten', 'max-age=20, max-age=10', 10_000],
  ])('may have a Cache-Control to %s their cache', async (_name, value, lifetimeMs) => {
    idp.answerWith(json(keys(first), { 'cache-control': value }));
    const { judge } = verifier();
    await judge(lasting(first));
    nowMs += lifetimeMs - 1;
    await judge(lasting(first));
    expect(idp.requests).toHaveLength(1);
    nowMs += 1;
    await judge(lasting(first));
    expect(idp.requests).toHaveLength(2);
  });

  it.each(['no-store', 'no-cache', 'max-age=0', 'private, no-cache="x", max-age=600'])(
    'are used for 30 s although the answer says %s',
    async (value) => {
      idp.answerWith(json(keys(first), { 'cache-control': value }));
      const { judge } = verifier();
      await judge(lasting(first));
      nowMs += 29_999;
      await judge(lasting(first));
      expect(idp.requests).toHaveLength(1);
      nowMs += 1;
      await judge(lasting(first));
      expect(idp.requests).toHaveLength(2);
    },
  );

  it('become old when the clock is set back', async () => {
    const { judge } = verifier();
    await judge(lasting(first));
    nowMs -= 1000;
    await judge(lasting(first));
    expect(idp.requests).toHaveLength(2);
  });
});

describe('what is logged of keys', () => {
  it('is how many there are and for how long, or why there are none and whether others do', async () => {
    const lines: unknown[] = [];
    const write = (...line: readonly unknown[]): void => void lines.push(line);
    const log = { error: write, warn: write, info: write, debug: write };
    const source = { kind: 'jwksUri', url: `${idp.origin}/jwks`, cacheMaxAgeSeconds: 100 } as const;
    const { judge } = createTokenVerifier({ rules: rulesWith({ source }), host: { now: () => nowMs, fetch }, log });
    idp.answerWith(json(keys(first, second), { 'cache-control': 'max-age=60' }));
    await judge(lasting(first));
    idp.answerWith(raw('', {}, 503));
    nowMs += 60_000;
    await judge(lasting(first));
    nowMs += 40_000;
    await judge(lasting(first));
    const why = `${idp.origin} answered 503`;
    expect(lines).toEqual([
      ['keys fetched', { keys: 2, freshForSeconds: 60 }],
      ['keys could not be fetched', { why, keysInUse: true }],
      ['keys could not be fetched', { why, keysInUse: false }],
      [
        'token could not be verified',
        {
          why: `Token could not be verified: ${why}`,
          checks: undefined,
          claims: undefined,
          kid: 'first',
          subject: undefined,
        },
      ],
    ]);
  });
});

describe('a source that knows validators', () => {
  const questions: unknown[] = [];
  beforeEach(() => void questions.splice(0));

  /** Answers 304 to whoever has the current version. */
  function versioned(version: string, set: object, headers: Readonly<Record<string, string>> = {}): void {
    idp.answerWith((request, response) => {
      const { 'if-none-match': tag, 'if-modified-since': since } = request.headers;
      questions.push({ tag, since });
      if (tag === version) response.writeHead(304, { etag: version, ...headers }).end();
      else json(set, { etag: version, ...headers })(request, response);
    });
  }

  it('is asked whether its keys have changed, and says in a line that they have not', async () => {
    versioned('"1"', keys(first), { 'last-modified': 'Tue, 14 Nov 2023 22:13:20 GMT' });
    const { judge } = verifier({}, 60);
    for (let n = 0; n < 3; n++) {
      expect(await judge(lasting(first, { sub: `${n}` }))).toMatchObject({ verdict: 'accepted' });
      nowMs += 60_000;
    }
    const conditional = { tag: '"1"', since: 'Tue, 14 Nov 2023 22:13:20 GMT' };
    expect(questions).toEqual([{ tag: undefined, since: undefined }, conditional, conditional]);
  });

  it('keeps its keys fresh by a 304, for as long as that one says', async () => {
    versioned('"1"', keys(first));
    const { judge } = verifier();
    await judge(lasting(first));
    versioned('"1"', keys(first), { 'cache-control': 'max-age=10' });
    nowMs += ONE_DAY_MS;
    await judge(lasting(first));
    nowMs += 9_999;
    await judge(lasting(first));
    expect(questions).toHaveLength(2);
    nowMs += 1;
    await judge(lasting(first));
    expect(questions).toHaveLength(3);
  });

  it('does not make its keys last longer by a 304 that says nothing of time', async () => {
    versioned('"1"', keys(first), { 'cache-control': 'max-age=60' });
    const { judge } = verifier();
    await judge(lasting(first));
    versioned('"1"', keys(first));
    nowMs += 60_000;
    await judge(lasting(first));
    versioned('"2"', keys(second));
    nowMs += 60_000;
    expect(await judge(lasting(first))).toMatchObject({ reason: 'NO_KEY' });
    expect(questions).toHaveLength(3);
  });

  it('brings new keys when they have changed', async () => {
    versioned('"1"', keys(first));
    const { judge } = verifier();
    await judge(lasting(first));
    versioned('"2"', keys(second));
    expect(await judge(lasting(second))).toMatchObject({ verdict: 'accepted' });
    expect(await judge(lasting(first))).toMatchObject({ reason: 'NO_KEY' });
    versioned('"2"', keys(first));
    nowMs += 30_000;
    expect(await judge(lasting(first))).toMatchObject({ reason: 'NO_KEY' });
  });

  it('leaves an unknown kid refused, not undecided, when it answers 304', async () => {
    versioned('"1"', keys(first));
    const { judge } = verifier();
    await judge(lasting(first));
    expect(await judge(unknown('x'))).toMatchObject({ verdict: 'rejected', reason: 'NO_KEY' });
    expect(questions).toHaveLength(2);
  });

  it('is not believed when it answers 304 to a question without a validator', async () => {
    idp.answerWith(json(keys(first)));
    const { judge } = verifier({}, 60);
    await judge(lasting(first));
    idp.answerWith(raw('', {}, 304));
    nowMs += 60_000;
    expect(await judge(lasting(first))).toEqual({
      verdict: 'undecided',
      message: `Token could not be verified: ${idp.origin} answered 304`,
    });
  });

  it('is down when it fails, and not unchanged', async () => {
    versioned('"1"', keys(first), { 'cache-control': 'max-age=60' });
    const { judge } = verifier({}, 100);
    await judge(lasting(first));
    idp.answerWith(raw('', { etag: '"1"' }, 503));
    nowMs += 60_000;
    expect(await judge(lasting(first))).toMatchObject({ verdict: 'accepted' });
    nowMs += 40_000;
    expect(await judge(lasting(first))).toMatchObject({ verdict: 'undecided' });
  });

  it('that answers 304 to the first question of all says nothing', async () => {
    idp.answerWith(raw('', { etag: '"1"' }, 304));
    expect(await verifier().judge(lasting(first))).toEqual({
      verdict: 'undecided',
      message: `Token could not be verified: ${idp.origin} answered 304`,
    });
  });

  it('works by the time of the last change alone', async () => {
    const modified = 'Tue, 14 Nov 2023 22:13:20 GMT';
    idp.answerWith((request, response) => {
      if (request.headers['if-modified-since'] === modified) response.writeHead(304).end();
      else json(keys(first), { 'last-modified': modified })(request, response);
    });
    const { judge } = verifier({}, 60);
    await judge(lasting(first));
    nowMs += 60_000;
    expect(await judge(lasting(first))).toMatchObject({ verdict: 'accepted' });
    expect(idp.requests).toHaveLength(2);
  });
});

describe('a rotated key', () => {
  it('is found at once under a new kid', async () => {
    const { judge } = verifier();
    await judge(lasting(first));
    idp.answerWith(json(keys(first, second)));
    expect(await judge(lasting(second))).toMatchObject({ verdict: 'accepted' });
    expect(idp.requests).toHaveLength(2);
  });

  it('is found at once under the same kid', async () => {
    const { judge } = verifier();
    await judge(lasting(first));
    const renewed = generateKey('RS256', 'first');
    idp.answerWith(json(keys(renewed)));
    expect(await judge(lasting(renewed))).toMatchObject({ verdict: 'accepted' });
    expect(await judge(lasting(first))).toMatchObject({ verdict: 'rejected', reason: 'BAD_SIGNATURE' });
    expect(idp.requests).toHaveLength(2);
  });

  it('takes with it what the old key had verified', async () => {
    const { judge } = verifier();
    const token = lasting(first);
    expect(await judge(token)).toMatchObject({ verdict: 'accepted' });
    idp.answerWith(json(keys(second)));
    await judge(lasting(second));
    expect(await judge(token)).toMatchObject({ verdict: 'rejected' });
  });

  it('is looked for at most once in 30 s, however many tokens ask', async () => {
    const { judge } = verifier();
    await judge(lasting(first));
    for (let n = 0; n < 50; n++) await judge(unknown(`x${n}`));
    await Promise.all(Array.from({ length: 50 }, (_, n) => judge(unknown(`y${n}`))));
    expect(idp.requests).toHaveLength(2);
    nowMs += 29_999;
    await judge(unknown('z'));
    expect(idp.requests).toHaveLength(2);
    nowMs += 1;
    await judge(unknown('z'));
    expect(idp.requests).toHaveLength(3);
  });

  it('is looked for at most once in 30 s by bad signatures and unknown kids together', async () => {
    const { judge } = verifier();
    await judge(lasting(first));
    const forged = { ...second, jwk: first.jwk };
    for (let n = 0; n < 20; n++) {
      expect(await judge(lasting(forged, { sub: `${n}` }))).toMatchObject({ reason: 'BAD_SIGNATURE' });
      expect(await judge(unknown(`x${n}`))).toMatchObject({ reason: 'NO_KEY' });
    }
    expect(idp.requests).toHaveLength(2);
  });

  it('costs a cold flood of unknown kids two fetches', async () => {
    const { judge } = verifier();
    const verdicts = await Promise.all(Array.from({ length: 100 }, (_, n) => judge(unknown(`x${n}`))));
    for (const verdict of verdicts) expect(verdict).toMatchObject({ verdict: 'rejected', reason: 'NO_KEY' });
    expect(idp.requests.length).toBeLessThanOrEqual(2);
  });

  it('costs one token one fetch when its keys were fetched for it', async () => {
    const { judge } = verifier();
    expect(await judge(unknown('x'))).toMatchObject({ reason: 'NO_KEY' });
    expect(idp.requests).toHaveLength(1);
  });

  it('is not looked for by a token that is refused anyway', async () => {
    const { judge } = verifier({ typ: 'at+jwt' });
    await judge(new Secret(signToken({ header: { alg: 'RS256', kid: 'first', typ: 'at+jwt' }, payload: {} }, first)));
    expect(idp.requests).toHaveLength(1);
    await judge(unknown('x'));
    expect(idp.requests).toHaveLength(1);
  });
});

describe('an IdP that fails', () => {
  it.each([
    ['answers 503', raw('', {}, 503), 'answered 503'],
    ['answers HTML', raw('<html></html>'), 'did not answer with a JSON object'],
    ['answers an object without keys', json({ jwks: [] }), 'did not answer with a JWK set'],
    ['answers keys that are no array', json({ keys: {} }), 'did not answer with a JWK set'],
    ['answers far too many keys', json({ keys: Array(1001).fill(first.jwk) }), 'answered with more than 1000 keys'],
    ['answers too much', json({ keys: [], x: 'x'.repeat(1024 * 1024) }), 'answered with more than 1048576 bytes'],
    ['redirects elsewhere', raw('', { location: 'https://evil.example/jwks' }, 302), 'redirects to somewhere else'],
  ])('and %s leaves a token undecided', async (_name, answer, message) => {
    idp.answerWith(answer);
    expect(await verifier().judge(lasting(first))).toEqual({
      verdict: 'undecided',
      message: `Token could not be verified: ${idp.origin} ${message}`,
    });
  });

  it('is asked again by the next token', async () => {
    const { judge } = verifier();
    idp.answerWith(raw('', {}, 500));
    expect(await judge(lasting(first))).toMatchObject({ verdict: 'undecided' });
    idp.answerWith(json(keys(first)));
    expect(await judge(lasting(first))).toMatchObject({ verdict: 'accepted' });
  });

  it('does not stop the use of keys that cacheMaxAge still allows', async () => {
    idp.answerWith(json(keys(first), { 'cache-control': 'max-age=60' }));
    const { judge } = verifier({}, 600);
    await judge(lasting(first));
    idp.answerWith(raw('', {}, 503));
    nowMs += 60_000;
    for (const sub of ['a', 'b', 'c'])
      expect(await judge(lasting(first, { sub }))).toMatchObject({ verdict: 'accepted' });
    expect(idp.requests).toHaveLength(2); // a source that is down is not asked by every token
    nowMs += 30_000;
    expect(await judge(lasting(first))).toMatchObject({ verdict: 'accepted' });
    // Nobody waits for a source that is known to be down, so its next request may still be on the way.
    await vi.waitFor(() => expect(idp.requests).toHaveLength(3));
    nowMs = NOW_MS + 600_000;
    expect(await judge(lasting(first))).toMatchObject({ verdict: 'undecided' });
  });

  /** A source whose keys are known, that is down when they are due, and was asked. */
  async function downAfterAMinute() {
    idp.answerWith(json(keys(first), { 'cache-control': 'max-age=60' }));
    const known = verifier();
    await known.judge(lasting(first));
    idp.answerWith(raw('', {}, 503));
    nowMs += 60_000;
    expect(await known.judge(lasting(first))).toMatchObject({ verdict: 'accepted' });
    return known;
  }

  it.each([
    ['a new kid', second],
    ['the same kid', generateKey('RS256', 'first')],
  ])('has its rotated key found by the first token after it is back, under %s', async (_name, rotated) => {
    const { judge } = await downAfterAMinute();
    idp.answerWith(json(keys(rotated)));
    nowMs += 30_000;
    expect(await judge(lasting(rotated))).toMatchObject({ verdict: 'accepted' });
    expect(idp.requests).toHaveLength(3);
  });

  it('counts as down for a minute, and not for as long as nobody asks', async () => {
    const { judge } = await downAfterAMinute();
    idp.answerWith(json(keys(second)));
    nowMs += 60_000;
    expect(await judge(lasting(first))).toMatchObject({ reason: 'NO_KEY' });
  });

  it('leaves a token with an unknown kid undecided, and goes on doing so within 30 s', async () => {
    const { judge } = verifier();
    await judge(lasting(first));
    idp.answerWith(raw('', {}, 503));
    expect(await judge(unknown('x'))).toMatchObject({ verdict: 'undecided' });
    expect(await judge(unknown('y'))).toMatchObject({ verdict: 'undecided' });
    expect(await judge(lasting(first, { sub: 'still good' }))).toMatchObject({ verdict: 'accepted' });
    expect(idp.requests).toHaveLength(2);
  });

  it('does not make a forged signature undecided', async () => {
    const { judge } = verifier();
    await judge(lasting(first));
    idp.answerWith(raw('', {}, 503));
    expect(await judge(lasting({ ...second, jwk: first.jwk }))).toMatchObject({ reason: 'BAD_SIGNATURE' });
  });

  it('makes no claims come out of nothing', async () => {
    idp.answerWith(raw('', {}, 503));
    const report = await verifier().examine(lasting(first, GOOD_CLAIMS));
    expect(report).toMatchObject({ claims: undefined, keys: [], verdict: { verdict: 'undecided' } });
    expect(report.checks.find(({ name }) => name === 'signature')).toMatchObject({ outcome: 'skipped' });
  });
});

it('follows a redirect of the IdP within its origin', async () => {
  idp.answerWith((request, response) => {
    if (request.url === '/jwks') response.writeHead(307, { location: '/v2/jwks' }).end();
    else json(keys(first))(request, response);
  });
  expect(await verifier().judge(lasting(first))).toMatchObject({ verdict: 'accepted' });
  expect(idp.requests).toEqual(['/jwks', '/v2/jwks']);
});

it('never uses private or symmetric keys that an IdP publishes', async () => {
  const secret = first.privateKey.export({ format: 'jwk' });
  idp.answerWith(
    json({
      keys: [
        { ...secret, kid: 'first' },
        { kty: 'oct', k: 'AAAA', kid: 'first' },
      ],
    }),
  );
  expect(await verifier().judge(lasting(first))).toMatchObject({ reason: 'NO_KEY' });
});

it('takes a thousand keys, and finds the one among them', async () => {
  const others = Array.from({ length: 999 }, (_, n) => ({ jwk: { ...second.jwk, kid: `k${n}` } }));
  idp.answerWith(json(keys(...others, first)));
  expect(await verifier().judge(lasting(first))).toMatchObject({ verdict: 'accepted' });
});
