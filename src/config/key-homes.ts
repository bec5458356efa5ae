// Where a key that is unknown at its place would be known: read off what the schemas say of their own structure.
// Loaded only when there is an error to explain.
import type * as z from 'zod/mini';
import type { DocumentKind } from './document-kinds.js';
import type { Path } from './path.js';
import { DOCUMENTS } from './schema.js';
import { structureOf } from './schema/carried-structure.js';

type Schema = z.core.$ZodType;

export type KeyHomes = (path: Path) => string | undefined;

/** More places than these tell nothing. */
const MOST_PLACES = 2;

/** Says where the last key of a path belongs, in words that follow "it belongs"; undefined when that is not plain. */
export function keyHomes(kind: DocumentKind): KeyHomes {
  // The export has few keys of its own: what it lacks may belong to a configuration of the usual form.
  const forms = [...new Set<DocumentKind>([kind, 'gateway'])];
  const homesOf = new Map<string, readonly Home[]>();
  const homes = (form: DocumentKind): readonly Home[] => {
    const known = homesOf.get(form) ?? [...homesBelow(DOCUMENTS[form], [])];
    homesOf.set(form, known);
    return known;
  };
  return (path) => {
    const key = String(path.at(-1));
    const section = path.slice(0, -1);
    for (const form of forms) {
      const found = homes(form).filter((home) => home.keys.has(key) && !isAt(home.at, section));
      const below = found.filter(({ at }) => at.length > section.length && isAt(at.slice(0, section.length), section));
      const places = new Set((below.length > 0 ? below : found).map(({ at }) => placeOf(at, { form, key })));
      if (places.size > 0) return places.size > MOST_PLACES ? undefined : [...places].join(' or ');
    }
    return undefined;
  };
}

/** An object with keys of its own; `*` stands for an entry of a list or for a name that the author chooses. */
interface Home {
  readonly at: readonly string[];
  readonly keys: ReadonlySet<string>;
}

function* homesBelow(schema: Schema, at: readonly string[]): Iterable<Home> {
  const structure = structureOf(schema);
  const { def } = (schema as z.core.$ZodTypes)._zod; // every schema is of one of zod's own kinds
  if (structure?.kind === 'choice') {
    for (const branch of structure.branches) yield* homesBelow(branch, at);
  } else if (structure?.kind === 'dictionary') {
    yield* homesBelow(structure.member, [...at, '*']);
  } else if (structure?.kind === 'object' || def.type === 'object') {
    const shape = structure?.kind === 'object' ? structure.shape : def.type === 'object' ? def.shape : {};
    const members = Object.entries(shape).filter(([, member]) => !isIgnored(member));
    yield { at, keys: new Set(members.map(([key]) => key)) };
    for (const [key, member] of members) yield* homesBelow(member, [...at, key]);
  } else if (def.type === 'array') {
    yield* homesBelow(def.element, [...at, '*']);
  } else if (def.type === 'optional' || def.type === 'nullable') {
    yield* homesBelow(def.innerType, at);
  }
}

/** Any value passes, and none means anything. */
function isIgnored(schema: Schema): boolean {
  const { def } = (schema as z.core.$ZodTypes)._zod; // every schema is of one of zod's own kinds
  if (def.type === 'optional') return isIgnored(def.innerType);
  return def.type === 'unknown' && structureOf(schema) === undefined;
}

function isAt(pattern: readonly string[], path: Path): boolean {
  return pattern.length === path.length && pattern.every((step, depth) => step === '*' || step === path[depth]);
}

function placeOf(at: readonly string[], { form, key }: { form: DocumentKind; key: string }): string {
  const [last, before] = [at.at(-1), at.at(-2)];
  if (last === undefined)
    return form === 'gateway' && key !== 'mcpServers' ? 'beside `mcpServers`' : 'at the top of the document';
  if (last !== '*') return `in \`${last}\``;
  return before === 'mcpServers' ? "in a server's entry" : `in an entry of \`${before ?? ''}\``;
}
