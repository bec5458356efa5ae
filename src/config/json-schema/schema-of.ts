// A schema of schema/ as JSON Schema: zod's own kinds, and those that carry their structure, with the texts of every
// key. What has a definition is referred to.
import type * as z from 'zod/mini';
import { structureOf, type Structure } from '../schema/carried-structure.js';
import { descriptionOf, annotations, refusedKeys } from './annotations.js';
import { unwrapped, type Atlas, type Shape } from './atlas.js';
import type { KeyText } from './key-text.js';
import { definition, type JsonSchema, type JsonSchemaObject } from './schema-words.js';
import { keyOf, oneOfNames, textOf } from './text-facets.js';

type Schema = z.core.$ZodType;

interface Setting {
  readonly atlas: Atlas;
  /** The meaning of each name that is taken here. */
  readonly values?: KeyText['values'] | undefined;
}

/** The schema, or a reference to where it is defined. */
export function schemaOf(schema: Schema, setting: Setting): JsonSchema {
  const defined = setting.atlas.definitions.get(schema);
  return defined === undefined ? bodyOf(schema, setting) : definition(defined.name);
}

/** The schema itself. */
export function bodyOf(schema: Schema, setting: Setting): JsonSchema {
  const structure = structureOf(schema);
  return structure === undefined ? ofZod(schema, setting) : ofStructure(schema, { ...setting, structure });
}

function ofStructure(schema: Schema, setting: Setting & { readonly structure: Structure }): JsonSchema {
  const { structure, atlas, values } = setting;
  switch (structure.kind) {
    case 'text':
      return textOf(structure.facet, values);
    case 'number': {
      const { least, most, isInteger } = structure;
      const maximum = most === undefined ? {} : { maximum: most };
      return { type: isInteger ? 'integer' : 'number', minimum: least, ...maximum };
    }
    case 'flag':
      return { const: structure.only };
    case 'object':
      return objectSchema({ schema, shape: structure.shape, hints: structure.hints, isClosed: true }, atlas);
    case 'dictionary': {
      const names = structure.keyFacet === undefined ? {} : { propertyNames: keyOf(structure.keyFacet) };
      return { type: 'object', ...names, additionalProperties: schemaOf(structure.member, { atlas }) };
    }
    case 'choice':
      return anyOf(structure.branches.map((branch) => schemaOf(branch, setting)));
    case 'refused':
      return false;
  }
}

function ofZod(schema: Schema, { atlas, values }: Setting): JsonSchema {
  const { def } = (schema as z.core.$ZodTypes)._zod; // every schema is of one of zod's own kinds
  if (def.type === 'string' || def.type === 'number' || def.type === 'boolean') return { type: def.type };
  if (def.type === 'enum') return oneOfNames(Object.values(def.entries).map(String), values);
  if (def.type === 'array') return { type: 'array', items: schemaOf(def.element, { atlas, values }) };
  if (def.type === 'object') return objectSchema({ schema, shape: def.shape, hints: {}, isClosed: false }, atlas);
  if (def.type === 'unknown') return true;
  throw new Error(`no JSON Schema for a zod schema of the kind ${def.type}`);
}

/** Branches that are types and no more become one list of types. */
function anyOf(branches: readonly JsonSchema[]): JsonSchema {
  const possible = branches.filter((branch) => branch !== false);
  const [first] = possible;
  if (first === undefined || possible.length === 1) return first ?? false;
  const typed = possible.filter(isTypeAlone);
  if (typed.length < possible.length) return { anyOf: possible };
  // A list's `items` say nothing about the other types, so they can stand beside them.
  return { ...Object.assign({}, ...typed), type: typed.flatMap(({ type }) => type) };
}

function isTypeAlone(schema: JsonSchema): schema is JsonSchemaObject & { readonly type: unknown } {
  return (
    typeof schema === 'object' && 'type' in schema && Object.keys(schema).every((key) => /^(type|items)$/.test(key))
  );
}

interface ObjectParts {
  readonly schema: Schema;
  readonly shape: Shape;
  /** Keys that are refused, and what to do instead. */
  readonly hints: Readonly<Record<string, string>>;
  /** Whether other keys are refused, but `x-…` and `$schema`. */
  readonly isClosed: boolean;
}

function objectSchema({ schema, shape, hints, isClosed }: ObjectParts, atlas: Atlas): JsonSchemaObject {
  const section = atlas.sections.get(schema);
  if (section === undefined) throw new Error(`no texts for the object with the keys ${Object.keys(shape).join(', ')}`);
  const { texts, members = {}, between } = section;
  const required = Object.keys(shape).filter((key) => !unwrapped(shape[key] ?? schema).isOptional);
  const keys = [...new Set([...Object.keys(shape), ...Object.keys(texts), ...Object.keys(members)])];
  return {
    type: 'object',
    properties: {
      ...Object.fromEntries(
        keys.map((key) => [
          key,
          memberSchema({ key, member: shape[key], text: texts[key], also: members[key] }, atlas),
        ]),
      ),
      ...refusedKeys(hints),
    },
    ...(required.length > 0 && { required }),
    ...(isClosed && CLOSED),
    ...between,
  };
}

const CLOSED = { patternProperties: { '^x-|^\\$schema$': true }, additionalProperties: false };

export interface Member {
  readonly key: string;
  /** Undefined for a member that a loose object does not name. */
  readonly member: Schema | undefined;
  readonly text: KeyText | undefined;
  readonly also?: JsonSchema | undefined;
}

export function memberSchema({ key, member, text, also = {} }: Member, atlas: Atlas): JsonSchema {
  if (typeof also === 'boolean') return also;
  if (member === undefined) return { ...annotations(text), ...also };
  const { schema, isNullable } = unwrapped(member);
  const shared = atlas.sharedKeys.get(key);
  const isShared = shared?.schema === schema && shared.text === text && Object.keys(also).length === 0;
  const own = isShared ? definition(key) : describedSchema({ schema, text, also }, atlas);
  return isNullable ? { description: descriptionOf(text), anyOf: [own, definition('switched-off')] } : own;
}

interface Described {
  readonly schema: Schema;
  readonly text: KeyText | undefined;
  readonly also?: JsonSchemaObject;
}

/** The schema with everything that is said of it. */
export function describedSchema({ schema, text, also }: Described, atlas: Atlas): JsonSchemaObject {
  const body = schemaOf(schema, { atlas, values: text?.values });
  return { ...annotations(text), ...(typeof body === 'object' && body), ...also };
}
