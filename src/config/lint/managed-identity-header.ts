// Which header carries the identity of a server's callers, for rules that ask what else claims that name.
import { canonicalName } from '../../policy/headers/header-name.js';
import { settingOf, type ServerSections } from '../document-kinds.js';
import { IDENTITY_HEADER_NAMES } from '../normalize/identity-policy.js';
import { memberOf } from '../raw-value.js';

/** In lower case; undefined when no identity is forwarded. */
export function managedIdentityHeader(server: ServerSections): string | undefined {
  const identity = settingOf(server, 'user_identity_forwarding')?.value;
  const named = memberOf(identity, 'header_name');
  if (typeof named === 'string') return canonicalName(named);
  const method = memberOf(identity, 'method');
  if (method !== 'claims_header' && method !== 'bearer' && method !== 'jwt_header') return undefined;
  return canonicalName(IDENTITY_HEADER_NAMES[method]);
}
