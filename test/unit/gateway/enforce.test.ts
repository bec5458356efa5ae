// Headers and identity are built for each message anew: nothing of one message is found on another.
import { describe, expect, it } from 'vitest';
import { createEnforcer, type Enforced } from '../../../src/gateway/enforce.js';
import type { CallerSources } from '../../../src/gateway/caller.js';
import type { ServerPolicy } from '../../../src/policy/model.js';
import { principalKey, type Principal } from '../../../src/policy/principal.js';
import { toolGlob } from '../../../src/policy/tool-glob.js';
import { Secret } from '../../../src/secret/secret.js';

const log = { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined };

function headersOf(enforced: Enforced): readonly string[] {
  if (enforced.verdict !== 'pass') throw new Error('this message passes');
  return enforced.headers.list;
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
    const enforcer = createEnforcer({
      server,
      sources,
      clientHeaders: [{ name: 'X-Session', value: 's' }],
      now: () => 0,
      log,
    });
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

describe('the enforcer with tool rules', () => {
  const principal: Principal = { kind: 'verified', token: new Secret('t'), claims: { sub: 'ana', iss: 'i' } };
  const server = {
    name: 'demo',
    authType: 'none',
    headers: [],
    passthroughHeaders: [],
    forward: { mode: 'none' },
    identity: undefined,
    tokenRules: undefined,
    tools: { allowed: undefined, blocked: [toolGlob('secret')], authorization: [] },
  } as unknown as ServerPolicy; // the members that a decision reads
  const accepts = () => Promise.resolve({ verdict: 'accepted', principal } as const);
  const enforcer = createEnforcer({
    server,
    now: () => 0,
    sources: {
      server,
      verify: { header: accepts, token: accepts },
      configuredToken: { current: () => new Secret('t'), renewed: () => Promise.resolve(undefined) },
      identityLogin: undefined,
    },
    clientHeaders: [],
    log,
  });
  const calling = (name: string, kind: 'request' | 'notification' = 'request') => ({
    kind,
    method: 'tools/call',
    params: { name },
    text: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } }),
  });

  it("never lets one tool's verdict answer for another, and denies every time", async () => {
    const verdicts: string[] = [];
    for (const name of ['echo', 'secret', 'add', 'secret', 'echo']) {
      verdicts.push((await enforcer.check(calling(name))).verdict);
    }
    expect(verdicts).toEqual(['pass', 'refuse', 'pass', 'refuse', 'pass']);
  });

  it('looks into what concerns tools alone', async () => {
    const passedBy = async (message: object) => {
      const enforced = await enforcer.check(message);
      return [enforced.verdict, 'confirm' in enforced, 'screen' in enforced];
    };
    expect(await passedBy(calling('echo'))).toEqual(['pass', true, false]);
    expect(await passedBy({ kind: 'request', method: 'tools/list', text: '{}' })).toEqual(['pass', false, true]);
    expect(await passedBy({ kind: 'request', method: 'prompts/list', text: '{}' })).toEqual(['pass', false, false]);
    expect(await passedBy({ credential: undefined })).toEqual(['pass', false, false]);
    expect(await passedBy(calling('echo', 'notification'))).toEqual(['refuse', false, false]);
  });
});

describe('whose session it is', () => {
  it('tells callers apart whose tokens have no subject', () => {
    const keyOf = (token: string): string =>
      principalKey({ kind: 'verified', token: new Secret(token), claims: { iss: 'https://idp/', client_id: token } });
    expect(keyOf('one')).not.toBe(keyOf('two'));
  });
});
