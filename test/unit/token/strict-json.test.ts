import * as fc from 'fast-check';
import { visit } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { parseStrictObject } from '../../../src/token/strict-json.js';

const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

describe('parseStrictObject', () => {
  it('reads every object that JSON can write', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 5 })), fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        expect(parseStrictObject(text)).toEqual({ ok: true, value: JSON.parse(text) });
      }),
    );
  });

  it('refuses whatever JSON.parse refuses', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"a"',
      ':',
      ',',
      '1',
      '-',
      '.5',
      'e1',
      'true',
      'nul',
      ' ',
      '\\u0061',
      '"',
      '\n',
      '0',
      '+',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (list) => {
        const text = `{"x":${list.join('')}}`;
        const parsed = parseStrictObject(text);
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        if (!isJson) expect(parsed.ok).toBe(false);
        else if (!parsed.ok) expect(parsed.problem).toContain('twice');
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['{"a":1,"a":2}', 7],
    ['{"a":1,"\\u0061":2}', 7],
    ['{"b":{"a":1,"c":[{"d":1,"d":1}]}}', 24],
    ['{"":1,"":1}', 6],
  ])('finds the second of two members in %s', (text, offset) => {
    expect(parseStrictObject(text)).toEqual({ ok: false, problem: 'a member stands twice in one object', offset });
  });

  it('allows one name in two objects', () => {
    expect(parseStrictObject('{"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]}').ok).toBe(true);
  });

  it('reads 64 levels and no more', () => {
    expect(parseStrictObject(nested(64)).ok).toBe(true);
    expect(parseStrictObject(nested(65))).toMatchObject({ ok: false, problem: 'it is nested deeper than 64 levels' });
  });

  it('says what is wrong, and where', () => {
    const object = 'it is not a JSON object';
    const value = 'a JSON value is expected';
    const name = 'the name of a member is expected';
    const afterMember = 'a comma or the end of an object is expected';
    const afterElement = 'a comma or the end of an array is expected';
    const cases: readonly (readonly [string, string, number])[] = [
      ['', object, 0],
      [' ', object, 1],
      ['[]', object, 0],
      ['"{}"', object, 0],
      ['null', object, 0],
      ['{', name, 1],
      ['{ ', name, 2],
      ['{1', name, 1],
      ['{,', name, 1],
      ['{"a"', 'a colon is expected', 4],
      ['{"a" 1', 'a colon is expected', 5],
      ['{"a":', value, 5],
      ['{"a": ', value, 6],
      ['{"a":}', value, 5],
      ['{"a":1', afterMember, 6],
      ['{"a":1 2', afterMember, 7],
      ['{"a":1]', afterMember, 6],
      ['{"a":1,', name, 7],
      ['{"a":1, }', name, 8],
      ['{"a":1,,', name, 7],
      ['{"a":[', value, 6],
      ['{"a":[,', value, 6],
      ['{"a":[1', afterElement, 7],
      ['{"a":[1 2', afterElement, 8],
      ['{"a":[1,]', value, 8],
      ['{"a":[1}', afterElement, 7],
      ['{"a":"', 'a string has no end', 6],
      ['{"a', 'a string has no end', 3],
      ['{"a":"b\n"}', 'a control character stands in a string', 7],
      ['{"a":"\u001f"}', 'a control character stands in a string', 6],
      ['{"a":"\\x"}', 'an escape sequence is not valid', 6],
      ['{"a":"\\', 'an escape sequence is not valid', 6],
      ['{"a":"\\u12"}', 'an escape sequence is not valid', 6],
      ['{"a":"\\u123"}', 'an escape sequence is not valid', 6],
      ['{"a":"\\u123g"}', 'an escape sequence is not valid', 6],
      ['{"a":tru}', value, 5],
      ['{"a":True}', value, 5],
      ['{"a":undefined}', value, 5],
      ['{"a":+1}', value, 5],
      ['{"a":.5}', value, 5],
      ['{"a":01}', afterMember, 6],
      ['{"a":1.}', afterMember, 6],
      ['{"a":1e}', afterMember, 6],
      ['{"a":-}', value, 5],
      ['{}x', 'there is something behind the JSON object', 2],
      ['{} {}', 'there is something behind the JSON object', 3],
      ['{}\u00a0', 'there is something behind the JSON object', 2],
      ['{}\u000b', 'there is something behind the JSON object', 2],
      ['\ufeff{}', object, 0],
      ['{"a":\u00a01}', value, 5],
    ];
    for (const [text, problem, offset] of cases) {
      expect([text, parseStrictObject(text)]).toEqual([text, { ok: false, problem, offset }]);
    }
  });

  it('reads what printing would write otherwise', () => {
    const texts = [
      '{ }',
      '\n\r\t {\n\r\t "a"\n\r\t :\n\r\t [\n\r\t 1\n\r\t ,\n\r\t 2\n\r\t ]\n\r\t ,\n\r\t "b":{\n\r\t }\n\r\t }\n\r\t ',
      '{"a":-0,"b":1.0,"c":1E5,"d":1e+5,"e":1e-5,"f":0.10,"g":-12.5e3,"h":1e999}',
      '{"a":"\\u0041\\"\\\\\\/\\b\\f\\n\\r\\t","\\u0062":[],"c":[ ]}',
      '{"2":1,"1":2}',
      '{"a":"\\ud83d\\ude00","b":"\\uD800"}',
      '{"a":true ,"b":false ,"c":null }',
    ];
    for (const text of texts)
      expect([text, parseStrictObject(text)]).toEqual([text, { ok: true, value: JSON.parse(text) }]);
  });

  it('counts a container at the 65th level, and no more than that', () => {
    const arrays = (depth: number, inside = ''): string => `{"a":${'['.repeat(depth)}${inside}${']'.repeat(depth)}}`;
    for (const space of ['', ' ']) {
      expect(parseStrictObject(space + arrays(64)).ok).toBe(true);
      expect(parseStrictObject(space + arrays(63, '1')).ok).toBe(true);
      const deep = { ok: false, problem: 'it is nested deeper than 64 levels' };
      expect(parseStrictObject(space + arrays(64, '1'))).toMatchObject(deep);
      expect(parseStrictObject(space + arrays(65))).toMatchObject(deep);
    }
    expect(parseStrictObject(`{"a":[${'[]'.concat(',[]'.repeat(200))}]}`).ok).toBe(true);
  });

  it('agrees with JSON.parse and with another parser that counts members, on any text near JSON', () => {
    const key = fc.constantFrom('"a"', '"b"', '"\\u0061"', '""', '"__proto__"', '"1"');
    const { json } = fc.letrec<{ json: string; object: string }>((tie) => ({
      json: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom('1', '-0', '1.50', '"x"', '"\\n"', 'null', '[]', '{}', ' 2 ', '"\u20ac"'),
        fc.array(tie('json'), { maxLength: 3 }).map((list) => `[${list.join(',')}]`),
        tie('object'),
      ),
      object: fc
        .array(fc.tuple(key, fc.constantFrom(':', ' :', ': '), tie('json')), { maxLength: 4 })
        .map((members) => `{${members.map((member) => member.join('')).join(',')}}`),
    }));
    const near = fc
      .tuple(json, fc.nat(), fc.constantFrom('', '', '', ',', '}', '"', ' ', 'x', '{'))
      .map(([text, at, edit]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + edit + text.slice(place);
      });
    fc.assert(
      fc.property(near, (text) => {
        const parsed = parseStrictObject(text);
        const value = parsedOrUndefined(text);
        const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
        expect([text, parsed.ok]).toEqual([text, isObject && !hasDuplicate(text)]);
        if (parsed.ok) expect(parsed.value).toEqual(value);
      }),
      { numRuns: 5000 },
    );
  });
});

function parsedOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** By jsonc-parser, which names every member that it meets. */
function hasDuplicate(text: string): boolean {
  const objects: Set<string>[] = [];
  let found = false;
  visit(text, {
    onObjectBegin: () => void objects.push(new Set()),
    onObjectEnd: () => void objects.pop(),
    onObjectProperty: (name) => {
      const names = objects.at(-1);
      if (names?.has(name) === true) found = true;
      names?.add(name);
    },
  });
  return found;
}
