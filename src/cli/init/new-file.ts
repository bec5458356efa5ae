// Writes a file that is not there yet, and no other: whoever is first keeps theirs, also in a race, also when the name
// is a link.
import * as path from 'node:path';
import { McpgwError, systemCode } from '../../errors.js';
import type { Host } from '../../host.js';
import { visibleText } from '../../diagnostics/visible-text.js';

/** For a file that a team shares and commits: no secret stands in it. The umask may take from it. */
const SHARED_MODE = 0o644;

/** Before anybody is asked anything. A link that leads nowhere is found when writing. */
export async function refuseExisting(host: Host, file: string): Promise<void> {
  let facts;
  try {
    facts = await host.files.stat(path.resolve(host.cwd, file));
  } catch (error) {
    throw unwritable(file, error);
  }
  if (facts !== undefined) throw alreadyThere(file);
}

/** @throws McpgwError USAGE when something of that name is there, or the directory is not; IO */
export async function writeNewFile(host: Host, { file, text }: { file: string; text: string }): Promise<void> {
  const place = path.resolve(host.cwd, file);
  try {
    await host.files.createDurably(place, text, SHARED_MODE);
  } catch (error) {
    // Half a configuration is of no use, and would be in the way of the next attempt.
    if (wasCreated(error)) await host.files.remove(place).catch(() => undefined);
    throw unwritable(file, error);
  }
}

/**
 * Whether it failed behind the exclusive creation (`open`), so that what is there is certainly this run's own. Any other
 * failure leaves everything alone.
 */
function wasCreated(error: unknown): boolean {
  const call = error instanceof Error && 'syscall' in error ? error.syscall : undefined;
  return call === 'write' || call === 'fsync' || call === 'close';
}

function alreadyThere(file: string): McpgwError {
  return new McpgwError('USAGE', `${visibleText(file)} is there already, and init overwrites nothing`, {
    hint: 'name another file, or - to print the configuration: mcpgw init other.jsonc',
  });
}

function unwritable(file: string, error: unknown): McpgwError {
  const code = systemCode(error);
  if (code === 'EEXIST' || code === 'EISDIR') return alreadyThere(file);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new McpgwError('USAGE', `cannot write ${visibleText(file)}: there is no such directory`, { cause: error });
  }
  const why = code === 'EACCES' || code === 'EPERM' ? 'permission denied' : (code ?? 'unknown reason');
  return new McpgwError('IO', `cannot write ${visibleText(file)}: ${why}`, { cause: error });
}
