// What is measured: a client that does nothing but ask, the official client, and bridges between pipes and the same server.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import path from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { BRIDGES } from '../scripts/compare/bridges.js';
import { INITIALIZE, MCPGW, type Stage } from './stage.js';

export interface Target {
  readonly name: string;
  /** Waits until it is ready for calls. */
  readonly open: () => Promise<Opened>;
}

export interface Opened {
  /** The whole answer, as text. */
  readonly ask: (method: string, params: object) => Promise<string>;
  /** Of the bridge. */
  readonly pid: number | undefined;
  /** From the start of the process to the answer of `initialize`. */
  readonly startMs: number | undefined;
  readonly close: () => Promise<void>;
}

/** Connections of the bare client at once; the bridges have as many as they like. */
const SOCKETS = 64;

export function bareClient(url: string): Target {
  return {
    name: 'bare keep-alive client',
    open: async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS });
      let id = 0;
      const ask: Opened['ask'] = (method, params) =>
        posted({ url, agent, body: JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params }) });
      await ask('initialize', INITIALIZE.params);
      return { ask, pid: undefined, startMs: undefined, close: () => Promise.resolve(agent.destroy()) };
    },
  };
}

export function sdkClient(url: string): Target {
  return {
    name: 'official SDK client',
    open: async () => {
      const client = new Client({ name: 'bench', version: '1.0.0' }, { versionNegotiation: { mode: 'legacy' } });
      await client.connect(new StreamableHTTPClientTransport(new URL(url)));
      return {
        ask: async (method, params) => {
          const asked = params as { name: string; arguments: Record<string, unknown> }; // what the bench asks
          const result = method === 'tools/list' ? await client.listTools() : await client.callTool(asked);
          return JSON.stringify(result);
        },
        pid: undefined,
        startMs: undefined,
        close: () => client.close(),
      };
    },
  };
}

export function mcpgw(name: string, config: string, { env, isTokenNeeded }: OwnOptions): Target {
  const token = isTokenNeeded ? ['--token-env', 'BENCH_TOKEN'] : [];
  return { name, open: () => openBridge([MCPGW, 'serve', '-c', config, ...token], env) };
}

export interface OwnOptions {
  readonly env: Stage['env'];
  readonly isTokenNeeded: boolean;
}

/** What is left when nothing is done for a call: two hops over pipes, and one request (bench/floor.ts). */
export function floor(url: string, env: Stage['env']): Target {
  return {
    name: 'the least bridge, no checks at all',
    open: () => openBridge(['scripts/run.mjs', 'bench/floor.ts', url], env),
  };
}

export function peers(url: string, env: Stage['env']): readonly Target[] {
  return BRIDGES.filter(({ name }) => name !== 'mcpgw').map(({ name, args }) => ({
    name,
    open: () =>
      openBridge(args({ url, config: '' }), {
        ...env,
        // Nothing of it opens a window or reads what another run has left.
        BROWSER: 'true',
        MCP_REMOTE_CONFIG_DIR: path.join(env['HOME'] ?? '', 'mcp-auth'),
      }),
  }));
}

export async function openBridge(args: readonly string[], env: Stage['env']): Promise<Opened> {
  const start = performance.now();
  const child = spawn(process.execPath, args, { env, stdio: ['pipe', 'pipe', 'ignore'] });
  const waiting = new Map<number, (line: string) => void>();
  let pieces: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = chunk.split('\n');
    for (const [index, text] of lines.entries()) {
      pieces.push(text);
      if (index === lines.length - 1) break;
      const line = pieces.join('');
      pieces = [];
      const { id } = JSON.parse(line) as { readonly id?: number };
      if (id !== undefined) waiting.get(id)?.(line);
    }
  });
  child.stdin.on('error', () => undefined);
  let id = 0;
  const ask: Opened['ask'] = (method, params) =>
    new Promise((resolve, reject) => {
      const own = ++id;
      waiting.set(own, (line) => {
        waiting.delete(own);
        resolve(line);
      });
      child.once('exit', (code) => reject(new Error(`the bridge ended with ${code}: ${args.join(' ')}`)));
      child.setMaxListeners(0);
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: own, method, params })}\n`);
    });
  await ask('initialize', INITIALIZE.params);
  const startMs = performance.now() - start;
  child.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  return {
    ask,
    pid: child.pid,
    startMs,
    close: () =>
      new Promise((resolve) => {
        child.removeAllListeners('exit');
        child.once('close', () => resolve());
        child.stdin.end();
        // Some peers do not end with their host.
        setTimeout(() => child.kill('SIGKILL'), 3_000).unref();
      }),
  };
}

interface Posted {
  readonly url: string;
  readonly agent: Agent;
  readonly body: string;
}

function posted({ url, agent, body }: Posted): Promise<string> {
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'content-length': Buffer.byteLength(body),
  };
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, method: 'POST', headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        JSON.parse(text);
        resolve(text);
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** User and system time so far, from /proc (100 ticks a second). */
export function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

export function residentMb(pid: number): number {
  return statusMb(pid, 'VmRSS');
}

/** The most that it ever was. */
export function peakMb(pid: number): number {
  return statusMb(pid, 'VmHWM');
}

function statusMb(pid: number, field: string): number {
  return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}
