// The client's Authorization header goes upstream.
import type { LintRule } from '../lint/lint-rule.js';
import { settingOf } from '../document-kinds.js';
import { forwardedNames } from '../lint/forwarded-names.js';

export const authorizationForwarded: LintRule = {
  name: 'authorization-forwarded',
  code: 'MCPGW006',
  severity: 'warning',
  meaning: "the client's Authorization header goes upstream",
  why: "The upstream receives a token that was not made for it, and can use it elsewhere in the caller's name.",
  help: 'send the upstream a credential of its own with `headers`, or the identity with `user_identity_forwarding`',
  *check({ layout }) {
    for (const server of layout.servers) {
      const forward = settingOf(server, 'forward_headers');
      if (forward === undefined) continue;
      for (const { name, path } of forwardedNames(forward)) {
        if (name === 'authorization') yield { path, message: "the upstream would get the client's own credential" };
      }
    }
  },
};
