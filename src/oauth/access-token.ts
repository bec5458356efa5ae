// Page one of logins: the caller's access token is the stored one, else a refreshed one, else "log in". Cheap when
// the token is good: the decrypted login stays in memory and the disk is asked once a second, with one stat.
import type { Host } from '../host.js';
import type { Log } from '../log.js';
import type { IdentityProvider } from '../policy/model.js';
import type { Claims } from '../policy/principal.js';
import type { Secret } from '../secret/secret.js';
import type { CredentialStore } from '../store/credential-store.js';
import { subjectOf, type Credential } from '../store/credential.js';
import { freshness } from '../store/freshness.js';
import { authorityName, identityKey } from './identity-key.js';
import { refreshOnce } from './refresh-once.js';

/** How long the memory is believed before the store's mark is compared again. */
const LOOK_AGAIN_MS = 1000;
/** After a failed refresh, how long a token that is still good is used without trying again. */
const RETRY_REFRESH_MS = 10_000;

export interface ReadyLogin {
  readonly kind: 'ready';
  readonly token: Secret;
  readonly expiresAtMs: number | undefined;
  /** Of an ID token that was validated in full at login; undefined when there was none. */
  readonly claims: Claims | undefined;
  readonly subject: string | undefined;
}

export interface LoginRequired {
  readonly kind: 'login-required';
  /** One sentence: why. */
  readonly message: string;
  /** `mcpgw login <server>`. */
  readonly command: string;
}

export type IdentityLogin = ReadyLogin | LoginRequired;

/** Both throw McpgwError: NETWORK, TIMEOUT, IDP_FAILED, LOGIN_REFUSED, STORE_*, IO, and those of `identityKey`. */
export interface IdentitySource {
  /** The token to use now, refreshed when it is due. The same object as long as nothing changes. */
  current(): Promise<IdentityLogin>;
  /** After a 401: refreshes although the token looks good, unless another process has done so already. */
  refreshNow(): Promise<IdentityLogin>;
}

export interface IdentitySourceOptions {
  readonly provider: IdentityProvider;
  readonly store: CredentialStore;
  readonly host: Host;
  readonly log: Log;
  /** For the command that a person is told to run. */
  readonly serverName: string;
}

interface Held {
  readonly credential: Credential;
  readonly login: ReadyLogin;
}

/** Reads nothing yet. */
export function createIdentitySource({
  provider,
  store,
  host,
  log,
  serverName,
}: IdentitySourceOptions): IdentitySource {
  let held: Held | undefined;
  let mark: string | undefined;
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  let retryAtMs = Number.NEGATIVE_INFINITY;
  let refreshing: Promise<IdentityLogin> | undefined;

  const loginRequired = (why: string): LoginRequired => ({
    kind: 'login-required',
    message: `${why} at ${authorityName(provider)}`,
    command: `mcpgw login ${serverName}`,
  });

  const look = async (): Promise<void> => {
    if (held !== undefined && host.now() - lookedAtMs < LOOK_AGAIN_MS) return;
    const key = identityKey(provider);
    lookedAtMs = host.now();
    const found = await store.mark(key);
    if (found !== undefined && found === mark && held !== undefined) return;
    const stored = found === undefined ? undefined : await store.read(key);
    held = stored && hold(stored.credential);
    mark = found;
  };

  const refresh = async (stale: Credential): Promise<IdentityLogin> => {
    const key = identityKey(provider);
    const outcome = await refreshOnce({ provider, store, host, log, key, stale });
    if (outcome.kind === 'ready') {
      held = hold(outcome.credential);
      mark = await store.mark(key);
      lookedAtMs = host.now();
      return held.login;
    }
    if (outcome.kind === 'foreign-endpoint') {
      return {
        kind: 'login-required',
        message: `the token endpoint is at ${outcome.origin} now: the stored login was made elsewhere and was not sent there`,
        command: `mcpgw login ${serverName}`,
      };
    }
    if (outcome.why === 'no-refresh-token') return loginRequired('the login has expired');
    held = undefined;
    return loginRequired(outcome.why === 'refused' ? 'the login is no longer accepted' : 'nobody is logged in');
  };
  const refreshShared = (stale: Credential): Promise<IdentityLogin> =>
    (refreshing ??= refresh(stale).finally(() => {
      refreshing = undefined;
    }));

  return {
    current: async () => {
      await look();
      if (held === undefined) return loginRequired('nobody is logged in');
      const { credential, login } = held;
      const state = freshness(credential, host.now());
      if (state === 'fresh') return login;
      const isGood = state === 'expiring';
      if (credential.refreshToken === undefined) return isGood ? login : loginRequired('the login has expired');
      if (isGood && host.now() < retryAtMs) return login;
      try {
        return await refreshShared(credential);
      } catch (error) {
        if (!isGood) throw error;
        retryAtMs = host.now() + RETRY_REFRESH_MS;
        log.warn('the login could not be refreshed yet; its token is still good', { reason: messageOf(error) });
        return login;
      }
    },
    refreshNow: async () => {
      await look();
      return held === undefined ? loginRequired('nobody is logged in') : refreshShared(held.credential);
    },
  };
}

function hold(credential: Credential): Held {
  return {
    credential,
    login: {
      kind: 'ready',
      token: credential.accessToken,
      expiresAtMs: credential.expiresAtMs,
      claims: credential.claims,
      subject: subjectOf(credential),
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}
