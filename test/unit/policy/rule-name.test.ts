// The names of rules, as audit lines, coverage and `--json` show them: they are stable.
import { describe, expect, it } from 'vitest';
import { allowingRule } from '../../../src/policy/decide.js';
import { invalidToken, missingClaimsFailure, rejectionOf, type FailedCheck } from '../../../src/policy/failed-check.js';
import { toolGlob } from '../../../src/policy/tool-glob.js';
import { toolRuleName } from '../../../src/policy/rule-name.js';

describe('the rule of a refusal', () => {
  const mismatch = (check: FailedCheck['check']): FailedCheck => ({
    check,
    reason: 'CLAIM_MISMATCH',
    message: 'Invalid claims: a',
    details: [],
    claims: ['a', 'b'],
  });

  it.each([
    [invalidToken('signature', 'BAD_SIGNATURE', 'x'), 'jwt_validation (signature)'],
    [invalidToken('expiry', 'EXPIRED', 'x'), 'jwt_validation (expiry)'],
    [missingClaimsFailure('required-claims', ['sub', 'email']), 'requiredClaims["sub"]'],
    [missingClaimsFailure('token-age', ['iat']), 'jwt_validation (token-age)'],
    [mismatch('claim-values'), 'claimValues["a"]'],
    [mismatch('header-payload-match'), 'headerPayloadMatch["a"]'],
  ])('is that of the first failed check: $check', (failure, rule) => {
    expect(rejectionOf([failure, invalidToken('typ', 'WRONG_TYPE', 'x')])?.rule).toBe(rule);
  });

  it.each([
    [{ kind: 'blocked', glob: 'a_*' } as const, 'tools.blocked["a_*"]'],
    [{ kind: 'not-allowed' } as const, 'tools.allowed'],
    [{ kind: 'authorization', glob: '*', claims: [] } as const, 'tool_authorization["*"]'],
  ])('is, of a tool, %j', (rule, name) => {
    expect(toolRuleName(rule)).toBe(name);
  });
});

describe('the rule that lets a request through', () => {
  const tools = {
    allowed: [toolGlob('x*'), toolGlob('y*')],
    blocked: [],
    authorization: [{ glob: toolGlob('y'), rules: [] }],
  };
  const tokenRules = {} as never; // that there are any is all that counts

  it.each([
    ['y', 'tool_authorization["y"]'],
    ['x', 'tools.allowed["x*"]'],
    ['z', 'jwt_validation'],
    [undefined, 'jwt_validation'],
  ])('is, of the tool %s, %s', (tool, rule) => {
    expect(allowingRule({ server: { tools, tokenRules }, tool })).toBe(rule);
  });

  it('is none where nothing is asked', () => {
    const nothing = { tools: { allowed: undefined, blocked: [], authorization: [] }, tokenRules: undefined };
    expect(allowingRule({ server: nothing, tool: 'x' })).toBeUndefined();
  });
});
