// Configurations that are nearly valid, made from the JSON Schema itself: a few keys of each object, values that fit
// most of the time.
import * as fc from 'fast-check';
import { followed, members, SCHEMA } from '../../../../scripts/schema-walk.js';

type Words = Readonly<Record<string, unknown>>;

/** Built when asked for: the building blocks stand below. */
export function nearValidConfigs(): fc.Arbitrary<unknown> {
  return fc.oneof(
    objects(SCHEMA, { without: ['mcpServers', 'mcp_integration_details'], depth: 0 }),
    objects(SCHEMA, { without: ['mcp_integration_details'], needed: ['mcpServers'], depth: 0 }),
    objects(SCHEMA, { needed: ['mcp_integration_details'], only: ['mcp_integration_details', '$schema'], depth: 0 }),
    objects(SCHEMA, { depth: 0 }),
  );
}

interface Choice {
  readonly depth: number;
  readonly needed?: readonly string[];
  readonly without?: readonly string[];
  readonly only?: readonly string[];
}

function values(given: unknown, depth: number): fc.Arbitrary<unknown> {
  if (depth > 9 || typeof given !== 'object' || given === null) return anything;
  const { schema } = followed({ pointer: '', schema: given as Words }); // a schema, which is an object here
  return fc.oneof({ weight: 60, arbitrary: fitting(schema, depth) }, { weight: 1, arbitrary: anything });
}

function fitting(schema: Words, depth: number): fc.Arbitrary<unknown> {
  const { anyOf, enum: names, type, items, properties, additionalProperties } = schema;
  if (Array.isArray(anyOf)) return fc.oneof(...anyOf.map((branch: unknown) => values(branch, depth)));
  if (Array.isArray(names)) return fc.constantFrom(...(names as readonly unknown[]));
  if ('const' in schema) return fc.constant(schema['const']);
  const types = [type].flat();
  const kinds = types.map((each): fc.Arbitrary<unknown> => {
    if (each === 'object' && properties !== undefined) return objects(schema, { depth });
    if (each === 'object')
      return fc.dictionary(dictionaryNames, values(additionalProperties, depth + 1), { maxKeys: 2 });
    if (each === 'array') return fc.array(values(items, depth + 1), { maxLength: 2 });
    if (each === 'string') return texts;
    if (each === 'integer' || each === 'number') return numbers;
    if (each === 'boolean') return fc.boolean();
    return each === 'null' ? fc.constant(null) : anything;
  });
  return fc.oneof(...kinds);
}

function objects(schema: Words, { depth, needed = [], without = [], only }: Choice): fc.Arbitrary<unknown> {
  const properties = new Map(members(schema['properties']));
  const keys = [...properties.keys()].filter((key) => !without.includes(key) && (only?.includes(key) ?? true));
  const required = [...(Array.isArray(schema['required']) ? (schema['required'] as string[]) : []), ...needed];
  // Of keys that exclude one another, one.
  const alternatives = members(schema['oneOf']).flatMap(([, { required: each }]) =>
    Array.isArray(each) ? [each as string[]] : [],
  );
  const free = keys.filter((key) => !required.includes(key) && !alternatives.flat().includes(key));
  const chosen = fc.tuple(
    fc.subarray(free, { maxLength: Math.min(4, free.length) }),
    alternatives.length === 0 ? fc.constant([]) : fc.constantFrom(...alternatives),
    fc.oneof(
      { weight: 30, arbitrary: fc.constant([]) },
      fc.constantFrom(['x-note'], ['$schema'], ['misspelt'], ['__proto__']),
    ),
  );
  return chosen.chain(([some, one, extra]) => {
    const all = [...required, ...one, ...some, ...extra];
    return (
      fc
        .tuple(...all.map((key) => values(properties.get(key), depth + 1)))
        // Defined, not assigned: a key may be `__proto__`.
        .map((parts) => Object.fromEntries(all.map((key, index) => [key, parts[index]])))
    );
  });
}

const anything = fc.oneof(
  fc.constantFrom(null, true, false, 0, 1, -1, 0.5, '', 'a', '${A}', '$${A}', '${keychain:a/b}', '${file:gone}'),
  fc.constantFrom([], {}, [null], { a: 1 }, ['a'], { '': '' }),
);

const dictionaryNames = fc.constantFrom(
  'a',
  'X-A',
  'x-b',
  '*',
  '__proto__',
  'constructor',
  '',
  'a b',
  'prompt',
  'state',
  'Authorization',
);

const numbers = fc.constantFrom(0, 1, 5, 60, 86_400, 86_401, 2_147_483_647, 2_147_483_648, 1e300, -1, -0, 0.5);

const texts = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom('https://a.example', 'http://localhost:1/a', 'http://127.0.0.1', 'http://a.example'),
  },
  {
    weight: 6,
    arbitrary: fc.constantFrom('X-A', 'authorization', '1d', '30s', '0s', 'application/json', 'RSA', 'EC', 'OKP'),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom('AQAB', `w${'A'.repeat(341)}`, 'a', '', '^a$', '(', 'exact', 'regex', 'oct'),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '${A}',
      '${URL}',
      '${GONE}',
      '$${A}',
      'a ${A} b',
      '${keychain:a/b}',
      '${',
      '${A:-RS256}',
    ),
  },
  fc.string({ unit: 'binary', maxLength: 5 }),
);
