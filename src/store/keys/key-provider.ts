// Where the 32-byte key of the stored logins comes from, whichever it is.

export const KEY_BACKENDS = ['passphrase', 'keychain', 'key-file'] as const;
export type KeyBackend = (typeof KEY_BACKENDS)[number];

export interface EncryptionKey {
  /** 32 bytes. */
  readonly bytes: Uint8Array;
  /** Kept beside the ciphertext when the key is derived from a passphrase. */
  readonly salt: Uint8Array | undefined;
}

/** Both methods throw McpgwError STORE_UNAVAILABLE when the place itself cannot be used. */
export interface KeyProvider {
  readonly backend: KeyBackend;
  /** The key of files that were written earlier; `undefined` when it is gone. Never makes one. */
  find(salt: Uint8Array | undefined): Promise<Uint8Array | undefined>;
  /** The key for a file to be written; made when there is none. */
  obtain(): Promise<EncryptionKey>;
}

export function isKeyBackend(value: unknown): value is KeyBackend {
  return KEY_BACKENDS.some((backend) => backend === value);
}

/** The places as a person would call them. */
export const BACKEND_NAMES: Readonly<Record<KeyBackend, string>> = {
  passphrase: 'MCPGW_CREDENTIAL_PASSPHRASE',
  keychain: "the system's credential store",
  'key-file': 'a key file',
};
