import { describe, expect, test } from 'vitest';
import { checkText } from './check-text.js';

/** `line:column` of every diagnostic, and what it says. */
async function found(text: string): Promise<readonly string[]> {
  const { diagnostics } = await checkText(text);
  return diagnostics.map(({ place, message }) => `${place.line}:${place.column} ${message}`);
}

const NO_SYMBOL = 'this is not JSON: a text needs double quotes, and the only words are true, false and null';

describe('a syntax error', () => {
  test('is one mistake, whatever the parser misses behind it', async () => {
    expect(await found('{\n  "forward_headers": ["x-a"\n  ,"headers": {},\n  "timeout_ms": 1\n}')).toHaveLength(1);
    expect(await found('{\n  "headers": {]\n  "timeout_ms": 1\n}')).toHaveLength(1);
    expect(await found('{\n  "headers: {},\n  "timeout_ms": 1\n}')).toHaveLength(1);
  });

  test('comes with others that do not follow from it', async () => {
    expect(await found('{\n  "headers": None,\n  "typ": "a\\.b",\n  "tls": False\n}')).toEqual([
      `2:14 ${NO_SYMBOL}`,
      '3:12 this escape is not valid in JSON: a backslash itself is written \\\\',
      `4:10 ${NO_SYMBOL}`,
    ]);
    expect(await found('{\n  "x-a": 1\n  "x-b": 2\n  "x-c": 3\n}')).toEqual([
      '3:3 a comma is missing before this',
      '4:3 a comma is missing before this',
    ]);
  });

  test('in a text is where the wrong character stands', async () => {
    expect(await found('{ "a": "good \\u00e9 \\\\ bad \\q" }')).toEqual([
      expect.stringMatching(/^1:28 this escape/) as string,
    ]);
    expect(await found('{ "a": "good \\u00e9 bad \\u12" }')).toEqual([
      expect.stringMatching(/^1:25 this \\u escape/) as string,
    ]);
    expect(await found('{ "a": "b\tc" }')).toEqual([expect.stringMatching(/^1:10 a control character/) as string]);
  });

  test.each(['05', '0x1f', '+1', '.5', '5.', '5e', '30s', '1_000', '1.2.3', '-01'])(
    'in the number %s covers the whole of it',
    async (number) => {
      const { diagnostics } = await checkText(`{ "timeout_ms": ${number} }`);
      expect(diagnostics).toMatchObject([{ place: { column: 17, endColumn: 17 + number.length } }]);
    },
  );

  test('leaves out repeated keys that only a lost bracket brings together', async () => {
    expect(await found('{\n  "tls": { "ca": "a",\n  "x": { "b": ! },\n  "ca": "c"\n}')).toHaveLength(1);
    expect(await found('{\n  "a": 1,\n  "a": 2,\n  "b": !\n}')).toHaveLength(2);
  });

  test('of a text that is no configuration at all does not fill the screen', async () => {
    expect(await found('a\n'.repeat(10_000))).toHaveLength(20);
    // Looked through anew for each of its tokens, this line would take minutes.
    expect(await found('-'.repeat(500_000))).toHaveLength(1);
  });
});
