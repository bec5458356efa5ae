// What a parser stumbled over → what is wrong with the text: one problem for each mistake. A parser that has lost a
// token goes on to miss others at places where nothing is wrong; those are left out, because a wrong place is worse
// than none. Loaded only when there is something to say.
import type { SyntaxFault } from './parse.js';

export interface SyntaxProblem {
  readonly offset: number;
  readonly length: number;
  readonly message: string;
}

/** More than the first few tell nothing. */
const LIMIT = 20;

/** Inside one token: the parser reads on as if nothing had been. */
const WITHIN_TOKEN: ReadonlySet<string> = new Set([
  'InvalidEscapeCharacter',
  'InvalidUnicode',
  'InvalidCharacter',
  'UnexpectedEndOfNumber',
]);

/** At most one a line, in reading order. */
export function syntaxProblems(text: string, errors: readonly SyntaxFault[]): readonly SyntaxProblem[] {
  const problems: SyntaxProblem[] = [];
  let hasLostToken = false;
  let isOnNewLine = true;
  let lookedTo = 0;
  for (const [index, error] of errors.entries()) {
    const isSymbol = error.kind === 'InvalidSymbol';
    const isOfGrammar = !isSymbol && !WITHIN_TOKEN.has(error.kind);
    isOnNewLine ||= /[\r\n]/.test(text.slice(lookedTo, error.offset));
    lookedTo = error.offset;
    if (isOnNewLine && !(isOfGrammar && hasLostToken)) {
      problems.push(problemOf(text, error));
      isOnNewLine = false;
    }
    hasLostToken ||= isSymbol;
    if (problems.length === LIMIT || (isOfGrammar && !readsOn(error, { next: errors[index + 1], hasLostToken }))) break;
  }
  return problems;
}

interface Surroundings {
  readonly next: SyntaxFault | undefined;
  readonly hasLostToken: boolean;
}

/** Whether what the parser misses next is worth a look. */
function readsOn({ kind, offset }: SyntaxFault, { next, hasLostToken }: Surroundings): boolean {
  // Behind the open end of a text, texts and what lies between them have changed places.
  if (kind === 'UnexpectedEndOfString') return false;
  // Where only a comma is missing the parser knows what follows.
  return hasLostToken || (kind === 'CommaExpected' && next?.offset !== offset);
}

const MESSAGES: Readonly<Record<string, string>> = {
  DepthExceeded: 'the document is nested deeper than 100 levels',
  InvalidSymbol: 'this is not JSON: a text needs double quotes, and the only words are true, false and null',
  InvalidNumberFormat: 'this is not a JSON number',
  PropertyNameExpected: 'a key in double quotes is expected here',
  ValueExpected: 'a value is expected here',
  ColonExpected: 'a colon is expected here',
  CommaExpected: 'a comma is missing before this',
  CloseBraceExpected: 'a closing } is expected here',
  CloseBracketExpected: 'a closing ] is expected here',
  EndOfFileExpected: 'the document has ended, but more follows',
  UnexpectedEndOfComment: 'this comment does not end',
  UnexpectedEndOfString: 'this text does not end: a double quote is missing',
  UnexpectedEndOfNumber: 'this number does not end',
  InvalidUnicode: 'this \\u escape is not valid: it takes four hexadecimal digits',
  InvalidEscapeCharacter: 'this escape is not valid in JSON: a backslash itself is written \\\\',
  InvalidCharacter: 'a control character is not allowed in a text: write it as an escape',
};

const CUT_OFF = 'the document ends here, in the middle of an object or a list';

function problemOf(text: string, error: SyntaxFault): SyntaxProblem {
  const { kind, offset, length } = error;
  const message = MESSAGES[kind] ?? 'this is not JSON';
  switch (kind) {
    case 'InvalidSymbol':
      return brokenNumber(text, offset) ?? { offset, length, message: symbolMessage(text, offset) ?? message };
    case 'UnexpectedEndOfNumber':
      return brokenNumber(text, offset) ?? { offset, length, message };
    case 'CommaExpected':
      return brokenNumber(text, offset) ?? { offset, length, message: strayMessage(text.charAt(offset)) ?? message };
    case 'InvalidUnicode':
    case 'InvalidEscapeCharacter':
    case 'InvalidCharacter':
      return { ...withinText(text, error), message };
    case 'PropertyNameExpected':
    case 'ValueExpected':
    case 'ColonExpected':
      return { offset, length, message: offset === text.length ? CUT_OFF : message };
    default:
      return { offset, length, message };
  }
}

/** `05`, `0x1f`, `+1`, `.5`, `30s`: the parser takes them for two tokens, a reader for one. */
function brokenNumber(text: string, offset: number): SyntaxProblem | undefined {
  const start = offset - (/[\w.+-]*$/.exec(text.slice(Math.max(0, offset - 40), offset))?.[0].length ?? 0);
  const word = /^[\w.+-]*/.exec(text.slice(start, offset + 40))?.[0] ?? '';
  const isNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(word);
  if (!/^[-+]?\.?\d/.test(word) || isNumber) return undefined;
  return { offset: start, length: word.length, message: 'this is neither a JSON number nor a text in double quotes' };
}

function symbolMessage(text: string, offset: number): string | undefined {
  const first = String.fromCodePoint(text.codePointAt(offset) ?? 0);
  if (text.charAt(offset - 1) === '"')
    return 'this stands outside every text: a double quote before it is one too many or one too few';
  if (first === '#') return 'this is not JSON: a comment starts with //';
  if (/[“”„«»]/u.test(first)) return 'these are not the double quotes of JSON, which are straight: "';
  if (/[-=;()<>&|*!?%~^$@\\/]/.test(first)) return 'this character means nothing in JSON';
  if (!/[\s\p{Cc}\p{Cf}]/u.test(first)) return undefined;
  const codePoint = (first.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `an invisible character stands here that is no white space of JSON: U+${codePoint}`;
}

/** Of what stands where only a comma could. */
function strayMessage(character: string): string | undefined {
  switch (character) {
    case ':':
      return 'a colon is not expected here: does a list or an object before it lack its end?';
    case '}':
      return 'a closing ] is expected here';
    case ']':
      return 'a closing } is expected here';
    default:
      return undefined;
  }
}

/** What is wrong in a text may stand far from where it starts. */
function withinText(text: string, { offset, length }: SyntaxFault): Pick<SyntaxProblem, 'offset' | 'length'> {
  const token = text.slice(offset, offset + length);
  for (const { index, 0: part, groups } of token.matchAll(
    /\\(?:["\\/bfnrt]|u[\da-fA-F]{4}|(?<bad>u?))|[\u0000-\u001f]/g,
  )) {
    const isGood = part.startsWith('\\') && groups?.['bad'] === undefined;
    if (isGood) continue;
    const isSimple = part === '\\';
    return { offset: offset + index, length: isSimple ? 2 : part.length };
  }
  return { offset, length };
}
