// What the document is drawn from: each object's texts, and which schemas and keys stand in several places, so that
// they are written once, under `$defs`.
import type * as z from 'zod/mini';
import { structureOf } from '../schema/carried-structure.js';
import type { KeyText, KeyTexts } from './key-text.js';
import type { JsonSchema, JsonSchemaObject } from './schema-words.js';

type Schema = z.core.$ZodType;
export type Shape = Readonly<Record<string, Schema>>;

/** An object of the configuration: what is said of its keys, and what its schema cannot carry. */
export interface Section {
  readonly texts: KeyTexts;
  /** Beside what a key's own schema says; also members that a loose object does not name. */
  readonly members?: Readonly<Record<string, JsonSchema>>;
  /** What holds between the keys. */
  readonly between?: JsonSchemaObject;
}

export interface Atlas {
  readonly sections: ReadonlyMap<Schema, Section>;
  /** Schemas that have a definition of their own. It has no description: each key that refers to it has one. */
  readonly definitions: ReadonlyMap<Schema, Definition>;
  /** Keys with the same schema and the same text in several objects: each has one definition, of the key's name. */
  readonly sharedKeys: ReadonlyMap<string, SharedKey>;
}

export interface Definition {
  readonly name: string;
  /** What a value of this kind is called. */
  readonly title?: string;
  readonly values?: KeyText['values'];
}

export interface SharedKey {
  readonly schema: Schema;
  readonly text: KeyText;
}

/** The keys that stand in more than one of the objects with the same meaning. */
export function sharedKeysOf(objects: readonly (readonly [Shape, KeyTexts])[]): ReadonlyMap<string, SharedKey> {
  const seen: (SharedKey & { readonly key: string })[] = [];
  const shared = new Map<string, SharedKey>();
  for (const [shape, texts] of objects) {
    for (const [key, wrapped] of Object.entries(shape)) {
      const text = texts[key];
      if (text === undefined) continue;
      const { schema } = unwrapped(wrapped);
      if (seen.some((other) => other.key === key && other.schema === schema && other.text === text)) {
        const before = shared.get(key);
        if (before !== undefined && before.text !== text) throw new Error(`two definitions of the name ${key}`);
        shared.set(key, { schema, text });
      }
      seen.push({ key, schema, text });
    }
  }
  return shared;
}

/** The shape of an object of either making. */
export function shapeOf(schema: Schema): Shape {
  const structure = structureOf(schema);
  if (structure?.kind === 'object') return structure.shape;
  const { def } = (schema as z.core.$ZodTypes)._zod; // every schema is of one of zod's own kinds
  return def.type === 'object' ? def.shape : {};
}

/** A member's schema without zod's wrappers. */
export function unwrapped(schema: Schema): {
  readonly schema: Schema;
  readonly isOptional: boolean;
  readonly isNullable: boolean;
} {
  const { def } = (schema as z.core.$ZodTypes)._zod; // every schema is of one of zod's own kinds
  if (def.type !== 'optional' && def.type !== 'nullable') return { schema, isOptional: false, isNullable: false };
  const inner = unwrapped(def.innerType);
  return {
    schema: inner.schema,
    isOptional: inner.isOptional || def.type === 'optional',
    isNullable: inner.isNullable || def.type === 'nullable',
  };
}
