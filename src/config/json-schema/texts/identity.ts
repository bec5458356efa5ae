// `user_identity_forwarding` (spec: identity).
import type { identityForwarding } from '../../schema/identity.js';
import type { TextsOf } from '../key-text.js';

export const identityTexts: TextsOf<typeof identityForwarding> = {
  method: {
    means: 'In which form the upstream learns who is calling.',
    values: {
      claims_header: 'The claims as one line of JSON.',
      bearer: "The caller's own token.",
      jwt_header: 'A JWT with the claims, which mcpgw signs.',
    },
  },
  include_claims: {
    means: 'Which verified claims are sent, in this order. Those that are missing or null are left out.',
    default: ['sub', 'email', 'username', 'user_id', 'workspace_id', 'organisation_id', 'scope', 'client_id'],
    examples: [['sub', 'email', 'groups']],
  },
  header_name: {
    means: 'The header that holds the identity. What a client sends under this name never goes on.',
    otherwise: '`X-User-Claims`, `Authorization` or `X-User-JWT`, by method.',
    examples: ['X-Caller'],
  },
  jwt_expiry_seconds: {
    means: "`jwt_header`: for how many seconds the JWT is good, never beyond the caller's own token.",
    default: 300,
    examples: [60],
  },
  audience: {
    means: '`jwt_header`: the `aud` of the JWT.',
    otherwise: "the server's `url`.",
    examples: ['https://mcp.example.com'],
  },
  on_missing: {
    means: 'What becomes of a request whose caller has no identity to send. A bad token is refused either way.',
    default: 'refuse',
    values: {
      refuse: 'The request is refused.',
      anonymous: 'The request goes on without the header.',
    },
  },
};
