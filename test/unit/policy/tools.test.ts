import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/policy/decide.js';
import type { ClaimRule, ServerPolicy, ToolPolicy } from '../../../src/policy/model.js';
import type { Claims, Principal } from '../../../src/policy/principal.js';
import { toolGlob } from '../../../src/policy/tool-glob.js';
import { hasToolRules, toolVerdict } from '../../../src/policy/tools.js';
import { Secret } from '../../../src/secret/secret.js';

interface Written {
  readonly allowed?: readonly string[];
  readonly blocked?: readonly string[];
  readonly authorization?: Readonly<Record<string, readonly ClaimRule[]>>;
}

function policy({ allowed, blocked = [], authorization = {} }: Written): ToolPolicy {
  return {
    allowed: allowed?.map(toolGlob),
    blocked: blocked.map(toolGlob),
    authorization: Object.entries(authorization).map(([glob, rules]) => ({ glob: toolGlob(glob), rules })),
  };
}

const token = new Secret('t');
const verified = (claims: Claims): Principal => ({ kind: 'verified', token, claims });
const role = (value: string): ClaimRule => ({ claim: 'role', matchType: 'exact', value });
const group = (value: string): ClaimRule => ({ claim: 'groups', matchType: 'contains', values: [value] });

describe('which tools are there for whom', () => {
  const admins = { authorization: { 'delete_*': [role('admin')] } };
  it.each<[string, Written, Principal, string, 'allowed' | object]>([
    ['every tool without a rule', {}, { kind: 'anonymous' }, 'any', 'allowed'],
    ['a tool that is named', { allowed: ['a', 'b'] }, verified({}), 'b', 'allowed'],
    ['no tool that is not named', { allowed: ['a', 'b'] }, verified({}), 'c', { kind: 'not-allowed' }],
    ['no name in another case', { allowed: ['echo'] }, verified({}), 'Echo', { kind: 'not-allowed' }],
    ['no name with a space more', { allowed: ['echo'] }, verified({}), 'echo ', { kind: 'not-allowed' }],
    ['no name that only looks alike', { allowed: ['é'] }, verified({}), 'e\u0301', { kind: 'not-allowed' }],
    ['a glob that covers nothing more', { allowed: ['read_*'] }, verified({}), 'read_', 'allowed'],
    ['nothing but * as a wildcard', { allowed: ['a?[b].c'] }, verified({}), 'axb.c', { kind: 'not-allowed' }],
    ['none that is blocked', { blocked: ['a*c'] }, verified({}), 'abc', { kind: 'blocked', glob: 'a*c' }],
    [
      'blocked over allowed',
      { allowed: ['*'], blocked: ['abc'] },
      verified({}),
      'abc',
      { kind: 'blocked', glob: 'abc' },
    ],
    ['a covered tool for whoever satisfies the rule', admins, verified({ role: 'admin' }), 'delete_x', 'allowed'],
    ['another tool for whoever does not', admins, verified({}), 'read_x', 'allowed'],
    [
      'a covered tool not for others',
      admins,
      verified({ role: 'guest' }),
      'delete_x',
      { kind: 'authorization', glob: 'delete_*', claims: ['role'] },
    ],
    [
      'all globs that match, not the first',
      { authorization: { '*': [group('staff')], 'delete_*': [role('admin'), group('ops')] } },
      verified({ role: 'user', groups: ['staff'] }),
      'delete_x',
      { kind: 'authorization', glob: 'delete_*', claims: ['role', 'groups'] },
    ],
    [
      'the claims that a login verified',
      admins,
      { kind: 'login', token, claims: { role: 'admin' } },
      'delete_x',
      'allowed',
    ],
    [
      'nobody whose token was not verified, whatever the entry asks for',
      { authorization: { a: [] } },
      { kind: 'unverified', token },
      'a',
      { kind: 'authorization', glob: 'a', claims: [] },
    ],
    [
      'nobody without a token',
      { authorization: { a: [] } },
      { kind: 'anonymous' },
      'a',
      { kind: 'authorization', glob: 'a', claims: [] },
    ],
    ['anybody verified where an entry asks for nothing', { authorization: { a: [] } }, verified({}), 'a', 'allowed'],
    [
      'no claim from a prototype',
      {
        authorization: { a: [{ claim: 'toString', matchType: 'regex', patterns: [{ source: '', test: () => true }] }] },
      },
      verified({}),
      'a',
      { kind: 'authorization', glob: 'a', claims: ['toString'] },
    ],
  ])('%s', (...[, written, principal, tool, expected]) => {
    const verdict = toolVerdict({ tools: policy(written), principal, tool });
    expect(verdict.verdict === 'allowed' ? 'allowed' : verdict.rule).toEqual(expected);
  });

  it('is what a ten-line model says', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '.', '_'), maxLength: 5 });
    const glob = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '_'), maxLength: 4 });
    const globs = fc.array(glob, { maxLength: 3 });
    const rules = fc.array(fc.constantFrom('x', 'y').map(role), { maxLength: 2 });
    const written = fc.record(
      { allowed: globs, blocked: globs, authorization: fc.dictionary(glob, rules, { maxKeys: 3 }) },
      { requiredKeys: [] },
    );
    const principals = fc.constantFrom<Principal>(
      verified({}),
      verified({ role: 'x' }),
      verified({ role: ['y'] }),
      { kind: 'unverified', token },
      { kind: 'anonymous' },
    );
    const covers = (pattern: string, tool: string): boolean =>
      new RegExp(`^${pattern.replaceAll('.', '[.]').replaceAll('*', '.*')}$`, 's').test(tool);
    const model = ({ allowed, blocked = [], authorization = {} }: Written, who: Principal, tool: string): boolean => {
      const roleOf = 'claims' in who ? [who.claims['role']].flat()[0] : undefined;
      return (
        !blocked.some((pattern) => covers(pattern, tool)) &&
        (allowed === undefined || allowed.some((pattern) => covers(pattern, tool))) &&
        Object.entries(authorization)
          .filter(([pattern]) => covers(pattern, tool))
          .every(([, all]) => 'claims' in who && all.every((rule) => 'value' in rule && rule.value === roleOf))
      );
    };
    fc.assert(
      fc.property(written, principals, name, (rulesWritten, principal, tool) => {
        const tools = policy(rulesWritten);
        const { verdict } = toolVerdict({ tools, principal, tool });
        expect(verdict === 'allowed').toBe(model(rulesWritten, principal, tool));
        if (!hasToolRules(tools)) expect(verdict).toBe('allowed');
      }),
      { numRuns: 2000 },
    );
  });

  it('says the rule in words that hold no value of a claim', () => {
    const tools = policy({ authorization: { 'a*': [role('admin')] } });
    expect(toolVerdict({ tools, principal: verified({ role: 'sentinel' }), tool: 'abc' })).toMatchObject({
      detail: 'tool_authorization["a*"] is not satisfied by: role',
    });
  });
});

