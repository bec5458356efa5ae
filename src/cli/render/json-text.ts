// JSON that holds a stranger's texts (a token's payload, a configuration's names) for a terminal: indented, and with every character escaped that a
// terminal could obey or that could make a line read differently from what it says.

/**
 * What `JSON.stringify` leaves as it is: C1 controls, which terminals obey, invisible and bidirectional format
 * characters, and separators that some viewers take for the end of a line.
 */
const MISLEADING = /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** The value as JSON, two spaces a level. */
export function jsonText(value: unknown): string {
  return (JSON.stringify(value, undefined, 2) ?? 'null').replace(MISLEADING, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
