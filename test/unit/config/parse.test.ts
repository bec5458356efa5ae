import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../../src/config/parse.js';
import { pointerOf } from '../../../src/config/path.js';
import { placesIn } from '../../../src/config/places.js';

describe('parsing', () => {
  test('builds objects without a prototype, so that every key is only a key', () => {
    const { value } = parseConfig('{ "__proto__": { "a": 1 }, "b": [{}] }');
    expect(Object.keys(value as object)).toEqual(['__proto__', 'b']);
    expect(Object.getPrototypeOf(value)).toBeNull();
    expect((value as { a?: unknown }).a).toBeUndefined();
  });

  test('finds every duplicate key, at every depth', () => {
    const { duplicates } = parseConfig('{ "a": 1, "a": 2, "b": [{ "c": 1, "c": 1 }], "\\u0061": 3 }');
    expect(duplicates.map(({ path }) => pointerOf(path))).toEqual(['/a', '/b/0/c', '/a']);
  });

  test('hands on all that the parser stumbled over', () => {
    const { syntax } = parseConfig('{ "a" 1, "b": tru, }');
    expect(syntax.map(({ offset }) => offset)).toEqual([6, 14, 17]);
  });
});

describe('places', () => {
  const text = '{\r\n  "a": {\r  "b/c~": [1,\n 22] } }';
  const { root } = parseConfig(text);
  const at = (path: readonly (string | number)[], part: 'key' | 'value') => {
    const { line, column, endLine, endColumn } = placesIn(text, root).at(path, part);
    return `${line}:${column}-${endLine}:${endColumn}`;
  };

  test('count lines by every kind of line break, and columns from 1', () => {
    expect(at(['a'], 'key')).toBe('2:3-2:6');
    expect(at(['a', 'b/c~'], 'key')).toBe('3:3-3:9');
    expect(at(['a', 'b/c~', 1], 'value')).toBe('4:2-4:4');
  });

  test('of what is not there are those of the nearest object around it', () => {
    expect(at(['a', 'gone', 'deep'], 'value')).toBe('2:8-4:7');
    expect(at([], 'value')).toBe('1:1-4:9');
  });

  test('have pointers with their special characters escaped', () => {
    expect(pointerOf(['a', 'b/c~', 1])).toBe('/a/b~1c~0/1');
  });
});
