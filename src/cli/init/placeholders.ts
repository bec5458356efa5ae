// What of a document is still to be filled in: exactly what the lint rule placeholder-value will warn of, with the
// question that each gap belongs to.
import { layoutOf } from '../../config/document-kinds.js';
import { looksLikePlaceholder } from '../../config/lint/placeholder.js';
import { textsBelow } from '../../config/lint/texts-below.js';
import { parseConfig } from '../../config/parse.js';
import { pointerOf } from '../../config/path.js';
import { flagOf, type Question } from './starter.js';

export interface Placeholder {
  readonly pointer: string;
  readonly what: string;
  /** What would have filled it in. */
  readonly flag: string;
  readonly question: Question;
}

export function placeholdersIn(text: string, questions: readonly Question[]): readonly Placeholder[] {
  const { top } = layoutOf(parseConfig(text).value);
  return textsBelow(top, looksLikePlaceholder).flatMap(({ text: value, path }) =>
    questions
      .filter(({ placeholder }) => gapsOf(placeholder).some((gap) => gapsOf(value).includes(gap)))
      .map((question) => ({
        pointer: pointerOf(path),
        what: question.what,
        flag: flagOf(question.name),
        question,
      })),
  );
}

/** `YOUR_REGION` and `YOUR_USER_POOL_ID` of the placeholder that has both. */
export function gapsOf(placeholder: string): readonly string[] {
  return placeholder.match(/YOUR_[A-Z0-9_]+/g) ?? [];
}
