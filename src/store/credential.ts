// One stored login, and its text form inside the encryption. The text is never written anywhere in clear.
import { Secret } from '../secret/secret.js';

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
  /** Claims of an ID token that was validated in full; undefined when there was none. */
  readonly claims: Readonly<Record<string, unknown>> | undefined;
}

/** `sub` of the validated ID token. */
export function subjectOf(credential: Credential): string | undefined {
  const subject = credential.claims?.['sub'];
  return typeof subject === 'string' ? subject : undefined;
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
    claims: credential.claims,
  });
}

/** `undefined` when the text is not what `encodeCredential` writes. */
export function decodeCredential(text: string): Credential | undefined {
  const stored = parseObject(text);
  if (stored === undefined) return undefined;
  const { access_token, obtained_at_ms, expires_at_ms, refresh_token, scopes, issuer, claims } = stored;
  if (typeof access_token !== 'string' || typeof obtained_at_ms !== 'number' || typeof issuer !== 'string') {
    return undefined;
  }
  if (expires_at_ms !== undefined && typeof expires_at_ms !== 'number') return undefined;
  if (refresh_token !== undefined && typeof refresh_token !== 'string') return undefined;
  if (!Array.isArray(scopes) || (claims !== undefined && !isObject(claims))) return undefined;
  return {
    accessToken: new Secret(access_token),
    obtainedAtMs: obtained_at_ms,
    expiresAtMs: expires_at_ms,
    refreshToken: refresh_token === undefined ? undefined : new Secret(refresh_token),
    scopes: scopes.filter((scope): scope is string => typeof scope === 'string'),
    issuer,
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
