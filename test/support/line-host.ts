// A host that speaks raw lines to `mcpgw serve`, so that a test can say what no SDK says, and sees every line that
// comes back. Waits for lines, never for time.
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';
import { finished, type CliResult, type Sandbox } from './cli.js';

export interface Line {
  readonly jsonrpc?: unknown;
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: Record<string, unknown> };
}

export interface LineHost {
  readonly child: ChildProcessWithoutNullStreams;
  /** Lines as they came, in order. */
  readonly texts: readonly string[];
  readonly stderr: () => string;
  /** One message a line; a string goes as it is. */
  readonly send: (...messages: readonly (object | string)[]) => void;
  /** Resolves with the first line for which the predicate holds, now or later; rejects when the process ends before. */
  readonly line: (predicate: (line: Line, text: string) => boolean) => Promise<Line>;
  /** The first answer to a request. */
  readonly answer: (id: string | number) => Promise<Line>;
  /** All answers so far to a request. */
  readonly answers: (id: string | number) => readonly Line[];
  /** `initialize`, its answer, and `notifications/initialized`. */
  readonly open: (meta?: object) => Promise<Line>;
  /** The exit code, whether or not anybody has read what the process wrote. */
  readonly exited: Promise<number | null>;
  /** The process has ended and all it wrote was read. */
  readonly ended: Promise<CliResult>;
  /** Closes stdin and waits for the end. */
  readonly end: () => Promise<CliResult>;
}

export const INITIALIZE = {
  jsonrpc: '2.0',
  id: 'init',
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'line-host', version: '1' } },
};
export const INITIALIZED: { readonly jsonrpc: string; readonly method: string; readonly params?: object } = {
  jsonrpc: '2.0',
  method: 'notifications/initialized',
};

export function call(id: string | number, name = 'echo', meta?: object): object {
  const params = { name, arguments: {}, ...(meta === undefined ? {} : { _meta: meta }) };
  return { jsonrpc: '2.0', id, method: 'tools/call', params };
}

export function startLineHost(
  sandbox: Sandbox,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): LineHost {
  const child = sandbox.start(['serve', ...args], env);
  child.stdin.on('error', () => undefined);
  const texts: string[] = [];
  const waiting = new Set<() => void>();
  let rest = '';
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const decoder = new StringDecoder('utf8');
  child.stdout.on('data', (chunk: Buffer) => {
    const parts = (rest + decoder.write(chunk)).split('\n');
    rest = parts.pop() ?? '';
    texts.push(...parts);
    for (const look of waiting) look();
  });
  const ended = finished(child);
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const parsed = (): Line[] => texts.map((text) => JSON.parse(text) as Line);
  const line: LineHost['line'] = (predicate) =>
    new Promise((resolve, reject) => {
      let seen = 0;
      const look = (): void => {
        const found = texts.slice(seen).find((text) => predicate(JSON.parse(text) as Line, text));
        seen = texts.length;
        if (found === undefined) return;
        waiting.delete(look);
        resolve(JSON.parse(found) as Line);
      };
      waiting.add(look);
      look();
      void exited.then((code) => reject(new Error(`mcpgw ended with ${code} before the line: ${stderr}`)));
    });
  const answer: LineHost['answer'] = (id) => line((it) => it.id === id && it.method === undefined);
  const send: LineHost['send'] = (...messages) => {
    child.stdin.write(messages.map((it) => `${typeof it === 'string' ? it : JSON.stringify(it)}\n`).join(''));
  };
  return {
    child,
    texts,
    stderr: () => stderr,
    send,
    line,
    answer,
    answers: (id) => parsed().filter((it) => it.id === id && it.method === undefined),
    open: async (meta) => {
      const withMeta = (message: object & { readonly params?: object }): object =>
        meta === undefined ? message : { ...message, params: { ...message.params, _meta: meta } };
      send(withMeta(INITIALIZE));
      const result = await answer(INITIALIZE.id);
      send(withMeta(INITIALIZED));
      return result;
    },
    exited,
    ended,
    end: () => {
      child.stdin.end();
      return ended;
    },
  };
}
