// Runs something again whenever a file that it read has changed. Asks for the files' times again and again: that sees
// every way in which editors save, on every file system.
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../../host.js';

const PAUSE_MS = 200;

export interface Watched {
  readonly host: Host;
  /** Reads files through the host that it is given. */
  readonly run: (host: Host) => Promise<void>;
  /** Before each run but the first: the file that has changed. */
  readonly onChange: (file: string) => void;
}

/** Resolves when the process is asked to end; rejects when `run` does. */
export async function watch({ host, run, onChange }: Watched): Promise<void> {
  const ending = new AbortController();
  const stopListening = host.onSignal(() => ending.abort());
  /** What each file was when it was read last. */
  const known = new Map<string, string>();
  const readText: Host['files']['readText'] = async (name) => {
    const file = path.resolve(host.cwd, name);
    known.set(file, await stateOf(host, file));
    return host.files.readText(name);
  };
  const noting: Host = { ...host, files: { ...host.files, readText } };
  try {
    await run(noting);
    for (;;) {
      if (!(await isPauseOver(ending.signal))) return;
      const changed = await changedFile(host, known);
      if (changed === undefined) continue;
      onChange(changed);
      await run(noting);
    }
  } finally {
    stopListening();
  }
}

/** False: there is no time left. */
async function isPauseOver(signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(PAUSE_MS, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}

/** Takes note of the new state: a run that fails early may not read the file again. */
async function changedFile(host: Host, known: Map<string, string>): Promise<string | undefined> {
  for (const [file, before] of known) {
    const now = await stateOf(host, file);
    if (now === before) continue;
    known.set(file, now);
    return file;
  }
  return undefined;
}

async function stateOf(host: Host, file: string): Promise<string> {
  const facts = await host.files.stat(file);
  return facts === undefined ? 'none' : `${facts.modifiedMs} ${facts.sizeBytes}`;
}
