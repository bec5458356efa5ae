// Client metadata stands in the configuration that mcpgw cannot set.
import type { LintRule } from '../lint/lint-rule.js';
import { hasMember, memberOf } from '../raw-value.js';

/** `jwks_uri` is not among them: there it is the server's. */
const IGNORED = ['redirect_uris', 'jwks', 'software_statement'];

export const clientMetadataIgnored: LintRule = {
  name: 'client-metadata-ignored',
  code: 'MCPGW021',
  severity: 'warning',
  meaning: 'redirect_uris, jwks or software_statement stands in external_auth_config or oauth_metadata',
  why: 'mcpgw sets its redirect itself and has no keys of its own: the value has no effect.',
  help: 'take it out; `redirect_uri` sets the port and path of the redirect',
  *check({ layout }) {
    for (const { path, value } of layout.sections) {
      for (const parent of ['external_auth_config', 'oauth_metadata']) {
        for (const key of IGNORED) {
          if (!hasMember(memberOf(value, parent), key)) continue;
          yield { path: [...path, parent, key], part: 'key', message: `\`${key}\` has no effect` };
        }
      }
    }
  },
};
