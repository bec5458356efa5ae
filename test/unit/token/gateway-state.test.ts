// What a gateway remembers never changes a verdict: not from one configuration to another, not after a revocation or a
// rotation, not under a flood, not through an outage.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeCaller, type VerifyToken } from '../../../src/gateway/caller.js';
import type { CallerVerdict } from '../../../src/policy/decide.js';
import type { TokenRules } from '../../../src/policy/model.js';
import { Secret } from '../../../src/secret/secret.js';
import { findToken } from '../../../src/token/find-token.js';
import { createTokenVerifier } from '../../../src/token/verify.js';
import { policyOf } from '../config/check-text.js';
import { generateKey, goodToken, NOW_MS, NOW_SECONDS, signToken } from '../../support/jwt.js';

const mine = generateKey('RS256', 'same-kid');
const theirs = generateKey('RS256', 'same-kid');
const curve = generateKey('ES256', 'same-kid');

const MINE = 'https://mine.example.com/jwks';
const THEIRS = 'https://theirs.example.com/jwks';
const ENDPOINT = 'https://idp.example.com/introspect/';

/** A small internet: what each address answers, and how often it was asked. An endpoint knows one token, its own name. */
function internet(answers: Readonly<Record<string, () => Response>>) {
  const asked = new Map<string, number>();
  return {
    asked: (url: string) => asked.get(url) ?? 0,
    fetch: async (input: unknown, init?: RequestInit): Promise<Response> => {
      const url = String(input);
      asked.set(url, (asked.get(url) ?? 0) + 1);
      if (url.startsWith(ENDPOINT)) {
        const token = typeof init?.body === 'string' ? new URLSearchParams(init.body).get('token') : undefined;
        return Response.json({ active: token === url.slice(ENDPOINT.length), sub: `of ${url}` });
      }
      const answer = answers[url];
      if (answer === undefined) throw new TypeError('fetch failed');
      return answer();
    },
  };
}

interface World {
  nowMs: number;
  readonly fetch: ReturnType<typeof internet>['fetch'];
}

/** One server of a gateway: its own `jwt_validation` in front of what the process shares. */
async function serverWith(rules: object, world: World) {
  const { servers } = await policyOf({ jwt_validation: rules });
  const tokenRules = servers[0]?.tokenRules;
  if (tokenRules === undefined) throw new Error('the configuration is not valid');
  return gatewayServer(tokenRules, world);
}

function gatewayServer(rules: TokenRules, world: World): (token: string) => Promise<CallerVerdict> {
  const verifier = createTokenVerifier({ rules, host: { now: () => world.nowMs, fetch: world.fetch } });
  const verify: VerifyToken = {
    token: (token) => verifier.judge(token),
    header: (headerValue) => {
      const found = findToken({ rules, headerValue });
      return found.found ? verifier.judge(found.token) : Promise.resolve(found.verdict);
    },
  };
  const sources = { server: { tokenRules: rules }, verify, configuredToken: undefined, identityLogin: undefined };
  return (token) => judgeCaller(sources, [{ name: 'Authorization', value: new Secret(`Bearer ${token}`) }]);
}

const CONFIGS: Readonly<Record<string, object>> = {
  'my keys': { jwksUri: MINE },
  'their keys under the same kid': { jwksUri: THEIRS },
  'my keys, inline': { jwks: { keys: [mine.jwk] } },
  'my keys, for another role': { jwksUri: MINE, claimValues: { role: { values: 'admin' } } },
  'my keys, with a required claim': { jwksUri: MINE, requiredClaims: ['email'] },
  'my keys, another algorithm': { jwksUri: MINE, algorithms: ['ES256'] },
  'my keys, fresh tokens alone': { jwksUri: MINE, maxTokenAge: '30s' },
  'my keys, no tolerance': { jwksUri: MINE, clockTolerance: 0 },
  'asked at a': { introspectEndpoint: `${ENDPOINT}a`, introspectCacheMaxAge: 300 },
  'asked at b': { introspectEndpoint: `${ENDPOINT}b`, introspectCacheMaxAge: 300 },
  'asked at a, for another role': {
    introspectEndpoint: `${ENDPOINT}a`,
    introspectCacheMaxAge: 300,
    claimValues: { role: { values: 'admin' } },
  },
};
const TOKENS: readonly string[] = [
  goodToken(mine),
  goodToken(mine, { role: 'admin', email: 'ana@example.com', iat: NOW_SECONDS }),
  goodToken(mine, { exp: NOW_SECONDS - 3 }),
  goodToken(theirs),
  goodToken(theirs, { role: 'admin' }),
  goodToken(curve),
  signToken({ header: { alg: 'RS256' }, payload: { sub: 'ana' } }, mine),
  'a',
  'b',
];

