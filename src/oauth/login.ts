// A whole login: where it will be kept is settled before anybody is sent to a browser, and it is kept under the lock, so
// that a refresh in another process does not write over it.
import type { CredentialStore, StoredIn } from '../store/credential-store.js';
import type { Credential } from '../store/credential.js';
import type { BrowserLoginOptions } from './grants/authorization-code.js';
import type { DeviceLoginOptions } from './grants/device-code.js';
import type { LoginStart, LoginStartOptions } from './login-client.js';
import { authorityName, loginKey, type KnownServer } from './login-key.js';

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
  const { host, log } = options;
  await store.prepare();
  let completed: CompletedLogin | undefined;
  const keep = async (credential: Credential, provider: KnownServer): Promise<void> => {
    const key = loginKey(provider);
    const release = await store.lock(key);
    try {
      completed = { credential, storedIn: await store.save(key, credential) };
    } finally {
      await release();
    }
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
    const { provider } = await start.connect(undefined);
    const { scope } = provider;
    await keep(await clientCredentialsGrant({ provider, host, log, scope, timeoutMs: options.timeoutMs }), provider);
  }
  if (completed === undefined) throw new Error('a login that ended well and kept nothing');
  return completed;
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
