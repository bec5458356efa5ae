import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codeFrames } from '../../../../../../src/cli/render/validation/frame/code-frame.js';
import type { Diagnostic, Place } from '../../../../../../src/diagnostics/diagnostic.js';
import { checkText } from '../../../../config/check-text.js';

interface Shown {
  readonly columns?: number;
  readonly pointer?: string;
}

/** The frame around a place of a text. */
async function frameAt(
  text: string,
  place: Place,
  { columns, pointer = '/x' }: Shown = {},
): Promise<readonly string[]> {
  const diagnostic: Diagnostic = { code: 'MCPGW102', severity: 'error', file: 'a', place, pointer, message: 'm' };
  const report = { file: 'a', text, diagnostics: [diagnostic] };
  return (await codeFrames([report], { color: false, columns }))(report)(diagnostic);
}

/** The frame around the first occurrence of a word. */
function frameOf(text: string, word: string, shown: Shown = {}): Promise<readonly string[]> {
  const bare = text.replace(/^\uFEFF/, '');
  const before = bare.slice(0, bare.indexOf(word)).split(/\r\n|\r|\n/);
  const [line, column] = [before.length, (before.at(-1) ?? '').length + 1];
  return frameAt(text, { line, column, endLine: line, endColumn: column + word.length }, shown);
}

describe('a code frame', () => {
  test('shows the line with its number, and carets under the place', async () => {
    expect(await frameOf('{\n  "timeout_ms": 0\n}', '0')).toEqual([
      '  2 |   "timeout_ms": 0', //
      '    |                 ^',
    ]);
  });

  test('makes four spaces of a tab, before and below the place', async () => {
    expect(await frameOf('{\n\t\t"mode":\t"wide"\n}', '"wide"')).toEqual([
      '  2 |         "mode":    "wide"',
      '    |                    ^^^^^^',
    ]);
  });

  test.each([
    ['CRLF', '\r\n'],
    ['a lone CR', '\r'],
    ['LF', '\n'],
  ])('counts lines that end with %s', async (_name, lineBreak) => {
    expect(await frameOf(['{', '"a": 1,', '"b": 2', '}'].join(lineBreak), '"b"')).toEqual([
      '  3 | "b": •', //
      '    | ^^^',
    ]);
  });

  test('does not count U+2028 as a line break, and shows it', async () => {
    expect(await frameOf('{ "a\u2028b": 1, "timeout_ms": 0 }', '0')).toEqual([
      '  1 | { "a\\u2028b": •, "timeout_ms": 0 }',
      '    |                                ^',
    ]);
  });

  test('gives wide characters two cells, and combining ones none', async () => {
    const frame = await frameOf('{ "日本🔑": 1, "e\u0301": 2, "timeout_ms": 0 }', '0');
    expect(frame).toEqual([
      '  1 | { "日本🔑": •, "e\u0301": •, "timeout_ms": 0 }',
      // Six cells for three wide characters, one for the letter with its mark.
      `    | ${' '.repeat(37)}^`,
    ]);
  });

  test('puts two carets under a wide character, and all of them under a wide word', async () => {
    const [, carets] = await frameOf('{ "日本": 1 }', '"日本"');
    expect(carets).toBe('    |   ^^^^^^');
  });

  test('leaves a byte order mark out of line and columns', async () => {
    expect(await frameOf('\uFEFF{ "timeout_ms": 0 }', '"timeout_ms"')).toEqual([
      '  1 | { "timeout_ms": 0 }',
      '    |   ^^^^^^^^^^^^',
    ]);
  });

  test('says to which line a longer place goes', async () => {
    const text = '{\n  "tools": {\n    "x": 1\n  }\n}';
    expect(await frameAt(text, { line: 2, column: 12, endLine: 4, endColumn: 4 })).toEqual([
      '  2 |   "tools": {',
      '    |            ^ to line 4',
    ]);
  });

  test('puts a caret behind the end of the file', async () => {
    expect(await frameAt('{ "a": 1', { line: 1, column: 9, endLine: 1, endColumn: 9 })).toEqual([
      '  1 | { "a": •',
      '    |         ^',
    ]);
  });

  test('shows the line before where no pointer tells the place, past blank ones', async () => {
    expect(await frameOf('{\n  "mode": "x"\n\n  "timeout_ms": 5\n}', '"timeout_ms"', { pointer: '' })).toEqual([
      '  2 |   "mode": "x"',
      '  4 |   "timeout_ms": 5',
      '    |   ^^^^^^^^^^^^',
    ]);
  });

  test('lines the numbers up', async () => {
    const frame = await frameOf(`${'\n'.repeat(8)}{\n  "timeout_ms": 0 }`, '0', { pointer: '' });
    expect(frame.slice(0, 2)).toEqual(['   9 | {', '  10 |   "timeout_ms": 0 }']);
  });

  test('has nothing for a place that the text does not have', async () => {
    expect(await frameAt('{}', { line: 7, column: 1, endLine: 7, endColumn: 1 })).toEqual([]);
  });
});

