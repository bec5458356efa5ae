// The key in the operating system's credential store (Keychain, Credential Manager, Secret Service), through keytar.
// keytar is optional and native: failing to load, hanging and failing to keep what it was given all mean "unavailable".
import { McpgwError } from '../../errors.js';
import type { Host } from '../../host.js';
import type { KeyProvider } from './key-provider.js';

/** What is used of keytar. */
export interface Keychain {
  getPassword(service: string, account: string): Promise<string | null>;
  setPassword(service: string, account: string, password: string): Promise<void>;
  deletePassword(service: string, account: string): Promise<boolean>;
}

export type LoadKeychain = () => Promise<Keychain>;

export interface KeychainKey extends KeyProvider {
  readonly backend: 'keychain';
  /** Writes, reads and deletes an entry, within 3 s. `undefined` when that works, else why it does not. */
  probe(): Promise<string | undefined>;
}

const SERVICE = 'mcpgw';
const ACCOUNT = 'credential-key';
const PATIENCE_MS = 3000;

export function createKeychainKey(host: Host, load: LoadKeychain = loadKeytar): KeychainKey {
  const find = async (): Promise<Uint8Array | undefined> => {
    const stored = await asked(async () => (await load()).getPassword(SERVICE, ACCOUNT));
    if (stored === null) return undefined;
    const key = Buffer.from(stored, 'base64url');
    if (key.length === 32) return key;
    throw unavailable(`its entry "${SERVICE}/${ACCOUNT}" is not a key that mcpgw wrote`);
  };
  return {
    backend: 'keychain',
    find,
    obtain: async () => {
      const found = await find();
      if (found !== undefined) return { bytes: found, salt: undefined };
      const made = host.randomBytes(32);
      const text = Buffer.from(made).toString('base64url');
      await asked(async () => (await load()).setPassword(SERVICE, ACCOUNT, text));
      return { bytes: made, salt: undefined };
    },
    probe: async () => {
      const account = `probe-${Buffer.from(host.randomBytes(8)).toString('hex')}`;
      try {
        const kept = await asked(async () => {
          const keychain = await load();
          await keychain.setPassword(SERVICE, account, account);
          const read = await keychain.getPassword(SERVICE, account);
          return (await keychain.deletePassword(SERVICE, account)) && read === account;
        });
        return kept ? undefined : 'it did not keep what it was given';
      } catch (error) {
        return error instanceof McpgwError ? error.message : 'it failed';
      }
    },
  };
}

/** keytar is CommonJS: its functions are on the default export. */
async function loadKeytar(): Promise<Keychain> {
  const { default: keytar } = await import('keytar');
  return keytar;
}

/** A desktop that asks for a password in a window nobody sees would otherwise wait for ever. */
async function asked<Answer>(question: () => Promise<Answer>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(unavailable(`no answer within ${PATIENCE_MS / 1000} s`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([question(), patience]);
  } catch (error) {
    // What the library says may quote what it was given.
    throw error instanceof McpgwError ? error : unavailable('it cannot be loaded or does not answer', error);
  } finally {
    clearTimeout(timer);
  }
}

function unavailable(why: string, cause?: unknown): McpgwError {
  return new McpgwError('STORE_UNAVAILABLE', `the system's credential store cannot be used: ${why}`, {
    hint: 'use --credential-store file, or set MCPGW_CREDENTIAL_PASSPHRASE',
    cause,
  });
}
