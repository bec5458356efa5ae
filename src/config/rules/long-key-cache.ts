// CacheMaxAge is above 86400 seconds.
import type { LintRule } from '../lint/lint-rule.js';
import { memberOf } from '../raw-value.js';

export const longKeyCache: LintRule = {
  name: 'long-key-cache',
  code: 'MCPGW012',
  severity: 'warning',
  meaning: 'cacheMaxAge is above 86400 seconds',
  why: 'A key that the issuer has withdrawn goes on being trusted.',
  help: '86400 seconds (a day) or less',
  *check({ layout }) {
    for (const { path, value } of layout.sections) {
      const seconds = memberOf(memberOf(value, 'jwt_validation'), 'cacheMaxAge');
      if (typeof seconds !== 'number' || seconds <= 86_400) continue;
      yield {
        path: [...path, 'jwt_validation', 'cacheMaxAge'],
        message: 'a withdrawn key would be trusted for over a day',
      };
    }
  },
};
