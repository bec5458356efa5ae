// One encrypted file for each stored secret, 0600 in a 0700 directory, written atomically. A file that cannot be what we
// wrote is set aside and never overwritten; a file that is fine and cannot be opened here says why.
import * as path from 'node:path';
import { McpgwError, systemCode } from '../errors.js';
import type { Host } from '../host.js';
import type { Log } from '../log.js';
import type { CredentialKey } from './credential-key.js';
import type { CredentialStore, StoredCredential } from './credential-store.js';
import { credentialDirectory } from './directories.js';
import { acquireFileLock } from './file-lock.js';
import { BACKEND_NAMES, type KeyProvider } from './keys/key-provider.js';
import type { KeyOrder } from './keys/key-order.js';
import { ioFailure, readPrivateFile, writePrivateFile } from './private-file.js';
import { FORMAT_VERSION, keyIdOf, open, readEnvelope, seal, type Envelope } from './sealed-text.js';

/** What is stored, as the plaintext of its file and in words. */
export interface StoredForm<T> {
  readonly encode: (secret: T) => string;
  /** Undefined for what `encode` has not written. */
  readonly decode: (text: string) => T | undefined;
  /** "a login". */
  readonly what: string;
  /** What to do where it is lost: "log in again". */
  readonly again: string;
}

export interface EncryptedFileStoreOptions<T> {
  readonly host: Host;
  readonly log: Log;
  readonly keys: KeyOrder;
  readonly form: StoredForm<T>;
}

export function createEncryptedFileStore<T>({
  host,
  log,
  keys,
  form,
}: EncryptedFileStoreOptions<T>): CredentialStore<T> {
  const directory = credentialDirectory(host);
  const fileOf = (key: CredentialKey): string => path.join(directory, `${key.name}.json`);
  const lock = (key: CredentialKey): Promise<() => Promise<void>> =>
    acquireFileLock(host, path.join(directory, `${key.name}.lock`));
  const writeWith = (provider: KeyProvider, key: CredentialKey, credential: T): Promise<void> =>
    writeSecret({ host, directory, file: fileOf(key), provider, key, plaintext: form.encode(credential) });

  return {
    prepare: async () => {
      const provider = await keys.choose();
      await obtainKey({ host, directory, provider });
      return provider.backend;
    },
    read: async (key, { isLocked } = { isLocked: false }) => {
      const found = await readSecret({ host, keys, key, file: fileOf(key), form });
      if (found !== 'damaged') return found;
      // A new login may take the damaged one's place at any moment: only under the lock is what is there what is
      // set aside, so it is looked at once more there.
      const release = isLocked ? undefined : await lock(key);
      try {
        const sure = release === undefined ? found : await readSecret({ host, keys, key, file: fileOf(key), form });
        if (sure !== 'damaged') return sure;
        await setAside({ host, log, file: fileOf(key), form });
        return undefined;
      } finally {
        await release?.();
      }
    },
    save: async (key, credential) => {
      const provider = await keys.choose();
      await writeWith(provider, key, credential);
      return provider.backend;
    },
    update: async (key, credential) => {
      const text = await readPrivateFile(host, fileOf(key));
      const envelope = text === undefined ? undefined : readEnvelope(text);
      const sealedWith = envelope === undefined ? undefined : keys.allowed.get(envelope.backend);
      await writeWith(sealedWith ?? (await keys.choose()), key, credential);
    },
    remove: async (key) => {
      try {
        await host.files.remove(fileOf(key));
      } catch (error) {
        throw ioFailure('remove', fileOf(key), error);
      }
    },
    mark: async (key) => {
      const facts = await host.files.stat(fileOf(key));
      return facts === undefined ? undefined : `${facts.modifiedMs}/${facts.sizeBytes}`;
    },
    lock,
  };
}

interface ReadOptions<T> {
  readonly host: Host;
  readonly keys: KeyOrder;
  readonly key: CredentialKey;
  readonly file: string;
  readonly form: StoredForm<T>;
}

