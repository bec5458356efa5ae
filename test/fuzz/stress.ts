// Large inputs of a simple make: what grows faster than the text shows here.
import type { Random } from './random.js';

const SIZE = 30_000;

export function stressText(random: Random, text: string): string {
  const unit = random.pick(STRESS_UNITS);
  const long = unit.repeat(Math.ceil((random.once(3) ? SIZE : SIZE / 10) / unit.length));
  switch (random.below(6)) {
    case 0:
      return long;
    case 1:
      return JSON.stringify({ headers: { Authorization: long }, client_headers: { [long.slice(0, 5000)]: 'a' } });
    case 2:
      return `{ "jwt_validation": { "jwksUri": ${JSON.stringify(long)}, "typ": "${long.replaceAll(/["\\]/g, '')}" } }`;
    case 3: {
      const at = random.below(text.length);
      return text.slice(0, at) + long + text.slice(at);
    }
    case 4: {
      const members = Array.from(
        { length: 1 + random.below(600) },
        (_, index) => `"${unit.replaceAll(/["\\\s]/g, '')}${index}": {}`,
      );
      return `{ "${random.pick(['mcpServers', 'headers', 'x-a', 'lint', 'tls', 'tool_authorization'])}": {\n${members.join(',\n')}\n} }`;
    }
    default: {
      const depth = random.pick([20, 99, 100, 101, 5000]);
      const [open, close] = random.pick([
        ['[', ']'],
        ['{"a":', '}'],
        ['{"jwt_validation":', '}'],
        ['[{"__proto__":', '}]'],
      ] as const);
      return open.repeat(depth) + (random.once(2) ? '1' : '') + close.repeat(random.once(3) ? 0 : depth);
    }
  }
}

/** Repeated, they are what regular expressions and look-ups fear. */
export const STRESS_UNITS: readonly string[] = [
  'a',
  ' ',
  '\n',
  '"',
  '\\',
  '{',
  '[',
  '{a',
  '<a',
  '${',
  '$${',
  '${A:-',
  '${A}',
  'YOUR_',
  'eyJ',
  'eyJhbGciOiJub25lIn0.',
  'Bearer ',
  'token=',
  'client_secret":"',
  '-----BEGIN PRIVATE KEY-----',
  '/*',
  '//',
  '*/',
  '0',
  '-',
  '1.',
  ',',
  ':',
  'https://',
  '@',
  '%',
  'é',
  '🦊',
  '\u2028',
  '\uFEFF',
  '(a',
  '[^',
  '\\u',
  '${file:a',
  '${keychain:a/b}',
  '://',
  'a@',
  'a:',
  '?',
  '?a=',
  'eyJaaaaaaaa.',
  'sk-',
  '\\"',
  '漢',
  'e\u0301',
  '\u202e',
  '\ud83e',
];
