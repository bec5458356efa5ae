// The keys of a server's entry, most of which are defaults beside `mcpServers`, too (spec: config, "Server entry").
import type { remoteServer } from '../../schema.js';
import type { TextsOf } from '../key-text.js';

const TRANSPORTS = {
  http: 'Streamable HTTP.',
  sse: 'HTTP+SSE, the deprecated transport of 2024.',
  auto: 'Streamable HTTP first, and HTTP+SSE when the server only speaks that.',
  'http-sse': 'The same as `auto`.',
  'sse-http': 'The same as `auto`.',
};

export const serverTexts: TextsOf<typeof remoteServer> = {
  url: {
    means: 'The MCP endpoint of the upstream: https, or http on this machine.',
    examples: ['https://mcp.example.com/mcp'],
  },
  transport: { means: 'How the upstream is spoken to.', default: 'auto', values: TRANSPORTS },
  type: { means: 'Another name of `transport`. Only one of them may stand.', default: 'auto', values: TRANSPORTS },
  auth_type: {
    means: 'How mcpgw authenticates to the upstream.',
    otherwise: '`headers` where `headers` or `header_command` is set, else what the 401 of the upstream asks for.',
    values: {
      none: 'Not at all.',
      headers: 'By `headers` or `header_command`.',
      custom: 'The same as `headers`.',
      oauth_auto: "By a login at the upstream's own authorization server.",
      oauth_client_credentials: 'By client credentials: no person is involved.',
    },
  },
  headers: {
    means: 'Headers that authenticate to the upstream. Every value is a secret and masked wherever it could be shown.',
    otherwise: 'none.',
    examples: [{ Authorization: 'Bearer ${SERVICE_TOKEN}' }],
  },
  passthrough_headers: {
    means: 'Headers for the upstream that are no credentials. They win over `headers` and over what a client sends.',
    otherwise: 'none.',
    examples: [{ 'X-Environment': 'staging' }],
  },
  forward_headers: {
    means:
      "Which of the client's headers go on to the upstream: a list of names, or an object with a mode. Nothing here beats a header that is configured.",
    otherwise: 'none.',
    examples: [['X-Request-Id', 'X-Tenant-Id']],
  },
  user_identity_forwarding: {
    means: 'Tells the upstream who is calling.',
    otherwise: 'it learns nothing of the caller.',
    examples: [{ method: 'claims_header', include_claims: ['sub', 'email'] }],
  },
  jwt_validation: {
    means: 'Which tokens are good. Without a good one nothing is forwarded.',
    otherwise: 'nobody is asked for a token.',
    examples: [
      {
        jwksUri: 'https://idp.example.com/.well-known/jwks.json',
        requiredClaims: ['sub'],
        claimValues: { iss: { values: 'https://idp.example.com' } },
      },
    ],
  },
  oauth_metadata: {
    means:
      "What is stated of the upstream's authorization server, and of mcpgw as its client. Each member overrides what is discovered.",
    otherwise: 'everything is discovered.',
    examples: [{ scope: 'read write' }],
  },
  external_auth_config: {
    means: 'The identity provider where `mcpgw login` signs the caller in.',
    otherwise: 'callers bring their own token.',
    examples: [{ issuer: 'https://idp.example.com', client_id: 'mcpgw', scope: 'openid profile' }],
  },
  allow_insecure_http: { means: 'Lets `url` be plain http beyond this machine.', default: false },
  tools: {
    means: 'Which tools are listed and callable.',
    otherwise: 'every one.',
    examples: [{ blocked: ['delete_*'] }],
  },
  tool_authorization: {
    means:
      'Who may use a tool: rules on claims, by tool or glob. To all others the tool does not exist. Of several globs that match, all must hold. Needs `jwt_validation`.',
    otherwise: 'every tool is for every caller.',
    examples: [{ 'delete_*': { required_claims: { groups: { values: ['operations'], matchType: 'contains' } } } }],
  },
  timeout_ms: {
    means: 'How many milliseconds a request may go on without progress; each progress notification starts them anew.',
    otherwise: 'no limit.',
    examples: [60_000],
  },
  header_command: {
    means:
      'A program that prints the headers that authenticate to the upstream. Run without a shell; run again after a 401, and the request is then repeated once.',
    otherwise: 'none is run.',
    examples: [{ command: ['/usr/local/bin/mcp-headers'], ttl_seconds: 300 }],
  },
  tls: {
    means:
      'A private certificate authority and a client certificate for this upstream. Paths are relative to the configuration.',
    otherwise: "the system's certificate authorities.",
    examples: [{ ca: '/etc/ssl/company-ca.pem' }],
  },
};
