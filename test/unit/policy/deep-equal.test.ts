import * as fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { expect, it } from 'vitest';
import { deepEqual } from '../../../src/policy/deep-equal.js';

it('is what Node calls deeply equal, for values of JSON', () => {
  const value = fc.jsonValue({ maxDepth: 3 });
  const pairs = fc.oneof(
    fc.tuple(value, value),
    value.map((one): [unknown, unknown] => [one, JSON.parse(JSON.stringify(one))]),
    fc.tuple(
      fc.constantFrom(0, 1, '1', true, null, [], {}, [1], { a: 1 }),
      fc.constantFrom(1, '', '0', false, [null], { 0: 1 }),
    ),
  );
  fc.assert(
    // The two zeros are one number in JSON.
    fc.property(pairs, ([left, right]) => {
      const plain = (one: unknown): unknown => JSON.parse(JSON.stringify(one).replaceAll('-0', '0'));
      expect(deepEqual(left, right)).toBe(isDeepStrictEqual(plain(left), plain(right)));
    }),
    { numRuns: 2000 },
  );
});

it.each<[unknown, unknown, boolean]>([
  [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
  [{ a: 1 }, { a: 1, b: 2 }, false],
  [{ a: 1, b: 2 }, { a: 1 }, false],
  [{ a: undefined }, { b: undefined }, false],
  [[], {}, false],
  [{}, [], false],
  [[1, 2], [2, 1], false],
  [[1], [1, 2], false],
  [[1, 2], [1], false],
  [{ 0: 1, length: 1 }, [1], false],
  [null, {}, false],
  [{}, null, false],
  [null, null, true],
  ['', null, false],
  [1, '1', false],
  [{ toString: 1 }, { toString: 1 }, true],
  [JSON.parse('{"__proto__":1}'), {}, false],
  [JSON.parse('{"__proto__":{"a":1}}'), JSON.parse('{"__proto__":{"a":1}}'), true],
  [{ a: [{ b: [] }] }, { a: [{ b: [] }] }, true],
  [{ a: [{ b: [] }] }, { a: [{ b: {} }] }, false],
])('compares %j with %j', (left, right, expected) => {
  expect(deepEqual(left, right)).toBe(expected);
  expect(deepEqual(right, left)).toBe(expected);
});
