// The costs that do not depend on how busy a machine is: bytes that are loaded, modules of Node that a start loads, CPU time
// of a start in terms of Node's own, memory that is allocated for a call. Times are for `npm run bench`.
import { spawn, type ChildProcess } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSandbox, MCPGW, type Sandbox } from '../support/cli.js';
import { call, INITIALIZE, INITIALIZED } from '../support/line-host.js';
import { startScriptedUpstream, type ScriptedUpstream } from '../support/scripted-upstream.js';

const PRELOAD = fileURLToPath(new URL('../support/costs-preload.cjs', import.meta.url));
const PROGRAM = fileURLToPath(new URL('../../dist/program.js', import.meta.url));

let sandbox: Sandbox;
let upstream: ScriptedUpstream;
let config: string;

beforeAll(async () => {
  sandbox = await createSandbox();
  upstream = await startScriptedUpstream();
  config = await sandbox.file('gateway.json', {
    mcpServers: { demo: { url: upstream.url, forward_headers: ['X-A', 'X-B'], headers: { 'X-C': 'c' } } },
    client_headers: { 'X-A': 'a', 'X-B': 'b' },
  });
});
afterAll(async () => {
  await upstream.close();
  await sandbox.remove();
});

interface Cost {
  readonly cpuMs: number;
  readonly modules: readonly string[];
}

/** `lines` go to stdin, the last answer to stdout ends it. */
async function costOf(args: readonly string[], lines: readonly object[] = []): Promise<Cost> {
  const env = { ...sandbox.env, NODE_DISABLE_COMPILE_CACHE: '' };
  const child = spawn(process.execPath, ['-r', PRELOAD, ...args], { env, stdio: ['pipe', 'pipe', 'inherit', 'pipe'] });
  let told = '';
  (child.stdio[3] as Readable).setEncoding('utf8').on('data', (text: string) => {
    told += text;
  });
  for (const line of lines) child.stdin?.write(`${JSON.stringify(line)}\n`);
  if (lines.length > 0) await firstLine(child);
  else child.stdout?.resume();
  child.stdin?.end();
  await new Promise<void>((resolve) => child.once('close', () => resolve()));
  return JSON.parse(told) as Cost;
}

function firstLine({ stdout }: ChildProcess): Promise<void> {
  if (stdout === null) throw new Error('stdout is a pipe');
  return new Promise((resolve) => createInterface({ input: stdout }).once('line', () => resolve()));
}

const SERVE = (): readonly string[] => [MCPGW, 'serve', '-c', config];

describe('a start', () => {
  it('reads one file of the program, of no more than 1.5 MB', async () => {
    expect((await stat(PROGRAM)).size).toBeLessThan(1_500_000);
  });

  it('of serve loads none of the large modules of Node that it does not need', async () => {
    const { modules } = await costOf(SERVE(), [INITIALIZE]);
    const large = [
      'http2',
      'https',
      'tls',
      'inspector',
      'worker_threads',
      'zlib',
      'readline',
      'internal/deps/undici/undici',
    ];
    expect(large.filter((name) => modules.includes(name))).toEqual([]);
    expect(modules.includes('net')).toBe(true);
  });

  it('of serve takes no more than four times the CPU time of Node alone, and --version 1.8 times', async () => {
    await costOf(SERVE(), [INITIALIZE]);
    await costOf([MCPGW, '--version']);
    const least = {
      node: Number.POSITIVE_INFINITY,
      serve: Number.POSITIVE_INFINITY,
      version: Number.POSITIVE_INFINITY,
    };
    // The least of many is what it takes when nobody disturbs.
    for (let round = 0; round < 10; round++) {
      least.node = Math.min(least.node, (await costOf(['-e', '0'])).cpuMs);
      least.serve = Math.min(least.serve, (await costOf(SERVE(), [INITIALIZE])).cpuMs);
      least.version = Math.min(least.version, (await costOf([MCPGW, '--version'])).cpuMs);
    }
    expect(least.serve / least.node).toBeLessThan(4);
    expect(least.version / least.node).toBeLessThan(1.8);
  });
});

describe('a call', () => {
  it('allocates no more than 32 KB', async () => {
    const calls = 1_000;
    // So much room for what is new that nothing is collected meanwhile.
    const flags = ['--min-semi-space-size=256', '--max-semi-space-size=256'];
    const child = spawn(process.execPath, [...flags, '-r', PRELOAD, ...SERVE()], {
      env: sandbox.env,
      stdio: ['pipe', 'pipe', 'inherit', 'ipc'],
    });
    const { stdin, stdout } = child;
    if (stdin === null || stdout === null) throw new Error('both are pipes');
    const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
    const ask = async (message: object): Promise<void> => {
      stdin.write(`${JSON.stringify(message)}\n`);
      await lines.next();
    };
    const used = (): Promise<{ readonly heapUsed: number; readonly collections: number }> =>
      new Promise((resolve) => {
        child.once('message', (told) => resolve(told as { heapUsed: number; collections: number }));
        child.send('how much?');
      });
    await ask(INITIALIZE);
    stdin.write(`${JSON.stringify(INITIALIZED)}\n`);
    for (let id = 0; id < 200; id++) await ask(call(`warm-${id}`));
    const before = await used();
    for (let id = 0; id < calls; id++) await ask(call(id));
    const after = await used();
    stdin.end();
    await new Promise<void>((resolve) => child.once('close', () => resolve()));
    expect(after.collections).toBe(before.collections);
    expect((after.heapUsed - before.heapUsed) / calls).toBeLessThan(32_000);
  });
});