function smallWorld() {
  const net = internet({
    [MINE]: () => Response.json({ keys: [mine.jwk, curve.jwk] }),
    [THEIRS]: () => Response.json({ keys: [theirs.jwk] }),
  });
  return { nowMs: NOW_MS, fetch: net.fetch, net };
}

/** Once, what was at hand decided the reason: the key for the second token is there, and refutes it. */
const REMEMBERED = [
  { name: 'my keys, fresh tokens alone', index: 1 },
  { name: 'my keys, fresh tokens alone', index: 3 },
];

/** What a verdict says, without the objects that say it. */
const said = (verdict: CallerVerdict): unknown => JSON.parse(JSON.stringify(verdict));

describe('servers of one gateway', () => {
  it('judge as if each token were the first that they see, whatever came before it', async () => {
    const names = Object.keys(CONFIGS);
    const alone = new Map<string, unknown>();
    for (const name of names) {
      for (const [index, token] of TOKENS.entries()) {
        const judge = await serverWith(CONFIGS[name] ?? {}, smallWorld());
        alone.set(`${name} ${index}`, said(await judge(token)));
      }
    }
    expect(new Set([...alone.values()].map((verdict) => JSON.stringify(verdict))).size).toBeGreaterThan(8);
    const step = fc.record({ name: fc.constantFrom(...names), index: fc.nat({ max: TOKENS.length - 1 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), fc.boolean(), async (steps, atOnce) => {
        const world = smallWorld();
        const servers = new Map(
          await Promise.all(names.map(async (name) => [name, await serverWith(CONFIGS[name] ?? {}, world)] as const)),
        );
        const ask = async ({ name, index }: { name: string; index: number }): Promise<void> => {
          const judge = servers.get(name);
          const verdict = await judge?.(TOKENS[index] ?? '');
          expect([name, index, said(verdict ?? { verdict: 'undecided', message: '' })]).toEqual([
            name,
            index,
            alone.get(`${name} ${index}`),
          ]);
        };
        if (atOnce) await Promise.all(steps.map(ask));
        else for (const one of steps) await ask(one);
      }),
      { numRuns: 100, examples: [[REMEMBERED, false]] },
    );
  });

  it('do not take a key of one issuer for one of another that has the same kid', async () => {
    const world = smallWorld();
    const ofMine = await serverWith({ jwksUri: MINE }, world);
    const ofTheirs = await serverWith({ jwksUri: THEIRS }, world);
    expect(await ofTheirs(goodToken(theirs))).toMatchObject({ verdict: 'accepted' });
    expect(await ofMine(goodToken(theirs))).toMatchObject({ verdict: 'rejected', reason: 'BAD_SIGNATURE' });
    expect(await ofMine(goodToken(mine))).toMatchObject({ verdict: 'accepted' });
    expect(await ofTheirs(goodToken(mine))).toMatchObject({ verdict: 'rejected', reason: 'BAD_SIGNATURE' });
  });
});

describe('a flood', () => {
  it('of 10,000 tokens with unknown kids causes one fetch in 30 s', async () => {
    const world = smallWorld();
    const judge = await serverWith({ jwksUri: MINE }, world);
    await judge(goodToken(mine));
    expect(world.net.asked(MINE)).toBe(1);
    const [, payload, signature] = goodToken(mine).split('.');
    const flood = (from: number): readonly string[] =>
      Array.from({ length: 5000 }, (_, n) => {
        const head = Buffer.from(`{"alg":"RS256","kid":"x${from + n}"}`).toString('base64url');
        return `${head}.${payload}.${signature}`;
      });
    for (const token of flood(0)) expect(await judge(token)).toMatchObject({ reason: 'NO_KEY' });
    const verdicts = await Promise.all(flood(5000).map(judge));
    expect(new Set(verdicts.map((verdict) => ('reason' in verdict ? verdict.reason : '')))).toEqual(
      new Set(['NO_KEY']),
    );
    expect(world.net.asked(MINE)).toBe(2);
    world.nowMs += 29_999;
    await judge(flood(10_000)[0] ?? '');
    expect(world.net.asked(MINE)).toBe(2);
    world.nowMs += 1;
    await Promise.all(flood(20_000).map(judge));
    expect(world.net.asked(MINE)).toBe(3);
    expect(await judge(goodToken(mine, { sub: 'still good' }))).toMatchObject({ verdict: 'accepted' });
  });
});

describe('a rotated key', () => {
  it('with the same kid works within one fetch, and ends what the old one signed', async () => {
    let published = mine;
    const net = internet({ [MINE]: () => Response.json({ keys: [published.jwk] }) });
    const judge = await serverWith({ jwksUri: MINE }, { nowMs: NOW_MS, fetch: net.fetch });
    expect(await judge(goodToken(mine))).toMatchObject({ verdict: 'accepted' });
    published = theirs;
    expect(await judge(goodToken(theirs))).toMatchObject({ verdict: 'accepted' });
    expect(net.asked(MINE)).toBe(2);
    expect(await judge(goodToken(mine))).toMatchObject({ reason: 'BAD_SIGNATURE' });
    expect(net.asked(MINE)).toBe(2);
  });
});

describe('an outage of an hour', () => {
  const lasting = (sub: string): string => goodToken(mine, { sub, exp: NOW_SECONDS + 100_000 });

  it.each([
    ['refuses connections', () => Promise.reject(new TypeError('fetch failed'))],
    ['answers 503', async () => new Response('', { status: 503 })],
    ['answers HTML', async () => new Response('<html></html>')],
  ])('in which the provider %s hurts nobody whose key is known', async (_name, broken) => {
    let isDown = false;
    let asked = 0;
    const fetchKeys = async (): Promise<Response> => {
      asked++;
      return isDown ? broken() : Response.json({ keys: [mine.jwk] }, { headers: { 'cache-control': 'max-age=60' } });
    };
    const world = { nowMs: NOW_MS, fetch: fetchKeys };
    const judge = await serverWith({ jwksUri: MINE }, world);
    expect(await judge(lasting('first'))).toMatchObject({ verdict: 'accepted' });
    isDown = true;
    for (let second = 0; second < 3600; second += 10) {
      world.nowMs = NOW_MS + second * 1000;
      expect(await judge(lasting('first'))).toMatchObject({ verdict: 'accepted' });
      expect(await judge(lasting(`new at ${second}`))).toMatchObject({ verdict: 'accepted' });
    }
    // One question in 30 s, and none more for all the tokens.
    expect(asked).toBeLessThanOrEqual(1 + 3600 / 30);
    isDown = false;
    world.nowMs += 31_000;
    expect(await judge(lasting('after'))).toMatchObject({ verdict: 'accepted' });
  });

  it('holds nobody up but the first, when the provider is silent', async () => {
    let isDown = false;
    let begun = 0;
    const world = {
      nowMs: NOW_MS,
      fetch: (_url: unknown, init?: RequestInit): Promise<Response> => {
        begun++;
        if (!isDown) {
          return Promise.resolve(Response.json({ keys: [mine.jwk] }, { headers: { 'cache-control': 'max-age=60' } }));
        }
        return new Promise((_resolve, reject) => {
          init?.signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
        });
      },
    };
    const judge = await serverWith({ jwksUri: MINE }, world);
    await judge(lasting('first'));
    isDown = true;
    world.nowMs += 60_000;
    // Waits for the deadline of 5 s; from then on the source is known to be down.
    expect(await judge(lasting('the one who waits'))).toMatchObject({ verdict: 'accepted' });
    world.nowMs += 30_000;
    const before = begun;
    for (let n = 0; n < 5; n++) {
      expect(await judge(lasting(`${n}`))).toMatchObject({ verdict: 'accepted' });
    }
    // The question to the silent provider is under way, and nobody waits for it.
    expect(begun).toBe(before + 1);
  });
});
