// Documents with a given value at a given place, for tests that try every key out.
import { Ajv2020 } from 'ajv/dist/2020.js';
import { EDITOR_KEYWORDS, type JsonSchemaObject } from '../src/config/json-schema/schema-words.js';
import type { Path } from '../src/config/path.js';
import { examplesOf, followed, members, SCHEMA, type Place } from './schema-walk.js';

/** Where the value stands in the documents that `documentWith` makes. */
function pathOf({ key, above, within }: Place): Path {
  return above === undefined ? [key] : [...pathOf(above), ...within.map((how) => (how === 'list' ? 0 : NAME)), key];
}

const NAME = 'a';

/** A document that the JSON Schema accepts, with this value at the place, and no more around it than needed. */
export function documentWith(place: Place, value: unknown): unknown {
  const object = completed(place, value);
  const { above, within } = place;
  if (above === undefined) return object;
  const wrapped = within.reduceRight<unknown>((inner, how) => (how === 'list' ? [inner] : { [NAME]: inner }), object);
  return documentWith(above, wrapped);
}

/** The same document, but without the key. */
export function withoutPlace(document: unknown, place: Place): unknown {
  const copy: unknown = structuredClone(document);
  // Every step of the path is a key or an index of the document that was made for this place.
  const owner = pathOf(place)
    .slice(0, -1)
    .reduce<unknown>((value, step) => (value as Record<string, unknown>)[step], copy);
  Reflect.deleteProperty(owner as object, place.key);
  return copy;
}

const ajv = new Ajv2020({ strict: false }).addVocabulary([...EDITOR_KEYWORDS]).addSchema(SCHEMA, 'mcpgw');

/** The first of the objects that are tried which the owner's schema accepts. */
function completed({ key, owner, above, within }: Place, value: unknown): object {
  const accepts = ajv.getSchema(`mcpgw#${owner.pointer}`) ?? ajv.compile(SCHEMA);
  const bases = examplesOf(above?.schema).flatMap((example) => inner(example, within));
  for (const candidate of candidates({ key, value, bases, siblings: siblingsOf(owner.schema) })) {
    if (accepts(candidate) === true) return candidate;
  }
  throw new Error(`no valid object with the key ${key} at ${owner.pointer}`);
}

interface Attempt {
  readonly key: string;
  readonly value: unknown;
  /** Examples of the object. */
  readonly bases: readonly object[];
  /** Its other keys, each with an example. */
  readonly siblings: readonly (readonly [string, unknown])[];
}

function* candidates({ key, value, bases, siblings }: Attempt): Generator<object> {
  const member = { [key]: value };
  for (const base of bases) {
    yield { ...base, ...member };
    for (const [other] of Object.entries(base)) {
      const { [other]: _, ...rest } = base as Record<string, unknown>; // an object of a JSON document
      yield { ...rest, ...member };
    }
  }
  yield member;
  for (const first of siblings) yield { ...Object.fromEntries([first]), ...member };
  for (const first of siblings) {
    for (const second of siblings) yield { ...Object.fromEntries([first, second]), ...member };
  }
}

const FORMS: ReadonlySet<string> = new Set(['mcpServers', 'mcp_integration_details']);

function siblingsOf(owner: JsonSchemaObject): Attempt['siblings'] {
  return members(owner['properties']).flatMap(([key, schema]) =>
    // Another form of document would be another place.
    FORMS.has(key)
      ? []
      : examplesOf(followed({ pointer: '', schema }).schema)
          .slice(0, 1)
          .map((example) => [key, example] as const),
  );
}

function inner(value: unknown, within: Place['within']): readonly object[] {
  const [how, ...rest] = within;
  if (typeof value !== 'object' || value === null || Array.isArray(value) !== (how === 'list')) return [];
  return how === undefined ? [value] : Object.values(value).flatMap((element) => inner(element, rest));
}
