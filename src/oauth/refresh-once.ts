// Of many processes that find the same token expiring, exactly one refreshes; the others wait for it and use its
// result (spec: login, "Refresh"). openid-client is only loaded by the one that does it.
import type { Host } from '../host.js';
import type { Log } from '../log.js';
import type { IdentityProvider } from '../policy/model.js';
import type { CredentialKey } from '../store/credential-key.js';
import type { CredentialStore } from '../store/credential-store.js';
import type { Credential } from '../store/credential.js';
import { freshness } from '../store/freshness.js';

/** Well under the lease of the lock, so that a holder that is slow is not taken for dead. */
const REFRESH_TIMEOUT_MS = 15_000;

export interface RefreshOnceOptions {
  readonly provider: IdentityProvider;
  readonly store: CredentialStore;
  readonly host: Host;
  readonly log: Log;
  readonly key: CredentialKey;
  /** The token that is no longer good enough. */
  readonly stale: Credential;
}

export type RefreshOutcome =
  | { readonly kind: 'ready'; readonly credential: Credential }
  /** Nothing is stored any more, or it cannot be refreshed: a person has to log in. */
  | { readonly kind: 'login-required'; readonly why: 'logged-out' | 'no-refresh-token' | 'refused' }
  /** The login is kept, and was not sent to the token endpoint that the configuration names now. */
  | { readonly kind: 'foreign-endpoint'; readonly origin: string };

/**
 * INVARIANT: a rotated refresh token is on disk before the new access token is given to anybody.
 * `invalid_grant` removes the stored login; every other failure is thrown and removes nothing.
 *
 * @throws McpgwError NETWORK, TIMEOUT, IDP_FAILED, IO, STORE_*
 */
export async function refreshOnce(options: RefreshOnceOptions): Promise<RefreshOutcome> {
  const { provider, store, host, log, key, stale } = options;
  const release = await store.lock(key);
  try {
    const stored = (await store.read(key, { isLocked: true }))?.credential;
    if (stored === undefined) return { kind: 'login-required', why: 'logged-out' };
    const isNewer = stored.accessToken.reveal() !== stale.accessToken.reveal();
    if (isNewer && freshness(stored, host.now()) !== 'expired') return { kind: 'ready', credential: stored };
    if (stored.refreshToken === undefined) return { kind: 'login-required', why: 'no-refresh-token' };
    const { refreshGrant } = await import('./grants/refresh-token.js');
    const answer = await refreshGrant({
      provider,
      host,
      log,
      credential: stored,
      refreshToken: stored.refreshToken,
      timeoutMs: REFRESH_TIMEOUT_MS,
    });
    if (answer.kind === 'foreign-endpoint') return answer;
    if (answer.kind === 'refused') {
      await store.remove(key);
      log.info('the identity provider no longer accepts the stored login; it was removed');
      return { kind: 'login-required', why: 'refused' };
    }
    await store.update(key, answer.credential);
    return { kind: 'ready', credential: answer.credential };
  } finally {
    await release();
  }
}
