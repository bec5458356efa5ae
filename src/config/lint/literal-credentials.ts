// Credentials that stand in the file in clear: no references, and no gaps that are still to be filled.
import { holdsCredential } from '../../secret/sensitive-key.js';
import type { LintSubject } from './lint-rule.js';
import { looksLikePlaceholder } from './placeholder.js';
import { textsBelow, type PlacedText } from './texts-below.js';

export function* literalCredentials({ layout, isReference }: LintSubject): Iterable<PlacedText> {
  for (const placed of textsBelow(layout.top)) {
    const { text, path, isPattern } = placed;
    if (isPattern || text === '' || isReference(path) || looksLikePlaceholder(text)) continue;
    if (holdsCredential(path, text)) yield placed;
  }
}
