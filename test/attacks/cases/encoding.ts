// One token, two readings: padding, spare bits, white space, other alphabets, wrong UTF-8, and JSON that parsers read
// each in their own way (RFC 7515 section 2, RFC 7519 section 4, RFC 8725 section 2.4).
import { signToken } from '../../support/jwt.js';
import { collected, each, rsa, type Attack, type Attacks, type Stage } from '../stage.js';

const SPACES = [' ', '\t', '\n', '\r\n', '\u000b', '\u00a0', '\u200b', '\ufeff', '\u0000'];
const PADDINGS = ['=', '==', '%3D', '.'];

const malformed = (token: string): Attack => ({ reason: 'MALFORMED', token });

export const encodings = (stage: Stage): Attacks => {
  const { good, parts } = stage;
  const replaced = (index: number, part: string): string => parts.map((old, n) => (n === index ? part : old)).join('.');
  const names = ['header', 'payload', 'signature'];
  return collected(
    names.flatMap((name, index) => {
      const part = parts[index] ?? '';
      return [
        ...each(
          PADDINGS,
          (padding) => `${padding} behind the ${name}`,
          (padding) => malformed(replaced(index, part + padding)),
        ),
        [`a + in the ${name}`, malformed(replaced(index, `${part.slice(0, 4)}+${part.slice(5)}`))] as const,
        [`a / in the ${name}`, malformed(replaced(index, `${part.slice(0, 4)}/${part.slice(5)}`))] as const,
        [`a letter of another script in the ${name}`, malformed(replaced(index, `\u0435${part.slice(1)}`))] as const,
        [
          `one character too many in the ${name}`,
          malformed(replaced(index, `${part}A`.padEnd(part.length + oddBy(part), 'A'))),
        ] as const,
        [`spare bits in the ${name}`, malformed(replaced(index, withSpareBits(part)))] as const,
      ];
    }),
    each(
      SPACES,
      (space) => `${JSON.stringify(space)} inside the payload`,
      (space) => malformed(replaced(1, `${parts[1].slice(0, 8)}${space}${parts[1].slice(8)}`)),
    ),
    each(
      SPACES,
      (space) => `${JSON.stringify(space)} around a dot`,
      (space) => malformed(`${parts[0]}${space}.${parts[1]}.${parts[2]}`),
    ),
    each(
      SPACES,
      (space) => `${JSON.stringify(space)} in front`,
      (space) => ({ ...malformed(space + good), ...trimmed(space) }),
    ),
    each(
      SPACES,
      (space) => `${JSON.stringify(space)} behind`,
      (space) => ({ ...malformed(good + space), ...trimmed(space) }),
    ),
    [
      ['the alphabet of plain base64', malformed(plainBase64(stage))],
      ['a token that is percent-encoded', malformed(encodeURIComponent(good).replaceAll('.', '%2E'))],
      ['a token in quotes', malformed(JSON.stringify(good))],
      ['fullwidth dots', malformed(good.replaceAll('.', '\uff0e'))],
    ],
  );
};

function trimmed(space: string): { readonly isTrimmed?: true } {
  return space.trim() === '' ? { isTrimmed: true } : {};
}

/** How many characters make a length that base64url cannot have. */
function oddBy(part: string): number {
  return (5 - (part.length % 4)) % 4 || 4;
}

/** The last character replaced by one that decodes to the same bytes; of whole groups, one that cannot be last. */
function withSpareBits(part: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  if (part.length % 4 === 0) return `${part}AB`;
  const value = alphabet.indexOf(part.at(-1) ?? '');
  return `${part.slice(0, -1)}${alphabet[value + 1] ?? 'B'}`;
}

/** A payload whose base64url and base64 differ, in the latter. */
function plainBase64(stage: Stage): string {
  const [first = '', second = '', third = ''] = stage.withClaims({ note: '>>>???>>>???' }).split('.');
  const plain = Buffer.from(second, 'base64url').toString('base64').replaceAll('=', '');
  if (plain === second) throw new Error('the two alphabets do not differ here');
  return `${first}.${plain}.${third}`;
}

