// Every text of a document with its place, but for what is not ours: `$schema` and `x-…` at the levels of sections.
import type { Section } from '../document-kinds.js';
import type { Path } from '../path.js';
import { elementsOf, memberOf, membersOf } from '../raw-value.js';

export interface PlacedText {
  readonly text: string;
  readonly path: Path;
  /** It is a regular expression of a claim rule, where braces and angle brackets mean something else. */
  readonly isPattern: boolean;
}

export function* textsBelow({ path, value }: Section): Iterable<PlacedText> {
  for (const [key, member] of membersOf(value)) {
    if (key === '$schema' || key.startsWith('x-')) continue;
    yield* textsOfValue(member, { path: [...path, key], isPattern: false });
  }
}

function* textsOfValue(value: unknown, at: Omit<PlacedText, 'text'>): Iterable<PlacedText> {
  if (typeof value === 'string') yield { text: value, ...at };
  for (const [index, element] of elementsOf(value).entries()) {
    yield* textsOfValue(element, { ...at, path: [...at.path, index] });
  }
  const isRegexRule = memberOf(value, 'matchType') === 'regex';
  for (const [key, member] of membersOf(value)) {
    const isPattern = at.isPattern || (isRegexRule && key === 'values');
    yield* textsOfValue(member, { path: [...at.path, key], isPattern });
  }
}
