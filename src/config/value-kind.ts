// What kind of value something is, in the words of an error; never the value itself.

export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'object' ? 'an object' : typeof value === 'string' ? 'a text' : 'a number';
}
