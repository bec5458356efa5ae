// One at a time, across all processes of this machine that share a directory: a file that exists while somebody holds
// the lock. A holder that died is found out by the time written in its file, or by a waiter that has seen the same
// holder for a whole lease; clocks of file systems are never asked. A lock is not held for longer than its lease, so a
// refresh must be over by then (see REFRESH_TIMEOUT_MS in oauth/refresh-once.ts).
import { setTimeout as sleep } from 'node:timers/promises';
import * as path from 'node:path';
import { McpgwError, systemCode } from '../errors.js';
import type { Host } from '../host.js';
import { ioFailure, makePrivateDirectory } from './private-file.js';

/** How long a holder may take. After that it counts as dead. */
export const LOCK_LEASE_MS = 20_000;
/** How long a turn is waited for: others may be before us, each for a lease. */
const LONGEST_TURN_MS = 60_000;
const FIRST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 200;

/**
 * Waits until the lock is ours, and resolves to the function that gives it up.
 *
 * @throws McpgwError IO when the lock file cannot be created for another reason than being there, TIMEOUT after a minute
 */
export async function acquireFileLock(host: Host, file: string): Promise<() => Promise<void>> {
  const ticket = Buffer.from(host.randomBytes(12)).toString('hex');
  let seen: Seen | undefined;
  let waitMs = FIRST_WAIT_MS;
  const giveUpMs = host.now() + LONGEST_TURN_MS;
  try {
    await makePrivateDirectory(host, path.dirname(file));
    while (!(await tryCreate(host, file, ticket))) {
      seen = look(host, await readHolder(host, file), seen);
      if (seen !== undefined && isStale(host, seen)) await removeStale(host, file, seen);
      if (host.now() >= giveUpMs)
        throw new McpgwError('TIMEOUT', 'other processes of mcpgw are busy with the same login');
      // Not all waiters at the same moment.
      await sleep(waitMs * (0.75 + ((host.randomBytes(1)[0] ?? 0) / 255) * 0.5));
      waitMs = Math.min(waitMs * 1.5, LONGEST_WAIT_MS);
    }
  } catch (error) {
    throw error instanceof McpgwError ? error : ioFailure('lock', file, error);
  }
  return async () => {
    // After a lease that ran out, the file is somebody else's.
    if ((await readHolder(host, file))?.ticket === ticket) await host.files.remove(file);
  };
}

async function tryCreate(host: Host, file: string, ticket: string): Promise<boolean> {
  const holder = { ticket, pid: host.pid, until_ms: host.now() + LOCK_LEASE_MS };
  try {
    await host.files.createDurably(file, JSON.stringify(holder), 0o600);
    return true;
  } catch (error) {
    // Windows says EPERM while a file of that name is being deleted.
    const code = systemCode(error);
    if (code === 'EEXIST' || (host.platform === 'win32' && code === 'EPERM')) return false;
    throw error;
  }
}

interface Holder {
  readonly ticket: string;
  /** Undefined: created and not yet written, or cut off by a crash. */
  readonly untilMs: number | undefined;
}

/** A holder, and since when this waiter has found no other. */
interface Seen extends Holder {
  readonly sinceMs: number;
}

function look(host: Host, holder: Holder | undefined, before: Seen | undefined): Seen | undefined {
  if (holder === undefined) return undefined;
  return { ...holder, sinceMs: holder.ticket === before?.ticket ? before.sinceMs : host.now() };
}

function isStale(host: Host, { untilMs, sinceMs }: Seen): boolean {
  const nowMs = host.now();
  return (untilMs !== undefined && nowMs >= untilMs) || nowMs - sinceMs >= LOCK_LEASE_MS;
}

/**
 * INVARIANT: of all processes that found the same holder dead, exactly one removes its file. The marker's name holds
 * the dead holder's ticket and is created exclusively; the file is looked at again once the marker is ours. So the
 * lock of a new holder is never taken away by somebody who had read the old one.
 */
async function removeStale(host: Host, file: string, { ticket, sinceMs }: Seen): Promise<void> {
  const marker = `${file}.${ticket}.stale`;
  try {
    await host.files.createDurably(marker, '', 0o600);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
    // Whoever made it was killed between two system calls.
    if (host.now() - sinceMs >= 2 * LOCK_LEASE_MS) await host.files.remove(marker);
    return;
  }
  try {
    if ((await readHolder(host, file))?.ticket === ticket) await host.files.remove(file);
  } finally {
    await host.files.remove(marker);
  }
}

async function readHolder(host: Host, file: string): Promise<Holder | undefined> {
  const unreadable: Holder = { ticket: 'unreadable', untilMs: undefined };
  try {
    const content: unknown = JSON.parse(await host.files.readText(file));
    if (typeof content !== 'object' || content === null) return unreadable;
    if (!('ticket' in content) || !('until_ms' in content)) return unreadable;
    const { ticket, until_ms: untilMs } = content;
    // The ticket becomes part of a file name.
    if (typeof ticket !== 'string' || !/^[0-9a-f]+$/.test(ticket) || typeof untilMs !== 'number') return unreadable;
    return { ticket, untilMs };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    if (error instanceof SyntaxError) return unreadable;
    throw error;
  }
}
