// This program once more, in a process that outlives this one: for what must not stop half-way when somebody ends the
// bridge, with SIGKILL too.
import { spawn } from 'node:child_process';

export interface AsideRun {
  /** The words after the program's name. */
  readonly words: readonly string[];
  /** For its standard input: no process list shows it. */
  readonly input: string;
  /** After this nobody waits for it any more; it goes on. */
  readonly timeoutMs: number;
}

/** Resolves with what it printed; undefined when it could not be started, or printed nothing in time. */
export function runAside(
  program: readonly [execPath: string, ...args: string[]],
  { words, input, timeoutMs }: AsideRun,
): Promise<string | undefined> {
  const [execPath, ...args] = program;
  return new Promise((resolve) => {
    // A session of its own: a signal to this one's process group does not reach it.
    const child = spawn(execPath, [...args, ...words], {
      detached: true,
      stdio: ['pipe', 'pipe', 'ignore'],
      windowsHide: true,
    });
    const chunks: Buffer[] = [];
    const end = (): void => {
      clearTimeout(timer);
      resolve(chunks.length === 0 ? undefined : Buffer.concat(chunks).toString('utf8'));
    };
    const timer = setTimeout(end, timeoutMs);
    child.once('error', end);
    child.once('close', end);
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
