// JSON for a terminal as well as for programs: indented, and with every character escaped that a terminal could obey
// or that could make a line read differently from what it says. It parses to the same value.
import { visibleText } from '../../diagnostics/visible-text.js';

type Replacer = (key: string, value: unknown) => unknown;

/** The value as JSON, two spaces a level. The replacer is that of JSON.stringify. */
export function jsonText(value: unknown, replacer?: Replacer): string {
  // JSON.stringify leaves no line break inside a text, so each line can be looked at by itself.
  const text = JSON.stringify(value, replacer, 2) ?? 'null';
  return text.split('\n').map(visibleText).join('\n');
}