describe('the decision on a call', () => {
  const server = {
    authType: 'none',
    headers: [],
    passthroughHeaders: [],
    forward: { mode: 'none' },
    identity: undefined,
    tools: policy({ blocked: ['b'] }),
  } as unknown as ServerPolicy; // the members that a decision reads
  const of = (tool?: string) =>
    decide({ server, caller: { verdict: 'accepted', principal: { kind: 'anonymous' } }, client: [], tool });

  it('is a denial in the words for an unknown tool, with the rule that denies', () => {
    expect(of('b')).toEqual({
      verdict: 'deny',
      reason: 'TOOL_NOT_ALLOWED',
      message: 'Unknown tool: b',
      details: ['tools.blocked has "b"'],
      rule: 'tools.blocked["b"]',
      toolRule: { kind: 'blocked', glob: 'b' },
    });
  });

  it('is about tools only where one is called', () => {
    expect([of('a').verdict, of().verdict]).toEqual(['allow', 'allow']);
  });

  it('is first about the caller: a refused token says nothing of tools', () => {
    const caller = {
      verdict: 'rejected',
      reason: 'EXPIRED',
      message: 'Token is expired',
      details: [],
      rule: 'x',
    } as const;
    expect(decide({ server, caller, client: [], tool: 'b' })).toMatchObject({ reason: 'EXPIRED' });
  });
});
