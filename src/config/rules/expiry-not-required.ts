// Jwt_validation accepts tokens that never expire.
import type { LintRule } from '../lint/lint-rule.js';
import { hasMember, isRawObject, memberOf, textsOf } from '../raw-value.js';

export const expiryNotRequired: LintRule = {
  name: 'expiry-not-required',
  code: 'MCPGW014',
  severity: 'warning',
  meaning: 'jwt_validation accepts tokens that never expire',
  why: 'A token without `exp` is good forever, also when it has leaked.',
  help: 'add "requireExp": true',
  *check({ layout }) {
    for (const { path, value } of layout.sections) {
      const rules = memberOf(value, 'jwt_validation');
      if (!isRawObject(rules) || memberOf(rules, 'requireExp') === true || hasMember(rules, 'maxTokenAge')) continue;
      if (textsOf(memberOf(rules, 'requiredClaims')).includes('exp')) continue;
      yield {
        path: [...path, 'jwt_validation'],
        part: 'key',
        message: '`jwt_validation` accepts tokens without an expiry',
      };
    }
  },
};
