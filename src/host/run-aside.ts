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

export type AsideOutcome =
  | { readonly kind: 'ended'; readonly stdout: string }
  /** It goes on, and nobody knows how it will end. */
  | { readonly kind: 'late' }
  | { readonly kind: 'not-started' };

/** Never rejects. */
export function runAside(
  program: readonly [execPath: string, ...args: string[]],
  { words, input, timeoutMs }: AsideRun,
): Promise<AsideOutcome> {
  const [execPath, ...args] = program;
  return new Promise((resolve) => {
    // A session of its own: a signal to this one's process group does not reach it.
    const child = spawn(execPath, [...args, ...words], {
      detached: true,
      stdio: ['pipe', 'pipe', 'ignore'],
      windowsHide: true,
    });
    const chunks: Buffer[] = [];
    const end = (outcome: AsideOutcome): void => {
      clearTimeout(timer);
      resolve(outcome);
    };
    const timer = setTimeout(() => end({ kind: 'late' }), timeoutMs);
    child.once('error', () => end({ kind: 'not-started' }));
    child.once('close', () =>
      end(
        chunks.length === 0
          ? { kind: 'not-started' }
          : { kind: 'ended', stdout: Buffer.concat(chunks).toString('utf8') },
      ),
    );
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
