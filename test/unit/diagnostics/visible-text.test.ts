import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonText } from '../../../src/cli/render/json-text.js';
import { visibleText } from '../../../src/diagnostics/visible-text.js';

describe('visible text', () => {
  test.each([
    ['a terminal command', '\u001b[2J', '\\u001b[2J'],
    ['line breaks of every kind', 'a\nb\r\u0085\u2028\u2029', 'a\\u000ab\\u000d\\u0085\\u2028\\u2029'],
    ['overrides of direction', '\u202egnp\u202c', '\\u202egnp\\u202c'],
    ['isolates of direction', '\u2066a\u2069\u200f', '\\u2066a\\u2069\\u200f'],
    ['characters without width', 'a\u200b\u200d\u2060\ufeff\u00ad', 'a\\u200b\\u200d\\u2060\\ufeff\\u00ad'],
    ['tags, in which text can hide', '\u{E0041}', '\\udb40\\udc41'],
    ['fillers that look like nothing', '\u3164\u115f', '\\u3164\\u115f'],
    ['spaces that are none', 'a\u00a0b\u3000', 'a\\u00a0b\\u3000'],
    ['half a character', '\ud83d', '\\ud83d'],
    ['nothing of ordinary writing', 'naïve 日本 🔑 e\u0301 ${X}', 'naïve 日本 🔑 e\u0301 ${X}'],
  ])('escapes %s', (_what, text, expected) => {
    expect(visibleText(text)).toBe(expected);
  });
});

test('JSON for a terminal is the same document, with nothing in it that a terminal obeys', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
      const text = jsonText(value);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    }),
  );
});
