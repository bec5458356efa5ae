// `oauth_metadata` and `external_auth_config` (spec: login): members of RFC 8414 and RFC 7591 by their own names, and
// how mcpgw presents itself as a client.
import * as z from 'zod/mini';
import { hasMember, memberOf, type RawObject } from '../raw-value.js';
import { choose, closedObject, dictionary, flagOnly, integerBetween, textThat, type Problem } from './structure.js';
import { endpointUrl, pageUrl } from './url.js';

/** Members of an authorization server's metadata that a config may state. */
export const SERVER_METADATA = [
  'issuer',
  'authorization_endpoint',
  'token_endpoint',
  'registration_endpoint',
  'revocation_endpoint',
  'introspection_endpoint',
  'device_authorization_endpoint',
  'userinfo_endpoint',
  'jwks_uri',
  'scopes_supported',
  'response_types_supported',
  'grant_types_supported',
  'code_challenge_methods_supported',
  'token_endpoint_auth_methods_supported',
] as const;

/** What a config may say of the client when it is registered (RFC 7591 section 2). */
export const CLIENT_METADATA = [
  'client_name',
  'client_uri',
  'logo_uri',
  'software_id',
  'software_version',
  'grant_types',
  'response_types',
  'contacts',
  'tos_uri',
  'policy_uri',
] as const;

/** Would change what the server reads or how it answers, past everything that mcpgw checks. */
export const DIVERTING_PARAMETERS: ReadonlySet<string> = new Set(['response_mode', 'request', 'request_uri']);

/** What mcpgw itself puts into an authorization request. */
export const RESERVED_PARAMETERS: ReadonlySet<string> = new Set([
  'response_type',
  'client_id',
  'client_secret',
  'code_challenge',
  'code_challenge_method',
  'redirect_uri',
  'state',
  'scope',
  'resource',
  'nonce',
]);

const text = z.optional(z.string());
const filled = z.optional(
  textThat('filled', (value) => (value === '' ? { code: 'MCPGW105', says: 'must not be empty' } : undefined)),
);
const texts = z.optional(z.array(z.string()));
const endpoint = z.optional(endpointUrl);
const page = z.optional(pageUrl);
const ignored = z.optional(z.unknown());

/** `false` says: send none. */
const noResource = flagOnly(false, 'must be a text, or false to send none');

export const assertionKey = z.looseObject({ kty: z.string() });

const members = {
  issuer: endpoint,
  authorization_endpoint: endpoint,
  token_endpoint: endpoint,
  registration_endpoint: endpoint,
  revocation_endpoint: endpoint,
  introspection_endpoint: endpoint,
  device_authorization_endpoint: endpoint,
  userinfo_endpoint: endpoint,
  jwks_uri: endpoint,
  scopes_supported: texts,
  response_types_supported: texts,
  grant_types_supported: texts,
  code_challenge_methods_supported: texts,
  token_endpoint_auth_methods_supported: texts,

  client_id: filled,
  client_secret: filled,
  client_id_metadata_url: endpoint,
  scope: text,
  resource: z.optional(
    choose(
      { noResource, resource: z.string() },
      {
        wanted: 'a text in double quotes, or false to send none',
        pick: (value) => (typeof value === 'boolean' ? 'noResource' : 'resource'),
      },
    ),
  ),
  token_endpoint_auth_method: z.optional(
    z.enum(['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt']),
  ),
  client_assertion_key: z.optional(
    choose(
      { pem: z.string(), jwk: assertionKey },
      {
        wanted: 'a text in double quotes (PEM) or an object (a JWK)',
        pick: (value) => (typeof value === 'object' ? 'jwk' : 'pem'),
      },
    ),
  ),
  client_assertion_alg: text,
  client_assertion_kid: text,
  redirect_uri: text,
  authorization_params: z.optional(dictionary(z.string(), { facet: 'parameter-name', judge: parameterProblem })),

  client_name: text,
  client_uri: page,
  logo_uri: page,
  software_id: text,
  software_version: text,
  grant_types: texts,
  response_types: texts,
  contacts: texts,
  tos_uri: page,
  policy_uri: page,
  // Valid, and without effect: the rule client-metadata-ignored says so.
  redirect_uris: ignored,
  jwks: ignored,
  software_statement: ignored,
};

export const externalAuth = closedObject(members, { alsoCheck: clientProblems });

/** Wrapped twice it is the known trap of the original: valid, ignored, and a lint warning. */
export const oauthMetadata = closedObject({ ...members, oauth_metadata: ignored }, { alsoCheck: clientProblems });

/** Milliseconds that a timer can count. */
export const milliseconds = integerBetween(1, 2_147_483_647);

/** A client without an id is registered first, and gets its secret then. */
function* clientProblems(value: RawObject): Iterable<Problem> {
  const method = memberOf(value, 'token_endpoint_auth_method');
  if (method !== 'client_secret_basic' && method !== 'client_secret_post') return;
  if (!hasMember(value, 'client_id') || hasMember(value, 'client_secret')) return;
  yield { code: 'MCPGW114', says: 'needs `client_secret`', at: ['token_endpoint_auth_method'] };
}

function parameterProblem(name: string): Problem | undefined {
  if (DIVERTING_PARAMETERS.has(name)) {
    return { code: 'MCPGW114', says: 'must not be set: the answer would not be the one that mcpgw checks' };
  }
  return RESERVED_PARAMETERS.has(name)
    ? { code: 'MCPGW114', says: 'is reserved: mcpgw sets this parameter itself' }
    : undefined;
}
