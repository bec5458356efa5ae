// Page one of logins: the access token is the stored one, else a refreshed one, else "log in". Cheap when the token is
// good: the decrypted login stays in memory and the disk is asked once a second, with one stat.
import { McpgwError } from '../errors.js';
import type { Host } from '../host.js';
import type { Log } from '../log.js';
import type { AuthorizationServer } from '../policy/model.js';
import type { Claims } from '../policy/principal.js';
import type { Secret } from '../secret/secret.js';
import type { CredentialStore, LoginStores } from '../store/credential-store.js';
import { subjectOf, type Credential } from '../store/credential.js';
import { freshness } from '../store/freshness.js';
import { authorityName, loginKey, type KnownServer } from './login-key.js';
import { knownServer, targetKey, type ClientRecords, type LoginTarget } from './login-target.js';
import { refreshAside, type AsideOptions } from './refresh-aside.js';
import type { RefreshOutcome } from './refresh-once.js';

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
  readonly scopes: readonly string[];
}

export interface LoginRequired {
  readonly kind: 'login-required';
  /** One sentence: why. */
  readonly message: string;
  /** `mcpgw login <server>`. */
  readonly command: string;
}

export type CurrentLogin = ReadyLogin | LoginRequired;

/** All throw McpgwError: NETWORK, TIMEOUT, IDP_FAILED, LOGIN_REFUSED, STORE_*, IO, and those of `loginKey`. */
export interface LoginSource {
  /** The token to use now, refreshed when it is due. The same object as long as nothing changes. */
  current(): Promise<CurrentLogin>;
  /** After a 401 for this token: refreshes although it looks good, unless another process has done so already. */
  refreshNow(refused: Secret): Promise<CurrentLogin>;
  /** Of a client of its own: a token with at least this scope. */
  widen(scope: string): Promise<CurrentLogin>;
  /** A login was made: the store is asked at once. */
  lookAgain(): void;
}

export interface LoginSourceOptions {
  readonly target: LoginTarget;
  readonly store: CredentialStore;
  readonly records: ClientRecords;
  readonly choice: LoginStores['choice'];
  /** True: as long as the token is good, nobody waits for the next one. For a process that stays. */
  readonly refreshesAhead?: boolean | undefined;
  readonly host: Host;
  readonly log: Log;
  /** For the command that a person is told to run. */
  readonly serverName: string;
}

interface Held {
  readonly provider: KnownServer;
  readonly credential: Credential;
  readonly login: ReadyLogin;
}

