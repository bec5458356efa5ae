// The caller of one request, and what was found out about it. Claims exist only where something verified them;
// the types leave no way to read claims of a token that nobody checked.
import type { Secret } from '../secret/secret.js';

/** Verified claims: own members of a payload that passed verification. Look-ups go through `claimOf`. */
export type Claims = Readonly<Record<string, unknown>>;

export type Principal =
  /** The token passed `jwt_validation`. */
  | { readonly kind: 'verified'; readonly token: Secret; readonly claims: Claims }
  /** No `jwt_validation`, but an identity login whose ID token the login validated. */
  | {
      readonly kind: 'login';
      readonly token: Secret;
      readonly claims: Claims;
      /** Of the token; undefined when nobody said. */
      readonly expiresAtMs?: number | undefined;
    }
  /** No `jwt_validation`: a token is there and nobody checked it. It gives no claims. */
  | { readonly kind: 'unverified'; readonly token: Secret }
  /** No token, and none is required. */
  | { readonly kind: 'anonymous' };

/** Why a token was refused: stable, for audit lines, policy tests and `--json`. */
export const TOKEN_REASONS = [
  'MISSING_TOKEN',
  'INVALID_FORMAT',
  'TOKEN_TOO_LARGE',
  'MALFORMED',
  'ALGORITHM_NOT_ALLOWED',
  'UNSUPPORTED_HEADER',
  'WRONG_TYPE',
  'INVALID_TIME',
  'EXPIRED',
  'NOT_YET_VALID',
  'NO_KEY',
  'BAD_SIGNATURE',
  'TOO_OLD',
  'MISSING_CLAIM',
  'CLAIM_MISMATCH',
  'HEADER_MISMATCH',
  'INACTIVE',
] as const;
export type TokenReason = (typeof TOKEN_REASONS)[number];

/** What verification says of a token. Whatever cannot be decided is not accepted. */
export type TokenVerdict =
  | { readonly verdict: 'accepted'; readonly principal: Principal }
  | {
      readonly verdict: 'rejected';
      readonly reason: TokenReason;
      /** The sentence of the specification's table ("Token is expired"). Neither token nor claim values. */
      readonly message: string;
      /** Every failed check, in order, in words; the first explains `message`. */
      readonly details: readonly string[];
      /** The rule that decided (policy/rule-name.ts). */
      readonly rule: string;
      /** Whose token it is, where a key or the identity provider vouched for that. */
      readonly subject?: Subject | undefined;
    }
  | { readonly verdict: 'undecided'; readonly message: string };

/** An own member's value; `undefined` for inherited names such as `toString`. */
export function claimOf(claims: Claims, name: string): unknown {
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}

/** Who a caller is: `iss` and `sub`, as far as they are texts. For people and records; never compared. */
export interface Subject {
  readonly issuer: string | undefined;
  readonly subject: string | undefined;
}

/** Undefined where nothing verified who it is. */
export function subjectOfPrincipal(principal: Principal): Subject | undefined {
  return principal.kind === 'verified' || principal.kind === 'login' ? subjectOf(principal.claims) : undefined;
}

export function subjectOf(claims: Claims): Subject {
  const textOf = (name: string): string | undefined => {
    const value = claimOf(claims, name);
    return typeof value === 'string' ? value : undefined;
  };
  return { issuer: textOf('iss'), subject: textOf('sub') };
}

/** Whose session this is: issuer and subject, or the one anonymous caller. Never shown, only compared. */
export function principalKey(principal: Principal): string {
  switch (principal.kind) {
    case 'verified':
    case 'login':
      return subjectKey(principal) ?? tokenKey(principal.token);
    case 'unverified':
      return tokenKey(principal.token);
    case 'anonymous':
      return 'anonymous';
  }
}

/** Issuer and subject; undefined where nobody said who this is. */
export function subjectKey(principal: Principal): string | undefined {
  if (principal.kind !== 'verified' && principal.kind !== 'login') return undefined;
  const subject = claimOf(principal.claims, 'sub');
  if (typeof subject !== 'string') return undefined;
  return JSON.stringify(['subject', claimOf(principal.claims, 'iss') ?? null, subject]);
}

/** Nobody said who this is, so two different tokens are two different callers. */
function tokenKey(token: Secret): string {
  return JSON.stringify(['token', token.reveal()]);
}
