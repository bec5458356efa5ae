// No key of `jwks` can verify an algorithm that `algorithms` allows.
import { misfit } from '../../policy/key-fit.js';
import { SIGNATURE_ALGORITHMS, type PublicJwk } from '../../policy/model.js';
import type { LintRule } from '../lint/lint-rule.js';
import { DEFAULT_ALGORITHMS } from '../normalize/token-rules.js';
import { elementsOf, hasMember, isRawObject, memberOf, membersOf } from '../raw-value.js';

export const algorithmWithoutKey: LintRule = {
  name: 'algorithm-without-key',
  code: 'MCPGW031',
  severity: 'warning',
  meaning: 'no key of `jwks` can verify an algorithm that is allowed',
  why: 'Every token of that algorithm is refused, whoever signed it.',
  help: 'add the key to `jwks`, or take the algorithm out of `algorithms` (without the list: RS256 alone)',
  *check({ layout, isUndetermined }) {
    for (const { path, value } of layout.sections) {
      const rules = memberOf(value, 'jwt_validation');
      const entries = elementsOf(memberOf(memberOf(rules, 'jwks'), 'keys'));
      const isKnown = entries.every((key, index) =>
        membersOf(key).every(([name]) => !isUndetermined([...path, 'jwt_validation', 'jwks', 'keys', index, name])),
      );
      const keys = entries.filter(isKey);
      if (keys.length === 0 || !isKnown) continue;
      const stated = hasMember(rules, 'algorithms');
      const names = stated ? elementsOf(memberOf(rules, 'algorithms')) : DEFAULT_ALGORITHMS;
      for (const [index, name] of names.entries()) {
        const algorithm = SIGNATURE_ALGORITHMS.find((known) => known === name);
        if (algorithm === undefined || keys.some((key) => misfit(key, algorithm) === undefined)) continue;
        const at = [...path, 'jwt_validation', ...(stated ? ['algorithms', index] : ['jwks'])];
        yield { path: at, part: stated ? 'value' : 'key', message: `no key of \`jwks\` verifies ${algorithm}` };
      }
    }
  },
};

function isKey(value: unknown): value is PublicJwk {
  return isRawObject(value) && typeof value['kty'] === 'string';
}
