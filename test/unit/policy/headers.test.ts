import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forwardHeaders } from '../../../src/policy/headers/forward.js';
import { mergeHeaders } from '../../../src/policy/headers/merge.js';
import { isTransportName, PROTECTED_NAMES } from '../../../src/policy/headers/protected.js';
import { decide } from '../../../src/policy/decide.js';
import type { ForwardPolicy, HeaderField, IdentityPolicy, ServerPolicy } from '../../../src/policy/model.js';
import type { Principal } from '../../../src/policy/principal.js';
import { reveal, Secret } from '../../../src/secret/secret.js';
import { PUBLIC_CLIENT } from '../../support/authorization-server.js';

type MergedServer = Pick<
  ServerPolicy,
  'authType' | 'headers' | 'upstreamAccess' | 'passthroughHeaders' | 'forward' | 'identity' | 'tokenRules'
>;

const bare: MergedServer = {
  authType: undefined,
  headers: [],
  upstreamAccess: undefined,
  passthroughHeaders: [],
  forward: { mode: 'none' },
  identity: undefined,
  tokenRules: undefined,
};

const NO_TOOLS = { allowed: undefined, blocked: [], authorization: [] };

const names = fc.constantFrom(
  ...PROTECTED_NAMES,
  'Connection',
  'Keep-Alive',
  'Proxy-Authorization',
  'TE',
  'Host',
  'Content-Length',
  'Content-Type',
  'Accept',
  'Mcp-Session-Id',
  'Mcp-Param-Region',
  'Authorization',
  'X-Identity',
  'X-Tenant',
  'X-Request-Id',
  'X-Org',
  'constructor',
  '__proto__',
);
/** Any spelling of a name. */
const spelled = fc.tuple(names, fc.array(fc.boolean(), { minLength: 20, maxLength: 20 })).map(([name, upper]) =>
  name
    .split('')
    .map((letter, at) => (upper[at % 20] === true ? letter.toUpperCase() : letter.toLowerCase()))
    .join(''),
);
const header: fc.Arbitrary<HeaderField> = fc.record({
  name: spelled,
  value: fc.oneof(fc.string({ unit: 'grapheme-ascii' }), fc.constantFrom('a\r\nx: y', 'x-org, close', '\0')),
});
const rename = fc.record({ from: spelled, to: spelled });
const forward: fc.Arbitrary<ForwardPolicy> = fc.oneof(
  fc.constant({ mode: 'none' as const }),
  fc.record({
    mode: fc.constant('allowlist' as const),
    entries: fc.array(
      fc.oneof(
        spelled.map((from) => ({ from })),
        rename,
      ),
    ),
  }),
  fc.record({ mode: fc.constant('all-except' as const), excluded: fc.array(spelled), renames: fc.array(rename) }),
);

