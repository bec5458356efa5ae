// A whole identity login: where it will be kept is settled before anybody is sent to a browser, and it is kept under
// the lock, so that a refresh in another process does not write over it.
import type { Host } from '../host.js';
import type { Log } from '../log.js';
import type { IdentityProvider } from '../policy/model.js';
import type { CredentialStore, StoredIn } from '../store/credential-store.js';
import type { Credential } from '../store/credential.js';
import type { BrowserLoginOptions } from './grants/authorization-code.js';
import { identityKey } from './identity-key.js';

export interface LogInOptions extends Pick<BrowserLoginOptions, 'port' | 'timeoutMs' | 'signal' | 'show'> {
  readonly provider: IdentityProvider;
  readonly store: CredentialStore;
  readonly host: Host;
  readonly log: Log;
}

export interface CompletedLogin {
  readonly credential: Credential;
  readonly storedIn: StoredIn;
}

/** @throws McpgwError LOGIN_REFUSED, TIMEOUT, NETWORK, IDP_FAILED, STORE_*, IO, INTERRUPTED by the signal */
export async function logIn({ store, ...options }: LogInOptions): Promise<CompletedLogin> {
  const key = identityKey(options.provider);
  await store.prepare();
  let completed: CompletedLogin | undefined;
  const { logInWithBrowser } = await import('./grants/authorization-code.js');
  await logInWithBrowser({
    ...options,
    keep: async (credential) => {
      const release = await store.lock(key);
      try {
        completed = { credential, storedIn: await store.save(key, credential) };
      } finally {
        await release();
      }
    },
  });
  if (completed === undefined) throw new Error('a login that ended well and kept nothing');
  return completed;
}
