// How long does `mcpgw validate` take, and how much memory, for configurations of 10 to 10,000 servers? The built
// program as a process of its own: valid ones, and ones where every server has five warnings and an error. What grows
// with the configuration is told apart from what every start costs. Rounds: first word, 5 by default; sizes behind it.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MCPGW, median, report } from './stage.js';

const rounds = Number(process.argv[2] ?? 5);
const sizes = process.argv.length > 3 ? process.argv.slice(3).map(Number) : [10, 100, 1000, 10_000];
const directory = await mkdtemp(path.join(tmpdir(), 'mcpgw-bench-'));
const start = await measured(['--version']);
const rows: Record<string, string | number>[] = [{ what: 'mcpgw --version', ...figuresOf(start) }];
for (const kind of ['valid', 'wrong'] as const) {
  for (const servers of sizes) {
    const file = path.join(directory, `${kind}-${servers}.json`);
    await writeFile(file, JSON.stringify(configOf(servers, kind), undefined, 2), { mode: 0o600 });
    const cost = await measured(['validate', file]);
    if (cost.code !== (kind === 'valid' ? 0 : 1)) throw new Error(`${file}: exit ${cost.code}`);
    rows.push({
      what: `${kind}, ${servers} servers`,
      KiB: Math.round((await stat(file)).size / 1024),
      ...figuresOf(cost),
      'µs CPU a server': Math.round(((cost.cpuMs - start.cpuMs) * 1000) / servers),
      'KiB a server': Math.round((cost.peakMiB - start.peakMiB) * 1024) / servers,
      'against --version': (cost.wallMs / start.wallMs).toFixed(1),
    });
  }
}
await rm(directory, { recursive: true, force: true });
const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
await report(
  'config',
  rows.map((row) => Object.fromEntries(columns.map((column) => [column, row[column] ?? '']))),
);

interface Cost {
  readonly code: number | null;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMiB: number;
}

function figuresOf({ wallMs, cpuMs, peakMiB }: Cost): Record<string, string> {
  return { 'wall ms': wallMs.toFixed(0), 'CPU ms': cpuMs.toFixed(0), 'peak MiB': peakMiB.toFixed(0) };
}

/** Medians of the rounds. */
async function measured(args: readonly string[]): Promise<Cost> {
  const costs: Cost[] = [];
  for (let round = 0; round < rounds; round++) costs.push(await measuredOnce(args));
  const of = (pick: (cost: Cost) => number): number => median(costs.map(pick));
  return {
    code: costs[0]?.code ?? null,
    wallMs: of(({ wallMs }) => wallMs),
    cpuMs: of(({ cpuMs }) => cpuMs),
    peakMiB: of(({ peakMiB }) => peakMiB),
  };
}

/** A preloaded line tells at exit what the process has used; the rest is the program as it is. */
async function measuredOnce(args: readonly string[]): Promise<Cost> {
  const tell = `process.once('exit', () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    require('node:fs').writeSync(3, JSON.stringify([(userCPUTime + systemCPUTime) / 1000, maxRSS / 1024]));
  });`;
  const preload = path.join(directory, 'tell.cjs');
  await writeFile(preload, tell);
  const began = performance.now();
  const child = spawn(process.execPath, ['--require', preload, MCPGW, ...args], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  let told = '';
  // The fourth of `stdio` is a pipe that this process reads.
  (child.stdio[3] as NodeJS.ReadableStream).setEncoding('utf8').on('data', (chunk: string) => (told += chunk));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const wallMs = performance.now() - began;
  const [cpuMs = Number.NaN, peakMiB = Number.NaN] = JSON.parse(told) as number[];
  return { code, wallMs, cpuMs, peakMiB };
}

/** About a kilobyte a server, as they come from a hosted gateway. */
function configOf(servers: number, kind: 'valid' | 'wrong'): object {
  const entries = Array.from({ length: servers }, (_, index) => [`server-${index}`, serverOf(index, kind)]);
  return { mcpServers: Object.fromEntries(entries) as object };
}

function serverOf(index: number, kind: 'valid' | 'wrong'): object {
  const issuer = `https://idp.example.com/tenants/${index}`;
  const server = {
    url: `https://mcp-${index}.example.com/mcp`,
    headers: { Authorization: `Bearer \${TOKEN_${index % 7}:-unset}` },
    forward_headers: ['X-Request-Id', 'X-Trace-Id', { from: 'X-Tenant-Id', to: 'X-Organization-Id' }],
    user_identity_forwarding: { method: 'claims_header', include_claims: ['sub', 'email'] },
    jwt_validation: {
      jwksUri: `${issuer}/.well-known/jwks.json`,
      algorithms: ['RS256'],
      requiredClaims: ['sub', 'email', 'exp'],
      claimValues: {
        iss: { values: issuer, matchType: 'exact' },
        aud: { values: [`https://gateway.example.com/${index}/mcp`], matchType: 'contains' },
        team: { values: [`^team-${index % 50}-[0-9]+$`], matchType: 'regex' },
      },
    },
  };
  if (kind === 'valid') return server;
  return {
    ...server,
    forward_headers: { mode: 'all-except', headers: ['X-Debug'] },
    jwt_validation: { ...server.jwt_validation, requiredClaim: ['sub'], clockTolerance: 600, cacheMaxAge: 100_000 },
    user_identity_forwarding: { method: 'claims_header', include_claims: ['nickname'] },
    passthrough_headers: { Host: `mcp-${index}.example.com` },
  };
}
