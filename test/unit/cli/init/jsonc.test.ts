import { describe, expect, it } from 'vitest';
import { commentLines, jsoncText } from '../../../../src/cli/init/jsonc.js';

describe('the writer', () => {
  it('puts comments above their keys and an instruction directly above', () => {
    const text = jsoncText({
      members: [
        { key: 'a', value: 'x', comment: 'Why.', instruction: 'tool: do' },
        { key: 'b', value: { members: [{ key: 'c', value: ['d', 'e'], comment: 'Inside.' }] } },
      ],
      isSpaced: true,
    });
    expect(text).toBe(
      '{\n  // Why.\n  // tool: do\n  "a": "x",\n\n  "b": {\n    // Inside.\n    "c": ["d", "e"]\n  }\n}\n',
    );
  });

  it('writes a member that is off as a comment with its comma, and no comma behind the last that is on', () => {
    const text = jsoncText({
      members: [
        { key: 'off', value: { members: [{ key: 'list', value: ['x'.repeat(60), 'y'.repeat(60)] }] }, isOff: true },
        { key: 'on', value: true },
      ],
    });
    expect(text).toBe(
      [
        '{',
        '  // "off": {',
        '  //   "list": [',
        `  //     "${'x'.repeat(60)}",`,
        `  //     "${'y'.repeat(60)}"`,
        '  //   ]',
        '  // },',
        '  "on": true',
        '}',
        '',
      ].join('\n'),
    );
  });

  it('escapes what JSON has to escape, in keys and in values', () => {
    const value = 'a"b\\c\n// d\u0000';
    const text = jsoncText({ members: [{ key: value, value }] });
    expect(JSON.parse(text)).toEqual({ [value]: value });
    expect(text.split('\n')).toHaveLength(4);
  });

  it('breaks an object over lines when it is too long for one', () => {
    const text = jsoncText({
      members: [
        {
          key: 'o',
          value: {
            members: [
              { key: 'a', value: 'x'.repeat(60) },
              { key: 'b', value: 'y'.repeat(60) },
            ],
          },
        },
      ],
    });
    expect(text).toBe(`{\n  "o": {\n    "a": "${'x'.repeat(60)}",\n    "b": "${'y'.repeat(60)}"\n  }\n}\n`);
  });

  it('wraps a paragraph at 120 characters and hangs the lines of a bullet', () => {
    const words = Array.from({ length: 60 }, (_word, index) => `word${index}`).join(' ');
    const lines = commentLines(words, { indent: '    ', bullet: '- ' });
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.every((line) => line.length <= 120)).toBe(true);
    expect(lines[0]).toMatch(/^ {4}\/\/ - word0 /);
    expect(lines.slice(1).every((line) => /^ {4}\/\/ {3}word/.test(line))).toBe(true);
    expect(lines.map((line) => line.replace(/^ *\/\/ (?:- | {2})/, '')).join(' ')).toBe(words);
  });
});
