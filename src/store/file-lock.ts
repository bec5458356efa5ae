// One at a time, across all processes of this machine that share a directory: a file that exists while somebody holds
// the lock. A holder that died is found out by the time written in its file; the lock is never held for longer than
// its lease, so a refresh must be over by then (see REFRESH_TIMEOUT_MS in oauth/refresh-once.ts).
import { setTimeout as sleep } from 'node:timers/promises';
import * as path from 'node:path';
import { systemCode } from '../errors.js';
import type { Host } from '../host.js';
import { ioFailure, makePrivateDirectory } from './private-file.js';

/** How long a holder may take. After that it counts as dead. */
export const LOCK_LEASE_MS = 20_000;
const FIRST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 200;

/**
 * Waits until the lock is ours, and resolves to the function that gives it up.
 *
 * @throws McpgwError IO when the lock file cannot be created for another reason than being there
 */
export async function acquireFileLock(host: Host, file: string): Promise<() => Promise<void>> {
  const ticket = Buffer.from(host.randomBytes(12)).toString('hex');
  try {
    await makePrivateDirectory(host, path.dirname(file));
    for (
      let waitMs = FIRST_WAIT_MS;
      !(await tryCreate(host, file, ticket));
      waitMs = Math.min(waitMs * 1.5, LONGEST_WAIT_MS)
    ) {
      await removeWhenStale(host, file);
      // Not all waiters at the same moment.
      await sleep(waitMs * (0.75 + ((host.randomBytes(1)[0] ?? 0) / 255) * 0.5));
    }
  } catch (error) {
    throw ioFailure('lock', file, error);
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

/**
 * INVARIANT: of all processes that found the same holder dead, exactly one removes its file. The marker's name holds
 * the dead holder's ticket and is created exclusively; the file is looked at again once the marker is ours. So the
 * lock of a new holder is never taken away by somebody who had read the old one.
 */
async function removeWhenStale(host: Host, file: string): Promise<void> {
  const holder = await readHolder(host, file);
  if (holder === undefined || host.now() < holder.untilMs) return;
  const marker = `${file}.${holder.ticket}.stale`;
  try {
    await host.files.createDurably(marker, '', 0o600);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
    await removeAbandonedMarker(host, marker);
    return;
  }
  try {
    if ((await readHolder(host, file))?.ticket === holder.ticket) await host.files.remove(file);
  } finally {
    await host.files.remove(marker);
  }
}

/** Left by a process that was killed between two system calls. */
async function removeAbandonedMarker(host: Host, marker: string): Promise<void> {
  const facts = await host.files.stat(marker);
  if (facts !== undefined && host.now() - facts.modifiedMs > LOCK_LEASE_MS) await host.files.remove(marker);
}

interface Holder {
  readonly ticket: string;
  readonly untilMs: number;
}

async function readHolder(host: Host, file: string): Promise<Holder | undefined> {
  const facts = await host.files.stat(file);
  if (facts === undefined) return undefined;
  const fallback = { ticket: 'unreadable', untilMs: facts.modifiedMs + LOCK_LEASE_MS };
  try {
    const content: unknown = JSON.parse(await host.files.readText(file));
    if (typeof content !== 'object' || content === null) return fallback;
    if (!('ticket' in content) || !('until_ms' in content)) return fallback;
    const { ticket, until_ms: untilMs } = content;
    if (typeof ticket !== 'string' || !/^[0-9a-f]+$/.test(ticket) || typeof untilMs !== 'number') return fallback;
    // A clock that was set back since must not make a lock live for hours; the file system's may be a little off.
    return { ticket, untilMs: Math.min(untilMs, facts.modifiedMs + 2 * LOCK_LEASE_MS) };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    // Created and not yet written, or cut off by a crash: its age decides.
    if (error instanceof SyntaxError) return fallback;
    throw error;
  }
}
