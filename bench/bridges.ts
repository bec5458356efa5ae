// `npm run bench`: what a bridge costs, side by side: a bare client, the official one, mcpgw with its policy off and on, and the
// peers, interleaved in one run. Start, one call after the other, 64 at once, large results; latency, CPU and memory.
// Words: the sections (start, calls, long, concurrent, large; all by default), and `rounds=9`.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { PEERS } from '../scripts/compare/bridges.js';
import { median, report, setStage } from './stage.js';
import {
  bareClient,
  cpuMs,
  floor,
  mcpgw,
  peakMb,
  peers,
  residentMb,
  sdkClient,
  type Opened,
  type Target,
} from './targets.js';

// The official client leaves a listener at a signal with each call.
process.removeAllListeners('warning');
const words = process.argv.slice(2);
const rounds = Number(words.find((word) => word.startsWith('rounds='))?.slice('rounds='.length) ?? 9);
const sections = words.filter((word) => !word.includes('='));
const isAsked = (section: string): boolean => sections.length === 0 || sections.includes(section);

if (!existsSync(`${PEERS}/node_modules`)) {
  spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--prefix', PEERS], { stdio: 'inherit' });
}
const stage = await setStage();
const { url, env } = stage;
const bare = bareClient(url);
const on = mcpgw('mcpgw, policy on', stage.config, { env, isTokenNeeded: true });
const off = mcpgw('mcpgw, policy off', stage.plainConfig, { env, isTokenNeeded: false });
const looking = mcpgw('mcpgw, policy that looks inside', stage.lookingConfig, { env, isTokenNeeded: false });
const others = peers(url, env);
const least = floor(url, env);
const bridges = [on, off, ...others];

if (isAsked('start')) await start(20);
if (isAsked('calls')) await sequential('calls', [bare, sdkClient(url), least, ...bridges], 1_000);
if (isAsked('long')) await sequential('long', [bare, least, on, off], 10_000);
if (isAsked('concurrent')) await concurrent([bare, sdkClient(url), least, ...bridges], 64, 5_000);
if (isAsked('large')) await large();
await stage.close();

/** Cold starts of processes, one after the other. */
async function start(count: number): Promise<void> {
  const node = 'node -e 0';
  const times = new Map<string, number[]>([node, ...bridges.map(({ name }) => name)].map((name) => [name, []]));
  const resident = new Map<string, number[]>(bridges.map(({ name }) => [name, []]));
  for (let round = 0; round < count; round++) {
    times.get(node)?.push(await timeOfNode());
    for (const { name, open } of bridges) {
      const opened = await open();
      times.get(name)?.push(opened.startMs ?? Number.NaN);
      resident.get(name)?.push(residentMb(opened.pid ?? 0));
      await opened.close();
    }
  }
  const base = median(times.get(node) ?? []);
  await report(
    'bridges-start',
    [...times].map(([name, values]) => ({
      'start to the answer of initialize': name,
      'median ms': median(values).toFixed(0),
      spread: spread(values),
      'ratio to node -e 0': (median(values) / base).toFixed(2),
      'resident MB': resident.has(name) ? median(resident.get(name) ?? []).toFixed(0) : '',
    })),
  );
}

async function timeOfNode(): Promise<number> {
  const begun = performance.now();
  const child = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore', env });
  await new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return performance.now() - begun;
}

/** One call after the other: the median of each round's median, and its ratio to the bare client's in the same round. */
async function sequential(name: string, targets: readonly Target[], calls: number): Promise<void> {
  const runs = await openAll(targets);
  for (const { opened } of runs) await callsOf(opened, 200);
  for (const run of runs) run.cpuBefore = cpuOf(run.opened);
  for (let round = 0; round < (calls > 1_000 ? 3 : rounds); round++) {
    for (const run of runs) run.rounds.push(median(await callsOf(run.opened, calls)));
  }
  const [base] = runs;
  await report(
    `bridges-${name}`,
    runs.map((run) => ({
      [`${calls} calls, one after the other`]: run.target.name,
      'p50 ms': median(run.rounds).toFixed(3),
      spread: spread(run.rounds, 3),
      'ratio to the bare client': ratioOf(run, base),
      'CPU ms a call': cpuACall(run, run.rounds.length * calls),
      'peak MB': peakOf(run),
    })),
  );
  await closeAll(runs);
}

