// What the benches share: the server in its own process, a policy as large as real ones, and a host that speaks lines
// over real pipes with nothing between it and the clock.
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export const MCPGW = path.resolve('bin/mcpgw.js');

export interface Stage {
  readonly url: string;
  readonly config: string;
  /** No policy at all. */
  readonly plainConfig: string;
  /** A rule for tools: lists are looked into. */
  readonly lookingConfig: string;
  readonly token: string;
  readonly env: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

/** A policy with an inline JWKS, 20 claim rules, a claims header and 10 forwarded headers. */
export async function setStage(): Promise<Stage> {
  const server = spawn(process.execPath, ['scripts/run.mjs', 'bench/server.ts'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: server.stdout });
  const url = await new Promise<string>((resolve) => lines.once('line', resolve));
  const directory = await mkdtemp(path.join(tmpdir(), 'mcpgw-bench-'));
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const claims = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`claim_${index}`, `value-${index}`]));
  const token = await new SignJWT({ ...claims, email: 'ana@example.com' })
    .setProtectedHeader({ alg: 'RS256', kid: 'bench' })
    .setSubject('ana')
    .setExpirationTime('2h')
    .sign(privateKey);
  const names = Array.from({ length: 10 }, (_, index) => `X-Forwarded-Bench-${index}`);
  const config = path.join(directory, 'mcpgw.json');
  await writeFile(
    config,
    JSON.stringify({
      client_headers: Object.fromEntries(names.map((name, index) => [name, `value ${index}`])),
      forward_headers: names,
      user_identity_forwarding: { method: 'claims_header', include_claims: ['sub', 'email'] },
      jwt_validation: {
        jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'bench', alg: 'RS256', use: 'sig' }] },
        claimValues: Object.fromEntries(Object.entries(claims).map(([name, values]) => [name, { values }])),
      },
      mcpServers: { bench: { url } },
    }),
    { mode: 0o600 },
  );
  const configOf = async (name: string, server: object): Promise<string> => {
    const file = path.join(directory, name);
    await writeFile(file, JSON.stringify({ mcpServers: { bench: { url, ...server } } }), { mode: 0o600 });
    return file;
  };
  return {
    url,
    config,
    plainConfig: await configOf('plain.json', {}),
    lookingConfig: await configOf('looking.json', { tools: { blocked: ['tool_7*'] } }),
    token,
    // The environment as it is: what it costs node itself, it costs every program that is measured.
    env: { ...withoutUndefined(process.env), HOME: directory, BENCH_TOKEN: token },
    close: async () => {
      server.stdin.end();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export interface LineHost {
  readonly child: ChildProcessWithoutNullStreams;
  /** Sends a request and resolves with the line that answers it. One at a time. */
  readonly ask: (message: object) => Promise<string>;
  readonly send: (message: object) => void;
  readonly close: () => Promise<void>;
}

export function startLineHost(stage: Stage): LineHost {
  const child = spawn(process.execPath, [MCPGW, 'serve', '-c', stage.config, '--token-env', 'BENCH_TOKEN'], {
    env: stage.env,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stderr.pipe(process.stderr);
  let waiting: ((line: string) => void) | undefined;
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    rest += chunk;
    for (let end = rest.indexOf('\n'); end !== -1; end = rest.indexOf('\n')) {
      waiting?.(rest.slice(0, end));
      rest = rest.slice(end + 1);
    }
  });
  const send = (message: object): void => void child.stdin.write(`${JSON.stringify(message)}\n`);
  return {
    child,
    send,
    ask: (message) =>
      new Promise((resolve) => {
        waiting = resolve;
        send(message);
      }),
    close: () =>
      new Promise((resolve) => {
        child.once('close', () => resolve());
        child.stdin.end();
      }),
  };
}

export const INITIALIZE = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1.0.0' } },
};

function withoutUndefined(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Prints a Markdown table and keeps the figures as JSON under bench/results/. */
export async function report(name: string, rows: readonly Readonly<Record<string, string | number>>[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {});
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const text = [
    line(columns),
    line(columns.map(() => '---')),
    ...rows.map((row) => line(columns.map((column) => String(row[column])))),
  ].join('\n');
  process.stdout.write(`${text}\n`);
  await mkdir('bench/results', { recursive: true });
  await writeFile(`bench/results/${name}.json`, JSON.stringify(rows, undefined, 2));
}
