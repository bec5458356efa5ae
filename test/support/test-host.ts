// A Host for tests: standard streams in memory, a home of its own that is removed again, an environment with nothing
// of the real one in it, a clock that can be moved. Files and network are real.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { nodeHost, type Host, type Keychain } from '../../src/host.js';
import { brokenKeychain } from './memory-keychain.js';

export interface TestHost {
  readonly host: Host;
  /** An empty directory of its own; `host.home` and `host.cwd` are in it. */
  readonly directory: string;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** URLs that were opened, in order. */
  readonly opened: readonly string[];
  /** Sends a signal to whoever listens. */
  readonly signal: (name: 'SIGINT' | 'SIGTERM' | 'SIGHUP') => void;
  /** Moves the clock. */
  readonly advance: (milliseconds: number) => void;
  /** Resolves with stderr once it matches. */
  readonly stderrMatching: (pattern: RegExp) => Promise<RegExpExecArray>;
  readonly remove: () => Promise<void>;
}

export interface TestHostOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** What opening a page does; by default nothing. */
  readonly openBrowser?: (url: string) => Promise<unknown>;
  /** The directory of another TestHost: a second process of the same user. Its owner removes it. */
  readonly sharing?: TestHost;
  readonly files?: (real: Host['files']) => Host['files'];
  readonly fetch?: typeof fetch;
  /** The credential store; by default there is none. */
  readonly keychain?: Keychain;
  readonly stdin?: PassThrough & { isTTY?: boolean };
  readonly platform?: NodeJS.Platform;
}

export async function createTestHost(options: TestHostOptions = {}): Promise<TestHost> {
  const directory = options.sharing?.directory ?? (await mkdtemp(path.join(tmpdir(), 'mcpgw-test-')));
  const real = nodeHost();
  const stdout = capture();
  const stderr = capture();
  const opened: string[] = [];
  const listeners = new Set<(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP') => void>();
  let offsetMs = 0;
  const stdin = options.stdin ?? new PassThrough();
  if (options.stdin === undefined) stdin.end();
  const host: Host = {
    ...real,
    now: () => Date.now() + offsetMs,
    env: {
      XDG_DATA_HOME: path.join(directory, 'data'),
      XDG_CONFIG_HOME: path.join(directory, 'config'),
      MCPGW_CREDENTIAL_STORE: 'file',
      ...options.env,
    },
    args: [],
    cwd: directory,
    home: path.join(directory, 'home'),
    platform: options.platform ?? real.platform,
    files: options.files?.(real.files) ?? real.files,
    stdio: { stdin, stdout: stdout.stream, stderr: stderr.stream },
    ...(options.fetch && { fetch: options.fetch }),
    // It would start the test runner.
    runAside: undefined,
    keychain: async () => options.keychain ?? brokenKeychain(),
    openBrowser: async (url) => {
      opened.push(url);
      await options.openBrowser?.(url);
    },
    onSignal: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return {
    host,
    directory,
    stdout: stdout.text,
    stderr: stderr.text,
    opened,
    signal: (name) => {
      for (const listener of listeners) listener(name);
    },
    advance: (milliseconds) => {
      offsetMs += milliseconds;
    },
    stderrMatching: stderr.matching,
    remove: async () => {
      if (options.sharing === undefined) await rm(directory, { recursive: true, force: true });
    },
  };
}

function capture() {
  let text = '';
  const waiting = new Set<() => void>();
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      text += chunk.toString('utf8');
      for (const look of waiting) look();
      done();
    },
  });
  const matching = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve) => {
      const look = (): void => {
        const match = pattern.exec(text);
        if (match === null) return;
        waiting.delete(look);
        resolve(match);
      };
      waiting.add(look);
      look();
    });
  return { stream, text: () => text, matching };
}