export const wrongText = (stage: Stage): Attacks => {
  const { json, header } = stage;
  const bytes = (hex: string): Buffer =>
    Buffer.concat([Buffer.from(`{"sub":"a`), Buffer.from(hex, 'hex'), Buffer.from(`","x":${json}}`)]);
  const payload = (text: string | Uint8Array): Attack => malformed(stage.withPayloadText(text));
  const head = (text: string | Uint8Array): Attack => malformed(stage.withHeaderText(text));
  const headerJson = JSON.stringify(header);
  return collected(
    each(
      [
        ['a byte that starts nothing', 'ff'],
        ['a continuation byte alone', '80'],
        ['a sequence cut short', 'e282'],
        ['an overlong slash', 'c0af'],
        ['an overlong NUL', 'c080'],
        ['a surrogate', 'eda080'],
        ['a character beyond Unicode', 'f4908080'],
      ] as const,
      ([what]) => `UTF-8 with ${what}`,
      ([, hex]) => payload(bytes(hex)),
    ),
    [
      ['Latin-1 in the header', head(Buffer.from(headerJson.replace('JWT', 'J\u00d6T'), 'latin1'))],
      ['UTF-16', payload(Buffer.from(json, 'utf16le'))],
      ['a byte order mark in the payload', payload(`\ufeff${json}`)],
      ['a byte order mark in the header', head(`\ufeff${headerJson}`)],
    ],
    each(
      ['[]', '[{}]', '"x"', '1', 'null', 'true', '', ' ', '{', '}', '{}{}', '{},', 'undefined', 'NaN'],
      (text) => `the payload ${JSON.stringify(text)}`,
      (text) => (text === '' ? malformed(`${stage.parts[0]}..${stage.parts[2]}`) : payload(text)),
    ),
    each(
      ['[]', '"RS256"', 'null', '{"alg":"RS256"', '{alg:"RS256"}', "{'alg':'RS256'}"],
      (text) => `the header ${text}`,
      (text) => head(text),
    ),
    each(
      [
        ['a comment', json.replace('{', '{/**/')],
        ['a line comment', `${json}//x`],
        ['a trailing comma', json.replace(/\}$/, ',}')],
        ['a comma in front', json.replace('{', '{,')],
        ['a missing comma', json.replace(',', ' ')],
        ['a missing colon', json.replace(':', ' ')],
        ['a number with a plus', json.replace(/"exp":/, '"exp":+')],
        ['a number with a leading zero', json.replace(/"exp":/, '"exp":0')],
        ['a number in hexadecimal', json.replace(/"exp":\d+/, '"exp":0x7fffffff')],
        ['a number without digits behind the dot', json.replace(/("exp":\d+)/, '$1.')],
        ['NaN for exp', json.replace(/"exp":\d+/, '"exp":NaN')],
        ['Infinity for exp', json.replace(/"exp":\d+/, '"exp":Infinity')],
        ['a raw line break in a string', json.replace('"ana"', '"a\nna"')],
        ['an escape that is none', json.replace('"ana"', '"\\xana"')],
        ['half an escape', json.replace('"ana"', '"\\u12"')],
        ['a string without an end', json.replace('"ana"', '"ana')],
        ['single quotes', json.replaceAll('"', "'")],
        ['something behind the object', `${json}x`],
        ['a NUL behind the object', `${json}\u0000`],
        ['another object behind the object', `${json}${json}`],
      ] as const,
      ([what]) => `JSON with ${what}`,
      ([, text]) => payload(text),
    ),
    each(
      [
        ['sub', json.replace('{', '{"sub":"root",')],
        ['sub, once with an escape', json.replace('{', '{"s\\u0075b":"root",')],
        ['sub, with the same value', json.replace('{', '{"sub":"ana",')],
        ['exp', json.replace('{', '{"exp":9999999999,')],
        ['a claim, at the end', json.replace(/\}$/, ',"aud":"other"}')],
        ['a member deep inside', json.replace('{', '{"a":[{"b":{"c":1,"c":2}}],')],
        ['an empty name', json.replace('{', '{"":1,"":2,')],
        ['__proto__', json.replace('{', '{"__proto__":{},"__proto__":{},')],
      ] as const,
      ([what]) => `twice: ${what}`,
      ([, text]) => payload(text),
    ),
    each(
      [
        ['alg', '{"alg":"none","alg":"RS256","kid":"rsa"}'],
        ['alg, the good one first', '{"alg":"RS256","alg":"none","kid":"rsa"}'],
        ['kid', '{"alg":"RS256","kid":"x","kid":"rsa"}'],
        ['crit', '{"alg":"RS256","kid":"rsa","crit":["x"],"crit":[]}'],
      ] as const,
      ([what]) => `twice in the header: ${what}`,
      ([, text]) => head(text),
    ),
    each(
      [65, 1000, 10_000],
      (depth) => `${depth} nested arrays`,
      (depth) => payload(json.replace('{', `{"a":${'['.repeat(depth)}${']'.repeat(depth)},`)),
    ),
    each(
      [66, 5000],
      (depth) => `${depth} nested objects`,
      (depth) => payload(json.replace('{', `{"a":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)},`)),
    ),
    [
      [
        'a good payload under a header that is deep',
        malformed(
          signToken(
            { header: `{"alg":"RS256","kid":"rsa","x":${'['.repeat(99)}${']'.repeat(99)}}`, payload: json },
            rsa,
          ),
        ),
      ],
    ],
  );
};
