// A discovery document's members, looked at once before anything relies on them: what is read of it has the type that
// RFC 8414 section 2 gives it. `null` is how some servers write "none".
import type * as openid from 'openid-client';
import { McpgwError } from '../errors.js';
import type { AuthorizationServer } from '../policy/model.js';
import { sectionOf } from './login-key.js';

type MemberType = 'a text' | 'a list of texts' | 'true or false';

/** What we and openid-client read. */
const MEMBERS: Readonly<Record<string, MemberType>> = {
  issuer: 'a text',
  authorization_endpoint: 'a text',
  token_endpoint: 'a text',
  revocation_endpoint: 'a text',
  introspection_endpoint: 'a text',
  registration_endpoint: 'a text',
  device_authorization_endpoint: 'a text',
  userinfo_endpoint: 'a text',
  jwks_uri: 'a text',
  scopes_supported: 'a list of texts',
  response_types_supported: 'a list of texts',
  grant_types_supported: 'a list of texts',
  code_challenge_methods_supported: 'a list of texts',
  token_endpoint_auth_methods_supported: 'a list of texts',
  id_token_signing_alg_values_supported: 'a list of texts',
  authorization_response_iss_parameter_supported: 'true or false',
  client_id_metadata_document_supported: 'true or false',
};

/**
 * The document without its `null` members.
 *
 * @param server its members that the configuration states itself: whatever the document says of them does not count
 * @throws McpgwError IDP_FAILED when a member has another type
 */
export function checkMetadata(
  discovered: openid.ServerMetadata,
  server: Pick<AuthorizationServer, 'kind' | 'metadata'>,
): openid.ServerMetadata {
  const { issuer, ...members } = discovered;
  const known: [string, unknown][] = [];
  for (const [name, value] of Object.entries(members)) {
    if (value === null || Object.hasOwn(server.metadata, name)) continue;
    const type = Object.hasOwn(MEMBERS, name) ? MEMBERS[name] : undefined;
    if (type !== undefined && !isOfType(value, type)) {
      throw new McpgwError('IDP_FAILED', `the discovery document has a ${name} that is not ${type}`, {
        hint: `state ${name} in ${sectionOf(server)}`,
      });
    }
    known.push([name, value]);
  }
  return { ...Object.fromEntries(known), issuer };
}

function isOfType(value: unknown, type: MemberType): boolean {
  if (type === 'a text') return typeof value === 'string';
  if (type === 'true or false') return typeof value === 'boolean';
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
