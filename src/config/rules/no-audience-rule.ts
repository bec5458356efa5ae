// Jwt_validation has no rule for the audience (`aud`).
import type { LintRule } from '../lint/lint-rule.js';
import { hasMember, isRawObject, memberOf } from '../raw-value.js';

export const noAudienceRule: LintRule = {
  name: 'no-audience-rule',
  code: 'MCPGW002',
  severity: 'warning',
  meaning: 'jwt_validation has no rule for the audience (`aud`)',
  why: 'A token that the same issuer made for another service would be accepted here (RFC 9068 section 4).',
  help: 'add to claimValues: "aud": { "values": ["https://your-gateway/mcp"], "matchType": "contains" }',
  *check({ layout }) {
    for (const { path, value } of layout.sections) {
      const rules = memberOf(value, 'jwt_validation');
      if (!isRawObject(rules) || hasMember(memberOf(rules, 'claimValues'), 'aud')) continue;
      yield {
        path: [...path, 'jwt_validation'],
        part: 'key',
        message: '`jwt_validation` accepts tokens of any audience',
      };
    }
  },
};
