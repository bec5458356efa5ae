// The JSON Schema of a configuration, computed from the schema that checks it (spec: cli, `mcpgw schema`). Never
// stricter than that; what it cannot say (references, URLs in full, what holds between sections) is for `validate`.
import { SCHEMA_URL } from '../schema-url.js';
import { DOCUMENTS } from '../schema.js';
import { structureOf } from '../schema/carried-structure.js';
import { shapeOf, type Shape } from './atlas.js';
import { bareRules, gatewayRules, oneTransport } from './between-keys.js';
import { refusedKeys } from './annotations.js';
import type { KeyTexts } from './key-text.js';
import { bodyOf, describedSchema, memberSchema } from './schema-of.js';
import { given, has, type JsonSchema, type JsonSchemaObject } from './schema-words.js';
import { ATLAS } from './sections.js';
import { textDefinitions } from './text-facets.js';
import { documentTexts, schemaKeyText } from './texts/forms.js';

export function configJsonSchema(): JsonSchemaObject {
  const portkey = shapeOf(DOCUMENTS.portkey);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: SCHEMA_URL,
    title: 'mcpgw configuration',
    description: DESCRIPTION,
    type: 'object',
    properties: {
      $schema: memberSchema({ key: '$schema', member: undefined, text: schemaKeyText }, ATLAS),
      ...keysOf({ ...shapeOf(DOCUMENTS.gateway), ...portkey }),
      ...refusedKeys(hintsOf(DOCUMENTS.gateway)),
    },
    patternProperties: { '^x-': true },
    additionalProperties: false,
    // The forms, in the order in which document-kinds.ts asks for them.
    ...given(
      has('mcpServers'),
      { properties: each(Object.keys(portkey), false), ...oneTransport, ...gatewayRules },
      given(
        has('mcp_integration_details'),
        {
          properties: each(['$schema', ...Object.keys(portkey)], true),
          patternProperties: { '^x-': true },
          additionalProperties: false,
        },
        bareRules,
      ),
    ),
    $defs: definitions(),
  };
}

const DESCRIPTION =
  'A bare policy (the policy keys alone), a gateway configuration (`mcpServers`), or a Portkey export (`mcp_integration_details`). Every text may hold secret references: ${NAME}, ${env:NAME}, ${NAME:-default}, ${file:path}, ${keychain:service/account}; $${ is a literal ${.';

function keysOf(shape: Shape): JsonSchemaObject {
  const texts: KeyTexts = documentTexts;
  return Object.fromEntries(
    Object.entries(shape).map(([key, member]) => {
      const also = key === 'mcpServers' ? { minProperties: 1 } : undefined;
      return [key, memberSchema({ key, member, text: texts[key], also }, ATLAS)];
    }),
  );
}

function hintsOf(schema: (typeof DOCUMENTS)['gateway']): Readonly<Record<string, string>> {
  const structure = structureOf(schema);
  return structure?.kind === 'object' ? structure.hints : {};
}

function each(keys: readonly string[], schema: JsonSchema): JsonSchemaObject {
  return Object.fromEntries(keys.map((key) => [key, schema]));
}

function definitions(): Readonly<Record<string, JsonSchema>> {
  const keys = [...ATLAS.sharedKeys].map(([key, shared]) => [key, describedSchema(shared, ATLAS)] as const);
  const schemas = [...ATLAS.definitions].map(([schema, { name, title, values }]) => {
    const body = bodyOf(schema, { atlas: ATLAS, values });
    return [name, { ...(title !== undefined && { title }), ...(typeof body === 'object' && body) }] as const;
  });
  return {
    ...Object.fromEntries([...keys, ...schemas]),
    ...textDefinitions(),
    'switched-off': { type: 'null', description: 'Switches off the default that stands beside `mcpServers`.' },
  };
}
