// The standing GET of a 2025 session: what the server says unasked. Opened again whenever it drops, less and less often
// while it does not last, with `Last-Event-ID` (MCP 2025-11-25, "Listening for Messages from the Server").
import type { Log } from '../../log.js';
import { isHeaderValue } from '../../policy/headers/header-name.js';
import type { Exchange, ExchangeEnd } from '../streamable-http.js';

export interface StandingStreamOptions {
  /** Opens the GET; undefined when the policy refuses it now, which ends it. `lastEventId` goes along where there is one. */
  readonly open: (lastEventId: string | undefined) => Promise<Exchange | undefined>;
  readonly log: Log;
  readonly server: string;
}

export interface StandingStream {
  /** It has ended, and is not opened again. */
  readonly isOver: () => boolean;
  readonly close: () => void;
}

/** Pause before it is opened again: at first, and at most. */
const FIRST_PAUSE_MS = 250;
const LAST_PAUSE_MS = 10_000;
/** A server may ask for a longer one (`retry`), up to this. */
const LONGEST_ASKED_MS = 60_000;
/** A stream that lived this long was a good one. */
const GOOD_LIFE_MS = 10_000;

export function keepStandingStream({ open, log, server }: StandingStreamOptions): StandingStream {
  const closing = new AbortController();
  const { signal } = closing;
  let current: Exchange | undefined;
  let wake: () => void = () => undefined;

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const keep = async (): Promise<void> => {
    let pauseMs = FIRST_PAUSE_MS;
    let lastEventId: string | undefined;
    while (!signal.aborted) {
      const start = performance.now();
      current = await open(lastEventId);
      if (signal.aborted) current?.abort();
      if (current === undefined) return;
      const end = await current.end;
      if (!isPassing(end)) return;
      const position = 'stream' in end ? end.stream : undefined;
      lastEventId = resumable(position?.lastEventId) ?? lastEventId;
      if (performance.now() - start > GOOD_LIFE_MS) pauseMs = FIRST_PAUSE_MS;
      pauseMs = Math.max(pauseMs, Math.min(position?.retryMs ?? 0, LONGEST_ASKED_MS));
      log.debug('the standing stream of the upstream ended', { server });
      if (signal.aborted) return;
      await pause(pauseMs);
      pauseMs = Math.min(pauseMs * 2, Math.max(LAST_PAUSE_MS, pauseMs));
    }
  };
  let over = false;
  keep()
    .catch((error: unknown) => log.error('the standing stream failed', { server, cause: String(error) }))
    .finally(() => {
      over = true;
    });

  return {
    isOver: () => over,
    close: () => {
      closing.abort();
      current?.abort();
      wake();
    },
  };
}

/** 405 means that this server says nothing unasked; 429 and 5xx pass; any other refusal would only be repeated. */
function isPassing(end: ExchangeEnd): boolean {
  if (end.kind === 'refused') return end.head.status === 429 || end.head.status >= 500;
  return end.kind === 'complete' || end.kind === 'failed';
}

function resumable(id: string | undefined): string | undefined {
  return id !== undefined && id.length <= 1024 && isHeaderValue(id) ? id : undefined;
}
