// Jwt_validation has no rule for the issuer (`iss`).
import type { LintRule } from '../lint/lint-rule.js';
import { hasMember, isRawObject, memberOf } from '../raw-value.js';

export const noIssuerRule: LintRule = {
  name: 'no-issuer-rule',
  code: 'MCPGW001',
  severity: 'warning',
  meaning: 'jwt_validation has no rule for the issuer (`iss`)',
  why: 'One set of keys often serves many tenants or environments: a token of any of them would be accepted.',
  help: 'add to claimValues: "iss": { "values": "https://your-issuer" }',
  *check({ layout }) {
    for (const { path, value } of layout.sections) {
      const rules = memberOf(value, 'jwt_validation');
      if (!isRawObject(rules) || hasMember(memberOf(rules, 'claimValues'), 'iss')) continue;
      yield {
        path: [...path, 'jwt_validation'],
        part: 'key',
        message: '`jwt_validation` accepts tokens of any issuer',
      };
    }
  },
};
