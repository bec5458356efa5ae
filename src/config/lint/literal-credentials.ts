// Credentials that stand in the file in clear: no gaps that are still to be filled, and of references the defaults alone.
import { holdsCredential } from '../../secret/sensitive-key.js';
import type { Path } from '../path.js';
import type { LintSubject } from './lint-rule.js';
import { looksLikePlaceholder } from './placeholder.js';
import { textsBelow } from './texts-below.js';

export interface LiteralCredential {
  readonly path: Path;
  /** It is the default of a secret reference (`${NAME:-default}`). */
  readonly isDefault: boolean;
}

export function* literalCredentials({ layout, isReference, defaults }: LintSubject): Iterable<LiteralCredential> {
  for (const { path, isPattern } of textsBelow(layout.top, isCredential)) {
    if (!isPattern && !isReference(path)) yield { path, isDefault: false };
  }
  for (const { text, path } of defaults) {
    if (isCredential(text, path)) yield { path, isDefault: true };
  }
}

function isCredential(text: string, path: Path): boolean {
  return text !== '' && holdsCredential(path, text) && !looksLikePlaceholder(text);
}
