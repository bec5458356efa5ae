// Where the parts of a message stand in its text, so that one can be changed and all else stays to the letter
// (docs/decisions/0004). Nothing is built and nothing recurses: lists of several MB are looked into on their way.
// INVARIANT of all of it: the text is JSON that a parser has taken, and not ambiguous.

export interface Place {
  readonly start: number;
  /** Behind the last character. */
  readonly end: number;
}

/**
 * The value at a path of member names and indexes.
 *
 * @param from where the value stands that the path begins in
 */
export function placeOf(text: string, path: readonly (string | number)[], from = 0): Place | undefined {
  let start: number | undefined = afterSpace(text, from);
  for (const step of path) {
    start = typeof step === 'string' ? memberOf(text, start, step) : elementOf(text, start, step);
    if (start === undefined) return undefined;
  }
  return { start, end: endOfValue(text, start) };
}

/** The elements of the array that begins there; none for another value. */
export function elementsOf(text: string, { start }: Place): readonly Place[] {
  const places: Place[] = [];
  let at = text[start] === '[' ? firstIn(text, start) : undefined;
  while (at !== undefined) {
    const end = endOfValue(text, at);
    places.push({ start: at, end });
    at = nextIn(text, end);
  }
  return places;
}

function memberOf(text: string, object: number, name: string): number | undefined {
  let at = text[object] === '{' ? firstIn(text, object) : undefined;
  while (at !== undefined) {
    const end = endOfString(text, at);
    const value = afterSpace(text, afterSpace(text, end) + 1);
    if (stringIn(text.slice(at, end)) === name) return value;
    at = nextIn(text, endOfValue(text, value));
  }
  return undefined;
}

function elementOf(text: string, array: number, index: number): number | undefined {
  let at = text[array] === '[' ? firstIn(text, array) : undefined;
  for (let left = index; at !== undefined && left > 0; left--) at = nextIn(text, endOfValue(text, at));
  return at;
}

/** Where the first element or name stands; undefined when there is none. */
function firstIn(text: string, start: number): number | undefined {
  const at = afterSpace(text, start + 1);
  return text[at] === ']' || text[at] === '}' ? undefined : at;
}

/** The same behind another one, which ends there. */
function nextIn(text: string, end: number): number | undefined {
  const at = afterSpace(text, end);
  return text[at] === ',' ? afterSpace(text, at + 1) : undefined;
}

function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at) - 1;
        if (depth === 0) return at + 1;
        break;
      case OPEN_OBJECT:
      case OPEN_ARRAY:
        depth++;
        break;
      case CLOSE_OBJECT:
      case CLOSE_ARRAY:
        // A number or a word before it.
        if (depth === 0) return at;
        depth--;
        if (depth === 0) return at + 1;
        break;
      case COMMA:
      case SPACE:
      case TAB:
      case LF:
      case CR:
        if (depth === 0) return at;
        break;
    }
  }
  return text.length;
}

/** Behind its closing quote: the first with an even number of backslashes before it. */
export function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return end + 1;
  }
  return text.length;
}

/** What a quoted string says. */
export function stringIn(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  const value: unknown = JSON.parse(quoted);
  return String(value);
}

function afterSpace(text: string, from: number): number {
  let at = from;
  for (;;) {
    const unit = text.charCodeAt(at);
    if (unit !== SPACE && unit !== TAB && unit !== LF && unit !== CR) return at;
    at++;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const COMMA = 0x2c;
const SPACE = 0x20;
const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