/** Reads nothing yet. */
export function createLoginSource(options: LoginSourceOptions): LoginSource {
  const { target, store, records, choice, refreshesAhead = false, host, log, serverName } = options;
  let held: Held | undefined;
  let mark: string | undefined;
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  let retryAtMs = Number.NEGATIVE_INFINITY;
  let refreshing: Promise<CurrentLogin> | undefined;

  const loginRequired = (why: string, provider: AuthorizationServer = target.server): LoginRequired => ({
    kind: 'login-required',
    message: `${why} at ${authorityName(provider)}`,
    command: `mcpgw login ${serverName}`,
  });

  /** Counts what has made an answer of the store worthless that was on its way. */
  let generation = 0;
  let looking: Promise<KnownServer | undefined> | undefined;

  /** Which client it is, where that is known. One look for all that ask meanwhile. */
  const look = (): Promise<KnownServer | undefined> => {
    if (held !== undefined && host.now() - lookedAtMs < LOOK_AGAIN_MS) return Promise.resolve(held.provider);
    return (looking ??= lookNow().finally(() => {
      looking = undefined;
    }));
  };

  const lookNow = async (): Promise<KnownServer | undefined> => {
    for (;;) {
      const before = generation;
      const provider = await knownServer(target, records);
      const key = provider && loginKey(provider);
      const isSame = held !== undefined && key?.name === loginKey(held.provider).name;
      const found = key && (await store.mark(key));
      const isUnchanged = isSame && found !== undefined && found === mark;
      const stored = isUnchanged || key === undefined || found === undefined ? undefined : await store.read(key);
      if (before !== generation) continue;
      if (!isUnchanged) held = provider && stored && hold(provider, stored.credential);
      mark = found;
      lookedAtMs = host.now();
      return provider;
    }
  };

  /** A client that mcpgw has registered, and that the server knows no more, is forgotten: the next login registers another. */
  const refreshedOr = async (
    options: AsideOptions,
  ): Promise<RefreshOutcome | { readonly kind: 'login-required'; readonly why: 'unknown-client' }> => {
    try {
      return await refreshAside(options);
    } catch (error) {
      const isUnknown = error instanceof McpgwError && error.details['error'] === 'invalid_client';
      if (!isUnknown || target.server.clientId !== undefined) throw error;
      await records.remove(targetKey(target));
      return { kind: 'login-required', why: 'unknown-client' };
    }
  };

  const refresh = async (
    provider: KnownServer,
    stale: Credential | undefined,
    scope?: string,
  ): Promise<CurrentLogin> => {
    const key = loginKey(provider);
    const outcome = await refreshedOr({
      provider,
      store,
      choice,
      host,
      log,
      key,
      stale: stale?.accessToken,
      scope,
    });
    if (outcome.kind === 'ready') {
      generation++;
      const refreshed = hold(provider, outcome.credential);
      held = refreshed;
      mark = await store.mark(key);
      lookedAtMs = host.now();
      return refreshed.login;
    }
    if (outcome.kind === 'foreign-endpoint') {
      // It is what it is, for as long as the configuration is.
      retryAtMs = host.now() + RETRY_REFRESH_MS;
      return {
        kind: 'login-required',
        message: `the token endpoint is at ${outcome.origin} now: the stored login was made elsewhere and was not sent there`,
        command: `mcpgw login ${serverName}`,
      };
    }
    if (outcome.why === 'no-refresh-token') return loginRequired('the login has expired', provider);
    held = undefined;
    return loginRequired(WHY[outcome.why], provider);
  };
  const refreshShared = (provider: KnownServer, stale: Credential | undefined): Promise<CurrentLogin> =>
    (refreshing ??= refresh(provider, stale).finally(() => {
      refreshing = undefined;
    }));

  return {
    current: async () => {
      const provider = await look();
      const isOwnClient = target.server.grant === 'client_credentials';
      if (provider === undefined) return loginRequired('nobody is logged in');
      if (held === undefined) {
        return isOwnClient ? refreshShared(provider, undefined) : loginRequired('nobody is logged in', provider);
      }
      const { credential, login } = held;
      const state = freshness(credential, host.now());
      if (state === 'fresh') return login;
      const isGood = state === 'expiring';
      if (credential.refreshToken === undefined && !isOwnClient) {
        return isGood ? login : loginRequired('the login has expired', provider);
      }
      if (isGood && host.now() < retryAtMs) return login;
      if (!isGood) return refreshShared(provider, credential);
      const next = refreshShared(provider, credential).catch((error: unknown) => {
        retryAtMs = host.now() + RETRY_REFRESH_MS;
        log.warn('the login could not be refreshed yet; its token is still good', { reason: messageOf(error) });
        return login;
      });
      return refreshesAhead ? login : next;
    },
    refreshNow: async (refused) => {
      const provider = await look();
      if (provider === undefined || held === undefined) return loginRequired('nobody is logged in', provider);
      // Another request, or another process, has been faster.
      if (held.login.token.reveal() !== refused.reveal()) return held.login;
      return refreshShared(provider, held.credential);
    },
    lookAgain: () => {
      generation++;
      lookedAtMs = Number.NEGATIVE_INFINITY;
    },
    widen: async (scope) => {
      const provider = await look();
      return provider === undefined ? loginRequired('nobody is logged in') : refresh(provider, held?.credential, scope);
    },
  };
}

const WHY = {
  refused: 'the login is no longer accepted',
  'logged-out': 'nobody is logged in',
  'unknown-client': 'the client that was registered is no longer known',
} as const;

function hold(provider: KnownServer, credential: Credential): Held {
  return {
    provider,
    credential,
    login: {
      kind: 'ready',
      token: credential.accessToken,
      expiresAtMs: credential.expiresAtMs,
      claims: credential.claims,
      subject: subjectOf(credential),
      scopes: credential.scopes,
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}
