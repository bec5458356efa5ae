// Which environment variables a document refers to: they have to be set wherever mcpgw runs.
import { layoutOf } from '../../config/document-kinds.js';
import { textsBelow } from '../../config/lint/texts-below.js';
import { parseConfig } from '../../config/parse.js';
import { parseReferences } from '../../secret/reference.js';

export function variablesIn(text: string): readonly string[] {
  const { top } = layoutOf(parseConfig(text).value);
  const names = textsBelow(top, (value) => value.includes('${')).flatMap(({ text: value }) => {
    const parsed = parseReferences(value);
    if (parsed.kind !== 'template') return [];
    return parsed.references.flatMap((reference) => (reference.kind === 'env' ? [reference.name] : []));
  });
  return [...new Set(names)];
}
