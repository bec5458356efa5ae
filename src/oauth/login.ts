// A whole identity login: where it will be kept is settled before anybody is sent to a browser, and it is kept under
// the lock, so that a refresh in another process does not write over it.
import type { Host } from '../host.js';
import type { Log } from '../log.js';
import type { IdentityProvider } from '../policy/model.js';
import type { CredentialStore, StoredIn } from '../store/credential-store.js';
import type { Credential } from '../store/credential.js';
import type { BrowserLoginOptions } from './grants/authorization-code.js';
import type { DeviceLoginOptions } from './grants/device-code.js';
import { authorityName, identityKey } from './identity-key.js';
import type { LoginClient, LoginClientOptions, LoginFlow } from './login-client.js';

export interface LogInOptions extends Pick<BrowserLoginOptions, 'port' | 'timeoutMs' | 'signal' | 'show'> {
  readonly provider: IdentityProvider;
  readonly store: CredentialStore;
  readonly host: Host;
  readonly log: Log;
  /** Undefined: the browser, or a device where the provider has nothing else. */
  readonly flow: LoginFlow | undefined;
  readonly showCode: DeviceLoginOptions['showCode'];
}

export interface CompletedLogin {
  readonly credential: Credential;
  readonly storedIn: StoredIn;
}

/** @throws McpgwError LOGIN_REFUSED, TIMEOUT, NETWORK, IDP_FAILED, STORE_*, IO, INTERRUPTED by the signal */
export async function logIn({ store, flow, show, showCode, ...options }: LogInOptions): Promise<CompletedLogin> {
  const { provider } = options;
  const key = identityKey(provider);
  await store.prepare();
  let completed: CompletedLogin | undefined;
  const keep = async (credential: Credential): Promise<void> => {
    const release = await store.lock(key);
    try {
      completed = { credential, storedIn: await store.save(key, credential) };
    } finally {
      await release();
    }
  };
  const client = await loginClient({ ...options, flow });
  if (client.flow === 'device') {
    const { logInWithDevice } = await import('./grants/device-code.js');
    await logInWithDevice({ ...options, client, showCode, keep });
  } else {
    const { logInWithBrowser } = await import('./grants/authorization-code.js');
    await logInWithBrowser({ ...options, client, show, keep });
  }
  if (completed === undefined) throw new Error('a login that ended well and kept nothing');
  return completed;
}

async function loginClient(options: LoginClientOptions): Promise<LoginClient> {
  const { createLoginClient } = await import('./login-client.js');
  try {
    return await createLoginClient(options);
  } catch (error) {
    const { oauthFailure } = await import('./errors.js');
    throw oauthFailure(error, authorityName(options.provider));
  }
}
