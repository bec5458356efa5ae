// The document by itself: a valid schema, with a text for everything, and nothing in it twice or in vain.
import { expect, test } from 'vitest';
import { nameOf, namedValues, placesOf } from '../../../../scripts/schema-walk.js';
import { documentWith } from '../../../../scripts/place-document.js';
import { ATLAS } from '../../../../src/config/json-schema/sections.js';
import { shapeOf } from '../../../../src/config/json-schema/atlas.js';
import { RULES } from '../../../../src/config/lint.js';
import { SCHEMA_URL } from '../../../../src/config/schema-url.js';
import { structureOf } from '../../../../src/config/schema/carried-structure.js';
import { checkText } from '../check-text.js';
import { FULL_DOCUMENTS } from './documents.js';
import { objections, SCHEMA, strictAjv } from './editor.js';

type Words = Readonly<Record<string, unknown>>;

const places = placesOf().map((place) => [nameOf(place), place] as const);

test('is a JSON Schema 2020-12 that ajv takes in its strictest mode', () => {
  expect(strictAjv().validateSchema(SCHEMA)).toBe(true);
  expect(SCHEMA).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema', $id: SCHEMA_URL });
  expect(JSON.parse(JSON.stringify(SCHEMA))).toEqual(SCHEMA);
});

test('has the keys that the checker knows', () => {
  const names = places.map(([name]) => name);
  expect(names).toEqual(expect.arrayContaining(['mcpServers.*.url', 'jwt_validation.claimValues.*.values', 'tls.ca']));
  expect(places.length).toBeGreaterThan(150);
});

test.each(places)('says in whole sentences what %s means', (_name, { schema }) => {
  expect(schema['description']).toMatch(/^[A-Z`].*\.$/s);
  expect(schema['description']).not.toMatch(/\.\.$|undefined/);
});

/** A public key is nobody's to type. */
const NOTHING_TO_OFFER = /\.(?:n|x|y)$/;

test.each(places)('offers a value for %s', (name, { schema }) => {
  const { default: standard, examples, type, deprecated, anyOf } = schema;
  const isReference = JSON.stringify(anyOf ?? '').includes('switched-off');
  const offers = [type === 'boolean', standard !== undefined, examples !== undefined, deprecated, isReference];
  expect(offers.includes(true) || namedValues(schema).length > 0 || NOTHING_TO_OFFER.test(name)).toBe(true);
});

test('explains every value that is taken by name', () => {
  const unexplained: string[] = [];
  visit(SCHEMA, ({ enum: names, enumDescriptions: texts }, at) => {
    // Conditions compare names; they offer none.
    if (!Array.isArray(names) || /\/(?:if|then|not|contains|propertyNames)\//.test(at)) return;
    const isExplained = Array.isArray(texts) && texts.length === names.length;
    if (!isExplained || !texts.every((text) => String(text).endsWith('.'))) unexplained.push(at);
  });
  expect(unexplained).toEqual([]);
});

test('has no text for a key that the checker does not know', () => {
  const leftOver = [...ATLAS.sections].flatMap(([schema, { texts, members = {} }]) => {
    const shape = shapeOf(schema);
    // A JSON Web Key may have members of any name.
    if (structureOf(schema) === undefined) return [];
    return [...Object.keys(texts), ...Object.keys(members)].filter((key) => !Object.hasOwn(shape, key));
  });
  expect(leftOver).toEqual([]);
});

test('describes each lint rule in its own words', () => {
  const described = new Map(places.map(([name, { schema }]) => [name, schema['description']]));
  for (const { name, code, meaning } of RULES) {
    expect(described.get(`lint.${name}`)).toContain(`${code}: ${meaning}.`);
  }
});

test('defines what is used in more than one place, and nothing else', () => {
  const uses = new Map<string, number>();
  visit(SCHEMA, ({ $ref }) => {
    if (typeof $ref === 'string') uses.set($ref, (uses.get($ref) ?? 0) + 1);
  });
  const { $defs } = SCHEMA as { readonly $defs: object };
  const definitions = Object.keys($defs).map((name) => `#/$defs/${name}`);
  expect([...uses.keys()].toSorted()).toEqual(definitions.toSorted());
  expect(definitions.filter((name) => (uses.get(name) ?? 0) < 2)).toEqual([]);
});

test('has nothing beside a reference that checks: editors differ in what they make of it', () => {
  const beside: string[] = [];
  visit(SCHEMA, (schema, at) => {
    const words = '$ref' in schema ? Object.keys(schema) : [];
    if (words.some((word) => !/^(?:\$ref|description|default|examples)$/.test(word))) beside.push(at);
  });
  expect(beside).toEqual([]);
});

test('is tried out on documents that have every key', () => {
  const texts = FULL_DOCUMENTS.map((document) => JSON.stringify(document)).join('\n');
  const rules = new Set<string>(RULES.map(({ name }) => name));
  const untried = places.map(([, { key }]) => key).filter((key) => !texts.includes(`"${key}":`) && !rules.has(key));
  expect(untried).toEqual([]);
});

const examples = places.flatMap(([name, place]) => {
  const { examples: given } = place.schema;
  return Array.isArray(given) ? given.map((example: unknown) => [name, JSON.stringify(example), place] as const) : [];
});

test.each(examples)('gives a valid example for %s: %s', async (_name, example, place) => {
  const document = documentWith(place, JSON.parse(example));
  expect(objections(document)).toEqual([]);
  const { diagnostics } = await checkText(JSON.stringify(document), { resolveReferences: false });
  expect(diagnostics).toEqual([]);
});

/** Calls back with every schema of the document and its place; data that only looks like one is left out. */
function visit(schema: unknown, see: (schema: Words, at: string) => void, at = '#'): void {
  if (typeof schema !== 'object' || schema === null) return;
  if (!Array.isArray(schema)) see(schema as Words, at); // an object, as was just seen
  for (const [word, below] of Object.entries(schema)) {
    if (/^(?:default|examples|enum|enumDescriptions|const)$/.test(word)) continue;
    visit(below, see, `${at}/${word}/`);
  }
}
