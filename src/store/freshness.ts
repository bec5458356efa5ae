// How much life a stored access token has left. Values in, values out; the caller brings the clock.
import type { Credential } from './credential.js';

/** The longest time before expiry at which a token is refreshed; a fifth of its life when that is less. */
const REFRESH_MARGIN_MS = 60_000;

export type Freshness =
  /** Good, and not about to expire. */
  | 'fresh'
  /** Still good, and due for a refresh. */
  | 'expiring'
  | 'expired';

/** A token without a stated expiry is fresh. */
export function freshness(credential: Credential, nowMs: number): Freshness {
  if (credential.expiresAtMs === undefined) return 'fresh';
  if (nowMs >= credential.expiresAtMs) return 'expired';
  const lifetimeMs = credential.expiresAtMs - credential.obtainedAtMs;
  const marginMs = Math.min(REFRESH_MARGIN_MS, lifetimeMs / 5);
  return nowMs >= credential.expiresAtMs - marginMs ? 'expiring' : 'fresh';
}
