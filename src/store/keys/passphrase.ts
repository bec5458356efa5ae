// The key made from MCPGW_CREDENTIAL_PASSPHRASE with scrypt (RFC 7914). Derived only when a file needs it.
import { scrypt } from 'node:crypto';
import type { Host } from '../../host.js';
import type { Secret } from '../../secret/secret.js';
import type { KeyProvider } from './key-provider.js';

const COST = { N: 2 ** 15, r: 8, p: 3, maxmem: 128 * 1024 * 1024 } as const;
const SALT_BYTES = 16;

export function createPassphraseKey(host: Host, passphrase: Secret): KeyProvider {
  /** Derived keys of this process, by salt: each costs a tenth of a second. */
  const derived = new Map<string, Promise<Uint8Array>>();
  let saltForWriting: Uint8Array | undefined;

  const derive = (salt: Uint8Array): Promise<Uint8Array> => {
    const name = Buffer.from(salt).toString('hex');
    const known = derived.get(name) ?? deriveKey(passphrase, salt);
    derived.set(name, known);
    return known;
  };
  return {
    backend: 'passphrase',
    find: async (salt) => {
      if (salt === undefined) return undefined;
      saltForWriting ??= salt;
      return derive(salt);
    },
    obtain: async () => {
      saltForWriting ??= host.randomBytes(SALT_BYTES);
      return { bytes: await derive(saltForWriting), salt: saltForWriting };
    },
  };
}

function deriveKey(passphrase: Secret, salt: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    scrypt(passphrase.reveal(), salt, 32, COST, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}
