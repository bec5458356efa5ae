// A host that speaks raw lines to `mcpgw serve` in the test's own process, so that the test can move the clock on the wall:
// a machine that sleeps, a circuit that waits.
import { PassThrough } from 'node:stream';
import { createContext } from '../../src/cli/context.js';
import { serve } from '../../src/cli/commands/serve.js';
import { call, INITIALIZE, INITIALIZED, type Line } from './line-host.js';
import { createTestHost } from './test-host.js';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';

export interface HostHere {
  readonly send: (...messages: readonly object[]) => void;
  /** The first answer to a request. */
  readonly answer: (id: string | number) => Promise<Line>;
  readonly answers: (id: string | number) => readonly Line[];
  readonly call: (id: string | number, tool?: string, meta?: object) => Promise<Line>;
  /** `initialize`, its answer, and `notifications/initialized`. */
  readonly open: () => Promise<Line>;
  /** Moves the clock on the wall; timers know nothing of it, as after a sleep. */
  readonly advance: (milliseconds: number) => void;
  readonly stderrMatching: (pattern: RegExp) => Promise<RegExpExecArray>;
  /** Closes stdin and waits for the end. */
  readonly end: () => Promise<void>;
}

export async function startHostHere(config: object): Promise<HostHere> {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const test = await createTestHost({ stdin });
  const file = path.join(test.directory, 'gateway.json');
  await writeFile(file, JSON.stringify(config), { mode: 0o600 });
  const host = { ...test.host, stdio: { ...test.host.stdio, stdout } };
  const lines: Line[] = [];
  const waiting = new Set<() => void>();
  let rest = '';
  stdout.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString('utf8')).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts.map((part) => JSON.parse(part) as Line));
    for (const look of waiting) look();
  });
  const running = serve(createContext(host, { verbose: 1 }), [], {
    config: file,
    server: [],
    header: [],
    protocol: 'auto',
    shadow: false,
    interactive: false,
  });
  const answers: HostHere['answers'] = (id) => lines.filter((line) => line.id === id && line.method === undefined);
  const answer: HostHere['answer'] = (id) =>
    new Promise((resolve) => {
      const look = (): void => {
        const [first] = answers(id);
        if (first === undefined) return;
        waiting.delete(look);
        resolve(first);
      };
      waiting.add(look);
      look();
    });
  const send: HostHere['send'] = (...messages) => {
    stdin.write(messages.map((message) => `${JSON.stringify(message)}\n`).join(''));
  };
  return {
    send,
    answer,
    answers,
    call: (id, tool, meta) => {
      send(call(id, tool, meta));
      return answer(id);
    },
    open: async () => {
      send(INITIALIZE);
      const opened = await answer(INITIALIZE.id);
      send(INITIALIZED);
      return opened;
    },
    advance: test.advance,
    stderrMatching: test.stderrMatching,
    end: async () => {
      stdin.end();
      await running;
      await test.remove();
    },
  };
}