describe('header forwarding, whatever the configuration and the spelling', () => {
  it('never passes a protected, hop-by-hop, transport or managed header', () => {
    fc.assert(
      fc.property(fc.array(header), forward, (client, policy) => {
        const { forwarded } = forwardHeaders({ client, policy, managed: new Set(['x-identity']) });
        for (const { name, value } of forwarded) {
          const lower = name.toLowerCase();
          expect(PROTECTED_NAMES.has(lower) || isTransportName(lower) || lower === 'x-identity').toBe(false);
          expect(reveal(value)).not.toMatch(/[\r\n\0]/);
          if (lower === 'authorization') expect(policy.mode).toBe('allowlist');
        }
      }),
    );
  });

  it('accounts for every input header exactly once', () => {
    fc.assert(
      fc.property(fc.array(header), forward, (client, policy) => {
        const { forwarded, refused } = forwardHeaders({ client, policy, managed: new Set() });
        const came = client.map(({ name, value }) => `${name}=${reveal(value)}`).toSorted();
        const went = [
          ...forwarded.map(({ name, value, renamedFrom }) => `${renamedFrom ?? name}=${reveal(value)}`),
          ...refused.map(({ name, value }) => `${name}=${reveal(value)}`),
        ].toSorted();
        expect(went).toEqual(came);
      }),
    );
  });

  it('never sends one name twice, and the highest source always wins', () => {
    fc.assert(
      fc.property(fc.array(header), forward, fc.array(header), (client, policy, fixed) => {
        const identity = { name: 'x-IDENTITY', value: 'gateway' };
        const { sent, dropped } = mergeHeaders({
          client,
          server: { ...bare, forward: policy, headers: fixed, passthroughHeaders: fixed.slice(0, 2) },
          identity,
        });
        const lower = sent.map(({ name }) => name.toLowerCase());
        expect(new Set(lower).size).toBe(lower.length);
        expect(sent.find(({ name }) => name.toLowerCase() === 'x-identity')?.value).toBe('gateway');
        const namesOf = (headers: readonly HeaderField[]): Set<string> =>
          new Set(headers.map(({ name }) => name.toLowerCase()).filter((name) => !isTransportName(name)));
        const [auth, passthrough] = [namesOf(fixed), namesOf(fixed.slice(0, 2))];
        const highest = (name: string): string => {
          if (name === 'x-identity') return 'identity';
          return passthrough.has(name) ? 'passthrough' : auth.has(name) ? 'auth' : 'forwarded';
        };
        for (const { name, source } of sent) expect([name, source]).toEqual([name, highest(name.toLowerCase())]);
        for (const name of auth) expect(lower).toContain(name);
        // And every header of every source is accounted for, once.
        const came = [...client, ...fixed, ...fixed.slice(0, 2), identity].map(({ value }) => reveal(value)).toSorted();
        const went = [...sent, ...dropped].map(({ value }) => reveal(value)).toSorted();
        expect(went).toEqual(came);
      }),
    );
  });
});

describe('the identity header, whatever the configuration and the spelling', () => {
  const identityName = fc.constantFrom('X-Identity', 'x-user-claims', 'X-USER-JWT', 'Authorization', 'X-Tenant');
  const identity: fc.Arbitrary<IdentityPolicy> = fc.record({
    method: fc.constantFrom('claims_header' as const, 'jwt_header' as const, 'bearer' as const),
    headerName: identityName,
    includeClaims: fc.subarray(['sub', 'email', 'gone'], { minLength: 1 }),
    onMissing: fc.constantFrom('refuse' as const, 'anonymous' as const),
    lifetimeSeconds: fc.constant(300),
    audience: fc.constant(undefined),
  });
  const claims = fc.record({ sub: fc.constant('ana'), email: fc.constant('a@x') }, { requiredKeys: [] });
  const token = new Secret("the-caller's-token");
  const principal: fc.Arbitrary<Principal> = fc.oneof(
    claims.map((own): Principal => ({ kind: 'verified', token, claims: own })),
    fc.constant<Principal>({ kind: 'unverified', token }),
    fc.constant<Principal>({ kind: 'anonymous' }),
  );
  /** Of the client, and told apart from all that the gateway writes. */
  const forged = header.map(({ name }) => ({ name, value: 'forged' }));
  const all = fc.record({ client: fc.array(forged), policy: forward, identity, principal });

  it("is the gateway's or absent, never the client's", () => {
    let sentByGateway = 0;
    fc.assert(
      fc.property(all, ({ client, policy, identity: own, principal: caller }) => {
        const server = { ...bare, forward: policy, identity: own, url: 'https://a.example', tools: NO_TOOLS };
        const input = { server: server as unknown as ServerPolicy, client };
        const decided = decide({ ...input, caller: { verdict: 'accepted', principal: caller } });
        const decision =
          decided.verdict === 'to-sign' ? decided.signed({ token: new Secret('signed'), freshUntilMs: 0 }) : decided;
        if (decision.verdict !== 'allow') return;
        const { sent } = decision.headers;
        const found = sent.filter(({ name }) => name.toLowerCase() === own.headerName.toLowerCase());
        expect(found.length).toBeLessThanOrEqual(1);
        for (const { source, value } of found) {
          sentByGateway++;
          expect(source).toBe('identity');
          expect(reveal(value)).not.toContain('forged');
        }
        // Nor under the names that are identities elsewhere.
        const names = new Set(['x-user-claims', 'x-user-jwt']);
        for (const { name, source } of sent) if (names.has(name.toLowerCase())) expect(source).toBe('identity');
      }),
      { numRuns: 2_000 },
    );
    expect(sentByGateway).toBeGreaterThan(100);
  });
});

