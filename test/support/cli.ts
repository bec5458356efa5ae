// Runs the built program as a user does: a process of its own, real pipes, an environment with nothing of the
// developer's in it. Collects what it prints; ends it when the test has not.
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const MCPGW = fileURLToPath(new URL('../../bin/mcpgw.js', import.meta.url));
export const BROWSER = fileURLToPath(new URL('browser-script.mjs', import.meta.url));

export interface CliResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A home for one test: config, data and working directory, removed by `remove`. */
export interface Sandbox {
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  /** Writes a file into the working directory and gives its absolute path. */
  readonly file: (name: string, content: string | object) => Promise<string>;
  readonly start: (args: readonly string[], extra?: Readonly<Record<string, string>>) => ChildProcessWithoutNullStreams;
  readonly run: (args: readonly string[], options?: RunOptions) => Promise<CliResult>;
  readonly remove: () => Promise<void>;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** What stdin holds; without it stdin is empty. */
  readonly stdin?: string;
}

export async function createSandbox(): Promise<Sandbox> {
  const directory = await mkdtemp(path.join(tmpdir(), 'mcpgw-cli-'));
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: directory,
    XDG_CONFIG_HOME: path.join(directory, 'config'),
    XDG_DATA_HOME: path.join(directory, 'data'),
    MCPGW_CREDENTIAL_STORE: 'file',
    BROWSER,
    // One run of a home of its own has no use for compiled code (test/e2e/compiled-code.test.ts has).
    NODE_DISABLE_COMPILE_CACHE: '1',
  };
  const start: Sandbox['start'] = (args, extra = {}) =>
    spawn(process.execPath, [MCPGW, ...args], { cwd: directory, env: { ...env, ...extra } });
  return {
    directory,
    env,
    start,
    file: async (name, content) => {
      const file = path.join(directory, name);
      await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content, undefined, 2), {
        mode: 0o600,
      });
      return file;
    },
    run: (args, options = {}) => {
      const child = start(args, options.env);
      child.stdin.on('error', () => undefined);
      child.stdin.end(options.stdin ?? '');
      return finished(child);
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

export function finished(child: ChildProcessWithoutNullStreams): Promise<CliResult> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) =>
      resolve({ code, signal, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }),
    );
  });
}
