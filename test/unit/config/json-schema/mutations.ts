// A document with one thing changed: each value replaced by each other kind of value, each key misspelt or dropped,
// each text made a reference.

/** Of every JSON type, and at the edges of what keys take. */
const VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  2_147_483_648,
  '',
  'x',
  'a b',
  '${SET}',
  '$${SET}',
  [],
  ['x'],
  [null],
  [[]],
  {},
  { x: 1 },
];

/** As JSON texts, because a key may be `__proto__`. */
export function* mutationsOf(value: unknown): Generator<string> {
  for (const other of VALUES) yield JSON.stringify(other);
  if (typeof value !== 'object' || value === null) return;
  // A list is an object of its indices here; only its elements change.
  const members = Object.entries(value);
  const written = (parts: readonly (readonly [string, string])[]): string =>
    Array.isArray(value)
      ? `[${parts.map(([, text]) => text).join()}]`
      : `{${parts.map(([key, text]) => `${JSON.stringify(key)}:${text}`).join()}}`;
  const texts = members.map(([key, member]) => [key, JSON.stringify(member)] as const);
  for (const [index, [key, member]] of members.entries()) {
    const others = texts.filter((_, other) => other !== index);
    yield written(others);
    for (const text of mutationsOf(member)) yield written(texts.with(index, [key, text]));
    if (Array.isArray(value)) continue;
    for (const name of [`${key}z`, key.toUpperCase(), `x-${key}`, '__proto__', 'constructor']) {
      if (name !== key) yield written([...others, [name, JSON.stringify(member)]]);
    }
  }
}
