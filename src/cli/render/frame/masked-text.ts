// The text of a configuration as it may be shown: whatever is not known to be public is replaced, character for
// character, so that lines and columns stay where they are. Works on broken documents too, where it masks more.
import { createScanner } from 'jsonc-parser';
import { looksLikeCredential } from '../../../secret/sensitive-key.js';
import { isHarmless, maskAll, maskAllButReferences, maskComment, maskedValue } from './masked-value.js';
import { DOCUMENT, openedIn, type OpenContainer } from './public-place.js';
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

/** The tokens that are not shown as they are, masked. */
function* maskedTokens(tokens: readonly Token[], isBroken: boolean): Iterable<Token> {
  const open: OpenContainer[] = [DOCUMENT];
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
      open.push(openedIn(inside, { kind: first === '{' ? 'object' : 'list', key }));
      key = '';
    } else if (first === '}' || first === ']') {
      if (open.length > 1) open.pop();
      key = '';
    } else if (first === ',') {
      key = '';
    } else if (first === '"' && isKey({ tokens, index, inside, before, isBroken })) {
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

interface KeyCandidate {
  readonly tokens: readonly Token[];
  readonly index: number;
  readonly inside: OpenContainer;
  /** The token before, comments left out. */
  readonly before: string;
  readonly isBroken: boolean;
}

/**
 * In a broken document a value may have slipped in front of a colon: there, a key stands behind a brace or a comma, or
 * begins its line, where the comma before it may be what is missing.
 */
function isKey({ tokens, index, inside, before, isBroken }: KeyCandidate): boolean {
  if (nextOf(tokens, index) !== ':') return false;
  const token = tokens[index];
  if (token === undefined || !isBroken) return true;
  const isWhole = inside.kind === 'object' && /^".*"$/s.test(token.text);
  return isWhole && (before === '{' || before === ',' || (token.startsLine && before !== ':'));
}

/** The next token but comments. */
function nextOf(tokens: readonly Token[], index: number): string | undefined {
  let next = index + 1;
  while (tokens[next]?.text.startsWith('/') === true) next += 1;
  return tokens[next]?.text;
}

interface Surroundings {
  readonly inside: OpenContainer;
  readonly key: string;
  readonly isBroken: boolean;
}

function shownValue(source: string, { inside, key, isBroken }: Surroundings): string {
  if (isHarmless(source)) return source;
  const isReadable = !isBroken || /^-?\d{1,12}(?:\.\d{1,12})?$/.test(source);
  if (inside.isHidden || !isReadable) return maskAllButReferences(source);
  const isInList = inside.kind === 'list';
  return maskedValue(source, { key: isInList ? inside.key : key, isInList });
}
