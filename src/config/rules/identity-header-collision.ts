// A static or forwarded header has the name of the identity header.
import type { LintRule } from '../lint/lint-rule.js';
import { settingOf } from '../document-kinds.js';
import { forwardedNames } from '../lint/forwarded-names.js';
import { managedIdentityHeader } from '../lint/managed-identity-header.js';
import { membersOf } from '../raw-value.js';
import { canonicalName } from '../../policy/headers/header-name.js';
import { PROTECTED_NAMES } from '../../policy/headers/protected.js';

export const identityHeaderCollision: LintRule = {
  name: 'identity-header-collision',
  code: 'MCPGW020',
  severity: 'warning',
  meaning: 'a static or forwarded header has the name of the identity header',
  why: 'The identity wins, and the other value never reaches the upstream.',
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
      const forward = settingOf(server, 'forward_headers');
      for (const { name, path } of forward === undefined ? [] : forwardedNames(forward)) {
        // Protected names and `authorization` have rules of their own.
        if (name !== identityHeader || PROTECTED_NAMES.has(name) || name === 'authorization') continue;
        yield { path, message: 'the identity header replaces this one' };
      }
    }
  },
};