describe('a long line', () => {
  const long = `{ ${'"mode": "x", '.repeat(50)}"timeout_ms": 0, ${'"mode": "x", '.repeat(50)}"mode": "y" }`;

  test('is cut to a window around the place', async () => {
    const [line = '', carets = ''] = await frameOf(long, '0', { columns: 60 });
    expect(line).toMatch(/^ {2}1 \| ….*"timeout_ms": 0, .*…$/);
    expect(line.length).toBeLessThanOrEqual(60);
    expect(line.charAt(carets.indexOf('^'))).toBe('0');
  });

  test('has no mark of a cut where it is not cut', async () => {
    expect((await frameOf(long, '{', { columns: 60 }))[0]).toMatch(/^ {2}1 \| \{.*…$/);
    expect((await frameOf(long, '"y" }', { columns: 60 }))[0]).toMatch(/^ {2}1 \| ….*"y" \}$/);
  });

  test('is never cut in the middle of a surrogate pair', async () => {
    const text = `{ "${'🔑'.repeat(700)}": 1 }`;
    for (let column = 1; column < 120; column++) {
      const frame = await frameAt(text, { line: 1, column, endLine: 1, endColumn: column + 1 }, { columns: 41 });
      expect(frame.join('')).not.toMatch(/\p{Cs}|\\ud/u);
    }
  });

  test('shows no more of a pile of combining marks than a word needs', async () => {
    const [line = ''] = await frameOf(`{ "a${'\u0301'.repeat(100_000)}": 1, "timeout_ms": 0 }`, '"a');
    expect(line.length).toBeLessThan(200);
  });
});

describe('any frame', () => {
  test('has its first caret under the first character of the place', async () => {
    const piece = fc.constantFrom(
      'a',
      '日',
      '🔑',
      '\t',
      '\u0301',
      '\u202e',
      '\u200b',
      '\u0007',
      '\ud800',
      'e\u0301',
      ' ',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 60 }),
        fc.array(piece, { maxLength: 400 }),
        async (before, behind) => {
          const prefix = `{ "${before.join('')}": 1, `;
          const text = `${prefix}"timeout_ms": 0, "${behind.join('')}": 1 }`;
          const column = prefix.length + 1;
          const [line = '', carets = ''] = await frameAt(
            text,
            { line: 1, column, endLine: 1, endColumn: column + 12 },
            { columns: 80 },
          );
          const cells = cellsBefore(line, line.indexOf('"timeout_ms"'));
          expect(carets.indexOf('^')).toBe(cells);
          expect(carets.slice(cells)).toBe('^'.repeat(12));
          expect(cellsBefore(line, line.length)).toBeLessThanOrEqual(80);
          expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
        },
      ),
    );
  });

  test('takes no exception to what the parser reports of any text', async () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '"a',
      '"',
      ':',
      ',',
      '\n',
      '\r',
      '日',
      '\ud83d',
      '\t',
      '/*',
      '//',
      '0',
      'x',
      '\uFEFF',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (pieces) => {
        const text = pieces.join('');
        const { diagnostics } = await checkText(text, { lint: true });
        const report = { file: 'a', text, diagnostics };
        const frames = (await codeFrames([report], { color: false, columns: 40 }))(report);
        for (const diagnostic of diagnostics) expect(frames(diagnostic).length).toBeGreaterThanOrEqual(2);
      }),
    );
  });
});

/** Cells of the line before an index, counted by hand: these are the only wide and combining characters here. */
function cellsBefore(line: string, index: number): number {
  const wide = ['日', '🔑'];
  return Array.from(line.slice(0, index)).reduce(
    (sum, each) => sum + (each === '\u0301' ? 0 : wide.includes(each) ? 2 : 1),
    0,
  );
}