describe('merging headers', () => {
  it('keeps the configured Authorization when the client sends one', () => {
    const { sent, dropped } = mergeHeaders({
      client: [{ name: 'authorization', value: 'Bearer client' }],
      server: {
        ...bare,
        forward: { mode: 'allowlist', entries: [{ from: 'Authorization' }] },
        headers: [{ name: 'Authorization', value: 'Bearer static' }],
      },
      identity: undefined,
    });
    expect(sent).toEqual([
      {
        name: 'Authorization',
        value: 'Bearer static',
        source: 'auth',
        overrode: [{ name: 'authorization', source: 'forwarded' }],
      },
    ]);
    expect(dropped).toMatchObject([{ name: 'authorization', reason: 'overridden' }]);
  });

  it('sends no static header with an OAuth auth_type', () => {
    const server = { ...bare, authType: 'oauth_auto' as const, headers: [{ name: 'X-Static', value: 's' }] };
    expect(mergeHeaders({ client: [], server, identity: undefined }).sent).toEqual([]);
  });

  it("sends the gateway's own token with an OAuth auth_type, and that of no caller in its place", () => {
    const forward: ForwardPolicy = { mode: 'all-except', excluded: [], renames: [] };
    const server = { ...bare, authType: 'oauth_auto' as const, forward };
    const client = [{ name: 'authorization', value: 'Bearer client' }];
    const access = [{ name: 'Authorization', value: new Secret('Bearer own') }];
    const { sent } = mergeHeaders({ client, server, access, identity: undefined });
    expect(sent.map(({ name, value, source }) => [name, reveal(value), source])).toEqual([
      ['Authorization', 'Bearer own', 'auth'],
    ]);
    // Before there is a login, too.
    expect(mergeHeaders({ client, server, identity: undefined }).sent).toEqual([]);
  });

  it('sends what the client may bring before a login that nobody has asked for', () => {
    const forward: ForwardPolicy = { mode: 'allowlist', entries: [{ from: 'Authorization' }] };
    const upstreamAccess = { when: 'challenged' as const, server: PUBLIC_CLIENT };
    const access = [{ name: 'Authorization', value: 'Bearer own' }];
    const server = { ...bare, forward, upstreamAccess };
    const client = [{ name: 'authorization', value: 'Bearer client' }];
    expect(mergeHeaders({ client, server, access, identity: undefined }).sent).toMatchObject([
      { value: 'Bearer client' },
    ]);
    expect(mergeHeaders({ client: [], server, access, identity: undefined }).sent).toMatchObject([
      { value: 'Bearer own' },
    ]);
  });

  it('drops what Connection names', () => {
    const { sent } = mergeHeaders({
      client: [
        { name: 'Connection', value: 'X-Hop' },
        { name: 'x-hop', value: '1' },
        { name: 'x-ok', value: '2' },
      ],
      server: { ...bare, forward: { mode: 'all-except', excluded: [], renames: [] } },
      identity: undefined,
    });
    expect(sent.map(({ name }) => name)).toEqual(['x-ok']);
  });

  it('takes what the configuration renames over what a client names itself', () => {
    const { sent } = mergeHeaders({
      client: [
        { name: 'x-tenant', value: 'real' },
        { name: 'x-org', value: 'forged' },
      ],
      server: { ...bare, forward: { mode: 'all-except', excluded: [], renames: [{ from: 'x-tenant', to: 'X-Org' }] } },
      identity: undefined,
    });
    expect(sent).toMatchObject([{ name: 'X-Org', value: 'real', renamedFrom: 'x-tenant' }]);
  });
});
