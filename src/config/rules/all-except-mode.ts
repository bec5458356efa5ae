// Forward_headers passes on everything but a list.
import type { LintRule } from '../lint/lint-rule.js';
import { memberOf } from '../raw-value.js';

export const allExceptMode: LintRule = {
  name: 'all-except-mode',
  code: 'MCPGW004',
  severity: 'warning',
  meaning: 'forward_headers passes on everything but a list',
  why: 'Whatever header a client invents next goes upstream, credentials of other systems among them.',
  help: 'list what the upstream needs: "mode": "allowlist"',
  *check({ layout }) {
    for (const { path, value } of layout.sections) {
      if (memberOf(memberOf(value, 'forward_headers'), 'mode') !== 'all-except') continue;
      yield {
        path: [...path, 'forward_headers', 'mode'],
        message: '`all-except` forwards every header that nobody thought of',
      };
    }
  },
};
