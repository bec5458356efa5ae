// A server switches jwt_validation off.
import type { LintRule } from '../lint/lint-rule.js';
import { hasMember, memberOf } from '../raw-value.js';

export const validationSwitchedOff: LintRule = {
  name: 'validation-switched-off',
  code: 'MCPGW018',
  severity: 'warning',
  meaning: 'a server switches jwt_validation off',
  why: 'Its callers are not checked at all, while those of the other servers are.',
  help: 'leave the key out to inherit the default',
  *check({ layout }) {
    for (const { own } of layout.servers) {
      if (!hasMember(own.value, 'jwt_validation') || memberOf(own.value, 'jwt_validation') !== null) continue;
      yield { path: [...own.path, 'jwt_validation'], message: 'the callers of this server are not checked' };
    }
  },
};
