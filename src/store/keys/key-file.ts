// The key in a 0600 file, in another directory than the logins: what is left when there is neither a passphrase nor
// an OS credential store. It protects copies of the data (backups, shared folders), not against the user's programs.
import * as path from 'node:path';
import { McpgwError } from '../../errors.js';
import type { Host } from '../../host.js';
import { keyDirectory } from '../directories.js';
import { readPrivateFile, writePrivateFile } from '../private-file.js';
import type { KeyProvider } from './key-provider.js';

export function keyFileOf(host: Host): string {
  return path.join(keyDirectory(host), 'credential.key');
}

export function createKeyFileKey(host: Host): KeyProvider {
  const find = async (): Promise<Uint8Array | undefined> => {
    const file = keyFileOf(host);
    const text = await readPrivateFile(host, file);
    if (text === undefined) return undefined;
    const key = Buffer.from(text.trim(), 'base64url');
    if (key.length === 32) return key;
    throw new McpgwError('STORE_CORRUPT', `${file} is not a key that mcpgw wrote`, {
      hint: `move it away and log in again`,
    });
  };
  return {
    backend: 'key-file',
    find,
    obtain: async () => {
      const found = await find();
      if (found !== undefined) return { bytes: found, salt: undefined };
      const made = host.randomBytes(32);
      await writePrivateFile(host, keyFileOf(host), `${Buffer.from(made).toString('base64url')}\n`);
      return { bytes: made, salt: undefined };
    },
  };
}
