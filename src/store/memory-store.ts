// `--credential-store none`: secrets that end with the process. Nothing touches the disk.
import type { CredentialStore } from './credential-store.js';
import type { Credential } from './credential.js';

export function createMemoryStore<T = Credential>(): CredentialStore<T> {
  const logins = new Map<string, { readonly credential: T; readonly mark: string }>();
  const queues = new Map<string, Promise<void>>();
  let writes = 0;
  const keep = (name: string, credential: T): void => {
    writes += 1;
    logins.set(name, { credential, mark: String(writes) });
  };
  return {
    prepare: async () => 'memory',
    read: async ({ name }) => {
      const login = logins.get(name);
      return login === undefined ? undefined : { credential: login.credential, storedIn: 'memory' };
    },
    save: async ({ name }, credential) => {
      keep(name, credential);
      return 'memory';
    },
    update: async ({ name }, credential) => keep(name, credential),
    remove: async ({ name }) => {
      logins.delete(name);
    },
    mark: async ({ name }) => logins.get(name)?.mark,
    lock: async ({ name }) => {
      const before = queues.get(name);
      let release: (() => void) | undefined;
      const mine = new Promise<void>((resolve) => {
        release = resolve;
      });
      // Whoever comes next waits for us, and we have waited for those before.
      queues.set(name, mine);
      await before;
      return async () => release?.();
    },
  };
}
