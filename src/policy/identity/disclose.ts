// Which of the caller's claims go upstream, and in which form (spec: identity). Claims are those that something
// verified; a token that nobody checked gives none. Nothing is cut and nothing is sent unsigned in place of signed:
// what has to be signed is handed back as such, and whoever holds a key signs it (token/mint/).
import type { HeaderField, IdentityPolicy } from '../model.js';
import { claimOf, type Claims, type Principal } from '../principal.js';
import { Secret } from '../../secret/secret.js';

/** Bytes of a claims header; more is an error for the request. */
const CLAIMS_HEADER_LIMIT_BYTES = 8 * 1024;

/** Names under which the original keeps the raw token and its own records: never claims. */
const NEVER_CLAIMS: ReadonlySet<string> = new Set(['token', '_organisationDetails', '_incomingMetadata']);

/** What a signed identity says. */
export interface IdentityToSign {
  readonly headerName: string;
  /** The filtered claims, in the order of `include_claims`. */
  readonly claims: Claims;
  /** Its `aud`. */
  readonly audience: string;
  readonly lifetimeSeconds: number;
  /** The end of the caller's own token, which the signed one never outlives; seconds since the epoch. */
  readonly notAfterSeconds: number | undefined;
}

export type Disclosure =
  | { readonly kind: 'header'; readonly header: HeaderField }
  | { readonly kind: 'to-sign'; readonly toSign: IdentityToSign }
  /** Nothing is configured, or `on_missing` lets the request go on without. */
  | { readonly kind: 'none' }
  | { readonly kind: 'refused'; readonly reason: 'NO_IDENTITY' | 'IDENTITY_TOO_LARGE'; readonly message: string };

export interface DisclosureInput {
  readonly policy: IdentityPolicy | undefined;
  readonly principal: Principal;
  /** The upstream's URL: the audience of a signed identity that names no other. Undefined where nobody knows it yet. */
  readonly url: string | undefined;
}

export function discloseIdentity({ policy, principal, url }: DisclosureInput): Disclosure {
  if (policy === undefined) return { kind: 'none' };
  switch (policy.method) {
    case 'claims_header':
      return claimsHeader(policy, principal);
    case 'bearer':
      return bearer(policy, principal);
    case 'jwt_header':
      return signedIdentity({ policy, principal, url });
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
  const filtered = identifyingClaims(policy, principal);
  if (filtered === undefined) return missing(policy, NO_CLAIMS);
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

function signedIdentity({ policy, principal, url }: DisclosureInput & { policy: IdentityPolicy }): Disclosure {
  const claims = identifyingClaims(policy, principal);
  if (claims === undefined) return missing(policy, NO_CLAIMS);
  const audience = policy.audience ?? url;
  if (audience === undefined) {
    return { kind: 'refused', reason: 'NO_IDENTITY', message: 'the signed identity has no audience' };
  }
  const { headerName, lifetimeSeconds } = policy;
  return {
    kind: 'to-sign',
    toSign: { headerName, claims, audience, lifetimeSeconds, notAfterSeconds: endOfToken(principal) },
  };
}

const NO_CLAIMS = 'the caller has none of the claims that identify them';

/** Undefined when there are none of them. */
function identifyingClaims({ includeClaims }: IdentityPolicy, principal: Principal): Claims | undefined {
  const claims = principal.kind === 'verified' || principal.kind === 'login' ? principal.claims : {};
  const filtered = filterClaims(claims, includeClaims);
  return Object.keys(filtered).length === 0 ? undefined : filtered;
}

function endOfToken(principal: Principal): number | undefined {
  switch (principal.kind) {
    case 'verified': {
      const exp = claimOf(principal.claims, 'exp');
      return typeof exp === 'number' ? exp : undefined;
    }
    // Its claims are those of an ID token, which says when somebody logged in, not how long the login lasts.
    case 'login':
      return principal.expiresAtMs === undefined ? undefined : principal.expiresAtMs / 1000;
    case 'unverified':
    case 'anonymous':
      return undefined;
  }
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
