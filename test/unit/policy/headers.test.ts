import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forwardHeaders } from '../../../src/policy/headers/forward.js';
import { mergeHeaders } from '../../../src/policy/headers/merge.js';
import { isTransportName, PROTECTED_NAMES } from '../../../src/policy/headers/protected.js';
import type { ForwardPolicy, HeaderField, ServerPolicy } from '../../../src/policy/model.js';
import { reveal } from '../../../src/secret/secret.js';

type MergedServer = Pick<
  ServerPolicy,
  'authType' | 'headers' | 'passthroughHeaders' | 'forward' | 'identity' | 'tokenRules'
>;

const bare: MergedServer = {
  authType: undefined,
  headers: [],
  passthroughHeaders: [],
  forward: { mode: 'none' },
  identity: undefined,
  tokenRules: undefined,
};

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
        const { sent } = mergeHeaders({
          client,
          server: { ...bare, forward: policy, headers: fixed, passthroughHeaders: fixed.slice(0, 2) },
          identity,
        });
        const lower = sent.map(({ name }) => name.toLowerCase());
        expect(new Set(lower).size).toBe(lower.length);
        expect(sent.find(({ name }) => name.toLowerCase() === 'x-identity')?.value).toBe('gateway');
        const configured = new Set(fixed.map(({ name }) => name.toLowerCase()));
        for (const { name, source } of sent) {
          if (configured.has(name.toLowerCase())) expect(source).not.toBe('forwarded');
        }
      }),
    );
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
