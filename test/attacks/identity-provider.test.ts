// An identity provider that breaks, lies or stalls makes nobody's token good, and holds nobody up for long: by keys from
// a URI and by introspection alike, a token is then neither accepted nor refused.
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/secret/secret.js';
import type { TokenRules } from '../../src/policy/model.js';
import { createTokenVerifier } from '../../src/token/verify.js';
import { goodToken, NOW_MS, rulesWith } from '../support/jwt.js';
import { FAULTS, startFaultyServer, type Fault } from './faults.js';
import { rsa } from './stage.js';

const METHODS: Readonly<Record<string, (url: string) => TokenRules['source']>> = {
  'keys from a URI': (url) => ({ kind: 'jwksUri', url, cacheMaxAgeSeconds: 60 }),
  introspection: (url) => ({
    kind: 'introspection',
    url,
    clientId: 'gateway',
    clientSecret: new Secret('the-secret-of-the-gateway'),
    contentType: 'application/x-www-form-urlencoded',
    cacheMaxAgeSeconds: 0,
  }),
};

/** At most 5 s for an answer, and 10 s where there is none. */
const patience = ({ isSlow }: Fault) => ({ timeout: isSlow === true ? 10_000 : 5000 });

/** Not on the list of 5 s: what a busy machine does to them is not what is looked at. */
const slow = Object.entries(FAULTS).filter(([, fault]) => fault.isSlow);
const quick = Object.entries(FAULTS).filter(([, fault]) => !fault.isSlow);

async function judgedUnder(fault: Fault, sourceOf: (url: string) => TokenRules['source']) {
  const server = await startFaultyServer(fault);
  const { judge } = createTokenVerifier({
    rules: rulesWith({ source: sourceOf(`${server.origin}/`) }),
    host: { now: () => NOW_MS, fetch },
  });
  const verdict = await judge(new Secret(goodToken(rsa)));
  await server.release();
  return { verdict, origin: server.origin, requests: server.requests() };
}

describe.each(Object.entries(METHODS))('%s', (_name, sourceOf) => {
  const isUndecided = async (fault: Fault): Promise<void> => {
    const { verdict, origin, requests } = await judgedUnder(fault, sourceOf);
    expect(verdict).toEqual({
      verdict: 'undecided',
      message: expect.stringMatching(new RegExp(`^Token could not be verified: ${origin} `)),
    });
    // Four steps of a redirect within the origin are the most, and a lost connection is tried once more.
    expect(requests).toBeLessThanOrEqual(4);
    expect(requests).toBeGreaterThan(0);
    expect(JSON.stringify(verdict)).not.toMatch(/active|secret|passwd/);
  };

  for (const [name, fault] of quick) it(`is undecided under ${name}`, patience(fault), () => isUndecided(fault));

  describe.concurrent('that holds up', () => {
    for (const [name, fault] of slow) it(`is undecided under ${name}`, patience(fault), () => isUndecided(fault));
  });

  it('is undecided where nobody listens', async () => {
    const server = await startFaultyServer({ answer: () => undefined });
    await server.release();
    const rules = rulesWith({ source: sourceOf(`${server.origin}/`) });
    const { judge } = createTokenVerifier({ rules, host: { now: () => NOW_MS, fetch } });
    expect(await judge(new Secret(goodToken(rsa)))).toEqual({
      verdict: 'undecided',
      message: `Token could not be verified: ${server.origin} could not be reached (ECONNREFUSED)`,
    });
  });

  it.each([
    ['plain http elsewhere', 'http://idp.example.com/'],
    ['a file', 'file:///etc/passwd'],
    ['data', 'data:application/json,{"active":true,"keys":[]}'],
    ['an address with credentials', 'https://ana:secret@idp.example.com/'],
    ['no address', 'keys'],
  ])('asks nobody at %s', async (_name2, url) => {
    const fetched: unknown[] = [];
    const host = {
      now: () => NOW_MS,
      fetch: async (input: unknown) => {
        fetched.push(input);
        return Response.json({ active: true, keys: [rsa.jwk] });
      },
    };
    const { judge } = createTokenVerifier({ rules: rulesWith({ source: sourceOf(url) }), host });
    expect(await judge(new Secret(goodToken(rsa)))).toMatchObject({ verdict: 'undecided' });
    expect(fetched).toEqual([]);
  });

  it.each(['http://idp.example.com/keys', 'http://127.0.0.1:9/keys', '//evil.example/keys'])(
    'does not follow a redirect from https to %s',
    async (location) => {
      const fetched: string[] = [];
      const host = {
        now: () => NOW_MS,
        fetch: async (input: unknown) => {
          fetched.push(String(input));
          return new Response(undefined, { status: 307, headers: { location } });
        },
      };
      const rules = rulesWith({ source: sourceOf('https://idp.example.com/') });
      const { judge } = createTokenVerifier({ rules, host });
      expect(await judge(new Secret(goodToken(rsa)))).toMatchObject({ verdict: 'undecided' });
      expect(fetched).toEqual(['https://idp.example.com/']);
    },
  );
});