async function readSecret<T>({
  host,
  keys,
  key,
  file,
  form,
}: ReadOptions<T>): Promise<StoredCredential<T> | 'damaged' | undefined> {
  const text = await readPrivateFile(host, file);
  if (text === undefined) return undefined;
  const envelope = readEnvelope(text);
  if (envelope === undefined) return 'damaged';
  const plaintext = open({ envelope, key: await keyFor({ keys, envelope, file, form }), facts: key.facts });
  const credential = plaintext === undefined ? undefined : form.decode(plaintext);
  return credential === undefined ? 'damaged' : { credential, storedIn: envelope.backend };
}

interface WriteOptions {
  readonly host: Host;
  readonly directory: string;
  readonly file: string;
  readonly provider: KeyProvider;
  readonly key: CredentialKey;
  readonly plaintext: string;
}

async function writeSecret({ host, directory, file, provider, key, plaintext }: WriteOptions): Promise<void> {
  const { bytes, salt } = await obtainKey({ host, directory, provider });
  const sealed = seal({
    plaintext,
    key: bytes,
    backend: provider.backend,
    salt,
    iv: host.randomBytes(12),
    facts: key.facts,
  });
  await writePrivateFile(host, file, sealed);
}

/** Two processes that both find no key must not each make one and lose the other's file. */
async function obtainKey({ host, directory, provider }: Pick<WriteOptions, 'host' | 'directory' | 'provider'>) {
  const release = await acquireFileLock(host, path.join(directory, 'key.lock'));
  try {
    return await provider.obtain();
  } finally {
    await release();
  }
}

interface KeyQuestion {
  readonly keys: KeyOrder;
  readonly envelope: Envelope;
  readonly file: string;
  readonly form: Pick<StoredForm<unknown>, 'what' | 'again'>;
}

/** The key that the file needs; STORE_UNAVAILABLE with the reason when today's settings do not give it. */
async function keyFor({ keys, envelope, file, form: { what, again } }: KeyQuestion): Promise<Uint8Array> {
  const where = BACKEND_NAMES[envelope.backend];
  const refuse = (message: string, hint: string): never => {
    throw new McpgwError('STORE_UNAVAILABLE', message, { hint, details: { file, stored_in: envelope.backend } });
  };
  if (envelope.version !== FORMAT_VERSION) {
    return refuse(`${file} was written by another version of mcpgw`, `use that version, or ${again} with this one`);
  }
  const provider = keys.allowed.get(envelope.backend);
  if (provider === undefined) {
    const today = [...keys.allowed.keys()].map((backend) => BACKEND_NAMES[backend]).join(' or ');
    return refuse(
      `${what} is stored and its key is in ${where}, while the settings of today say ${today}`,
      `use the settings that it was stored with, or ${again}`,
    );
  }
  const key = await provider.find(envelope.salt);
  if (key === undefined) return refuse(`${what} is stored and its key is gone from ${where}`, again);
  if (keyIdOf(key) !== envelope.keyId) {
    return refuse(
      `${what} is stored and was encrypted with another key than the one in ${where}`,
      envelope.backend === 'passphrase' ? `check the passphrase, or ${again}` : again,
    );
  }
  return key;
}

/** INVARIANT: called under the lock of the secret, after the file was found damaged under it. */
interface SetAsideOptions {
  readonly host: Host;
  readonly log: Log;
  readonly file: string;
  readonly form: Pick<StoredForm<unknown>, 'what' | 'again'>;
}

async function setAside({ host, log, file, form: { what, again } }: SetAsideOptions): Promise<void> {
  const aside = `${file}.corrupt-${host.now()}`;
  try {
    await host.files.rename(file, aside);
  } catch (error) {
    // Another process was faster.
    if (systemCode(error) === 'ENOENT') return;
    throw ioFailure('write', aside, error);
  }
  log.warn(`${what} that was stored was damaged and has been set aside as ${aside}: ${again}`);
}
