// How long until it is there? `mcpgw --version` and `serve` up to the answer of `initialize`, against `node -e 0`:
// cold starts of processes, interleaved, medians. Rounds: first word, 20 by default.
import { spawn } from 'node:child_process';
import { INITIALIZE, MCPGW, median, report, setStage, startLineHost, type Stage } from './stage.js';

const rounds = Number(process.argv[2] ?? 20);
const stage = await setStage();
const measured: Readonly<Record<string, { readonly run: () => Promise<number>; readonly budget: string }>> = {
  'node -e 0': { run: () => timeOf(['-e', '0']), budget: '' },
  'mcpgw --version': { run: () => timeOf([MCPGW, '--version']), budget: '1.3' },
  'mcpgw decode-token': { run: () => timeOf([MCPGW, 'decode-token', '--token-env', 'BENCH_TOKEN']), budget: '1.6' },
  'mcpgw validate': { run: () => timeOf([MCPGW, 'validate', stage.config]), budget: '2.0' },
  'mcpgw serve: initialize answered': { run: () => timeToInitialize(stage), budget: '2.0' },
};
const times = new Map<string, number[]>(Object.keys(measured).map((name) => [name, []]));
for (let round = 0; round < rounds; round++) {
  for (const [name, { run }] of Object.entries(measured)) times.get(name)?.push(await run());
}
await stage.close();

const base = median(times.get('node -e 0') ?? []);
await report(
  'start',
  [...times].map(([name, values]) => ({
    what: name,
    'median ms': median(values).toFixed(1),
    ratio: (median(values) / base).toFixed(2),
    budget: measured[name]?.budget ?? '',
  })),
);

async function timeOf(args: readonly string[]): Promise<number> {
  const start = performance.now();
  const child = spawn(process.execPath, args, { stdio: 'ignore', env: stage.env });
  await new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return performance.now() - start;
}

async function timeToInitialize(on: Stage): Promise<number> {
  const start = performance.now();
  const host = startLineHost(on);
  const answer = await host.ask(INITIALIZE);
  const time = performance.now() - start;
  if (!answer.includes('"serverInfo"')) throw new Error(`initialize failed: ${answer}`);
  await host.close();
  return time;
}
