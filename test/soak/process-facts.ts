// What Linux says of a process: memory, open files, sockets.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface ProcessFacts {
  readonly residentBytes: number;
  /** The most that it ever was. */
  readonly peakBytes: number;
  readonly files: number;
  /** Of the files. */
  readonly sockets: number;
}

export function factsOf(pid: number): ProcessFacts {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const bytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024;
  const targets = readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch {
      // Closed since it was listed.
      return [];
    }
  });
  return {
    residentBytes: bytes('VmRSS'),
    peakBytes: bytes('VmHWM'),
    files: targets.length,
    sockets: targets.filter((target) => target.startsWith('socket:')).length,
  };
}

export function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export function inMebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
