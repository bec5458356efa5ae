// The texts of a document with their places, but for what is not ours (`$schema` and `x-…`).
import type { Section } from '../document-kinds.js';
import { isForeign } from '../foreign-keys.js';
import type { Path } from '../path.js';
import { isRawObject } from '../raw-value.js';

export interface PlacedText {
  readonly text: string;
  readonly path: Path;
  /** It is a regular expression of a claim rule, where braces and angle brackets mean something else. */
  readonly isPattern: boolean;
}

/**
 * Those that are wanted: a document has many texts, and a place is worth making for few of them. The path that is asked
 * about is the same list each time, so it may not be kept.
 */
export function textsBelow(
  { path, value }: Section,
  isWanted: (text: string, path: Path) => boolean,
): readonly PlacedText[] {
  const found: PlacedText[] = [];
  const at: (string | number)[] = [...path];
  const look = (step: string | number, { member, isPattern }: { member: unknown; isPattern: boolean }): void => {
    at.push(step);
    if (typeof member === 'string') {
      if (isWanted(member, at)) found.push({ text: member, path: [...at], isPattern });
    } else if (Array.isArray(member)) {
      for (const [index, element] of member.entries()) look(index, { member: element, isPattern });
    } else if (isRawObject(member)) {
      const isRegexRule = member['matchType'] === 'regex';
      for (const key of Object.keys(member)) {
        if (isForeign(at, key)) continue;
        look(key, { member: member[key], isPattern: isPattern || (isRegexRule && key === 'values') });
      }
    }
    at.pop();
  };
  for (const key of Object.keys(value)) {
    if (!isForeign(path, key)) look(key, { member: value[key], isPattern: false });
  }
  return found;
}
