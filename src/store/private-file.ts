// Files that only their owner may read: read with a look at the permissions first, written so that a crash at any
// moment leaves either the old content or the new one.
import * as path from 'node:path';
import { McpgwError, systemCode } from '../errors.js';
import type { FileFacts, Host } from '../host.js';

/** Temporary files older than this were left by a crash. */
const ABANDONED_AFTER_MS = 10 * 60_000;

/**
 * The content; `undefined` when there is no such file.
 *
 * @throws McpgwError STORE_INSECURE when others may read it (not on Windows), IO
 */
export async function readPrivateFile(host: Host, file: string): Promise<string | undefined> {
  try {
    const facts = await host.files.stat(file);
    if (facts === undefined) return undefined;
    refuseOpen({ host, path: path.dirname(file), facts: await host.files.stat(path.dirname(file)) });
    refuseOpen({ host, path: file, facts });
    return await host.files.readText(file);
  } catch (error) {
    // Gone between the two looks: another process has removed or replaced it.
    if (systemCode(error) === 'ENOENT') return undefined;
    throw ioFailure('read', file, error);
  }
}

/**
 * Writes a temporary file beside it, flushes it to disk, and renames it over the old one: 0600 in a 0700 directory.
 *
 * @throws McpgwError STORE_INSECURE when the directory is open to others, IO
 */
export async function writePrivateFile(host: Host, file: string, content: string): Promise<void> {
  const directory = path.dirname(file);
  const temporary = `${file}.${Buffer.from(host.randomBytes(6)).toString('hex')}.tmp`;
  try {
    await makePrivateDirectory(host, directory);
    await host.files.createDurably(temporary, content, 0o600);
    await host.files.rename(temporary, file);
  } catch (error) {
    await host.files.remove(temporary).catch(() => undefined);
    throw ioFailure('write', file, error);
  }
  await removeAbandoned(host, file).catch(() => undefined);
}

/** @throws McpgwError STORE_INSECURE when it exists and is open to others */
export async function makePrivateDirectory(host: Host, directory: string): Promise<void> {
  await host.files.makeDirectory(directory, 0o700);
  refuseOpen({ host, path: directory, facts: await host.files.stat(directory) });
}

/** A failure of the disk as one sentence; errors that are already ours pass. */
export function ioFailure(doing: 'read' | 'write' | 'remove' | 'lock', file: string, error: unknown): McpgwError {
  if (error instanceof McpgwError) return error;
  return new McpgwError('IO', `cannot ${doing} ${file}: ${systemCode(error) ?? 'unknown reason'}`, { cause: error });
}

interface Openness {
  readonly host: Host;
  readonly path: string;
  readonly facts: FileFacts | undefined;
}

function refuseOpen({ host, path: place, facts }: Openness): void {
  if (facts === undefined || host.platform === 'win32' || (facts.mode & 0o077) === 0) return;
  throw new McpgwError('STORE_INSECURE', `${place} can be read by other users (mode ${facts.mode.toString(8)})`, {
    hint: `chmod ${facts.kind === 'directory' ? '700' : '600'} ${place}`,
  });
}

async function removeAbandoned(host: Host, file: string): Promise<void> {
  const directory = path.dirname(file);
  for (const name of await host.files.list(directory)) {
    if (!name.startsWith(`${path.basename(file)}.`) || !name.endsWith('.tmp')) continue;
    const facts = await host.files.stat(path.join(directory, name));
    if (facts !== undefined && host.now() - facts.modifiedMs > ABANDONED_AFTER_MS) {
      await host.files.remove(path.join(directory, name));
    }
  }
}
