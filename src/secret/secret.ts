// A string that must not be seen. It prints as `[secret]` however it is turned into text: concatenation, JSON,
// util.inspect, error messages. Only `reveal()` gives the value, and its call sites are few enough to read.

const INSPECT = Symbol.for('nodejs.util.inspect.custom');

export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself, for the one place that must send or verify it. */
  reveal(): string {
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
