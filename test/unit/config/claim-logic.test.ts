// What the rules never-matching-rule and redundant-rule say is compared with an exhaustive search: every payload of a
// small world, judged by the very function that judges tokens.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compilePatterns } from '../../../src/config/claim-patterns.js';
import { relationOf } from '../../../src/config/lint/claim-logic.js';
import { claimRuleOf } from '../../../src/config/normalize/claim-rule.js';
import { satisfiesRule } from '../../../src/policy/claim-match.js';
import type { ClaimRule } from '../../../src/policy/model.js';
import { toolGlob } from '../../../src/policy/tool-glob.js';
import { checkText } from './check-text.js';

const VALUES = ['a', 'b', 'ab', '1', ''];
const PATTERNS = ['^a$', 'b', '^[ab]+$', '', '^c$', '^\\d$'];

/** Every list of up to three elements, what a single value gives, and what never matches. */
const ELEMENTS: readonly unknown[] = [...VALUES, 'c', 1, true, null, {}, ['a']];
const PAYLOADS: readonly unknown[] = [
  undefined,
  'a b',
  ...ELEMENTS,
  [],
  ...ELEMENTS.flatMap((a) => [
    [a],
    ...ELEMENTS.flatMap((b) => [[a, b], ...VALUES.map((c) => [a, b, c]), ['a', 'b', 'ab', '1', a, b]]),
  ]),
];

interface Written {
  readonly values: string | readonly string[];
  readonly matchType: ClaimRule['matchType'];
}

const written: fc.Arbitrary<Written> = fc.oneof(
  fc.record({ matchType: fc.constant('exact' as const), values: fc.constantFrom(...VALUES) }),
  fc.record({
    matchType: fc.constantFrom('contains' as const, 'containsAll' as const),
    values: fc.uniqueArray(fc.constantFrom(...VALUES), { minLength: 1, maxLength: 3 }),
  }),
  fc.record({
    matchType: fc.constant('regex' as const),
    values: fc.uniqueArray(fc.constantFrom(...PATTERNS), { minLength: 1, maxLength: 2 }),
  }),
);
const claims = fc.constantFrom('role', 'scope', '__proto__');

async function compiled(claim: string, raw: Written): Promise<ClaimRule> {
  const value = JSON.parse(JSON.stringify({ jwt_validation: { claimValues: { x: raw } } })) as Record<string, unknown>;
  const { patterns } = await compilePatterns({ sections: [{ path: [], value }], references: new Set() });
  const rule = claimRuleOf({ claim, raw: { ...raw }, patterns });
  if (rule === undefined) throw new Error('not a rule');
  return rule;
}

const holds = (rule: ClaimRule, payload: unknown): boolean =>
  satisfiesRule(payload === undefined ? {} : { [rule.claim]: payload }, rule);

function searched(given: ClaimRule, rule: ClaimRule): 'implied' | 'impossible' | undefined {
  const satisfying = PAYLOADS.filter((payload) => holds(given, payload));
  if (!satisfying.some((payload) => holds(rule, payload))) return 'impossible';
  return satisfying.every((payload) => holds(rule, payload)) ? 'implied' : undefined;
}

describe('what one rule says about another', () => {
  test('is never wrong: no payload speaks against it', async () => {
    await fc.assert(
      fc.asyncProperty(claims, written, written, async (claim, first, second) => {
        const [given, rule] = [await compiled(claim, first), await compiled(claim, second)];
        const said = relationOf(given, rule);
        if (said !== undefined) expect(said).toBe(searched(given, rule));
      }),
      { numRuns: 3000 },
    );
  });

  test('is complete where no pattern is involved: whatever the search finds is said', async () => {
    const plain = written.filter(({ matchType }) => matchType !== 'regex');
    await fc.assert(
      fc.asyncProperty(claims, plain, plain, async (claim, first, second) => {
        const [given, rule] = [await compiled(claim, first), await compiled(claim, second)];
        expect(relationOf(given, rule)).toBe(searched(given, rule));
      }),
      { numRuns: 2000 },
    );
  });
});

const globs = fc.constantFrom('*', '**', 'a*', '*b', 'a*b', 'ab', 'a', 'b', 'b*', 'a*a*b');
const TOOLS = ['a', 'b', 'ab', 'ba', 'aab', 'abab', 'aaab', 'c', ''];

