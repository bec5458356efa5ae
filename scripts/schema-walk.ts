// Every key of the configuration's JSON Schema with its place; objects that stand in several places are entered once.
import { configJsonSchema } from '../src/config/json-schema/document.js';
import type { JsonSchemaObject } from '../src/config/json-schema/schema-words.js';

export const SCHEMA = configJsonSchema();

/** A key, and where its value stands. */
export interface Place {
  readonly key: string;
  /** With references followed. */
  readonly schema: JsonSchemaObject;
  /** The object that the key is of: its place in the JSON Schema, and itself. */
  readonly owner: { readonly pointer: string; readonly schema: JsonSchemaObject };
  /** The key in whose value the owner stands; undefined at the top. */
  readonly above: Place | undefined;
  /** How the owner stands there: in lists, and under names of the author's choice. */
  readonly within: readonly ('list' | 'name')[];
}

/** Keys that are refused, and say only that, are left out. */
export function placesOf(): readonly Place[] {
  return [...below({ pointer: '', schema: SCHEMA }, { above: undefined, within: [], visited: new Set() })];
}

/** Entered last, so that what they share with a bare policy is met there. */
const LAST: ReadonlySet<string> = new Set(['mcpServers', 'mcp_integration_details']);

interface Step {
  readonly above: Place | undefined;
  readonly within: Place['within'];
  readonly visited: Set<string>;
}

function* below(given: Place['owner'], step: Step): Generator<Place> {
  const owner = followed(given);
  if (step.visited.has(owner.pointer)) return;
  step.visited.add(owner.pointer);
  const { properties, items, additionalProperties, anyOf } = owner.schema;
  const delayed: Place[] = [];
  for (const [key, member] of members(properties)) {
    if ('not' in member && !('type' in member)) continue;
    const at = { pointer: `${owner.pointer}/properties/${key}`, schema: member };
    const place = { key, schema: followed(at).schema, owner, above: step.above, within: step.within };
    yield place;
    if (LAST.has(key)) delayed.push(place);
    else yield* below(at, { ...step, above: place, within: [] });
  }
  for (const place of delayed) {
    const at = { pointer: `${owner.pointer}/properties/${place.key}`, schema: place.schema };
    yield* below(at, { ...step, above: place, within: [] });
  }
  for (const [index, branch] of members(anyOf)) {
    yield* below({ pointer: `${owner.pointer}/anyOf/${index}`, schema: branch }, step);
  }
  if (isObject(items)) {
    yield* below({ pointer: `${owner.pointer}/items`, schema: items }, { ...step, within: [...step.within, 'list'] });
  }
  if (isObject(additionalProperties)) {
    const at = { pointer: `${owner.pointer}/additionalProperties`, schema: additionalProperties };
    yield* below(at, { ...step, within: [...step.within, 'name'] });
  }
}

/** What a reference refers to, with what is said beside the reference. */
export function followed({ pointer, schema }: Place['owner']): Place['owner'] {
  const { $ref, ...beside } = schema;
  if (typeof $ref !== 'string') return { pointer, schema };
  const name = $ref.slice('#/$defs/'.length);
  const definition = Object.fromEntries(members(SCHEMA['$defs']))[name] ?? {};
  return { pointer: `/$defs/${name}`, schema: { ...definition, ...beside } };
}

/** The keys from the top, as a page calls them. */
export function nameOf({ key, above, within }: Place): string {
  const brackets = within.map((how) => (how === 'list' ? '[]' : '.*')).join('');
  return above === undefined ? key : `${nameOf(above)}${brackets}.${key}`;
}

/** Values that the key may have, the likeliest first. */
export function examplesOf(schema: JsonSchemaObject | undefined): readonly unknown[] {
  if (schema === undefined) return [];
  const { examples, default: standard, type, anyOf } = schema;
  const [first] = members(anyOf);
  return [
    ...(Array.isArray(examples) ? examples : []),
    ...(type === 'array' ? [] : namedValues(schema).map(([name]) => name)),
    ...(type === 'boolean' ? [true] : []),
    ...(standard === undefined ? [] : [standard]),
    ...(first === undefined ? [] : examplesOf(followed({ pointer: '', schema: first[1] }).schema)),
  ];
}

/** The values that are taken by name, by the key or in its list, and the meaning of each; none for other keys. */
export function namedValues(schema: JsonSchemaObject): readonly (readonly [name: string, meaning: string])[] {
  const { enum: names, enumDescriptions: meanings, anyOf, items } = schema;
  if (Array.isArray(names)) {
    return names.map((name, index) => [String(name), Array.isArray(meanings) ? String(meanings[index]) : ''] as const);
  }
  const below = [...members(anyOf).map(([, branch]) => branch), ...(isObject(items) ? [items] : [])];
  return below.flatMap((branch) => namedValues(followed({ pointer: '', schema: branch }).schema));
}

export function members(value: unknown): readonly (readonly [string, JsonSchemaObject])[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]: [string, unknown]) =>
    isObject(member) ? [[key, member] as const] : [],
  );
}

function isObject(value: unknown): value is JsonSchemaObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
