import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { claimElements, satisfiesRule } from '../../../src/policy/claim-match.js';
import { deepEqual } from '../../../src/policy/deep-equal.js';
import type { ClaimRule, Pattern } from '../../../src/policy/model.js';
import type { Claims } from '../../../src/policy/principal.js';
import { claimFailures, differingClaims, missingClaims } from '../../../src/policy/required-claims.js';

const pattern = (source: string): Pattern => ({ source, test: (text) => new RegExp(source, 'u').test(text) });
const exact = (claim: string, value: string): ClaimRule => ({ claim, matchType: 'exact', value });
const contains = (claim: string, ...values: string[]): ClaimRule => ({ claim, matchType: 'contains', values });
const containsAll = (claim: string, ...values: string[]): ClaimRule => ({ claim, matchType: 'containsAll', values });
const regex = (claim: string, ...sources: string[]): ClaimRule => ({
  claim,
  matchType: 'regex',
  patterns: sources.map(pattern),
});

describe('a claim as a list of elements', () => {
  it.each<[string, unknown, readonly (string | undefined)[]]>([
    ['roles', 'a b', ['a b']],
    ['scope', 'a b', ['a', 'b']],
    ['scp', 'a b', ['a', 'b']],
    ['scope', ' a  b ', ['a', 'b']],
    ['scope', 'a\tb\nc\u00a0d', ['a\tb\nc\u00a0d']],
    ['scope', '', []],
    ['Scope', 'a b', ['a b']],
    ['SCP', 'a b', ['a b']],
    ['scope', ['a b', 'c'], ['a b', 'c']],
    ['x', '', ['']],
    ['x', 5, ['5']],
    ['x', -0, ['0']],
    ['x', 1.5, ['1.5']],
    ['x', 1e-7, ['1e-7']],
    ['x', Number.MAX_SAFE_INTEGER, ['9007199254740991']],
    ['x', Number.MAX_SAFE_INTEGER + 1, [undefined]],
    ['x', 1e300, [undefined]],
    ['x', Infinity, [undefined]],
    ['x', true, ['true']],
    ['x', null, [undefined]],
    ['x', {}, [undefined]],
    ['x', [], []],
    ['x', ['a', null, ['b'], { c: 1 }, 2, false], ['a', undefined, undefined, undefined, '2', 'false']],
    ['x', undefined, []],
  ])('%s = %j', (name, value, elements) => {
    expect(claimElements(name, value)).toEqual(elements);
  });
});

