// Which key providers may be used, and which one is for a new login: the passphrase, then the OS credential store
// when it passes its probe, then a key file with a warning (spec: login, "Where credentials live").
import { McpgwError } from '../../errors.js';
import type { Host } from '../../host.js';
import type { Log } from '../../log.js';
import { Secret } from '../../secret/secret.js';
import { createKeyFileKey, keyFileOf } from './key-file.js';
import { createKeychainKey } from './keychain.js';
import type { KeyBackend, KeyProvider } from './key-provider.js';
import { createPassphraseKey } from './passphrase.js';

export interface KeyOrder {
  /** Those that today's settings allow for reading, by what a stored file says it needs. */
  readonly allowed: ReadonlyMap<KeyBackend, KeyProvider>;
  /**
   * The one for a new login; found once, then remembered.
   *
   * @throws McpgwError STORE_UNAVAILABLE when `keychain` is demanded and unusable
   */
  choose(): Promise<KeyProvider>;
}

export interface KeyOrderOptions {
  readonly host: Host;
  readonly log: Log;
  readonly choice: 'auto' | 'keychain' | 'file';
}

export function createKeyOrder({ host, log, choice }: KeyOrderOptions): KeyOrder {
  const passphrase = host.env['MCPGW_CREDENTIAL_PASSPHRASE'];
  if (choice !== 'keychain' && passphrase !== undefined && passphrase !== '') {
    return only(createPassphraseKey(host, new Secret(passphrase)));
  }
  const keyFile = createKeyFileKey(host);
  const warnOfKeyFile = (why: string): void =>
    log.warn(
      `the key of the stored logins is in ${keyFileOf(host)}, because ${why}; that protects copies of the data ` +
        `(backups, shared folders), not against other programs of this user`,
    );
  if (choice === 'file') {
    return {
      ...only(keyFile),
      choose: once(async () => {
        warnOfKeyFile('--credential-store file says so');
        return keyFile;
      }),
    };
  }
  const keychain = createKeychainKey(host);
  return {
    allowed: new Map<KeyBackend, KeyProvider>(
      choice === 'keychain'
        ? [['keychain', keychain]]
        : [
            ['keychain', keychain],
            ['key-file', keyFile],
          ],
    ),
    choose: once(async () => {
      const problem = await keychain.probe();
      if (problem === undefined) return keychain;
      if (choice === 'keychain') {
        throw new McpgwError('STORE_UNAVAILABLE', problem, {
          hint: 'start or unlock it, or use --credential-store file',
        });
      }
      warnOfKeyFile(problem);
      return keyFile;
    }),
  };
}

function only(provider: KeyProvider): KeyOrder {
  return { allowed: new Map([[provider.backend, provider]]), choose: async () => provider };
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => (made ??= make());
}