describe('findings about the rules of tools', () => {
  test('hold for every caller and every tool of a small world', async () => {
    const entry = fc.record({ glob: globs, rule: written });
    const cases = fc.record({
      base: written,
      entries: fc.uniqueArray(entry, { maxLength: 4, selector: (e) => e.glob }),
    });
    let findings = 0;
    await fc.assert(
      fc.asyncProperty(cases, async ({ base, entries }) => {
        const config = {
          jwt_validation: { jwksUri: 'https://idp.example/keys', claimValues: { role: base } },
          tool_authorization: Object.fromEntries(
            entries.map(({ glob, rule }) => [glob, { required_claims: { role: rule } }]),
          ),
        };
        const { diagnostics } = await checkText(JSON.stringify(config), { lint: true });
        const token = await compiled('role', base);
        const rules = await Promise.all(
          entries.map(async ({ glob, rule }) => ({ glob, rule: await compiled('role', rule) })),
        );
        for (const { code, pointer } of diagnostics) {
          if (code !== 'MCPGW024' && (code !== 'MCPGW025' || !pointer.endsWith('/role'))) continue;
          findings += 1;
          const judged = rules.find(({ glob }) => pointer === `/tool_authorization/${glob}/required_claims/role`);
          if (judged === undefined) throw new Error(`a finding about nothing: ${pointer}`);
          for (const tool of TOOLS.filter((name) => toolGlob(judged.glob).covers(name))) {
            const others = rules.filter((each) => each !== judged && toolGlob(each.glob).covers(tool));
            const callers = PAYLOADS.filter((payload) =>
              [{ rule: token }, ...others].every((each) => holds(each.rule, payload)),
            );
            const allowed = callers.filter((payload) => holds(judged.rule, payload));
            expect(allowed).toEqual(code === 'MCPGW024' ? [] : callers);
          }
        }
      }),
      { numRuns: 1000 },
    );
    expect(findings).toBeGreaterThan(200);
  });

  test('are only made of a shared rule when they hold at every server that has it', async () => {
    const server = (team: string): object => ({
      url: 'https://mcp.example.com/mcp',
      jwt_validation: { jwksUri: 'https://idp.example/keys', claimValues: { team: { values: team } } },
    });
    const { diagnostics } = await checkText(
      JSON.stringify({
        tool_authorization: {
          'create_*': { required_claims: { team: { values: ['core'], matchType: 'contains' } } },
          'list_*': { required_claims: { team: { values: ['core', 'sales'], matchType: 'contains' } } },
        },
        mcpServers: { a: server('core'), b: server('sales') },
      }),
      { lint: true },
    );
    expect(
      diagnostics
        .filter(({ code }) => code === 'MCPGW024' || code === 'MCPGW025')
        .map(({ pointer, message }) => `${pointer}: ${message}`),
    ).toEqual([
      '/tool_authorization/create_*/required_claims/team: no token can satisfy this rule and that of `jwt_validation` at `b`',
      '/tool_authorization/list_*/required_claims/team: every token that satisfies `jwt_validation` satisfies this rule, too',
    ]);
  });

  test('leave alone what is not known here', async () => {
    const config = {
      jwt_validation: { jwksUri: 'https://idp.example/keys', claimValues: { role: { values: '${ROLE}' } } },
      tool_authorization: { a: { required_claims: { role: { values: 'admin' } } } },
    };
    const { diagnostics } = await checkText(JSON.stringify(config), { lint: true, resolveReferences: false });
    expect(diagnostics.filter(({ code }) => code === 'MCPGW024' || code === 'MCPGW025')).toEqual([]);
  });
});

test('a pattern that does not compile is no reason for another finding', async () => {
  const config = {
    jwt_validation: {
      jwksUri: 'https://idp.example/keys',
      claimValues: { r: { values: '(?=a)', matchType: 'regex' } },
    },
    tool_authorization: { a: { required_claims: { r: { values: 'admin' } } } },
  };
  const { diagnostics } = await checkText(JSON.stringify(config), { lint: true });
  expect(diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code)).toEqual(['MCPGW109']);
  expect(diagnostics.map(({ code }) => code)).not.toContain('MCPGW024');
});

describe('a glob', () => {
  test('covers what a search with its parts in order covers', () => {
    const part = fc.constantFrom('a', 'b', 'ab', '.', '*');
    const texts = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(texts, texts, (glob, name) => {
        const pattern = new RegExp(
          `^${glob
            .split('*')
            .map((each) => each.replaceAll('.', '\\.'))
            .join('[^]*')}$`,
        );
        expect(toolGlob(glob).covers(name)).toBe(pattern.test(name));
      }),
      { numRuns: 5000 },
    );
  });
});
