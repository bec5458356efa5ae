// A request whose event stream broke off, or was ended by the server, before its answer: taken up again by GET with the id
// of the last event, after the pause that the server asked for (MCP 2025-11-25, "Resumability and Redelivery"). What was
// sent is not sent again: only the answer is asked for.
import { setTimeout as sleep } from 'node:timers/promises';
import { isHeaderValue } from '../../policy/headers/header-name.js';
import { resent } from '../resent.js';
import type { Exchange, ExchangeEnd, StreamPosition } from '../streamable-http.js';

export interface ResumedOptions {
  readonly first: Exchange;
  /** Whether the answer is still waited for. */
  readonly isOpen: () => boolean;
  /** Asks for what came after this event; undefined when the policy refuses it now. */
  readonly resume: (lastEventId: string) => Promise<Exchange | undefined>;
}

/** The pause before the first attempt where the server asks for none, and the longest. */
const FIRST_PAUSE_MS = 250;
const LAST_PAUSE_MS = 10_000;
/** A server may ask for more, up to this. */
const LONGEST_ASKED_MS = 60_000;
/** So often, one after the other, nothing new has come. */
const ATTEMPTS = 8;

export function resumed({ first, isOpen, resume }: ResumedOptions): Exchange {
  let pauseMs = FIRST_PAUSE_MS;
  let attempts = 0;
  let lastEventId: string | undefined;
  /** How the stream that is to be taken up has ended. */
  let broken: ExchangeEnd | undefined;
  const asking = async (lastEvent: string, retryMs: number): Promise<Exchange | undefined> => {
    await sleep(Math.max(pauseMs, Math.min(retryMs, LONGEST_ASKED_MS)), undefined, { ref: false });
    pauseMs = Math.min(pauseMs * 2, LAST_PAUSE_MS);
    return isOpen() ? resume(lastEvent) : undefined;
  };
  const whole = resent(first, (ended) => {
    const stream: StreamPosition | undefined = 'stream' in ended ? ended.stream : undefined;
    if (lastEventId === undefined && stream === undefined) return undefined;
    // A GET that could not be opened for now is tried again; one that the server refuses is not.
    if (ended.kind !== 'complete' && ended.kind !== 'failed') return undefined;
    const reached = usable(stream?.lastEventId) ?? lastEventId;
    if (reached === undefined) return undefined;
    if (reached !== lastEventId) {
      attempts = 0;
      pauseMs = FIRST_PAUSE_MS;
    }
    lastEventId = reached;
    if (!isOfAsking(ended)) broken = ended;
    if (++attempts > ATTEMPTS || !isOpen()) return undefined;
    return asking(reached, stream?.retryMs ?? 0);
  });
  // INVARIANT: what became of the asking says nothing of the request. It may have run, even where the session is not known
  // any more, or the server cannot be reached.
  const end = whole.end.then((ended) => (isOfAsking(ended) ? (broken ?? ended) : ended));
  return { end, abort: whole.abort };
}

function isOfAsking(ended: ExchangeEnd): boolean {
  return ended.kind === 'refused' || (ended.kind === 'failed' && !ended.maySent);
}

function usable(id: string | undefined): string | undefined {
  return id !== undefined && id !== '' && id.length <= 1024 && isHeaderValue(id) ? id : undefined;
}
