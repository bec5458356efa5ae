// Which of the caller's claims go upstream, and in which form (spec: identity). Claims are those that something
// verified; a token that nobody checked gives none. Nothing is cut and nothing is sent unsigned in place of signed.
import type { HeaderField, IdentityPolicy } from '../model.js';
import { claimOf, type Claims, type Principal } from '../principal.js';
import { Secret } from '../../secret/secret.js';

/** Bytes of a claims header; more is an error for the request. */
const CLAIMS_HEADER_LIMIT_BYTES = 8 * 1024;

/** Names under which the original keeps the raw token and its own records: never claims. */
const NEVER_CLAIMS: ReadonlySet<string> = new Set(['token', '_organisationDetails', '_incomingMetadata']);

export type Disclosure =
  | { readonly kind: 'header'; readonly header: HeaderField }
  /** Nothing is configured, or `on_missing` lets the request go on without. */
  | { readonly kind: 'none' }
  | { readonly kind: 'refused'; readonly reason: 'NO_IDENTITY' | 'IDENTITY_TOO_LARGE'; readonly message: string };

export function discloseIdentity(policy: IdentityPolicy | undefined, principal: Principal): Disclosure {
  if (policy === undefined) return { kind: 'none' };
  switch (policy.method) {
    case 'claims_header':
      return claimsHeader(policy, principal);
    case 'bearer':
      return bearer(policy, principal);
    case 'jwt_header':
      // INVARIANT: configurations with `jwt_header` are refused at load while nothing signs; never send it unsigned.
      return { kind: 'refused', reason: 'NO_IDENTITY', message: 'jwt_header has no signing key' };
  }
}

/** The named claims that are there, own members only, in the order of the names; null counts as missing. */
export function filterClaims(claims: Claims, include: readonly string[]): Claims {
  const filtered: Record<string, unknown> = Object.create(null) as Record<string, unknown>; // no prototype to inherit from
  for (const name of include) {
    if (NEVER_CLAIMS.has(name)) continue;
    const value = claimOf(claims, name);
    if (value !== undefined && value !== null) filtered[name] = value;
  }
  return filtered;
}

function claimsHeader(policy: IdentityPolicy, principal: Principal): Disclosure {
  const claims = principal.kind === 'verified' || principal.kind === 'login' ? principal.claims : {};
  const filtered = filterClaims(claims, policy.includeClaims);
  if (Object.keys(filtered).length === 0) {
    return missing(policy, 'the caller has none of the claims that identify them');
  }
  const value = asciiJson(filtered);
  if (value.length > CLAIMS_HEADER_LIMIT_BYTES) {
    return {
      kind: 'refused',
      reason: 'IDENTITY_TOO_LARGE',
      message: `the caller's claims take ${value.length} bytes, more than the ${CLAIMS_HEADER_LIMIT_BYTES} of a header`,
    };
  }
  return { kind: 'header', header: { name: policy.headerName, value } };
}

function bearer(policy: IdentityPolicy, principal: Principal): Disclosure {
  if (principal.kind === 'anonymous') return missing(policy, 'there is no token to pass on');
  const token = principal.token.reveal();
  const value = policy.headerName.toLowerCase() === 'authorization' ? `Bearer ${token}` : token;
  return { kind: 'header', header: { name: policy.headerName, value: new Secret(value) } };
}

function missing(policy: IdentityPolicy, message: string): Disclosure {
  return policy.onMissing === 'anonymous' ? { kind: 'none' } : { kind: 'refused', reason: 'NO_IDENTITY', message };
}

/** JSON on one line, everything beyond ASCII escaped: a header value has no charset. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
