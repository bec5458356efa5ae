// ClockTolerance is above 60 seconds.
import type { LintRule } from '../lint/lint-rule.js';
import { memberOf } from '../raw-value.js';

export const wideClockTolerance: LintRule = {
  name: 'wide-clock-tolerance',
  code: 'MCPGW013',
  severity: 'warning',
  meaning: 'clockTolerance is above 60 seconds',
  why: 'Expired tokens are accepted for that much longer.',
  help: '60 seconds or less; mend the clocks instead',
  *check({ layout }) {
    for (const { path, value } of layout.sections) {
      const seconds = memberOf(memberOf(value, 'jwt_validation'), 'clockTolerance');
      if (typeof seconds !== 'number' || seconds <= 60) continue;
      yield {
        path: [...path, 'jwt_validation', 'clockTolerance'],
        message: 'expired tokens would be accepted for over a minute',
      };
    }
  },
};
