// An identity is to be signed, and there is no key here that could.
import { settingOf } from '../document-kinds.js';
import type { LintRule } from '../lint/lint-rule.js';
import { memberOf } from '../raw-value.js';

export const noSigningKey: LintRule = {
  name: 'no-signing-key',
  code: 'MCPGW032',
  severity: 'note',
  meaning: '`jwt_header` has an identity signed, and there is no signing key here',
  why: 'Where it runs, `serve` and `simulate` refuse to start without one. In CI there usually is none, and need not be.',
  help: 'where it runs: mcpgw keys generate, or put a key into MCPGW_SIGNING_KEY',
  *check({ layout, hasSigningKey }) {
    if (hasSigningKey || memberOf(layout.top.value, 'identity_signing_key') !== undefined) return;
    for (const server of layout.servers) {
      const identity = settingOf(server, 'user_identity_forwarding');
      if (identity === undefined || memberOf(identity.value, 'method') !== 'jwt_header') continue;
      yield { path: [...identity.path, 'method'], message: 'there is no key here that could sign this identity' };
    }
  },
};
