// Forward_headers names a header that is never forwarded.
import type { LintRule } from '../lint/lint-rule.js';
import { settingOf, type ServerSections } from '../document-kinds.js';
import { forwardedNames } from '../lint/forwarded-names.js';
import { memberOf } from '../raw-value.js';
import { canonicalName } from '../../policy/headers/header-name.js';
import { isTransportName, PROTECTED_NAMES } from '../../policy/headers/protected.js';

export const protectedHeaderListed: LintRule = {
  name: 'protected-header-listed',
  code: 'MCPGW005',
  severity: 'warning',
  meaning: 'forward_headers names a header that is never forwarded',
  why: 'Credentials and headers of the transport are never taken from a client, so the entry has no effect.',
  help: 'take the entry out; send a credential of your own with `headers`',
  *check({ layout }) {
    for (const server of layout.servers) {
      const forward = settingOf(server, 'forward_headers');
      if (forward === undefined) continue;
      const own = tokenHeader(server);
      for (const { name, path } of forwardedNames(forward)) {
        if (!PROTECTED_NAMES.has(name) && !isTransportName(name) && name !== own) continue;
        yield { path, message: 'this header is never forwarded, whatever the configuration says' };
      }
    }
  },
};

/** The header that carries the token, unless that is `Authorization`. */
function tokenHeader(server: ServerSections): string | undefined {
  const headerKey = memberOf(settingOf(server, 'jwt_validation')?.value, 'headerKey');
  const name = typeof headerKey === 'string' ? canonicalName(headerKey) : undefined;
  return name === 'authorization' ? undefined : name;
}
