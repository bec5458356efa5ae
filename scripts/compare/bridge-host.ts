// A host on a bridge's stdio: raw lines, and everything that the bridge says and does. Nobody waits for ever.
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Bridge } from './bridges.js';

export interface Line {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: number; readonly message: string };
}

export interface BridgeHost {
  readonly child: ChildProcessWithoutNullStreams;
  /** All so far; what is not JSON is `{}`. */
  readonly lines: readonly Line[];
  /** One message a line; a string goes as it is. */
  readonly send: (message: object | string) => void;
  /** The first line for which the predicate holds; undefined when none has come in time. */
  readonly line: (predicate: (line: Line) => boolean, waitMs?: number) => Promise<Line | undefined>;
  readonly answer: (id: string, waitMs?: number) => Promise<Line | undefined>;
  /** `initialize`, its answer, `notifications/initialized`. */
  readonly open: (capabilities?: object, waitMs?: number) => Promise<Line | undefined>;
  /** A call of a tool, and its answer. */
  readonly call: (id: string, tool: string, args?: object) => Promise<Line | undefined>;
  /** How it ended; undefined when it has not, in time. */
  readonly exit: (waitMs: number) => Promise<{ readonly code: number | null } | undefined>;
  readonly isRunning: () => boolean;
  /** Whether it has opened a browser. */
  readonly hasOpenedBrowser: () => boolean;
  readonly close: () => Promise<void>;
}

/** How long an answer is waited for. Hosts give up after a minute; on loopback nothing takes a second. */
export const PATIENCE_MS = 20_000;

export async function startBridge(bridge: Bridge, url: string): Promise<BridgeHost> {
  const home = await mkdtemp(path.join(tmpdir(), 'mcpgw-compare-'));
  const config = path.join(home, 'mcpgw.json');
  const opened = path.join(home, 'opened');
  await writeFile(config, JSON.stringify({ mcpServers: { demo: { url } } }), { mode: 0o600 });
  for (const name of ['browser', 'xdg-open']) {
    await writeFile(path.join(home, name), `#!/bin/sh\necho "$1" >> '${opened}'\n`, { mode: 0o700 });
  }
  const child = spawn(process.execPath, [...bridge.args({ url, config })], {
    cwd: home,
    env: {
      PATH: `${home}:${process.env['PATH'] ?? ''}`,
      HOME: home,
      BROWSER: path.join(home, 'browser'),
      MCPGW_CREDENTIAL_STORE: 'file',
      MCP_REMOTE_CONFIG_DIR: path.join(home, 'mcp-auth'),
    },
  });
  child.stdin.on('error', () => undefined);
  child.stderr.resume();
  const lines: Line[] = [];
  const waiting = new Set<() => void>();
  let ended: { readonly code: number | null } | undefined;
  const changed = (): void => {
    for (const look of waiting) look();
  };
  createInterface({ input: child.stdout }).on('line', (text) => {
    lines.push(parsed(text));
    changed();
  });
  child.once('exit', (code) => {
    ended = { code };
    changed();
  });

  /** What `look` gives, as soon as it gives something. */
  const until = <T>(look: () => T | undefined, waitMs: number): Promise<T | undefined> =>
    new Promise((resolve) => {
      const settle = (value: T | undefined): void => {
        waiting.delete(again);
        clearTimeout(timer);
        resolve(value);
      };
      const again = (): void => {
        const found = look();
        if (found !== undefined) settle(found);
      };
      const timer = setTimeout(() => settle(undefined), waitMs);
      waiting.add(again);
      again();
    });
  const line: BridgeHost['line'] = (predicate, waitMs = PATIENCE_MS) =>
    // What comes after the end does not come.
    until(() => lines.find(predicate) ?? (ended === undefined ? undefined : ENDED), waitMs).then((found) =>
      found === ENDED ? undefined : found,
    );
  const answer: BridgeHost['answer'] = (id, waitMs) => line((it) => it.id === id && it.method === undefined, waitMs);
  const send: BridgeHost['send'] = (message) => {
    child.stdin.write(`${typeof message === 'string' ? message : JSON.stringify(message)}\n`);
  };

  return {
    child,
    lines,
    send,
    line,
    answer,
    open: async (capabilities = {}, waitMs?) => {
      const clientInfo = { name: 'compare', version: '1.0.0' };
      const params = { protocolVersion: '2025-11-25', capabilities, clientInfo };
      send({ jsonrpc: '2.0', id: 'open', method: 'initialize', params });
      const opening = await answer('open', waitMs);
      send({ jsonrpc: '2.0', method: 'notifications/initialized' });
      return opening;
    },
    call: (id, tool, args = {}) => {
      send({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: tool, arguments: args } });
      return answer(id);
    },
    exit: (waitMs) => until(() => ended, waitMs),
    isRunning: () => ended === undefined,
    hasOpenedBrowser: () => existsSync(opened) && readFileSync(opened, 'utf8') !== '',
    close: async () => {
      child.kill('SIGKILL');
      await until(() => ended, PATIENCE_MS);
      await rm(home, { recursive: true, force: true });
    },
  };
}

const ENDED: Line = {};

function parsed(text: string): Line {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return {};
  }
}
