// Where in a document something stands: the keys and indices from its root.
import { looksLikeCredential } from '../secret/sensitive-key.js';

/** Keys and indices from the root; empty is the whole document. */
export type Path = readonly (string | number)[];

/** RFC 6901; `""` is the whole document. */
export function pointerOf(path: Path): string {
  // A loop, and no work for the keys that need none: a large document asks for tens of thousands.
  let pointer = '';
  for (const step of path) {
    const key = String(step);
    pointer += `/${/[~/]/.test(key) ? key.replaceAll('~', '~0').replaceAll('/', '~1') : key}`;
  }
  return pointer;
}

/** The pointer as it may be shown: a key that is a credential by its looks is left out of it. */
export function shownPointerOf(path: Path): string {
  return pointerOf(path.map((step) => (typeof step === 'string' ? shownKey(step) : step)));
}

/** What a sentence calls the place: its last key and the indices behind it (`algorithms[0]`), in backticks. */
export function labelOf(path: Path): string {
  const last = path.findLastIndex((step) => typeof step === 'string');
  if (last === -1) return 'the configuration';
  const indices = path.slice(last + 1).map((index) => `[${index}]`);
  return `\`${oneLine(shownKey(String(path[last])))}${indices.join('')}\``;
}

/** Somebody may have pasted a token where a key belongs. */
function shownKey(key: string): string {
  return looksLikeCredential(key) ? '[secret]' : key;
}

/** Keys are the author's: whatever would break a line of output is written as an escape. */
function oneLine(key: string): string {
  if (key === '') return '""';
  const escaped = JSON.stringify(key).slice(1, -1).replaceAll('\\"', '"');
  return escaped.length > 80 ? `${escaped.slice(0, 79)}…` : escaped;
}
