// Whether users of this machine other than its owner can read a configuration.
import * as path from 'node:path';
import type { Host } from '../host.js';

/** Permission bits say nothing on Windows. */
export async function isReadableByOthers(host: Host, file: string): Promise<boolean> {
  if (host.platform === 'win32') return false;
  const facts = await host.files.stat(path.resolve(host.cwd, file));
  return facts?.kind === 'file' && (facts.mode & 0o077) !== 0;
}
