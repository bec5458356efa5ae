// Runs a command line in this process, as main.ts does, in front of a TestHost: for tests that run very many.
import { PassThrough } from 'node:stream';
import { reportFailure } from '../../src/cli/failure.js';
import { createProgram } from '../../src/cli/program.js';
import { createTestHost, type TestHost, type TestHostOptions } from './test-host.js';

export interface ProgramRun {
  readonly words: readonly string[];
  /** Its directory and home are those of this host. */
  readonly world: TestHost;
  readonly env?: Readonly<Record<string, string>>;
  readonly isTTY?: boolean;
  /** The working directory, where it is not the host's own. */
  readonly cwd?: string;
  readonly files?: TestHostOptions['files'];
}

export interface ProgramResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export async function runProgram(options: ProgramRun): Promise<ProgramResult> {
  const { words, world, env = {}, isTTY = false, cwd, files } = options;
  const stdin = new PassThrough();
  stdin.end();
  const run = await createTestHost({ sharing: world, env, stdin, ...(files && { files }) });
  const host = { ...run.host, args: words, cwd: cwd ?? run.host.cwd };
  if (isTTY) Object.assign(host.stdio.stdout, { isTTY, columns: 100 });
  const code = await createProgram(host, '0.0.0')
    .run(words)
    .catch((error: unknown) => reportFailure(host, error));
  return { code, stdout: run.stdout(), stderr: run.stderr() };
}
