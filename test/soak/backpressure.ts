// A host that reads nothing for a while, in front of a server that says a lot: what the bridge takes in meanwhile, how much
// memory it needs, and whether all of it arrives in the end, in order.
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { factsOf } from './process-facts.js';
import { startFloodServer, type Flood, type FloodServer } from './flood-server.js';

export interface BackpressureOptions extends Flood {
  /** One stream of events, or as many calls with one JSON body each. */
  readonly form: 'stream' | 'body';
  readonly era: '2025' | '2026';
  readonly start: (args: readonly string[]) => ChildProcessWithoutNullStreams;
  /** When the host begins to read. */
  readonly until: (server: FloodServer) => Promise<void>;
}

export interface BackpressureResult {
  /** What the server had got rid of before the host read anything. */
  readonly takenBytes: number;
  /** The most memory that the bridge has had by then. */
  readonly heldPeakBytes: number;
  /** The same at the end. */
  readonly peakBytes: number;
  /** The pieces, by number, as they arrived. */
  readonly arrived: readonly number[];
}

const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'slow', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

export async function runBackpressure(options: BackpressureOptions): Promise<BackpressureResult> {
  const { form, era, pieces, start, until } = options;
  const server = await startFloodServer(options);
  const child = start(['--url', server.url, '--protocol', era]);
  try {
    child.stderr.resume();
    child.stdin.on('error', () => undefined);
    const send = (message: object): void =>
      void child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    const opening = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'slow', version: '1' } };
    if (era === '2025') {
      send({ id: 'open', method: 'initialize', params: opening });
      await once(child.stdout, 'readable');
      child.stdout.read();
      send({ method: 'notifications/initialized' });
    }
    const params = era === '2025' ? {} : { _meta: ENVELOPE };
    const calls = form === 'stream' ? 1 : pieces;
    for (let id = 0; id < calls; id++) send({ id, method: form, params });
    await until(server);
    const takenBytes = server.sentBytes();
    const heldPeakBytes = factsOf(child.pid ?? 0).peakBytes;

    const arrived = await readAll(child, { calls, form });
    const { peakBytes } = factsOf(child.pid ?? 0);
    const exited = once(child, 'exit');
    child.stdin.end();
    await exited;
    return { takenBytes, heldPeakBytes, peakBytes, arrived };
  } finally {
    child.kill('SIGKILL');
    await server.close();
  }
}

interface Expected {
  readonly calls: number;
  readonly form: 'stream' | 'body';
}

/** Keeps nothing but numbers. Resolves with the answer of the last call. */
function readAll(child: ChildProcessWithoutNullStreams, { calls, form }: Expected): Promise<readonly number[]> {
  const arrived: number[] = [];
  let answers = 0;
  /** Of a line, as much as tells what it is. */
  let head = '';
  return new Promise((resolve, reject) => {
    const endOfLine = (): void => {
      const n = /"n":(\d+)/.exec(head)?.[1];
      const id = /^\{"jsonrpc":"2\.0","id":(\d+),"result"/.exec(head)?.[1];
      if (n !== undefined) arrived.push(Number(n));
      else if (id !== undefined) answers++;
      else reject(new Error(`neither a piece nor an answer: ${head}`));
      if (id !== undefined && form === 'body') arrived.push(Number(id));
      head = '';
      if (answers === calls) resolve(arrived);
    };
    child.stdout.on('data', (chunk: Buffer) => {
      for (let at = 0; at < chunk.length;) {
        const end = chunk.indexOf(0x0a, at);
        const stop = end === -1 ? chunk.length : end;
        if (head.length < HEAD) head += chunk.toString('latin1', at, Math.min(stop, at + HEAD));
        if (end === -1) break;
        endOfLine();
        at = end + 1;
      }
    });
    child.once('exit', (code) => reject(new Error(`the bridge ended with ${String(code)}`)));
  });
}

const HEAD = 120;
