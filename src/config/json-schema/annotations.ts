// The annotations of a key: what an editor shows and offers. They check nothing.
import type { KeyText } from './key-text.js';
import type { JsonSchemaObject } from './schema-words.js';

export function annotations(text: KeyText | undefined): JsonSchemaObject {
  return {
    description: descriptionOf(text),
    ...(text?.isDeprecated === true && { deprecated: true }),
    ...(text?.default !== undefined && { default: text.default }),
    ...(text?.examples !== undefined && { examples: text.examples }),
  };
}

export function descriptionOf(text: KeyText | undefined): string {
  if (text === undefined) return '';
  const { means, otherwise } = text;
  const standard = text.default === undefined ? otherwise : `${JSON.stringify(text.default)}.`;
  return standard === undefined ? means : `${means} Default: ${standard}`;
}

/** An editor shows what to do instead; it does not offer them. */
export function refusedKeys(hints: Readonly<Record<string, string>>): JsonSchemaObject {
  return Object.fromEntries(
    Object.entries(hints).map(([key, hint]) => [key, { not: {}, errorMessage: hint, doNotSuggest: true }]),
  );
}
