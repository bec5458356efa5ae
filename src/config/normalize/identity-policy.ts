// `user_identity_forwarding` → IdentityPolicy, with the defaults of the specification's table (spec: identity).
import type { IdentityPolicy } from '../../policy/model.js';
import type { RemoteServer } from '../schema.js';

const INCLUDE_CLAIMS = ['sub', 'email', 'username', 'user_id', 'workspace_id', 'organisation_id', 'scope', 'client_id'];

export const IDENTITY_HEADER_NAMES = {
  claims_header: 'X-User-Claims',
  bearer: 'Authorization',
  jwt_header: 'X-User-JWT',
} as const;

const LIFETIME_SECONDS = 300;

export function identityPolicy(
  identity: RemoteServer['user_identity_forwarding'] | undefined,
): IdentityPolicy | undefined {
  if (identity === undefined || identity === null) return undefined;
  return {
    method: identity.method,
    headerName: identity.header_name ?? IDENTITY_HEADER_NAMES[identity.method],
    includeClaims: identity.include_claims ?? INCLUDE_CLAIMS,
    onMissing: identity.on_missing ?? 'refuse',
    lifetimeSeconds: identity.jwt_expiry_seconds ?? LIFETIME_SECONDS,
    audience: identity.audience,
  };
}
