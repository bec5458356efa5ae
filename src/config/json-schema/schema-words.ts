// The words of JSON Schema 2020-12 that the configuration's schema is written in, and those that editors add.

export type JsonSchema = boolean | JsonSchemaObject;
export type JsonSchemaObject = Readonly<Record<string, unknown>>;

/** Keywords beyond the standard, which VS Code and those that use its JSON service understand. They check nothing. */
export const EDITOR_KEYWORDS = ['enumDescriptions', 'errorMessage', 'patternErrorMessage', 'doNotSuggest'] as const;

/** A place in the document that others refer to. */
export function definition(name: string): JsonSchemaObject {
  return { $ref: `#/$defs/${name}` };
}

/** `if`, `then`, `else`. Not written as a literal: an object with a `then` is a promise to all that await it. */
export function given(condition: JsonSchema, consequence: JsonSchema, otherwise?: JsonSchema): JsonSchemaObject {
  const words = [['if', condition] as const, ['then', consequence] as const];
  return Object.fromEntries(otherwise === undefined ? words : [...words, ['else', otherwise] as const]);
}

/** An object with these members, whatever they are. */
export function has(...keys: readonly string[]): JsonSchemaObject {
  return { properties: Object.fromEntries(keys.map((key) => [key, true])), required: keys };
}
