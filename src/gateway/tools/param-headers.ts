// Parameters of a tool that are repeated as headers: what a schema says of them, and the headers of one call (MCP
// 2026-07-28, "Streamable HTTP", "Custom Headers from Tool Parameters"). Values in, values out.
import { isObject, type Params } from '../json-rpc.js';
import { encodeSentinel } from '../outbound-headers.js';

export interface ParamHeader {
  /** Names of properties, from the arguments inwards. */
  readonly path: readonly string[];
  /** `Mcp-Param-Region`. */
  readonly name: string;
}

export type Annotations =
  | { readonly kind: 'valid'; readonly params: readonly ParamHeader[] }
  /** Such a tool is not to be used; one clause. */
  | { readonly kind: 'invalid'; readonly why: string };

const KEY = 'x-mcp-header';
/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const TYPES: ReadonlySet<unknown> = new Set(['string', 'integer', 'boolean']);
/** No server needs more, and each costs a header in every call. */
const PARAMS_AT_MOST = 64;
const DEEPEST = 64;

/** An annotation counts on a property that is reached through `properties` alone; anywhere else it is an error. */
export function paramHeadersOf(inputSchema: unknown): Annotations {
  const params: ParamHeader[] = [];
  const names = new Set<string>();
  /** Why it is invalid. */
  const visit = (schema: unknown, path: readonly string[], depth: number): string | undefined => {
    if (depth > DEEPEST) return 'its schema is nested too deep';
    if (Array.isArray(schema)) return firstOf(schema, (each) => strayIn(each, depth + 1));
    if (!isObject(schema)) return undefined;
    if (Object.hasOwn(schema, KEY)) {
      const problem = path.length === 0 ? 'it is on no parameter' : problemOf(schema, names);
      if (problem !== undefined) return `x-mcp-header: ${problem}`;
      params.push({ path, name: `Mcp-Param-${String(schema[KEY])}` });
    }
    return firstOf(Object.entries(schema), ([key, value]) => {
      if (LITERALS.has(key)) return undefined;
      if (key !== 'properties' || !isObject(value)) return strayIn(value, depth + 1);
      return firstOf(Object.entries(value), ([name, property]) => visit(property, [...path, name], depth + 1));
    });
  };
  const why = visit(inputSchema, [], 0);
  if (why !== undefined) return { kind: 'invalid', why };
  return params.length > PARAMS_AT_MOST
    ? { kind: 'invalid', why: `x-mcp-header: it is on more than ${PARAMS_AT_MOST} parameters` }
    : { kind: 'valid', params };
}

/** The name is remembered. */
function problemOf(schema: Params, names: Set<string>): string | undefined {
  const name = schema[KEY];
  if (typeof name !== 'string' || !TOKEN.test(name)) return 'it is no name of a header';
  if (!TYPES.has(schema['type'])) return 'it is on a parameter that is no string, integer or boolean';
  const lower = name.toLowerCase();
  if (names.has(lower)) return 'two parameters have the same one';
  names.add(lower);
  return undefined;
}

/** An annotation where none may stand: in `items`, `anyOf`, `$defs`, … A literal (`const`, `default`) is no schema. */
function strayIn(value: unknown, depth: number): string | undefined {
  if (depth > DEEPEST) return 'its schema is nested too deep';
  if (Array.isArray(value)) return firstOf(value, (each) => strayIn(each, depth + 1));
  if (!isObject(value)) return undefined;
  if (Object.hasOwn(value, KEY)) return 'x-mcp-header: it is on something else than a parameter';
  return firstOf(Object.entries(value), ([key, each]) => (LITERALS.has(key) ? undefined : strayIn(each, depth + 1)));
}

const LITERALS: ReadonlySet<string> = new Set(['const', 'default', 'enum', 'examples']);

function firstOf<T>(values: readonly T[], find: (value: T) => string | undefined): string | undefined {
  for (const value of values) {
    const found = find(value);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Names and values in turn. What is absent, null, or of no type that a header can have, is left out. */
export function paramHeaderList(params: readonly ParamHeader[], args: unknown): readonly string[] {
  return params.flatMap(({ path, name }) => {
    const value = valueAt(args, path);
    if (typeof value === 'string') return [name, encodeSentinel(value)];
    if (typeof value === 'boolean' || Number.isSafeInteger(value)) return [name, String(value)];
    return [];
  });
}

function valueAt(args: unknown, path: readonly string[]): unknown {
  let value = args;
  for (const name of path) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}
