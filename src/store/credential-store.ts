// What a place for stored secrets can do, whichever it is, and the choice of one (spec: login, "Where credentials live").
// Logins are what it was made for; the keys that identities are signed with lie there, too. A store never talks to a
// network and never decides whether a token is still good.
import type { Host } from '../host.js';
import type { Log } from '../log.js';
import { decodeCredential, encodeCredential, type Credential } from './credential.js';
import type { CredentialKey } from './credential-key.js';
import { createEncryptedFileStore, type StoredForm } from './encrypted-file-store.js';
import type { KeyBackend } from './keys/key-provider.js';
import { createKeyOrder } from './keys/key-order.js';
import { CLIENT_RECORDS, type ClientRecord } from './client-record.js';
import { createMemoryStore } from './memory-store.js';

/** Where a login is kept, by where its key is; `memory` ends with the process. */
export type StoredIn = KeyBackend | 'memory';

export interface StoredCredential<T = Credential> {
  readonly credential: T;
  readonly storedIn: StoredIn;
}

/** Every method throws McpgwError IO when the disk fails, and STORE_INSECURE for files that others can read. */
export interface CredentialStore<T = Credential> {
  /** Finds out where a new login would go, before anybody is sent to a browser. Throws STORE_UNAVAILABLE. */
  prepare(): Promise<StoredIn>;
  /**
   * `undefined` when there is none, or when the file was damaged and has been set aside (with a warning). Setting
   * aside needs the lock; whoever holds it already says so, or would wait for itself.
   * Throws STORE_UNAVAILABLE when there is one that cannot be decrypted here and now, and says why.
   */
  read(key: CredentialKey, options?: { readonly isLocked: boolean }): Promise<StoredCredential<T> | undefined>;
  /** Keeps a new login, where today's settings say. On disk when it resolves. */
  save(key: CredentialKey, credential: T): Promise<StoredIn>;
  /** Replaces a login by its refreshed self, with the key it already has. On disk when it resolves. */
  update(key: CredentialKey, credential: T): Promise<void>;
  /** Resolves as well when there is none. */
  remove(key: CredentialKey): Promise<void>;
  /** A text that changes whenever the stored login may have changed; costs one stat. Undefined: nothing is stored. */
  mark(key: CredentialKey): Promise<string | undefined>;
  /** Waits for its turn, across processes. Call the result to let the next one in. */
  lock(key: CredentialKey): Promise<() => Promise<void>>;
}

export interface OpenStoreOptions {
  readonly host: Host;
  readonly log: Log;
  /** `--credential-store`; default `auto`. */
  readonly choice?: LoginStores['choice'] | undefined;
}

const LOGINS: StoredForm<Credential> = {
  encode: encodeCredential,
  decode: decodeCredential,
  what: 'a login',
  again: 'log in again',
};

export interface LoginStores {
  /** `none`: nothing of it is seen by another process. */
  readonly choice: 'auto' | 'keychain' | 'file' | 'none';
  readonly store: CredentialStore;
  /** Which client the logins are made with, where no configuration says it. */
  readonly records: CredentialStore<ClientRecord>;
}

/** Opens nothing yet: the disk and the OS credential store are only touched when a method needs them. */
export function openLoginStores({ host, log, choice = 'auto' }: OpenStoreOptions): LoginStores {
  if (choice === 'none') return { choice, store: createMemoryStore(), records: createMemoryStore<ClientRecord>() };
  const keys = createKeyOrder({ host, log, choice });
  return {
    choice,
    store: createEncryptedFileStore({ host, log, keys, form: LOGINS }),
    records: createEncryptedFileStore({ host, log, keys, form: CLIENT_RECORDS }),
  };
}

/** The store of the logins alone. */
export function openCredentialStore(options: OpenStoreOptions): CredentialStore {
  return openLoginStores(options).store;
}
