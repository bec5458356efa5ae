// What a schema of structure.ts consists of, carried by the schema itself: to zod each of them is an unknown value with
// a check. For those who describe the configuration (json-schema/); checking never looks at it.
import type * as z from 'zod/mini';

type Schema = z.core.$ZodType;

/** What a text has to look like beyond being one; json-schema/text-facets.ts says it as a pattern. */
export type TextFacet =
  | 'algorithm'
  | 'duration'
  | 'endpoint-url'
  | 'filled'
  | 'header-name'
  | 'header-value'
  | 'introspection-media-type'
  | 'parameter-name'
  | 'url';

export type Structure =
  | { readonly kind: 'text'; readonly facet: TextFacet }
  | { readonly kind: 'number'; readonly least: number; readonly most?: number; readonly isInteger: boolean }
  /** The one value that passes. */
  | { readonly kind: 'flag'; readonly only: boolean }
  | {
      readonly kind: 'object';
      readonly shape: Readonly<Record<string, Schema>>;
      /** Keys that are refused, and what to do instead. */
      readonly hints: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'dictionary'; readonly member: Schema; readonly keyFacet: TextFacet | undefined }
  | { readonly kind: 'choice'; readonly branches: readonly Schema[] }
  /** No value passes. */
  | { readonly kind: 'refused' };

const STRUCTURE: unique symbol = Symbol('structure');

/** The same schema, which now says what it consists of. */
export function carrying<S extends Schema>(schema: S, structure: Structure): S {
  return Object.assign(schema, { [STRUCTURE]: structure });
}

/** Undefined for a schema of zod's own making. */
export function structureOf(schema: Schema & { readonly [STRUCTURE]?: Structure }): Structure | undefined {
  return schema[STRUCTURE];
}
