// A string that must not be seen. It prints as `[secret]` however it is turned into text: concatenation, JSON,
// util.inspect, error messages. Only `reveal()` gives the value, and its call sites are few enough to read. Those that were
// revealed and live are known here: what others say of them is made unreadable, too (redact.ts).

const INSPECT = Symbol.for('nodejs.util.inspect.custom');

export class Secret {
  readonly #value: string;
  #isKnown = false;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself, for the one place that must send or verify it. */
  reveal(): string {
    if (!this.#isKnown) {
      this.#isKnown = true;
      if (this.#value.length >= SHORTEST_KNOWN && !IS_JWT.test(this.#value)) remember(this);
    }
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [INSPECT](): string {
    return '[secret]';
  }
}

/** A configured text that is a secret when it came from a reference or stands where credentials do. */
export type Text = string | Secret;

/** The text for the wire. Never for a screen, a log or an error. */
export function reveal(text: Text): string {
  return typeof text === 'string' ? text : text.reveal();
}

/** What people see in place of a secret: its length says nothing. */
export const MASK = '••••••';

/** The text for people. */
export function mask(text: Text): string {
  return typeof text === 'string' ? text : MASK;
}

/** With or without a scheme: all of it is known by its shape (redact.ts), and there are many. */
const IS_JWT = /^(?:[A-Za-z-]+ )?eyJ[\w-]{8,}(?:\.[\w-]*){1,4}$/;
/** Of a shorter one, other words would be made unreadable. */
const SHORTEST_KNOWN = 8;
/** Of more, the oldest are forgotten. */
const KNOWN_AT_MOST = 2_000;

/** They die as they would without this. */
const known = new Set<WeakRef<Secret>>();
let sweepAt = 256;

function remember(secret: Secret): void {
  known.add(new WeakRef(secret));
  if (known.size < sweepAt) return;
  for (const ref of known) if (known.size > KNOWN_AT_MOST || ref.deref() === undefined) known.delete(ref);
  sweepAt = Math.min(Math.max(256, known.size * 2), KNOWN_AT_MOST + 256);
}

/** What of a text may be seen nowhere, the longest first: secrets that were revealed and live, or what is behind their scheme. */
export function secretsIn(text: string): readonly string[] {
  const found = new Set<string>();
  for (const ref of known) {
    const value = ref.deref()?.reveal();
    if (value === undefined) continue;
    if (text.includes(value)) found.add(value);
    const credentials = value.slice(value.indexOf(' ') + 1);
    if (credentials.length >= SHORTEST_KNOWN && credentials.length < value.length && text.includes(credentials)) {
      found.add(credentials);
    }
  }
  return [...found].toSorted((a, b) => b.length - a.length);
}
