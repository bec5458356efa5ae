// Asks servers that are away again, less and less often, until they answer: the host is then told that there is more
// (spec: serve, "Several servers in one endpoint").
import { setTimeout as sleep } from 'node:timers/promises';
import type { RpcError } from '../json-rpc.js';
import { isPassing } from '../session/absence.js';
import type { MemberAnswer } from './member.js';

export interface Waiting {
  /** Why it is away: of an error that will not pass by itself, nothing is waited for. */
  readonly error: RpcError;
  readonly ask: (signal: AbortSignal) => Promise<MemberAnswer>;
  readonly onBack: (answer: MemberAnswer) => void;
}

export interface ComeBack {
  /** One at a time under one name. */
  readonly start: (name: string, waiting: Waiting) => void;
  readonly stop: (name: string) => void;
  /** Nobody waits any more. */
  readonly close: () => void;
}

const FIRST_PAUSE_MS = 1_000;
const LAST_PAUSE_MS = 15_000;

export function createComeBack(): ComeBack {
  const waiting = new Map<string, AbortController>();
  let isClosed = false;

  const wait = async (signal: AbortSignal, { error, ask, onBack }: Waiting): Promise<void> => {
    let pauseMs = FIRST_PAUSE_MS;
    let last = error;
    while (isPassing(last)) {
      await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      const answer = await ask(signal);
      if (answer.kind === 'cancelled') return;
      if (answer.kind === 'result') return onBack(answer);
      last = answer.error;
      pauseMs = Math.min(pauseMs * 1.5, LAST_PAUSE_MS);
    }
  };
  return {
    start: (name, how) => {
      if (isClosed || waiting.has(name) || !isPassing(how.error)) return;
      const stopping = new AbortController();
      waiting.set(name, stopping);
      void wait(stopping.signal, how).finally(() => {
        if (waiting.get(name) === stopping) waiting.delete(name);
      });
    },
    stop: (name) => {
      waiting.get(name)?.abort();
      waiting.delete(name);
    },
    close: () => {
      isClosed = true;
      for (const stopping of waiting.values()) stopping.abort();
      waiting.clear();
    },
  };
}
