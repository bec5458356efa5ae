// Strict JSON (RFC 8259) for tokens: one object, no member twice in any object (RFC 7519 section 4 lets a parser pick
// either one, and two parsers that pick differently are an attack), bounded depth. Names where a text goes wrong.

/** Nested arrays and objects beyond this are refused: what reads claims later may recurse. */
const MAX_DEPTH = 64;

export type JsonObject = Readonly<Record<string, unknown>>;

export type ParsedObject =
  | { readonly ok: true; readonly value: JsonObject }
  | {
      readonly ok: false;
      readonly problem: string;
      /** UTF-16 units from the start of the text. */ readonly offset: number;
    };

/** Parses a text that must be one JSON object and nothing else. Never throws. */
export function parseStrictObject(text: string): ParsedObject {
  const value = printedAlike(text);
  if (isObject(value) && isWithinDepth(value, 0)) return { ok: true, value };
  const scanner = new Scanner(text);
  const problem = scanner.scan();
  if (problem !== undefined) return { ok: false, problem, offset: scanner.offset };
  const scanned: unknown = JSON.parse(text);
  return isObject(scanned)
    ? { ok: true, value: scanned }
    : { ok: false, problem: 'it is not a JSON object', offset: 0 };
}

/**
 * The value of a text that is printed again letter for letter: what most tokens are. A member that stands twice would
 * be lost in between, so there is none. Undefined says nothing: the text has spaces, other escapes, or is no JSON.
 */
function printedAlike(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return JSON.stringify(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}

/** False says nothing either: the scanner has the last word. */
function isWithinDepth(value: object, depth: number): boolean {
  if (depth >= MAX_DEPTH) return false;
  for (const inner of Object.values(value)) {
    if (typeof inner === 'object' && inner !== null && !isWithinDepth(inner, depth + 1)) return false;
  }
  return true;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERAL = /true|false|null/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Walks a text once. Owns its position; each step gives the problem that it met, or undefined. */
class Scanner {
  offset = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  scan(): string | undefined {
    this.#skipSpace();
    if (this.#text[this.offset] !== '{') return 'it is not a JSON object';
    const problem = this.#value(0);
    if (problem !== undefined) return problem;
    this.#skipSpace();
    return this.offset === this.#text.length ? undefined : 'there is something behind the JSON object';
  }

  #value(depth: number): string | undefined {
    if (depth > MAX_DEPTH) return `it is nested deeper than ${MAX_DEPTH} levels`;
    switch (this.#text.charAt(this.offset)) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#array(depth);
      case '"':
        return this.#string();
      default:
        return this.#take(NUMBER) || this.#take(LITERAL) ? undefined : 'a JSON value is expected';
    }
  }

  #object(depth: number): string | undefined {
    const names = new Set<string>();
    this.offset++;
    this.#skipSpace();
    if (this.#takeCharacter('}')) return undefined;
    for (;;) {
      const start = this.offset;
      const problem = this.#text[start] === '"' ? this.#string() : 'the name of a member is expected';
      if (problem !== undefined) return problem;
      const name = this.#nameAt(start);
      if (names.has(name)) {
        this.offset = start;
        return 'a member stands twice in one object';
      }
      names.add(name);
      this.#skipSpace();
      if (!this.#takeCharacter(':')) return 'a colon is expected';
      this.#skipSpace();
      const inner = this.#value(depth + 1);
      if (inner !== undefined) return inner;
      this.#skipSpace();
      if (this.#takeCharacter('}')) return undefined;
      if (!this.#takeCharacter(',')) return 'a comma or the end of an object is expected';
      this.#skipSpace();
    }
  }

  #array(depth: number): string | undefined {
    this.offset++;
    this.#skipSpace();
    if (this.#takeCharacter(']')) return undefined;
    for (;;) {
      const problem = this.#value(depth + 1);
      if (problem !== undefined) return problem;
      this.#skipSpace();
      if (this.#takeCharacter(']')) return undefined;
      if (!this.#takeCharacter(',')) return 'a comma or the end of an array is expected';
      this.#skipSpace();
    }
  }

  #string(): string | undefined {
    this.offset++;
    for (; this.offset < this.#text.length; this.offset++) {
      const unit = this.#text.charCodeAt(this.offset);
      if (unit === QUOTE) {
        this.offset++;
        return undefined;
      }
      if (unit < 0x20) return 'a control character stands in a string';
      if (unit !== BACKSLASH) continue;
      if (!this.#take(ESCAPE)) return 'an escape sequence is not valid';
      this.offset--; // the loop steps over the last character of the escape
    }
    return 'a string has no end';
  }

  /** The member's name with its escapes resolved: `"a"` and `"\u0061"` are the same member. */
  #nameAt(start: number): string {
    const quoted = this.#text.slice(start, this.offset);
    if (!quoted.includes('\\')) return quoted.slice(1, -1);
    const name: unknown = JSON.parse(quoted);
    return String(name);
  }

  #take(pattern: RegExp): boolean {
    pattern.lastIndex = this.offset;
    if (!pattern.test(this.#text)) return false;
    this.offset = pattern.lastIndex;
    return true;
  }

  #takeCharacter(character: string): boolean {
    if (this.#text[this.offset] !== character) return false;
    this.offset++;
    return true;
  }

  #skipSpace(): void {
    for (;;) {
      const unit = this.#text.charCodeAt(this.offset);
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return;
      this.offset++;
    }
  }
}
