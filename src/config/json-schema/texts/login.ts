// `external_auth_config` and `oauth_metadata` (spec: login).
import type { externalAuth, oauthMetadata } from '../../schema/login.js';
import type { KeyText, TextsOf } from '../key-text.js';

const AT_REGISTRATION = 'Sent when mcpgw registers itself as a client:';

export const externalAuthTexts: TextsOf<typeof externalAuth> = {
  issuer: {
    means: 'The issuer. Its endpoints come from its discovery document.',
    otherwise: 'the value of an exact `iss` rule in `jwt_validation`.',
    examples: ['https://idp.example.com'],
  },
  authorization_endpoint: endpoint('where a browser logs in', 'authorize'),
  token_endpoint: endpoint('where tokens are fetched', 'token'),
  registration_endpoint: endpoint('where clients register (RFC 7591)', 'register'),
  revocation_endpoint: endpoint('where `mcpgw logout` revokes tokens (RFC 7009)', 'revoke'),
  introspection_endpoint: endpoint('where tokens are introspected (RFC 7662)', 'introspect'),
  device_authorization_endpoint: endpoint('where a login on another device starts (RFC 8628)', 'device'),
  userinfo_endpoint: endpoint("where an access token's owner is described", 'userinfo'),
  jwks_uri: endpoint('where the keys of ID tokens are', 'jwks'),
  scopes_supported: list('scopes', ['openid', 'profile']),
  response_types_supported: list('response types', ['code']),
  grant_types_supported: list('grant types', ['authorization_code', 'refresh_token']),
  code_challenge_methods_supported: list('PKCE methods; `S256` is what mcpgw uses', ['S256']),
  token_endpoint_auth_methods_supported: list('methods of client authentication', ['client_secret_basic']),

  client_id: {
    means: 'The id of mcpgw as a client.',
    otherwise: 'mcpgw registers itself.',
    examples: ['mcpgw'],
  },
  client_secret: {
    means: 'The secret of a confidential client.',
    otherwise: 'mcpgw is a public client.',
    examples: ['${CLIENT_SECRET}'],
  },
  client_id_metadata_url: {
    means: 'The URL of a client-ID metadata document, which is then the client id.',
    examples: ['https://example.com/mcpgw-client.json'],
  },
  scope: { means: 'The scopes to ask for, with spaces between.', otherwise: '`openid`.', examples: ['openid profile'] },
  resource: {
    means: 'The resource that the token is for (RFC 8707); false sends none.',
    otherwise: 'none is sent.',
    examples: ['https://mcp.example.com', false],
  },
  token_endpoint_auth_method: {
    means: 'How mcpgw authenticates at the token endpoint.',
    otherwise: '`none`; with a `client_secret`, `client_secret_basic`.',
    values: {
      none: 'Not at all: a public client.',
      client_secret_basic: 'By HTTP Basic, with `client_secret`.',
      client_secret_post: 'In the body, with `client_secret`.',
      private_key_jwt: 'By a JWT that `client_assertion_key` signs.',
    },
  },
  client_assertion_key: {
    means: '`private_key_jwt`: the private key, as PEM or JWK.',
    examples: ['${file:/run/secrets/client-key.pem}'],
  },
  client_assertion_alg: { means: '`private_key_jwt`: the signature algorithm.', examples: ['ES256'] },
  client_assertion_kid: { means: '`private_key_jwt`: the `kid` in the header of the JWT.', examples: ['k1'] },
  redirect_uri: {
    means: 'The redirect of the login. A loopback one sets port and path; another one is not used.',
    otherwise: 'a free port on 127.0.0.1.',
    examples: ['http://127.0.0.1:8914/callback'],
  },
  authorization_params: {
    means: 'Parameters added to the authorization URL. Those that mcpgw sets itself are refused.',
    otherwise: 'none.',
    examples: [{ prompt: 'login', audience: 'https://mcp.example.com' }],
  },

  client_name: { means: `${AT_REGISTRATION} its name.`, otherwise: '`mcpgw`.', examples: ['mcpgw'] },
  client_uri: { means: `${AT_REGISTRATION} its home page.`, examples: ['https://example.com'] },
  logo_uri: { means: `${AT_REGISTRATION} its logo.`, examples: ['https://example.com/logo.png'] },
  software_id: { means: `${AT_REGISTRATION} the id of the software.`, examples: ['mcpgw'] },
  software_version: { means: `${AT_REGISTRATION} the version of the software.`, examples: ['1.0'] },
  grant_types: {
    means: `${AT_REGISTRATION} its grant types.`,
    otherwise: '`authorization_code` and `refresh_token`.',
    examples: [['authorization_code', 'refresh_token']],
  },
  response_types: { means: `${AT_REGISTRATION} its response types.`, otherwise: '`code`.', examples: [['code']] },
  contacts: { means: `${AT_REGISTRATION} whom to ask about it.`, examples: [['ops@example.com']] },
  tos_uri: { means: `${AT_REGISTRATION} its terms of service.`, examples: ['https://example.com/terms'] },
  policy_uri: { means: `${AT_REGISTRATION} its privacy policy.`, examples: ['https://example.com/privacy'] },
  redirect_uris: ignored('`redirect_uri` sets the redirect.'),
  jwks: ignored('mcpgw registers no keys.'),
  software_statement: ignored('mcpgw has none.'),
};

export const oauthMetadataTexts: TextsOf<typeof oauthMetadata> = {
  ...externalAuthTexts,
  issuer: {
    means: 'The issuer. Its endpoints come from its discovery document.',
    otherwise: 'what the upstream says.',
    examples: ['https://auth.example.com'],
  },
  scope: {
    means: 'The scopes to ask for, with spaces between.',
    otherwise: 'what the upstream asks for.',
    examples: ['read write'],
  },
  resource: {
    means: 'The resource that the token is for (RFC 8707); false sends none.',
    otherwise: 'what the upstream calls itself.',
    examples: ['https://mcp.example.com', false],
  },
  oauth_metadata: ignored('What is wrapped twice is ignored: move its members up by one level.'),
};

function endpoint(what: string, path: string): KeyText {
  return { means: `The endpoint ${what}.`, otherwise: 'as discovered.', examples: [`https://idp.example.com/${path}`] };
}

function list(what: string, example: readonly string[]): KeyText {
  return { means: `What the server supports: ${what}.`, otherwise: 'as discovered.', examples: [example] };
}

function ignored(instead: string): KeyText {
  return { means: `Has no effect. ${instead}`, isDeprecated: true };
}
