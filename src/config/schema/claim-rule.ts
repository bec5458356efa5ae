// `{ "values", "matchType" }`: one member of `claimValues` or of a tool's `required_claims` (spec: token rules).
import * as z from 'zod/mini';
import { elementsOf, hasMember, memberOf, type RawObject } from '../raw-value.js';
import { choose, closedObject, dictionary, type Problem } from './structure.js';

const one = choose(
  { text: z.string(), number: z.number(), flag: z.boolean() },
  {
    wanted: 'a text, a number, or true or false',
    pick: (value) => {
      if (typeof value === 'number') return 'number';
      return typeof value === 'boolean' ? 'flag' : 'text';
    },
  },
);

export const claimRule = closedObject(
  {
    values: choose(
      { one, several: z.array(one) },
      {
        wanted: 'a text, a number, true or false, or a list of them',
        pick: (value) => (Array.isArray(value) ? 'several' : 'one'),
      },
    ),
    matchType: z.optional(z.enum(['exact', 'contains', 'containsAll', 'regex'])),
  },
  { wanted: 'an object like { "values": … }', alsoCheck: valuesProblems },
);

export const claimRules = dictionary(claimRule);

function* valuesProblems(rule: RawObject): Iterable<Problem> {
  const values = memberOf(rule, 'values');
  if (!Array.isArray(values)) return;
  if (values.length === 0) {
    yield { code: 'MCPGW110', says: 'must not be empty: no token could satisfy the rule', at: ['values'] };
  }
  const isExact = !hasMember(rule, 'matchType') || memberOf(rule, 'matchType') === 'exact';
  if (isExact && elementsOf(values).length > 1) {
    yield {
      code: 'MCPGW110',
      says: 'must be one value, because `exact` compares the whole claim',
      help: 'for any one of several: "matchType": "contains"',
      at: ['values'],
    };
  }
}