describe('a claim rule', () => {
  const holds: readonly (readonly [string, Claims, ClaimRule])[] = [
    ['exact: the same text', { iss: 'https://i/' }, exact('iss', 'https://i/')],
    ['exact: an array of one', { aud: ['a'] }, exact('aud', 'a')],
    ['exact: a number by its text', { n: 5 }, exact('n', '5')],
    ['contains: one of several', { groups: ['eng', 'ops'] }, contains('groups', 'hr', 'ops')],
    ['contains: a scope', { scope: 'read write' }, contains('scope', 'write')],
    ['containsAll: in any order', { scp: 'b a' }, containsAll('scp', 'a', 'b')],
    ['regex: unanchored', { email: 'ana@corp.com' }, regex('email', '@corp')],
    ['regex: any pattern on any element', { g: ['x', 'y'] }, regex('g', 'z', 'y')],
    ['regex: an element of 4 KiB', { g: 'x'.repeat(4096) }, regex('g', 'x')],
    ['a name with dots', { 'https://e.com/roles': 'a' }, exact('https://e.com/roles', 'a')],
    ['an own member called toString', { toString: 'a' }, exact('toString', 'a')],
  ];
  it.each(holds)('holds for %s', (_name, claims, rule) => {
    expect(satisfiesRule(claims, rule)).toBe(true);
  });

  const fails: readonly (readonly [string, Claims, ClaimRule])[] = [
    ['exact: a trailing slash', { iss: 'https://i/' }, exact('iss', 'https://i')],
    ['exact: another case', { x: 'A' }, exact('x', 'a')],
    ['exact: white space', { x: 'a ' }, exact('x', 'a')],
    ['exact: another normal form', { x: 'e\u0301' }, exact('x', '\u00e9')],
    ['exact: two elements', { aud: ['a', 'b'] }, exact('aud', 'a')],
    ['exact: the same element twice', { aud: ['a', 'a'] }, exact('aud', 'a')],
    ['exact: a second element that is no text', { aud: ['a', {}] }, exact('aud', 'a')],
    ['exact: two scopes', { scope: 'a b' }, exact('scope', 'a b')],
    ['exact: null as text', { x: null }, exact('x', 'null')],
    ['exact: undefined as text', {}, exact('x', 'undefined')],
    ['exact: a large number that was rounded', { x: 2 ** 53 }, exact('x', '9007199254740992')],
    ['contains: part of an element', { groups: ['engineering'] }, contains('groups', 'eng')],
    ['contains: nothing expected', { g: ['a'] }, contains('g')],
    ['containsAll: one is not there', { g: ['a'] }, containsAll('g', 'a', 'b')],
    ['containsAll: nothing expected', { g: ['a'] }, containsAll('g')],
    ['containsAll: a missing claim', {}, containsAll('g', 'a')],
    ['regex: an object, whatever it looks like as text', { g: {} }, regex('g', '.*')],
    ['regex: null', { g: null }, regex('g', '.*')],
    ['regex: a missing claim', {}, regex('g', '.*')],
    ['regex: an element over 4 KiB', { g: 'x'.repeat(4097) }, regex('g', 'x')],
    ['regex: an element over 4 KiB of UTF-8', { g: '\u20ac'.repeat(1366) }, regex('g', '.')],
    ['an inherited member', {}, regex('toString', '.*')],
    ['a path into an object', { a: { b: 'x' } }, exact('a.b', 'x')],
    ['a claim of another case', { Role: 'a' }, exact('role', 'a')],
  ];
  it.each(fails)('fails for %s', (_name, claims, rule) => {
    expect(satisfiesRule(claims, rule)).toBe(false);
  });

  it('agrees with a model of ten lines', () => {
    const json = fc.oneof(
      fc.constantFrom('a', 'b', 'a b', '', '1'),
      fc.integer({ max: 2, min: 0 }),
      fc.boolean(),
      fc.constant(null),
      fc.constant({}),
    );
    const value = fc.oneof(json, fc.array(fc.oneof(json, fc.array(json)), { maxLength: 3 }));
    const matchType = fc.constantFrom('exact' as const, 'contains' as const, 'containsAll' as const);
    const values = fc.array(fc.constantFrom('a', 'b', 'a b', '', '1', 'true'), { minLength: 1, maxLength: 2 });
    fc.assert(
      fc.property(
        fc.tuple(fc.constantFrom('scope', 'x'), value, matchType, values),
        ([claim, found, type, expected]) => {
          const list: unknown[] =
            claim === 'scope' && typeof found === 'string' ? found.split(' ').filter(Boolean) : [found].flat();
          const texts = list.map((element) =>
            typeof element === 'object' ? undefined : JSON.stringify(element).replaceAll('"', ''),
          );
          const model =
            type === 'exact'
              ? texts.length === 1 && texts[0] === expected[0]
              : type === 'contains'
                ? expected.some((text) => texts.includes(text))
                : expected.every((text) => texts.includes(text));
          const rule: ClaimRule =
            type === 'exact' ? exact(claim, expected[0] ?? '') : { claim, matchType: type, values: expected };
          expect(satisfiesRule({ [claim]: found }, rule)).toBe(model);
        },
      ),
    );
  });
});

describe('required claims', () => {
  it('are present with empty values, and missing with null', () => {
    const claims = { a: '', b: 0, c: false, d: [], e: null, f: undefined };
    expect(missingClaims(claims, ['a', 'b', 'c', 'd', 'e', 'f', 'g'])).toEqual(['e', 'f', 'g']);
  });

  it('are own members alone', () => {
    expect(missingClaims({}, ['toString', 'constructor', '__proto__'])).toEqual([
      'toString',
      'constructor',
      '__proto__',
    ]);
    const own: Claims = JSON.parse('{"__proto__":1,"toString":2}');
    expect(missingClaims(own, ['__proto__', 'toString'])).toEqual([]);
  });
});

