// `npm run soak [-- --only calls|host] [--calls 100000] [--servers 3] [--servers-per-process 1] [--seed n]`: the long forms
// of the tests beside this file. Prints what was measured; exit 1 when a promise is broken.
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createSandbox } from '../support/cli.js';
import { runBackpressure } from './backpressure.js';
import { inMebibytes, type ProcessFacts } from './process-facts.js';
import { endOneBridge, runSoak, WAYS, type Ending, type SoakOptions } from './soak.js';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    calls: { type: 'string', default: '100000' },
    servers: { type: 'string', default: '3' },
    'servers-per-process': { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});

const MEBIBYTE = 1024 * 1024;
const MEMORY_BYTES = 150 * MEBIBYTE;
const SILENCE_MS = 30_000;
const END_MS = 2_500;
/** Memory may differ by this much from one moment to the next. */
const GROWTH_BYTES = 40 * MEBIBYTE;
const AT_ONCE = 16;

const broken: string[] = [];
const promise = (isKept: boolean, what: string): void => {
  console.log(`${isKept ? 'kept' : 'BROKEN'}: ${what}`);
  if (!isKept) broken.push(what);
};
const sandbox = await createSandbox();
try {
  if (values.only !== 'host') await soak();
  if (values.only !== 'calls') await slowHost();
} finally {
  await sandbox.remove();
}
process.exitCode = broken.length === 0 ? 0 : 1;

async function soak(): Promise<void> {
  let configs = 0;
  const options: SoakOptions = {
    calls: Number(values.calls),
    servers: Number(values.servers),
    serversPerProcess: Number(values['servers-per-process']),
    atOnce: AT_ONCE,
    seed: Number(values.seed),
    oneFaultIn: 50,
    start: async (config) => startServe(['-c', await sandbox.file(`soak-${configs++}.json`, config)]),
    onTenth: (facts) => console.log(facts.map(inWords).join('; ')),
  };
  console.log(`${options.calls} calls, ${options.servers} servers, seed ${options.seed}`);
  const { tally, faults, growth, endings } = await runSoak(options);
  console.log(JSON.stringify(tally), JSON.stringify(Object.fromEntries(faults)));
  promise(tally.results + tally.errors + tally.cancelled >= options.calls, 'each call has ended');
  promise(tally.surplus === 0, 'none was answered twice, or after its cancel');
  for (const { warm, end } of growth) {
    console.log(`after a tenth ${inWords(warm)}; at the end ${inWords(end)}`);
    promise(end.residentBytes - warm.residentBytes < GROWTH_BYTES, 'memory does not grow');
    promise(end.files - warm.files <= AT_ONCE, 'open files do not grow');
    promise(end.sockets - warm.sockets <= AT_ONCE, 'sockets do not grow');
  }
  for (const ending of endings) judgeEnding(ending);
  for (const way of WAYS) {
    judgeEnding(await endOneBridge(options, way, 'quick'));
    judgeEnding(await endOneBridge(options, way, 'stuck'));
  }
}

function judgeEnding({ way, tookMs, code, sessionsLeft, isLeft }: Ending): void {
  const words = `${way}: ended with ${String(code)} after ${tookMs.toFixed(0)} ms, ${sessionsLeft} sessions left at the server`;
  promise(tookMs < END_MS && code === 0 && sessionsLeft === 0 && !isLeft, words);
}

async function slowHost(): Promise<void> {
  const config = await sandbox.file('bare.json', {});
  const flood = { pieces: 500, pieceBytes: MEBIBYTE };
  for (const era of ['2025', '2026'] as const) {
    for (const form of ['stream', 'body'] as const) {
      const { takenBytes, heldPeakBytes, peakBytes, arrived } = await runBackpressure({
        ...flood,
        form,
        era,
        start: (args) => startServe(['-c', config, ...args]),
        until: () => sleep(SILENCE_MS),
      });
      const words = `${era}, 500 MiB as ${form}, nothing read for 30 s: ${inMebibytes(takenBytes)} taken, at most ${inMebibytes(heldPeakBytes)} of memory by then, ${inMebibytes(peakBytes)} in all`;
      promise(heldPeakBytes < MEMORY_BYTES && (form === 'body' || peakBytes < MEMORY_BYTES), words);
      promise(new Set(arrived).size === flood.pieces && arrived.length === flood.pieces, 'all of it has arrived, once');
      if (form === 'stream')
        promise(
          arrived.every((n, index) => n === index),
          'in order',
        );
    }
  }
}

function startServe(args: readonly string[]): ChildProcessWithoutNullStreams {
  const { directory, env } = sandbox;
  return spawn(process.execPath, [path.resolve('bin/mcpgw.js'), 'serve', ...args], { cwd: directory, env });
}

function inWords({ residentBytes, files, sockets }: ProcessFacts): string {
  return `${inMebibytes(residentBytes)}, ${files} files, ${sockets} sockets`;
}
