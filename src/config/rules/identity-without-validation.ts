// User_identity_forwarding without jwt_validation.
import type { LintRule } from '../lint/lint-rule.js';
import { settingOf } from '../document-kinds.js';

export const identityWithoutValidation: LintRule = {
  name: 'identity-without-validation',
  code: 'MCPGW010',
  severity: 'warning',
  meaning: 'user_identity_forwarding without jwt_validation',
  why: 'Nobody checks who the caller is: the upstream would trust an identity that nobody verified.',
  help: 'add `jwt_validation`',
  *check({ layout }) {
    for (const server of layout.servers) {
      const identity = settingOf(server, 'user_identity_forwarding');
      if (identity === undefined || settingOf(server, 'jwt_validation') !== undefined) continue;
      yield { path: identity.path, part: 'key', message: 'an identity is forwarded, and no token is checked' };
    }
  },
};
