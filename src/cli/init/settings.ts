// The settings that starters have in common: the same keys in the same order, with each provider's own words on why.
import type { Member } from './jsonc.js';

/** A value, and why it is this one. */
export interface Explained<Value> {
  readonly value: Value;
  readonly why: string;
}

export interface ClaimRule extends Explained<string | readonly string[]> {
  readonly claim: string;
  /** By default `exact` for a text and `contains` for a list. */
  readonly matchType?: 'exact' | 'contains';
}

export interface TokenRulesFacts {
  readonly jwksUri: Explained<string>;
  readonly algorithms?: Explained<readonly string[]>;
  readonly requiredClaims: Explained<readonly string[]>;
  readonly claims: readonly ClaimRule[];
  /** A lint finding that does not hold here. */
  readonly silence?: { readonly code: string; readonly reason: string };
}

export function tokenRules(facts: TokenRulesFacts): Member {
  const { jwksUri, algorithms, requiredClaims, claims, silence } = facts;
  return {
    key: 'jwt_validation',
    comment: 'Whose token is good. It is checked before anything goes to the server.',
    ...(silence && { instruction: silencer(silence) }),
    value: {
      members: [
        { key: 'jwksUri', value: jwksUri.value, comment: jwksUri.why },
        { key: 'algorithms', value: algorithms?.value ?? ['RS256'], ...(algorithms && { comment: algorithms.why }) },
        { key: 'requireExp', value: true },
        { key: 'requiredClaims', value: requiredClaims.value, comment: requiredClaims.why },
        { key: 'claimValues', value: { members: claims.map(claimRule) } },
      ],
    },
  };
}

function claimRule({ claim, value, why, matchType }: ClaimRule): Member {
  const match = matchType ?? (typeof value === 'string' ? 'exact' : 'contains');
  return {
    key: claim,
    comment: why,
    value: {
      members: [
        { key: 'values', value },
        { key: 'matchType', value: match },
      ],
    },
  };
}

export interface IdentityFacts {
  readonly claims: readonly string[];
  readonly why: string;
  readonly silence?: { readonly code: string; readonly reason: string };
}

export function identityForwarding({ claims, why, silence }: IdentityFacts): Member {
  return {
    key: 'user_identity_forwarding',
    comment: why,
    ...(silence && { instruction: silencer(silence) }),
    value: {
      members: [
        { key: 'method', value: 'claims_header' },
        { key: 'include_claims', value: claims },
      ],
    },
  };
}

export interface LoginFacts {
  readonly issuer: Explained<string>;
  readonly clientId: Explained<string>;
  /** Members between client and scope. */
  readonly client?: readonly Member[];
  readonly scope: Explained<string>;
  readonly redirectUri?: Explained<string>;
  readonly more?: readonly Member[];
}

export function login({ issuer, clientId, client = [], scope, redirectUri, more = [] }: LoginFacts): Member {
  return {
    key: 'external_auth_config',
    comment: 'Where `mcpgw login` signs the caller in: authorization code with PKCE, in the browser.',
    value: {
      members: [
        { key: 'issuer', value: issuer.value, comment: issuer.why },
        { key: 'client_id', value: clientId.value, comment: clientId.why },
        ...client,
        ...(redirectUri ? [{ key: 'redirect_uri', value: redirectUri.value, comment: redirectUri.why }] : []),
        ...more,
        { key: 'scope', value: scope.value, comment: scope.why },
      ],
    },
  };
}

/** For providers that compare redirects whole, port included: the documented port of clients registered by hand. */
export const FIXED_REDIRECT = 'http://127.0.0.1:8914/callback';

export const EXACT_REDIRECT: Explained<string> = {
  value: FIXED_REDIRECT,
  why: 'Compared whole, port included: the same text has to be registered.',
};

function silencer({ code, reason }: { readonly code: string; readonly reason: string }): string {
  return `mcpgw-disable-next-line ${code} -- ${reason}`;
}