async function callsOf({ ask }: Opened, count: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index++) {
    const text = `call ${index}`;
    const begun = performance.now();
    const answer = await ask('tools/call', { name: 'echo', arguments: { text } });
    times.push(performance.now() - begun);
    if (!answer.includes(text)) throw new Error(`a wrong answer: ${answer}`);
  }
  return times;
}

/** As many calls as there are places, always. */
async function concurrent(targets: readonly Target[], places: number, calls: number): Promise<void> {
  const runs = await openAll(targets);
  for (const { opened } of runs) await atOnce(opened, places, 1_000);
  for (const run of runs) run.cpuBefore = cpuOf(run.opened);
  for (let round = 0; round < Math.min(rounds, 3); round++) {
    for (const run of runs) {
      const begun = performance.now();
      await atOnce(run.opened, places, calls);
      run.rounds.push((calls / (performance.now() - begun)) * 1_000);
    }
  }
  const [base] = runs;
  await report(
    'bridges-concurrent',
    runs.map((run) => ({
      [`${calls} calls, ${places} at once`]: run.target.name,
      'calls/s': median(run.rounds).toFixed(0),
      spread: spread(run.rounds),
      'ratio to the bare client': ratioOf(run, base),
      'CPU ms a call': cpuACall(run, run.rounds.length * calls),
      'peak MB': peakOf(run),
    })),
  );
  await closeAll(runs);
}

async function atOnce({ ask }: Opened, places: number, calls: number): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < calls; index = next++) {
      const text = `call ${index}`;
      const answer = await ask('tools/call', { name: 'echo', arguments: { text } });
      if (!answer.includes(text)) throw new Error(`a wrong answer: ${answer}`);
    }
  };
  await Promise.all(Array.from({ length: places }, work));
}

/** Results of 2 and 5 MB that the policy need not look into, and lists of tools that it must. */
async function large(): Promise<void> {
  const sizes = [2, 5].map((mb) => ({ what: `result of ${mb} MB`, method: 'tools/call', params: bigOf(mb) }));
  const list = { what: 'list of 5,000 tools (5 MB)', method: 'tools/list', params: {} };
  const rows: Record<string, string | number>[] = [];
  for (const { what, method, params } of [...sizes, list]) {
    const isList = method === 'tools/list';
    const runs = await openAll(isList ? [bare, off, looking, ...others] : [bare, least, on, off, ...others]);
    for (const { opened } of runs) await opened.ask(method, params);
    for (let round = 0; round < rounds + 1; round++) {
      for (const run of runs) {
        const begun = performance.now();
        const answer = await run.opened.ask(method, params);
        run.rounds.push(performance.now() - begun);
        if (answer.length < 1_000_000) throw new Error(`a short answer of ${run.target.name}`);
      }
    }
    const [base] = runs;
    for (const run of runs) {
      rows.push({
        'large answers': what,
        through: run.target.name,
        'median ms': median(run.rounds).toFixed(1),
        spread: spread(run.rounds, 1),
        'ratio to the bare client': ratioOf(run, base),
        'peak MB': peakOf(run),
      });
    }
    await closeAll(runs);
  }
  await report('bridges-large', rows);
}

function bigOf(mb: number): object {
  return { name: 'big', arguments: { bytes: mb * 1_000_000 } };
}

interface Run {
  readonly target: Target;
  readonly opened: Opened;
  readonly rounds: number[];
  cpuBefore: number;
}

async function openAll(targets: readonly Target[]): Promise<readonly Run[]> {
  const runs: Run[] = [];
  for (const target of targets) runs.push({ target, opened: await target.open(), rounds: [], cpuBefore: 0 });
  return runs;
}

async function closeAll(runs: readonly Run[]): Promise<void> {
  for (const { opened } of runs) await opened.close();
}

function cpuOf({ pid }: Opened): number {
  return pid === undefined ? 0 : cpuMs(pid);
}

function cpuACall({ opened, cpuBefore }: Run, calls: number): string {
  return opened.pid === undefined ? '' : ((cpuMs(opened.pid) - cpuBefore) / calls).toFixed(3);
}

function peakOf({ opened }: Run): string {
  return opened.pid === undefined ? '' : peakMb(opened.pid).toFixed(0);
}

/** The median of the ratios of the rounds: those of one round were measured side by side. */
function ratioOf(run: Run, base: Run | undefined): string {
  return median(run.rounds.map((value, index) => value / (base?.rounds[index] ?? Number.NaN))).toFixed(2);
}

function spread(values: readonly number[], digits = 0): string {
  return `${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)}`;
}
