// Allow_insecure_http is on.
import type { LintRule } from '../lint/lint-rule.js';
import { memberOf } from '../raw-value.js';

export const insecureHttp: LintRule = {
  name: 'insecure-http',
  code: 'MCPGW007',
  severity: 'warning',
  meaning: 'allow_insecure_http is on',
  why: 'Tokens and identity headers travel in clear, and anyone on the way can read and change them.',
  help: 'use https, or http on this machine alone',
  *check({ layout }) {
    for (const { path, value } of layout.sections) {
      if (memberOf(value, 'allow_insecure_http') !== true) continue;
      yield { path: [...path, 'allow_insecure_http'], message: 'credentials may travel over plain http' };
    }
  },
};
