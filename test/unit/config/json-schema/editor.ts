// The verdict of an editor: the JSON Schema, applied by ajv in strict mode.
import { Ajv2020 } from 'ajv/dist/2020.js';
import { configJsonSchema } from '../../../../src/config/json-schema/document.js';
import { EDITOR_KEYWORDS } from '../../../../src/config/json-schema/schema-words.js';

export const SCHEMA = configJsonSchema();

export function strictAjv(): Ajv2020 {
  return new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }).addVocabulary([...EDITOR_KEYWORDS]);
}

const validate = strictAjv().compile(SCHEMA);

/** What the JSON Schema says against the value; nothing when it accepts it. */
export function objections(value: unknown): readonly string[] {
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
}
