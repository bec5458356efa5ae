// A host with many calls under way: counts what each is answered with, cancels those that the server never answers, and
// keeps nothing of what has passed.
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface SoakHost {
  readonly child: ChildProcessWithoutNullStreams;
  /** Makes so many calls, so many at once; resolves when each is answered or cancelled. */
  readonly callMany: (calls: number, atOnce: number) => Promise<void>;
  /** Makes calls whose answers nobody waits for; of `tool`, or of those that there are in turn. */
  readonly callOnly: (calls: number, tool?: string) => void;
  readonly tally: () => Tally;
  /** Resolves when the process has ended. */
  readonly exited: Promise<number | null>;
}

export interface Tally {
  readonly results: number;
  readonly errors: number;
  readonly cancelled: number;
  /** Answers to what was answered already, or to nothing. */
  readonly surplus: number;
}

/** After so long the host has waited enough. */
const PATIENCE_MS = 1_500;

interface Answer {
  readonly id?: unknown;
  readonly method?: string;
  readonly result?: { readonly content?: readonly { readonly text?: string }[] };
}

export async function startSoakHost(
  child: ChildProcessWithoutNullStreams,
  tools: readonly string[],
): Promise<SoakHost> {
  let [results, errors, cancelled, surplus, last] = [0, 0, 0, 0, 0];
  const waiting = new Map<unknown, () => void>();
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  child.stderr.resume();
  child.stdin.on('error', () => undefined);
  child.stdout.on('error', () => undefined);
  const send = (message: object): void => void child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);

  createInterface({ input: child.stdout }).on('line', (line) => {
    const answer = JSON.parse(line) as Answer;
    if (answer.method !== undefined) return;
    const settle = waiting.get(answer.id);
    if (settle === undefined) {
      surplus++;
      return;
    }
    if (answer.result === undefined) errors++;
    else results++;
    settle();
  });

  const ask = (id: string | number, message: object): Promise<void> =>
    new Promise((resolve) => {
      const settle = (): void => {
        clearTimeout(timer);
        waiting.delete(id);
        resolve();
      };
      const timer = setTimeout(() => {
        cancelled++;
        send({ method: 'notifications/cancelled', params: { requestId: id } });
        settle();
      }, PATIENCE_MS);
      waiting.set(id, settle);
      send({ id, ...message });
    });
  const callNext = (tool?: string): Promise<void> => {
    const id = ++last;
    const name = tool ?? tools[id % tools.length];
    return ask(id, { method: 'tools/call', params: { name, arguments: { text: `call ${id}` } } });
  };

  const clientInfo = { name: 'soak', version: '1.0.0' };
  const opened = new Promise<void>((resolve) => waiting.set('open', resolve));
  send({ id: 'open', method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo } });
  await Promise.race([
    opened,
    exited.then((code) => Promise.reject(new Error(`the bridge ended with ${String(code)}`))),
  ]);
  waiting.delete('open');
  results = 0;
  send({ method: 'notifications/initialized' });

  return {
    child,
    exited,
    callMany: async (calls, atOnce) => {
      let left = calls;
      const one = async (): Promise<void> => {
        while (left-- > 0) await callNext();
      };
      await Promise.all(Array.from({ length: atOnce }, one));
    },
    callOnly: (calls, tool) => {
      for (let call = 0; call < calls; call++) void callNext(tool);
    },
    tally: () => ({ results, errors, cancelled, surplus }),
  };
}
