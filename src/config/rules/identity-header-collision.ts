// A static header has the name of the identity header.
import type { LintRule } from '../lint/lint-rule.js';
import { settingOf } from '../document-kinds.js';
import { managedIdentityHeader } from '../lint/managed-identity-header.js';
import { membersOf } from '../raw-value.js';
import { canonicalName } from '../../policy/headers/header-name.js';

export const identityHeaderCollision: LintRule = {
  name: 'identity-header-collision',
  code: 'MCPGW020',
  severity: 'warning',
  meaning: 'a static header has the name of the identity header',
  why: 'The identity wins, and the static value never reaches the upstream.',
  help: 'give one of them another name: `header_name` in `user_identity_forwarding`',
  *check({ layout }) {
    for (const server of layout.servers) {
      const identityHeader = managedIdentityHeader(server);
      for (const key of ['headers', 'passthrough_headers']) {
        const fields = settingOf(server, key);
        for (const [name] of membersOf(fields?.value)) {
          if (canonicalName(name) !== identityHeader || fields === undefined) continue;
          yield { path: [...fields.path, name], part: 'key', message: 'the identity header replaces this one' };
        }
      }
    }
  },
};
