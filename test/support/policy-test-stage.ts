// The policy that policy tests of these tests are about, and callers for it.
import { generateKey, NOW_MS } from './jwt.js';

export const key = generateKey('ES256', 'k1');
export const at = new Date(NOW_MS).toISOString();
export const later = new Date(NOW_MS + 3_600_000).toISOString();

const CLAIM_RULES = {
  requiredClaims: ['email'],
  claimValues: { groups: { values: ['engineering'], matchType: 'contains' } },
};
export const CONFIG = {
  mcpServers: {
    linear: {
      url: 'https://mcp.example.com/mcp',
      headers: { Authorization: 'Bearer ${LINEAR_API_KEY}' },
      passthrough_headers: { 'X-Region': 'eu' },
    },
  },
  jwt_validation: { jwks: { keys: [key.jwk] }, algorithms: ['ES256'], ...CLAIM_RULES },
  forward_headers: ['X-Request-Id', { from: 'X-Org', to: 'X-Tenant' }],
  user_identity_forwarding: { method: 'claims_header', include_claims: ['sub', 'email', 'groups'] },
  tools: { allowed: ['create_*', 'read_*', 'export_all'], blocked: ['export_*'] },
  tool_authorization: {
    'create_*': { required_claims: { groups: { values: ['writers'], matchType: 'contains' } } },
  },
};
export const ANA = { sub: 'ana', email: 'ana@example.com', groups: ['engineering'] };
export const WRITER = { ...ANA, groups: ['engineering', 'writers'] };
