// The text of a configuration as it may be shown: whatever is not known to be public is replaced, character for
// character, so that lines and columns stay where they are. Works on broken documents too, where it masks more.
import { createScanner } from 'jsonc-parser';
import { HEADER_OBJECTS, looksLikeCredential, SECRET_KEYS } from '../../../secret/sensitive-key.js';
import { isHarmless, maskAll, maskAllButReferences, maskComment, maskedValue } from './masked-value.js';
import { textOf } from './public-value.js';

interface Token {
  readonly offset: number;
  readonly text: string;
  /** Nothing but white space stands before it on its line. */
  readonly startsLine: boolean;
}

export interface MaskOptions {
  /** True when the text is not JSON: then no key can be relied upon, and every text but a key is masked. */
  readonly isBroken: boolean;
}

/** The text of the same length and the same lines, without credentials. */
export function maskedText(text: string, { isBroken }: MaskOptions): string {
  const parts: string[] = [];
  let shown = 0;
  for (const { offset, text: token } of maskedTokens(tokensOf(text), isBroken)) {
    parts.push(text.slice(shown, offset), token);
    shown = offset + token.length;
  }
  parts.push(text.slice(shown));
  return parts.join('');
}

function tokensOf(text: string): readonly Token[] {
  const scanner = createScanner(text, false);
  const tokens: Token[] = [];
  let startsLine = true;
  for (scanner.scan(); scanner.getTokenOffset() < text.length; scanner.scan()) {
    const offset = scanner.getTokenOffset();
    const token = text.slice(offset, offset + scanner.getTokenLength());
    if (token.trim() === '') {
      startsLine ||= /[\r\n]/.test(token);
    } else {
      tokens.push({ offset, text: token, startsLine });
      startsLine = false;
    }
  }
  return tokens;
}

/** An object or list that is open where the scanner stands. */
interface Container {
  readonly kind: 'object' | 'list';
  /** The key that it is the value of; of a list in a list, the outer one's. */
  readonly key: string;
  /** Everything in it is masked. */
  readonly isHidden: boolean;
}

const DOCUMENT: Container = { kind: 'object', key: '', isHidden: false };

/** The tokens that are not shown as they are, masked. */
function* maskedTokens(tokens: readonly Token[], isBroken: boolean): Iterable<Token> {
  const open: Container[] = [DOCUMENT];
  // A key holds for the one value behind it.
  let key = '';
  let before = '';
  for (const [index, token] of tokens.entries()) {
    const first = token.text.charAt(0);
    const inside = open.at(-1) ?? DOCUMENT;
    if (first === '/') {
      yield { ...token, text: maskComment(token.text) };
      continue;
    }
    if (first === '{' || first === '[') {
      open.push(containerIn(inside, { kind: first === '{' ? 'object' : 'list', ownKey: key }));
      key = '';
    } else if (first === '}' || first === ']') {
      if (open.length > 1) open.pop();
      key = '';
    } else if (first === ',') {
      key = '';
    } else if (first === '"' && isKey({ tokens, index, before, isBroken })) {
      key = textOf(token.text);
      if (looksLikeCredential(key)) yield { ...token, text: maskAll(token.text) };
    } else if (first !== ':') {
      const shown = shownValue(token.text, { inside, key, isBroken });
      if (shown !== token.text) yield { ...token, text: shown };
      key = '';
    }
    before = token.text;
  }
}

function containerIn(
  outer: Container,
  { kind, ownKey }: { readonly kind: Container['kind']; readonly ownKey: string },
): Container {
  if (ownKey === '') return { kind, key: outer.kind === 'list' ? outer.key : '', isHidden: outer.isHidden };
  // `headers` under `forward_headers` are names alone.
  const isHeaders = HEADER_OBJECTS.has(ownKey) && outer.key !== 'forward_headers';
  const isHidden =
    isHeaders || SECRET_KEYS.has(ownKey) || ownKey === 'authorization_params' || ownKey === 'header_command';
  return { kind, key: ownKey, isHidden: outer.isHidden || isHidden };
}

interface KeyCandidate {
  readonly tokens: readonly Token[];
  readonly index: number;
  /** The token before, comments left out. */
  readonly before: string;
  readonly isBroken: boolean;
}

/**
 * In a broken document a value may have slipped in front of a colon: there, a key stands behind a brace or a comma, or
 * begins its line, where the comma before it may be what is missing.
 */
function isKey({ tokens, index, before, isBroken }: KeyCandidate): boolean {
  if (nextOf(tokens, index) !== ':') return false;
  const token = tokens[index];
  if (token === undefined || !isBroken) return true;
  const isWhole = /^".*"$/s.test(token.text);
  return isWhole && (before === '{' || before === ',' || (token.startsLine && before !== ':'));
}

/** The next token but comments. */
function nextOf(tokens: readonly Token[], index: number): string | undefined {
  let next = index + 1;
  while (tokens[next]?.text.startsWith('/') === true) next += 1;
  return tokens[next]?.text;
}

interface Surroundings {
  readonly inside: Container;
  readonly key: string;
  readonly isBroken: boolean;
}

function shownValue(source: string, { inside, key, isBroken }: Surroundings): string {
  if (isHarmless(source)) return source;
  const owner = inside.kind === 'list' ? inside.key : key;
  // `headers` holds names alone where it is a list, and that stands under `forward_headers`.
  const isPlaced = owner !== 'headers' || (inside.kind === 'list' && !inside.isHidden);
  const isReadable = !isBroken || /^-?\d{1,12}(?:\.\d{1,12})?$/.test(source);
  return inside.isHidden || !isPlaced || !isReadable ? maskAllButReferences(source) : maskedValue(source, owner);
}
