// What does the bridge add to a call? Sequential `tools/call echo` through `mcpgw serve` with the policy on, against a
// bare keep-alive HTTP client on the same server: interleaved rounds of 1,000 calls, median of each round's median.
// Words: rounds (5), calls a round (1000).
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { INITIALIZE, median, report, setStage, startLineHost } from './stage.js';

const rounds = Number(process.argv[2] ?? 5);
const calls = Number(process.argv[3] ?? 1000);
const stage = await setStage();
const agent = new Agent({ keepAlive: true });
const host = startLineHost(stage);
await host.ask(INITIALIZE);
host.send({ jsonrpc: '2.0', method: 'notifications/initialized' });

const bare: number[] = [];
const bridge: number[] = [];
await round(askBare); // both warm
await round(host.ask);
const cpuBefore = cpuMs(host.child.pid ?? 0);
for (let index = 0; index < rounds; index++) {
  bare.push(await round(askBare));
  bridge.push(await round(host.ask));
}
const cpu = (cpuMs(host.child.pid ?? 0) - cpuBefore) / (rounds * calls);
const residentMb = residentBytes(host.child.pid ?? 0) / 2 ** 20;
await host.close();
agent.destroy();
await stage.close();

await report('call', [
  { what: 'bare keep-alive client', 'p50 ms': median(bare).toFixed(3), ratio: '1.00', 'cpu ms/call': '', 'rss MB': '' },
  {
    what: 'mcpgw serve, policy on',
    'p50 ms': median(bridge).toFixed(3),
    ratio: median(bridge.map((value, index) => value / (bare[index] ?? Number.NaN))).toFixed(2),
    'cpu ms/call': cpu.toFixed(3),
    'rss MB': residentMb.toFixed(0),
  },
]);

/** Median milliseconds of one call. */
async function round(ask: (message: object) => Promise<string>): Promise<number> {
  const times: number[] = [];
  for (let id = 1; id <= calls; id++) {
    const text = `call ${id}`;
    const start = performance.now();
    const answer = await ask({
      jsonrpc: '2.0',
      id,
      method: 'tools/call',
      params: { name: 'echo', arguments: { text } },
    });
    times.push(performance.now() - start);
    if (!answer.includes(text)) throw new Error(`a wrong answer: ${answer}`);
  }
  return median(times);
}

function askBare(message: object): Promise<string> {
  const body = JSON.stringify(message);
  return new Promise((resolve, reject) => {
    const sent = request(
      stage.url,
      {
        agent,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'content-length': Buffer.byteLength(body),
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          JSON.parse(text);
          resolve(text);
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

/** User and system time so far, from /proc (100 ticks a second). */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}
