// The key in the operating system's credential store (Keychain, Credential Manager, Secret Service). Failing to load,
// hanging and failing to keep what it was given all mean "unavailable".
import { McpgwError } from '../../errors.js';
import type { Host } from '../../host.js';
import { KeychainError } from '../../secret/keychain-error.js';
import type { KeyProvider } from './key-provider.js';

export interface KeychainKey extends KeyProvider {
  readonly backend: 'keychain';
  /** Writes, reads and deletes an entry. `undefined` when that works, else why it does not. */
  probe(): Promise<string | undefined>;
}

const SERVICE = 'mcpgw';
const ACCOUNT = 'credential-key';

export function createKeychainKey(host: Host): KeychainKey {
  const find = async (): Promise<Uint8Array | undefined> => {
    const stored = await usable(async () => (await host.keychain()).getPassword(SERVICE, ACCOUNT));
    if (stored === null) return undefined;
    const key = Buffer.from(stored, 'base64url');
    if (key.length === 32) return key;
    const message = `the system's credential store cannot be used: its entry "${SERVICE}/${ACCOUNT}" is not a key that mcpgw wrote`;
    throw unavailable(message);
  };
  return {
    backend: 'keychain',
    find,
    obtain: async () => {
      const found = await find();
      if (found !== undefined) return { bytes: found, salt: undefined };
      const made = host.randomBytes(32);
      const text = Buffer.from(made).toString('base64url');
      await usable(async () => (await host.keychain()).setPassword(SERVICE, ACCOUNT, text));
      return { bytes: made, salt: undefined };
    },
    probe: async () => {
      const account = `probe-${Buffer.from(host.randomBytes(8)).toString('hex')}`;
      try {
        const keychain = await host.keychain();
        await keychain.setPassword(SERVICE, account, account);
        const read = await keychain.getPassword(SERVICE, account);
        const isGone = await keychain.deletePassword(SERVICE, account);
        return isGone && read === account ? undefined : 'it did not keep what it was given';
      } catch (error) {
        if (error instanceof KeychainError) return error.message;
        throw error;
      }
    },
  };
}

/** The same failure, with what to do about a login that cannot be stored or read. */
async function usable<Answer>(question: () => Promise<Answer>): Promise<Answer> {
  try {
    return await question();
  } catch (error) {
    throw error instanceof KeychainError ? unavailable(error.message, error) : error;
  }
}

function unavailable(message: string, cause?: KeychainError): McpgwError {
  return new McpgwError('STORE_UNAVAILABLE', message, {
    hint: 'use --credential-store file, or set MCPGW_CREDENTIAL_PASSPHRASE',
    cause,
  });
}
