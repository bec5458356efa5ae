// The process: builds the Host, runs the program, turns the outcome into an exit code and every failure into one
// sentence. The only place, beside host.ts, that touches `process`.
import { nodeHost } from './host.js';
import { VERSION } from './version.js';

/** Runs the words of the command line. Never rejects; the process ends with the code of the outcome. */
export async function main(): Promise<void> {
  const isResultLost = watchStdout();
  const leave = (outcome: number | Promise<number>): Promise<void> => end(outcome, isResultLost);
  process.stderr.on('error', () => undefined);
  process.once('uncaughtException', (error) => void leave(failure(error)));
  process.once('unhandledRejection', (error) => void leave(failure(error)));
  const host = nodeHost();
  const [first] = host.args;
  // Asked by scripts and health checks, often: not worth loading the command tree for.
  if (host.args.length === 1 && (first === '--version' || first === '-V')) {
    process.stdout.write(`${VERSION}\n`);
    await leave(0);
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
async function end(outcome: number | Promise<number>, isResultLost: () => boolean): Promise<void> {
  const code = await outcome;
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  // A stream tells of its error one turn later.
  await new Promise((resolve) => setImmediate(resolve));
  const isLost = code === 0 && isResultLost();
  if (isLost) process.stderr.write('error: the result could not be written\n');
  process.exit(isLost ? 3 : code);
}

/**
 * Whether something that was written to stdout has not arrived. A reader that goes away (`| head`) has read what it
 * wanted, and must not end the program before it knows its outcome.
 */
function watchStdout(): () => boolean {
  let isLost = false;
  process.stdout.on('error', (error) => {
    isLost ||= !('code' in error && error.code === 'EPIPE');
  });
  return () => isLost;
}

/** A report must arrive, however slowly it is read; a bridge must end although its host reads nothing any more. */
const BRIDGE_FLUSH_MS = 300;

async function flushed(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.destroyed || stream.writableLength === 0) return;
  await new Promise<void>((resolve) => {
    stream.once('error', () => resolve());
    stream.write('', () => resolve());
    if (process.argv[2] === 'serve') setTimeout(resolve, BRIDGE_FLUSH_MS);
  });
}
