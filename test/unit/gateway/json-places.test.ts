// Where the parts of a message stand: the same as what a parser finds there, whatever the text looks like.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { elementsOf, placeOf } from '../../../src/gateway/json-places.js';

/** Texts of one value, as different programs print them. */
const texts = fc
  .tuple(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom('', ' ', '  ', '\t', '\n'), fc.boolean())
  .map(([value, indent, isEscaped]) => {
    const text = JSON.stringify(value, undefined, indent);
    return isEscaped ? text.replaceAll('z', '\\u007a') : text;
  });

function at(text: string, path: readonly (string | number)[]): unknown {
  const place = placeOf(text, path);
  return place === undefined ? undefined : JSON.parse(text.slice(place.start, place.end));
}

it('every part of every text is found, and says what it says', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const visit = (value: unknown, path: readonly (string | number)[]): void => {
        expect(at(text, path)).toEqual(value);
        if (Array.isArray(value)) {
          const place = placeOf(text, path) ?? { start: 0, end: 0 };
          const elements = elementsOf(text, place).map(
            ({ start, end }) => JSON.parse(text.slice(start, end)) as unknown,
          );
          expect(elements).toEqual(value);
          for (const [index, element] of value.entries()) visit(element, [...path, index]);
        } else if (typeof value === 'object' && value !== null) {
          for (const [name, member] of Object.entries(value)) visit(member, [...path, name]);
        }
      };
      visit(JSON.parse(text), []);
    }),
  );
});

it.each<[string, readonly (string | number)[]]>([
  ['{"a":1}', ['b']],
  ['{}', ['a']],
  ['[]', [0]],
  ['[1,2]', [2]],
  ['{"a":{"b":1}}', ['b']],
  ['{"x":"a\\":1"}', ['a']],
  ['"a"', ['a']],
  ['{"a":[1]}', ['a', 'length']],
])('nothing is found in %s at %j', (text, path) => {
  expect(placeOf(text, path)).toBeUndefined();
});

it('nothing recurses', () => {
  const deep = '['.repeat(200_000) + ']'.repeat(200_000);
  const text = `{"deep":${deep},"result":{"tools":[${deep},1]}}`;
  expect(at(text, ['result', 'tools', 1])).toBe(1);
});
