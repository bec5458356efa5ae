// Reading a parsed document that may still be wrong: every look-up says `undefined` where the shape is not the
// expected one, because the schema reports that. Objects come from parse.ts without a prototype, so a plain member
// access is an own look-up: `__proto__` and `constructor` are just names.

/** A JSON object of a document; it has no prototype. */
export type RawObject = Readonly<Record<string, unknown>>;

/** A new object without a prototype, to be filled with members of any name. */
export function emptyObject(): Record<string, unknown> {
  const object: Record<string, unknown> = Object.create(null);
  return object;
}

export function isRawObject(value: unknown): value is RawObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The own member of an object; `undefined` for anything else. */
export function memberOf(value: unknown, key: string): unknown {
  return isRawObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

export function hasMember(value: unknown, key: string): boolean {
  return isRawObject(value) && Object.hasOwn(value, key);
}

/** The members of an object; none for anything else. */
export function membersOf(value: unknown): readonly (readonly [string, unknown])[] {
  return isRawObject(value) ? Object.entries(value) : [];
}

/** The elements of a list; none for anything else. */
export function elementsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A text, or the texts in a list. */
export function textsOf(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).filter((element) => typeof element === 'string');
}
