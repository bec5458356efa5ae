// The text of a configuration as it may be shown: whatever is not known to be public is replaced, character for
// character, so that lines and columns stay where they are. Works on broken documents too, where it masks more.
import { createScanner } from 'jsonc-parser';
import { looksLikeCredential } from '../../../../secret/sensitive-key.js';
import { isKnownWord, wordOf } from './known-word.js';
import { isHarmless, maskAll, maskAllButReferences, maskComment, maskedValue } from './masked-value.js';
import { DOCUMENT, openedIn, type OpenContainer } from './public-place.js';
import { textOf } from './public-value.js';

interface Token {
  readonly offset: number;
  readonly text: string;
}

export interface MaskOptions {
  /**
   * True when the text is not JSON: then a credential may stand anywhere, also where a key belongs, and every text is
   * masked that is no word of the configuration's own.
   */
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
  for (scanner.scan(); scanner.getTokenOffset() < text.length; scanner.scan()) {
    const offset = scanner.getTokenOffset();
    const token = text.slice(offset, offset + scanner.getTokenLength());
    if (token.trim() !== '') tokens.push({ offset, text: token });
  }
  return tokens;
}

/** The tokens that are not shown as they are, masked. */
function* maskedTokens(tokens: readonly Token[], isBroken: boolean): Iterable<Token> {
  const open: OpenContainer[] = [DOCUMENT];
  // A key holds for the one value behind it.
  let key = '';
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
    } else if (isBroken && isKnownWord(token.text)) {
      key = nextOf(tokens, index) === ':' ? wordOf(token.text) : '';
    } else if (!isBroken && first === '"' && nextOf(tokens, index) === ':') {
      key = textOf(token.text);
      if (looksLikeCredential(key)) yield { ...token, text: maskAll(token.text) };
    } else if (first !== ':') {
      const shown = shownValue(token.text, { inside, key, isBroken });
      if (shown !== token.text) yield { ...token, text: shown };
      key = '';
    }
  }
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
  return maskedValue(source, { key: isInList ? inside.key : key, isInList, parent: inside.key });
}
