// A whole login: where it will be kept is settled before anybody is sent to a browser, and it is kept under the lock, so
// that a refresh in another process does not write over it.
import type { CredentialStore, StoredIn } from '../store/credential-store.js';
import type { Credential } from '../store/credential.js';
import type { BrowserLoginOptions } from './grants/authorization-code.js';
import type { DeviceLoginOptions } from './grants/device-code.js';
import type { LoginClient, LoginStart, LoginStartOptions } from './login-client.js';
import { authorityName, loginKey, type KnownServer } from './login-key.js';
import { knownServer, targetKey } from './login-target.js';

export interface LogInOptions
  extends
    LoginStartOptions,
    Pick<BrowserLoginOptions, 'port' | 'timeoutMs' | 'show'>,
    Pick<DeviceLoginOptions, 'showCode'> {
  readonly store: CredentialStore;
}

export interface CompletedLogin {
  readonly credential: Credential;
  readonly storedIn: StoredIn;
}

/** @throws McpgwError LOGIN_REFUSED, TIMEOUT, NETWORK, IDP_FAILED, INVALID_CONFIG, STORE_*, IO, INTERRUPTED by the signal */
export async function logIn({ store, show, showCode, ...options }: LogInOptions): Promise<CompletedLogin> {
  const { host, log, target, records } = options;
  await store.prepare();
  let completed: CompletedLogin | undefined;
  const keep = async (credential: Credential, { provider, found }: LoginClient): Promise<void> => {
    const before = await knownServer(target, records).catch(() => undefined);
    const key = loginKey(provider);
    const release = await store.lock(key);
    try {
      completed = { credential, storedIn: await store.save(key, credential) };
    } finally {
      await release();
    }
    if (found === undefined) return;
    const { keepRecord } = await import('./login-client.js');
    // From here on this login is the one that is used.
    await keepRecord(records, targetKey(target), found);
    if (before !== undefined && loginKey(before).name !== key.name) await endReplaced(before, { store, host, log });
  };
  const start = await started(options);
  if (start.flow === 'device') {
    const { logInWithDevice } = await import('./grants/device-code.js');
    await logInWithDevice({ ...options, start, showCode, keep });
  } else if (start.flow === 'browser') {
    const { logInWithBrowser } = await import('./grants/authorization-code.js');
    await logInWithBrowser({ ...options, start, show, keep });
  } else {
    const { clientCredentialsGrant } = await import('./grants/client-credentials.js');
    const client = await start.connect(undefined);
    const { provider } = client;
    const { scope } = provider;
    await keep(await clientCredentialsGrant({ provider, host, log, scope, timeoutMs: options.timeoutMs }), client);
  }
  if (completed === undefined) throw new Error('a login that ended well and kept nothing');
  return completed;
}

/** Of another issuer or another client: nobody would use it any more, or end it. */
async function endReplaced(
  before: KnownServer,
  { store, host, log }: Pick<LogInOptions, 'store' | 'host' | 'log'>,
): Promise<void> {
  const key = loginKey(before);
  const release = await store.lock(key);
  try {
    const stored = await store.read(key, { isLocked: true }).catch(() => undefined);
    if (stored === undefined) return;
    const { revokeTokens } = await import('./revoke.js');
    await revokeTokens({ provider: before, host, log, credential: stored.credential });
    await store.remove(key);
  } finally {
    await release();
  }
}

async function started(options: LoginStartOptions): Promise<LoginStart> {
  const { startLogin } = await import('./login-client.js');
  try {
    return await startLogin(options);
  } catch (error) {
    const { oauthFailure } = await import('./errors.js');
    throw oauthFailure(error, authorityName(options.target.server));
  }
}
