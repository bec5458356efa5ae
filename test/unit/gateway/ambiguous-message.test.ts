import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAmbiguous } from '../../../src/gateway/ambiguous-message.js';
import { parseStrictObject } from '../../../src/token/strict-json.js';

describe('a message that two readers could read as two', () => {
  it.each([
    '{"a":1,"a":1}',
    '{"a":1,"\\u0061":1}',
    '{"\\\\":1,"\\u005c":1}',
    '{"a\\"":1,"b":"\\\\","a\\u0022":1}',
    '{"method":"a","Method":"b"}',
    '{"id":1,"METHOD":"a","result":{}}',
    '{"param\u017f":{}}',
    '{"\\u212aey":1,"key":1}',
    '{"params":{"name":1,"NAME":1}}',
    '{"params":{"a":[{"b":{"c":1,"c":2}}]}}',
    '{"a":[1,{"b":1},{"c":1,"c":1}]}',
    '[{"a":1,"a":1}]',
  ])('is %s', (text) => {
    expect(JSON.parse(text)).toBeDefined();
    expect(isAmbiguous(text)).toBe(true);
  });

  it.each([
    '{}',
    '7',
    '"{\\"a\\":1,\\"a\\":1}"',
    '{"a":"a","b":"a"}',
    '{"a":{"a":{"a":1}},"b":{"a":1}}',
    '{"a":["x","x","x"],"b":[{"x":1},{"x":1}]}',
    '{"a":"},{\\"a\\":\\"","b":1}',
    '{"a":"\\\\","b":"\\\\\\"","c":1}',
    '{"params":{"arguments":{"name":1,"Name":1}}}',
    '{"params":{"Name":1}}',
    ' { "a" : 1 , "b" : [ ] , "c" : { } } ',
  ])('is not %s', (text) => {
    expect(JSON.parse(text)).toBeDefined();
    expect(isAmbiguous(text)).toBe(false);
  });

  it('is found at any depth and in any length, in no more time than it takes to read it', () => {
    const depth = 200_000;
    const deep = (inner: string): string => '[{"a":'.repeat(depth) + inner + '}]'.repeat(depth);
    expect(isAmbiguous(deep('{"b":1,"c":1}'))).toBe(false);
    expect(isAmbiguous(deep('{"b":1,"b":1}'))).toBe(true);
    expect(isAmbiguous(`{"a":"${'\\\\'.repeat(2_000_000)}","a":1}`)).toBe(true);
    expect(isAmbiguous(`{"a":"${'\\"'.repeat(2_000_000)}","b":1}`)).toBe(false);
  });

  it.each([1, 2, 3, 16, 17, 18, 40])('is seen among %i names, whatever other objects stood before it', (count) => {
    const members = (many: number, of = 'n'): string =>
      Array.from({ length: many }, (_, index) => `"${of}${index}":{"n0":1,"n1":{"n0":2,"n2":[]},"n3":{}}`).join(',');
    for (const others of [1, 2, 17, 30]) {
      const before = `{"x":[{${members(others)}},{${members(others, 'm')}},{}],"y":{`;
      expect(isAmbiguous(`${before}${members(count)}}}`)).toBe(false);
      expect(isAmbiguous(`${before}${members(count)},"n${count}":0}}`)).toBe(false);
      for (const twice of new Set([0, 1, count - 1].filter((index) => index < count))) {
        expect(isAmbiguous(`${before}${members(count)},"n${twice}":0}}`)).toBe(true);
      }
    }
  });

  it('is, below the outer levels, what the strict parser of tokens calls a member that stands twice', () => {
    const name = fc.constantFrom('a', 'b', 'A', '\\u0061', '\\"', '\\\\', '}', ',', ':', '');
    const { value } = fc.letrec<{ value: string }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4, depthIdentifier: 'json' },
        fc.constantFrom('1', 'null', '"a"', '"\\""', '"\\\\"', '"{\\"a\\":"', '[]', '{}'),
        fc.array(tie('value'), { maxLength: 3 }).map((all) => `[${all.join(' , ')}]`),
        fc
          .array(fc.tuple(name, tie('value')), { maxLength: 3 })
          .map((all) => `{ ${all.map(([key, inner]) => `"${key}" :${inner}`).join(',')}}`),
      ),
    }));
    fc.assert(
      fc.property(value, (inner) => {
        const text = `{"params":{"arguments":${inner}}}`;
        expect(isAmbiguous(text)).toBe(!parseStrictObject(text).ok);
      }),
      { numRuns: 2000 },
    );
  });
});
