// IntrospectCacheMaxAge is above 300 seconds.
import type { LintRule } from '../lint/lint-rule.js';
import { memberOf } from '../raw-value.js';

export const longIntrospectionCache: LintRule = {
  name: 'long-introspection-cache',
  code: 'MCPGW011',
  severity: 'warning',
  meaning: 'introspectCacheMaxAge is above 300 seconds',
  why: 'A revoked token goes on being accepted for as long as the answer is cached.',
  help: '300 seconds or less',
  *check({ layout }) {
    for (const { path, value } of layout.sections) {
      const seconds = memberOf(memberOf(value, 'jwt_validation'), 'introspectCacheMaxAge');
      if (typeof seconds !== 'number' || seconds <= 300) continue;
      yield {
        path: [...path, 'jwt_validation', 'introspectCacheMaxAge'],
        message: 'a revoked token would be accepted for over 5 minutes',
      };
    }
  },
};
