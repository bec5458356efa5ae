// IntrospectEndpoint without client credentials.
import type { LintRule } from '../lint/lint-rule.js';
import { settingOf } from '../document-kinds.js';
import { hasMember } from '../raw-value.js';

export const anonymousIntrospection: LintRule = {
  name: 'anonymous-introspection',
  code: 'MCPGW015',
  severity: 'warning',
  meaning: 'introspectEndpoint without client credentials',
  why: 'RFC 7662 section 2.1 demands that the endpoint asks who is asking; an open one lets anybody test stolen tokens.',
  help: 'add `introspectClientId` and `introspectClientSecret`',
  *check({ layout }) {
    for (const server of layout.servers) {
      const rules = settingOf(server, 'jwt_validation');
      if (rules === undefined || !hasMember(rules.value, 'introspectEndpoint')) continue;
      const hasOwn = hasMember(rules.value, 'introspectClientId');
      if (hasOwn || hasMember(settingOf(server, 'external_auth_config')?.value, 'client_secret')) continue;
      yield {
        path: [...rules.path, 'introspectEndpoint'],
        part: 'key',
        message: 'introspection is asked without client credentials',
      };
    }
  },
};
