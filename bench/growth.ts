// `npm run bench:growth`: how start, calls and memory grow with the servers of one endpoint, the tools of a list, the claim
// rules of a policy, the calls at once and the calls made. Each figure beside that of a bare client on the same server in the same round.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import { median, report, setStage } from './stage.js';
import { bareClient, cpuMs, mcpgw, peakMb, residentMb, type Opened } from './targets.js';

const CALLS = 1_000;
const stage = await setStage();
const { url, env } = stage;
const directory = path.dirname(stage.config);
const bare = await bareClient(url).open();
const rows: Record<string, string | number>[] = [];

for (const count of [1, 10, 100]) {
  const names = Array.from({ length: count }, (_, index) => `s${index}`);
  const servers = Object.fromEntries(names.map((name) => [name, { url }]));
  const config = await written('servers.json', { mcpServers: servers });
  const tool = count === 1 ? 'echo' : 's0__echo';
  await measure(`${count} servers in one endpoint`, { config, tool });
}
for (const count of [10, 1_000]) {
  const config = await written('tools.json', {
    mcpServers: { bench: { url: `${url}?tools=${count}`, tools: { blocked: ['other_*'] } } },
  });
  await measure(`${count} tools listed, tool rules on`, { config, tool: 'tool_1', listsFirst: true });
}
for (const count of [1, 20, 200]) {
  const { config, token } = await rulesConfig(count);
  await measure(`${count} claim rules`, { config, tool: 'echo', token });
}
for (const places of [1, 64, 512]) {
  const opened = await mcpgw('', stage.config, { env, isTokenNeeded: true }).open();
  await atOnce(opened, places);
  const before = cpuMs(opened.pid ?? 0);
  const begun = performance.now();
  await atOnce(opened, places);
  const rate = (CALLS * 5) / ((performance.now() - begun) / 1_000);
  rows.push({
    what: `${places} calls at once`,
    'start ms': '',
    'p50 ms': '',
    'ratio to the bare client': '',
    'calls/s': rate.toFixed(0),
    'CPU ms a call': ((cpuMs(opened.pid ?? 0) - before) / (CALLS * 5)).toFixed(3),
    'resident MB': residentMb(opened.pid ?? 0).toFixed(0),
    'peak MB': peakMb(opened.pid ?? 0).toFixed(0),
  });
  await opened.close();
}
await grownWithCalls([10_000, 100_000, 1_000_000]);
await bare.close();
await stage.close();
await report('growth', rows);

interface Measured {
  readonly config: string;
  readonly tool: string;
  readonly token?: string;
  readonly listsFirst?: boolean;
}

/** One process, 64 at once, after so many calls. */
async function grownWithCalls(counts: readonly number[]): Promise<void> {
  const opened = await mcpgw('', stage.config, { env, isTokenNeeded: true }).open();
  let made = 0;
  for (const count of counts) {
    for (; made < count; made += CALLS * 5) await atOnce(opened, 64);
    rows.push({
      what: `${made} calls made`,
      'start ms': '',
      'p50 ms': '',
      'ratio to the bare client': '',
      'calls/s': '',
      'CPU ms a call': '',
      'resident MB': residentMb(opened.pid ?? 0).toFixed(0),
      'peak MB': peakMb(opened.pid ?? 0).toFixed(0),
    });
  }
  await opened.close();
}

async function measure(what: string, { config, tool, token, listsFirst = false }: Measured): Promise<void> {
  const starts: number[] = [];
  const own = { ...env, ...(token === undefined ? {} : { BENCH_TOKEN: token }) };
  const target = mcpgw('', config, { env: own, isTokenNeeded: token !== undefined });
  for (let count = 0; count < 5; count++) {
    const opened = await target.open();
    starts.push(opened.startMs ?? Number.NaN);
    await opened.close();
  }
  const opened = await target.open();
  if (listsFirst) await opened.ask('tools/list', {});
  await medianOf(opened, tool);
  await medianOf(bare, 'echo');
  const before = cpuMs(opened.pid ?? 0);
  const ratios: number[] = [];
  const times: number[] = [];
  for (let round = 0; round < 3; round++) {
    const base = await medianOf(bare, 'echo');
    const time = await medianOf(opened, tool);
    times.push(time);
    ratios.push(time / base);
  }
  rows.push({
    what,
    'start ms': median(starts).toFixed(0),
    'p50 ms': median(times).toFixed(3),
    'ratio to the bare client': median(ratios).toFixed(2),
    'calls/s': '',
    'CPU ms a call': ((cpuMs(opened.pid ?? 0) - before) / (3 * CALLS)).toFixed(3),
    'resident MB': residentMb(opened.pid ?? 0).toFixed(0),
    'peak MB': peakMb(opened.pid ?? 0).toFixed(0),
  });
  await opened.close();
}

async function medianOf({ ask }: Opened, name: string): Promise<number> {
  const times: number[] = [];
  for (let index = 0; index < CALLS; index++) {
    const text = `call ${index}`;
    const begun = performance.now();
    const answer = await ask('tools/call', { name, arguments: { text } });
    times.push(performance.now() - begun);
    if (!answer.includes(text)) throw new Error(`a wrong answer: ${answer}`);
  }
  return median(times);
}

async function atOnce({ ask }: Opened, places: number): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < CALLS * 5; index = next++) {
      await ask('tools/call', { name: 'echo', arguments: { text: `call ${index}` } });
    }
  };
  await Promise.all(Array.from({ length: places }, work));
}

async function rulesConfig(count: number): Promise<{ readonly config: string; readonly token: string }> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const claims = Object.fromEntries(Array.from({ length: count }, (_, index) => [`claim_${index}`, `value-${index}`]));
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', kid: 'growth' })
    .setSubject('ana')
    .setExpirationTime('2h')
    .sign(privateKey);
  const config = await written('rules.json', {
    jwt_validation: {
      jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'growth', alg: 'RS256', use: 'sig' }] },
      claimValues: Object.fromEntries(Object.entries(claims).map(([name, values]) => [name, { values }])),
    },
    mcpServers: { bench: { url } },
  });
  return { config, token };
}

async function written(name: string, config: object): Promise<string> {
  const file = path.join(directory, name);
  await writeFile(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}
