// Redirect_uri does not lead to this machine.
import { isLoopbackHost } from '../../net/fetchable-url.js';
import type { LintRule } from '../lint/lint-rule.js';
import { memberOf } from '../raw-value.js';

export const redirectUriIgnored: LintRule = {
  name: 'redirect-uri-ignored',
  code: 'MCPGW027',
  severity: 'warning',
  meaning: 'redirect_uri does not lead to this machine',
  why: 'The login ends at a port of this machine; an address of a hosted gateway has no effect here.',
  help: 'register http://127.0.0.1:8914/callback at the identity provider, and write that, or take it out',
  *check({ layout, isReference }) {
    for (const { path, value } of layout.sections) {
      for (const parent of ['external_auth_config', 'oauth_metadata']) {
        const uri = memberOf(memberOf(value, parent), 'redirect_uri');
        const at = [...path, parent, 'redirect_uri'];
        if (typeof uri !== 'string' || isReference(at) || isLoopback(uri)) continue;
        yield { path: at, message: '`redirect_uri` is not an http URL on this machine, so it has no effect' };
      }
    }
  },
};

/** RFC 8252 section 7.3. */
function isLoopback(uri: string): boolean {
  if (!URL.canParse(uri)) return false;
  const { protocol, hostname } = new URL(uri);
  return protocol === 'http:' && isLoopbackHost(hostname);
}
