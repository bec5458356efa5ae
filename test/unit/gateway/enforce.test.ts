// Headers and identity are built for each message anew: nothing of one message is found on another.
import { describe, expect, it } from 'vitest';
import { createEnforcer, type Enforced } from '../../../src/gateway/enforce.js';
import type { CallerSources } from '../../../src/gateway/caller.js';
import type { ServerPolicy } from '../../../src/policy/model.js';
import { principalKey } from '../../../src/policy/principal.js';
import { Secret } from '../../../src/secret/secret.js';

const log = { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined };

function headersOf(enforced: Enforced): readonly string[] {
  if (enforced.verdict !== 'pass') throw new Error('this message passes');
  return enforced.headers;
}

describe('the enforcer', () => {
  it('gives no message the headers that another one brought', async () => {
    const server = {
      name: 'demo',
      authType: 'none',
      headers: [],
      passthroughHeaders: [],
      forward: { mode: 'all-except', excluded: [], renames: [] },
      identity: undefined,
      tokenRules: undefined,
      tools: { allowed: undefined, blocked: [], authorization: [] },
    } as unknown as ServerPolicy; // the members that a decision reads
    const sources: CallerSources = { server, verify: undefined, configuredToken: undefined, identityLogin: undefined };
    const enforcer = createEnforcer({ server, sources, clientHeaders: [{ name: 'X-Session', value: 's' }], log });
    const bringing = (value: string) => ({
      params: { _meta: { 'mcpgw.dev/headers': { 'X-Own': value } } },
      text: '{"params":{"_meta":{}}}',
    });
    const plain = { params: {}, text: '{}' };
    const all = await Promise.all([plain, bringing('a'), plain, bringing('b'), plain].map((it) => enforcer.check(it)));
    expect(all.map(headersOf)).toEqual([
      ['X-Session', 's'],
      ['X-Session', 's', 'X-Own', 'a'],
      ['X-Session', 's'],
      ['X-Session', 's', 'X-Own', 'b'],
      ['X-Session', 's'],
    ]);
  });
});

describe('whose session it is', () => {
  it('tells callers apart whose tokens have no subject', () => {
    const keyOf = (token: string): string =>
      principalKey({ kind: 'verified', token: new Secret(token), claims: { iss: 'https://idp/', client_id: token } });
    expect(keyOf('one')).not.toBe(keyOf('two'));
  });
});
