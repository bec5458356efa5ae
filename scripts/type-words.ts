// The type of a key, in words, from its JSON Schema. That a text may hold a reference goes without saying.
import type { JsonSchemaObject } from '../src/config/json-schema/schema-words.js';
import { followed, members } from './schema-walk.js';

export function typeWords(given: JsonSchemaObject): string {
  const { schema } = followed({ pointer: '', schema: given });
  const { title, anyOf, type, minimum, maximum, items, additionalProperties, properties } = schema;
  if (typeof title === 'string') return title;
  if (Array.isArray(schema['enum'])) return 'one of the values below';
  if ('const' in schema) return `\`${JSON.stringify(schema['const'])}\``;
  if (Array.isArray(anyOf)) return [...new Set(members(anyOf).flatMap(branchWords))].join(' or ');
  if (Array.isArray(type)) return type.map((each: unknown) => typeWords({ ...schema, type: each })).join(' or ');
  switch (type) {
    case 'integer':
    case 'number':
      return `${type}${rangeWords(minimum, maximum)}`;
    case 'boolean':
      return '`true` or `false`';
    case 'string':
      return 'text';
    case 'array':
      return `list: ${typeWords(items as JsonSchemaObject)}`; // lists of the configuration say what they hold
    case 'object':
      return properties === undefined && typeof additionalProperties === 'object'
        ? `object: ${typeWords(additionalProperties as JsonSchemaObject)} by name`
        : 'object';
    default:
      return '';
  }
}

function branchWords([, branch]: readonly [string, JsonSchemaObject]): readonly string[] {
  const isSaidElsewhere = /\/(?:secret-reference|switched-off)$/.test(String(branch['$ref']));
  return isSaidElsewhere ? [] : [typeWords(branch)];
}

function rangeWords(minimum: unknown, maximum: unknown): string {
  if (typeof minimum !== 'number') return '';
  const isBounded = typeof maximum === 'number' && maximum < Number.MAX_SAFE_INTEGER;
  return isBounded ? `, ${minimum} to ${maximum}` : `, at least ${minimum}`;
}
