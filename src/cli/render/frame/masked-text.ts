// The text of a configuration as it may be shown: every credential in it is replaced, character for character, so that
// lines and columns stay where they are. Works on broken documents too, where it masks more rather than less.
import { createScanner } from 'jsonc-parser';
import { HEADER_OBJECTS, isSecretKey, looksLikeCredential } from '../../secret/sensitive-key.js';

const DOT = '•';

interface Token {
  readonly offset: number;
  readonly text: string;
}

export interface MaskOptions {
  /** True when the text is not JSON: then no key can be relied upon, and every text but a key is masked. */
  readonly isBroken: boolean;
}

/** Punctuation, words of JSON and of its neighbours, and numbers. */
const HARMLESS = /^(?:[:,]|true|false|null|True|False|None|undefined|NaN|-?\d{1,12}(?:\.\d+)?)$/;

/** The text of the same length and the same lines, without credentials. */
export function maskedText(text: string, { isBroken }: MaskOptions): string {
  const parts: string[] = [];
  let shown = 0;
  for (const { offset, text: token } of secretTokens(tokensOf(text), isBroken)) {
    parts.push(text.slice(shown, offset), maskToken(token));
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

function* secretTokens(tokens: readonly Token[], isBroken: boolean): Iterable<Token> {
  const open: string[] = [];
  let key = '';
  for (const [index, token] of tokens.entries()) {
    const first = token.text.charAt(0);
    if (first === '{' || first === '[') {
      open.push(key);
      key = '';
    } else if (first === '}' || first === ']') {
      key = open.pop() ?? '';
    } else if (first === '/') {
      if (looksLikeCredential(token.text)) yield token;
    } else if (first === '"' && tokens[index + 1]?.text === ':') {
      key = keyOf(token.text);
      if (looksLikeCredential(key)) yield token;
    } else if (isSecretValue(token.text, { key, open, isBroken })) {
      yield token;
    }
  }
}

interface Surroundings {
  readonly key: string;
  readonly open: readonly string[];
  readonly isBroken: boolean;
}

function isSecretValue(token: string, { key, open, isBroken }: Surroundings): boolean {
  if (HARMLESS.test(token)) return false;
  if (isBroken) return token.length > 2;
  const keys = [...open, key];
  const isCredential = keys.some(
    // `headers` under `forward_headers` are names alone.
    (name, depth) => isSecretKey(name) || (HEADER_OBJECTS.has(name) && keys[depth - 1] !== 'forward_headers'),
  );
  return isCredential || looksLikeCredential(token);
}

function keyOf(token: string): string {
  try {
    const key: unknown = JSON.parse(token);
    return typeof key === 'string' ? key : '';
  } catch {
    return '';
  }
}

/** A reference without a default is what the author should see; all else becomes dots. Line breaks stay. */
function maskToken(token: string): string {
  return token.replace(/(?<!\$)\$\{[^}:]*(?:(?:env|file|keychain):[^}:]*)?\}|[^"\r\n]/gu, (part) =>
    part.length > 2 ? part : DOT.repeat(part.length),
  );
}