describe('header and payload', () => {
  it('differ where both have a name and the values are not deeply equal', () => {
    const header = { a: 1, b: { x: [1, 2], y: null }, c: 'only here', d: [1, 2], e: '1', f: 0 };
    const claims = { a: 1, b: { y: null, x: [1, 2] }, d: [2, 1], e: 1, f: false, g: 'only here' };
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'toString'];
    expect(differingClaims({ header, claims, names })).toEqual(['d', 'e', 'f']);
  });

  it('are compared like JSON texts', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (left, right) => {
        expect(deepEqual(left, JSON.parse(JSON.stringify(left)))).toBe(true);
        if (JSON.stringify(left) === JSON.stringify(right)) expect(deepEqual(left, right)).toBe(true);
        expect(deepEqual(left, right)).toBe(deepEqual(right, left));
      }),
    );
    expect(deepEqual({ a: 1 }, { b: 1 })).toBe(false);
    expect(deepEqual({}, [])).toBe(false);
    expect(deepEqual([1], { 0: 1 })).toBe(false);
    expect(deepEqual(null, {})).toBe(false);
    expect(deepEqual({ toString: 1 }, { other: 1 })).toBe(false);
  });
});

describe('all demands together', () => {
  const rules = {
    requiredClaims: ['sub', 'email'],
    claimRules: [exact('iss', 'i'), contains('aud', 'mcp'), regex('iss', '^i$')],
    headerPayloadMatch: ['tenant'],
  };

  it('collect every failure, name claims and never show their values', () => {
    const claims = { sub: 'ana-secret', iss: 'evil-secret', tenant: 'b-secret' };
    const failures = claimFailures({ rules, claims, header: { tenant: 'a-secret' } });
    expect(failures.map(({ reason, message }) => [reason, message])).toEqual([
      ['MISSING_CLAIM', 'Missing required claims: email'],
      ['CLAIM_MISMATCH', 'Invalid claims: iss, aud'],
      ['HEADER_MISMATCH', 'Header and payload differ: tenant'],
    ]);
    expect(failures.flatMap(({ details }) => details)).toEqual([
      'the required claim "email" is missing',
      'the claim "iss" does not satisfy its rule (exact)',
      'the claim "aud" is missing, and a rule asks for its value',
      'the claim "iss" does not satisfy its rule (regex)',
      '"tenant" of the header and of the payload differ',
    ]);
    expect(JSON.stringify(failures)).not.toContain('secret');
  });

  it('are met by claims that meet each', () => {
    const claims = { sub: 'ana', email: '', iss: 'i', aud: ['mcp', 'x'], tenant: 'a' };
    expect(claimFailures({ rules, claims, header: { tenant: 'a' } })).toEqual([]);
    expect(claimFailures({ rules, claims, header: undefined })).toEqual([]);
  });
});

describe('the words of failures', () => {
  it('name everything that differs, by its check', () => {
    const rules = { requiredClaims: ['a', 'b'], claimRules: [], headerPayloadMatch: ['c', 'd', 'e'] };
    expect(claimFailures({ rules, claims: { c: 1, d: 1, e: 1 }, header: { c: 2, d: 2, e: 1 } })).toEqual([
      {
        check: 'required-claims',
        reason: 'MISSING_CLAIM',
        message: 'Missing required claims: a, b',
        details: ['the required claim "a" is missing', 'the required claim "b" is missing'],
        claims: ['a', 'b'],
      },
      {
        check: 'header-payload-match',
        reason: 'HEADER_MISMATCH',
        message: 'Header and payload differ: c, d',
        details: ['"c" of the header and of the payload differ', '"d" of the header and of the payload differ'],
        claims: ['c', 'd'],
      },
    ]);
  });
});
