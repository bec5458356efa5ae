// Of many processes that find the same token expiring, exactly one renews it; the others wait for it and use its
// result (spec: login, "Refresh"). openid-client is only loaded by the one that does it.
import type { Host } from '../host.js';
import type { Log } from '../log.js';
import type { Secret } from '../secret/secret.js';
import type { CredentialKey } from '../store/credential-key.js';
import type { CredentialStore } from '../store/credential-store.js';
import type { Credential } from '../store/credential.js';
import { freshness } from '../store/freshness.js';
import type { KnownServer } from './login-key.js';
import { unionOfScopes } from './scope-to-ask.js';

/** Well under the lease of the lock, so that a holder that is slow is not taken for dead. */
const REFRESH_TIMEOUT_MS = 15_000;

export interface RefreshOnceOptions {
  readonly provider: KnownServer;
  readonly store: CredentialStore;
  readonly host: Host;
  readonly log: Log;
  readonly key: CredentialKey;
  /** The token that is no longer good enough; undefined: there is none yet, which only a client of its own can mend. */
  readonly stale: Secret | undefined;
  /** More than the login has: for a client of its own, which may just ask. */
  readonly scope?: string | undefined;
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
 * @throws McpgwError NETWORK, TIMEOUT, IDP_FAILED, LOGIN_REFUSED, IO, STORE_*
 */
export async function refreshOnce(options: RefreshOnceOptions): Promise<RefreshOutcome> {
  const { provider, store, host, key, stale } = options;
  const release = await store.lock(key);
  try {
    const stored = (await store.read(key, { isLocked: true }))?.credential;
    const isNewer = stored !== undefined && stored.accessToken.reveal() !== stale?.reveal();
    const isWide = options.scope?.split(' ').every((word) => stored?.scopes.includes(word)) ?? true;
    if (isNewer && isWide && freshness(stored, host.now()) !== 'expired') return { kind: 'ready', credential: stored };
    return provider.grant === 'client_credentials' ? await askAgain(options, stored) : await refresh(options, stored);
  } finally {
    await release();
  }
}

async function refresh(options: RefreshOnceOptions, stored: Credential | undefined): Promise<RefreshOutcome> {
  const { provider, store, host, log, key } = options;
  if (stored === undefined) return { kind: 'login-required', why: 'logged-out' };
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
    log.info('the authorization server no longer accepts the stored login; it was removed');
    return { kind: 'login-required', why: 'refused' };
  }
  await store.update(key, answer.credential);
  return { kind: 'ready', credential: answer.credential };
}

async function askAgain(options: RefreshOnceOptions, stored: Credential | undefined): Promise<RefreshOutcome> {
  const { provider, store, host, log, key, scope } = options;
  const { clientCredentialsGrant } = await import('./grants/client-credentials.js');
  const credential = await clientCredentialsGrant({
    provider,
    host,
    log,
    scope: unionOfScopes(provider.scope, stored?.scopes.join(' '), scope),
    timeoutMs: REFRESH_TIMEOUT_MS,
  });
  await (stored === undefined ? store.save(key, credential) : store.update(key, credential));
  return { kind: 'ready', credential };
}
