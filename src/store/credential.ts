// One stored login, and its text form inside the encryption. The text is never written anywhere in clear.
import { Secret } from '../secret/secret.js';

/** The origins (RFC 6454) of the endpoints that a login was made with; its tokens go to no other. */
export interface EndpointOrigins {
  readonly token: string;
  /** Undefined: none was known. */
  readonly revocation: string | undefined;
}

/** The last moment that a `Date` can hold (ECMA-262, "Time Values and Time Range"). */
const LAST_MOMENT_MS = 8.64e15;

export interface Credential {
  readonly accessToken: Secret;
  /** When the request that gave the token was sent. */
  readonly obtainedAtMs: number;
  /** Undefined: the server did not say, and the token counts as good until it is refused. */
  readonly expiresAtMs: number | undefined;
  readonly refreshToken: Secret | undefined;
  readonly scopes: readonly string[];
  /** Who issued it: the issuer, or the token endpoint's origin when no issuer is known. For people. */
  readonly issuer: string;
  /** Undefined: stored before they were noted; then `issuer` stands for them. */
  readonly origins?: EndpointOrigins | undefined;
  /** Claims of an ID token that was validated in full; undefined when there was none. */
  readonly claims: Readonly<Record<string, unknown>> | undefined;
}

/** `sub` of the validated ID token. */
export function subjectOf(credential: Credential): string | undefined {
  const subject = credential.claims?.['sub'];
  return typeof subject === 'string' ? subject : undefined;
}

/** A moment as a `Date` can hold it; undefined beyond every calendar, which counts as not stated. */
export function calendarMs(moment: number | undefined): number | undefined {
  return moment !== undefined && Math.abs(moment) <= LAST_MOMENT_MS ? moment : undefined;
}

/** The plaintext for the encryption: JSON that holds the secrets themselves. */
export function encodeCredential(credential: Credential): string {
  return JSON.stringify({
    access_token: credential.accessToken.reveal(),
    obtained_at_ms: credential.obtainedAtMs,
    expires_at_ms: credential.expiresAtMs,
    refresh_token: credential.refreshToken?.reveal(),
    scopes: credential.scopes,
    issuer: credential.issuer,
    token_origin: credential.origins?.token,
    revocation_origin: credential.origins?.revocation,
    claims: credential.claims,
  });
}

/** `undefined` when the text is not what `encodeCredential` writes. */
export function decodeCredential(text: string): Credential | undefined {
  const stored = parseObject(text);
  if (stored === undefined) return undefined;
  const { access_token, obtained_at_ms, expires_at_ms, refresh_token, scopes, issuer, claims } = stored;
  const { token_origin: token, revocation_origin: revocation } = stored;
  if (typeof access_token !== 'string' || typeof obtained_at_ms !== 'number' || typeof issuer !== 'string') {
    return undefined;
  }
  if (expires_at_ms !== undefined && typeof expires_at_ms !== 'number') return undefined;
  if (refresh_token !== undefined && typeof refresh_token !== 'string') return undefined;
  if (token !== undefined && typeof token !== 'string') return undefined;
  if (revocation !== undefined && typeof revocation !== 'string') return undefined;
  if (!Array.isArray(scopes) || (claims !== undefined && !isObject(claims))) return undefined;
  return {
    accessToken: new Secret(access_token),
    obtainedAtMs: obtained_at_ms,
    expiresAtMs: calendarMs(expires_at_ms),
    refreshToken: refresh_token === undefined ? undefined : new Secret(refresh_token),
    scopes: scopes.filter((scope): scope is string => typeof scope === 'string'),
    issuer,
    origins: token === undefined ? undefined : { token, revocation },
    claims,
  };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
