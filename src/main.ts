// The process: builds the Host, runs the program, turns the outcome into an exit code and every failure into one
// sentence. The only place, beside host.ts, that touches `process`.
import { nodeHost } from './host.js';
import { VERSION } from './version.js';

/** Runs the words of the command line. Never rejects; the process ends with the code of the outcome. */
export async function main(): Promise<void> {
  // A reader that goes away (`| head`) must not end the program before it knows its outcome.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
  process.once('uncaughtException', (error) => void leave(failure(error)));
  process.once('unhandledRejection', (error) => void leave(failure(error)));
  const host = nodeHost();
  const [first] = host.args;
  // Asked by scripts and health checks, often: not worth loading the command tree for.
  if (host.args.length === 1 && (first === '--version' || first === '-V')) {
    process.stdout.write(`${VERSION}\n`);
    return;
  }
  try {
    const { createProgram } = await import('./cli/program.js');
    await leave(await createProgram(host, VERSION).run(host.args));
  } catch (error) {
    await leave(failure(error));
  }
}

async function failure(error: unknown): Promise<number> {
  const { reportFailure } = await import('./cli/failure.js');
  return reportFailure(nodeHost(), error);
}

/** Waits for what was written to leave, then ends: nothing that is still open may keep the process. */
async function leave(outcome: number | Promise<number>): Promise<void> {
  const code = await outcome;
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  process.exit(code);
}

async function flushed(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.destroyed || stream.writableLength === 0) return;
  await new Promise<void>((resolve) => {
    stream.once('error', () => resolve());
    stream.write('', () => resolve());
  });
}
