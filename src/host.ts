// The outside world as one value: clock, random, environment, files, standard streams, network, browser.
// Everything else in src/ takes a Host and touches the world through it alone (test/architecture.test.ts holds
// the line), so that a test can stand at another moment, in another home, or in front of another network.
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import { networkInterfaces } from 'node:os';
import * as path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { Keychain } from './host/keychain.js';
import type { AsideOutcome, AsideRun } from './host/run-aside.js';
import type { ProgramOutcome, ProgramToRun } from './host/run-program.js';

export type { Keychain };

/** What `stat` tells of a file or directory. */
export interface FileFacts {
  readonly kind: 'file' | 'directory' | 'other';
  /** Permission bits alone (`0o600`); meaningless on Windows. */
  readonly mode: number;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/** The beginning of a file, and what kind of file it is. */
export interface FileStart extends Pick<FileFacts, 'kind'> {
  readonly bytes: Uint8Array;
}

/**
 * The file operations that the product needs. All paths are absolute or relative to `cwd`.
 * Failures are Node's system errors (`ENOENT`, `EACCES`, …), untranslated.
 */
export interface Files {
  /** At most 64 MiB (`EFBIG`). Pipes are read to their end. */
  readText(file: string): Promise<string>;
  readBytes(file: string): Promise<Uint8Array>;
  /** The first bytes of a file; none of what is no regular file (a directory, a pipe, a device), which is never waited for. */
  readStart(file: string, atMostBytes: number): Promise<FileStart>;
  /** Creates the file exclusively (`EEXIST` when it is there), writes, and flushes it to disk before it resolves. */
  createDurably(file: string, data: string | Uint8Array, mode: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Removes a file; resolves as well when there is none. */
  remove(file: string): Promise<void>;
  makeDirectory(directory: string, mode: number): Promise<void>;
  /** Names in a directory; empty when the directory does not exist. */
  list(directory: string): Promise<readonly string[]>;
  /**
   * Opens a file to add lines to its end, creating it with this mode; several processes may. A last line without an end is
   * given one. `EINVAL` for what is no regular file. Pipes are not waited for.
   */
  openAppend(file: string, mode: number): Promise<Appender>;
  /** `undefined` when nothing is there. */
  stat(file: string): Promise<FileFacts | undefined>;
}

/** A file that lines are added to. */
export interface Appender {
  /** Never throws; what could not be written shows as `failure`. */
  write(text: string): void;
  /** Why nothing is written any more: a system error's code (`ENOSPC`). */
  failure(): string | undefined;
  /** Resolves when all that was written has reached the system, or never will. */
  close(): Promise<void>;
}

export interface Stdio {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
}

export interface Host {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Cryptographically strong. */
  readonly randomBytes: (count: number) => Uint8Array;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The words after the program's name. */
  readonly args: readonly string[];
  readonly cwd: string;
  readonly home: string;
  readonly platform: NodeJS.Platform;
  readonly pid: number;
  readonly files: Files;
  readonly stdio: Stdio;
  readonly fetch: typeof fetch;
  /** This machine's addresses as one text: another text, another network. */
  readonly network: () => string;
  /** The operating system's credential store. Nothing of it is loaded or asked before one of its methods is called. */
  readonly keychain: () => Promise<Keychain>;
  /**
   * Opens a page in `$BROWSER`, else in the system's browser, never through a shell. The caller has checked that the
   * URL is http(s). Resolves once the browser was started; rejects when none could be.
   */
  readonly openBrowser: (url: string) => Promise<void>;
  /** Runs a program without a shell. Never rejects. */
  readonly runProgram: (program: ProgramToRun) => Promise<ProgramOutcome>;
  /** This program once more, in a process that outlives this one; undefined where there can be none. */
  readonly runAside: ((run: AsideRun) => Promise<AsideOutcome>) | undefined;
  /** Calls back when the process is asked to end; the returned function stops listening. */
  readonly onSignal: (listener: (signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP') => void) => () => void;
}

/** The real world, as this process sees it. */
export function nodeHost(): Host {
  return {
    now: () => Date.now(),
    randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
    env: process.env,
    args: process.argv.slice(2),
    cwd: process.cwd(),
    home: process.env['HOME'] ?? process.env['USERPROFILE'] ?? process.cwd(),
    platform: process.platform,
    pid: process.pid,
    files: nodeFiles,
    stdio: {
      get stdin() {
        return process.stdin;
      },
      get stdout() {
        return process.stdout;
      },
      get stderr() {
        return process.stderr;
      },
    },
    fetch: (input, init) => fetch(input, init),
    network,
    keychain: systemKeychain,
    openBrowser: (url) => openBrowser(url),
    runAside: async (run) => {
      const [, script = ''] = process.argv;
      return (await import('./host/run-aside.js')).runAside([process.execPath, ...process.execArgv, script], run);
    },
    runProgram: async (program) => (await import('./host/run-program.js')).runProgram(program),
    onSignal,
  };
}

const nodeFiles: Files = {
  readText,
  readBytes: (file) => fs.promises.readFile(file),
  readStart,
  createDurably: async (file, data, mode) => {
    const handle = await fs.promises.open(file, 'wx', mode);
    try {
      await handle.writeFile(data);
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  rename: async (from, to) => {
    await fs.promises.rename(from, to);
    await syncDirectory(path.dirname(to));
  },
  remove: (file) => fs.promises.rm(file, { force: true }),
  makeDirectory: async (directory, mode) => {
    await fs.promises.mkdir(directory, { recursive: true, mode });
  },
  list: async (directory) => {
    try {
      return await fs.promises.readdir(directory);
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  },
  openAppend,
  stat: async (file) => {
    try {
      const stats = await fs.promises.stat(file);
      return {
        kind: kindOf(stats),
        mode: stats.mode & 0o7777,
        sizeBytes: stats.size,
        modifiedMs: stats.mtimeMs,
      };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  },
};

function kindOf(stats: fs.Stats): FileFacts['kind'] {
  return stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'other';
}

/** Opening a pipe waits for its other end, in a thread that keeps the process: hence the look before, and O_NONBLOCK. */
const LARGEST_TEXT_BYTES = 64 * 1024 * 1024;

async function readText(file: string): Promise<string> {
  const handle = await fs.promises.open(file, 'r');
  try {
    const stats = await handle.stat();
    if (stats.isFile() && stats.size <= LARGEST_TEXT_BYTES) return await handle.readFile('utf8');
    const parts: Buffer[] = [];
    let length = 0;
    for (;;) {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(65_536), 0, 65_536, null);
      if (bytesRead === 0) return Buffer.concat(parts).toString('utf8');
      parts.push(buffer.subarray(0, bytesRead));
      length += bytesRead;
      if (length > LARGEST_TEXT_BYTES) throw Object.assign(new Error('the file is too large'), { code: 'EFBIG' });
    }
  } finally {
    await handle.close();
  }
}

async function readStart(file: string, atMostBytes: number): Promise<FileStart> {
  const kind = kindOf(await fs.promises.stat(file));
  if (kind !== 'file') return { kind, bytes: new Uint8Array() };
  const handle = await fs.promises.open(file, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0));
  try {
    const bytes = new Uint8Array(atMostBytes);
    let length = 0;
    while (length < atMostBytes) {
      const { bytesRead } = await handle.read(bytes, length, atMostBytes - length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return { kind, bytes: bytes.subarray(0, length) };
  } finally {
    await handle.close();
  }
}

async function openAppend(file: string, mode: number): Promise<Appender> {
  const { O_RDWR, O_APPEND, O_CREAT, O_NONBLOCK } = fs.constants;
  // Windows has no O_NONBLOCK, and no pipes in its file system.
  const handle = await fs.promises.open(file, O_RDWR | O_APPEND | O_CREAT | (O_NONBLOCK ?? 0), mode);
  const stats = await handle.stat();
  if (!stats.isFile()) {
    await handle.close();
    throw Object.assign(new Error('it is no regular file'), { code: 'EINVAL' });
  }
  // A line that was cut short by a full disk or a crash does not take the next one with it.
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, Math.max(0, stats.size - 1));
  const isCut = stats.size > 0 && buffer[0] !== 0x0a;
  const stream = handle.createWriteStream();
  let failure: string | undefined;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    failure ??= error.code ?? 'unknown reason';
  });
  if (isCut) stream.write('\n');
  return {
    write: (text) => void stream.write(text),
    failure: () => failure,
    close: () => new Promise((resolve) => (stream.closed ? resolve() : void stream.once('close', resolve).end())),
  };
}

/** A desktop that asks for a password in a window nobody sees would otherwise wait for ever. */
const KEYCHAIN_PATIENCE_MS = 3000;

async function systemKeychain(): Promise<Keychain> {
  const { createKeychain } = await import('./host/keychain.js');
  return createKeychain({
    program: process.execPath,
    env: process.env,
    library: keytarLibrary,
    patienceMs: KEYCHAIN_PATIENCE_MS,
  });
}

/** keytar is optional: where its native part has no build, it was not installed. */
function keytarLibrary(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve('keytar');
  } catch {
    return undefined;
  }
}

/** A rename is only durable once its directory is; Windows cannot open directories and needs no such step. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await fs.promises.open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function network(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const outward = all.filter(({ internal }) => !internal).map(({ address }) => address);
  return outward.toSorted().join(' ');
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

async function openBrowser(url: string): Promise<void> {
  const browser = process.env['BROWSER'];
  if (browser === undefined || browser === '') {
    const { default: open } = await import('open');
    await open(url);
    return;
  }
  const { spawn } = await import('node:child_process');
  // $BROWSER is one program, by path or by name: an argument of it would need a shell's quoting rules.
  const child = spawn(browser, [url], { stdio: 'ignore', detached: true, shell: false });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  child.unref();
}

function onSignal(listener: (signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP') => void): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const installed = signals.map((signal) => {
    const handler = (): void => listener(signal);
    process.on(signal, handler);
    return { signal, handler };
  });
  return () => {
    for (const { signal, handler } of installed) process.off(signal, handler);
  };
}
