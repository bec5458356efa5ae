// Runs a program without a shell and reads what it prints.
import { spawn } from 'node:child_process';

export interface ProgramToRun {
  /** The program and its arguments; at least the program. */
  readonly command: readonly string[];
  readonly cwd: string;
  /** It is ended after this. */
  readonly timeoutMs: number;
  /** Of its output; a program that prints more is ended. */
  readonly maxBytes: number;
  /** Ends it early. */
  readonly signal: AbortSignal;
}

export type ProgramOutcome =
  | { readonly kind: 'ended'; readonly stdout: string }
  | { readonly kind: 'failed'; /** One clause: "ended with 3". */ readonly why: string };

/** Never rejects. What it prints on stderr is read by nobody. */
export function runProgram({ command, cwd, timeoutMs, maxBytes, signal }: ProgramToRun): Promise<ProgramOutcome> {
  const [program = '', ...args] = command;
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, shell: false, stdio: ['ignore', 'pipe', 'ignore'], windowsHide: true });
    const chunks: Buffer[] = [];
    let size = 0;
    const end = (outcome: ProgramOutcome): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      child.kill('SIGKILL');
      // Whoever it has started may hold the pipe open.
      child.stdout.destroy();
      resolve(outcome);
    };
    const onAbort = (): void => end({ kind: 'failed', why: 'was ended' });
    signal.addEventListener('abort', onAbort, { once: true });
    const timer = setTimeout(() => end({ kind: 'failed', why: `did not end within ${timeoutMs / 1000} s` }), timeoutMs);
    child.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > maxBytes) end({ kind: 'failed', why: `printed more than ${maxBytes} bytes` });
    });
    child.once('error', (error: NodeJS.ErrnoException) =>
      end({ kind: 'failed', why: `could not be started (${error.code ?? 'unknown reason'})` }),
    );
    child.once('close', (code, signal) =>
      end(
        code === 0
          ? { kind: 'ended', stdout: Buffer.concat(chunks).toString('utf8') }
          : { kind: 'failed', why: `ended with ${code ?? signal ?? 'no status'}` },
      ),
    );
  });
}
