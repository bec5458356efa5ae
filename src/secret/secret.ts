// A string that must not be seen. It prints as `[secret]` however it is turned into text: concatenation, JSON,
// util.inspect, error messages. Only `reveal()` gives the value, and its call sites are few enough to read. Those that live
// are known here, so that what others say of them can be made unreadable, too (redact.ts).

const INSPECT = Symbol.for('nodejs.util.inspect.custom');

export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
    if (value.length >= SHORTEST_KNOWN) remember(this);
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

/** Of a shorter one, other words would be made unreadable. */
const SHORTEST_KNOWN = 8;

/** They die as they would without this. */
const living = new Set<WeakRef<Secret>>();
let sweepAt = 256;

function remember(secret: Secret): void {
  living.add(new WeakRef(secret));
  if (living.size < sweepAt) return;
  for (const ref of living) if (ref.deref() === undefined) living.delete(ref);
  sweepAt = Math.max(256, living.size * 2);
}

/** What may be seen nowhere, the longest first: each secret that lives, and its credentials behind the scheme. */
export function livingSecrets(): readonly string[] {
  const values = [...living].flatMap((ref) => {
    const value = ref.deref()?.reveal();
    if (value === undefined) return [];
    const credentials = /^[A-Za-z-]+ (\S+)$/.exec(value)?.[1] ?? '';
    return credentials.length < SHORTEST_KNOWN ? [value] : [value, credentials];
  });
  return [...new Set(values)].toSorted((a, b) => b.length - a.length);
}
