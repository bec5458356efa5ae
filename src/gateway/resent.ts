// One exchange that stands for several, one after the other: how the first ended decides whether another follows.
import type { Exchange, ExchangeEnd } from './streamable-http.js';

/**
 * @param again the next exchange; undefined: that was the last one, and its end is the end of all. A rejection ends it, too.
 */
export function resent(first: Exchange, again: (ended: ExchangeEnd) => Promise<Exchange | undefined>): Exchange {
  let current = first;
  let isAborted = false;
  let abort: () => void = () => undefined;
  const aborted = new Promise<ExchangeEnd>((resolve) => {
    abort = () => {
      isAborted = true;
      current.abort();
      resolve({ kind: 'aborted' });
    };
  });
  const run = async (): Promise<ExchangeEnd> => {
    for (;;) {
      const ended = await current.end;
      if (isAborted || ended.kind === 'aborted') return ended;
      const next = await again(ended).catch(() => undefined);
      if (next === undefined) return ended;
      current = next;
      // It was given up while the next one was on its way.
      if (isAborted) next.abort();
    }
  };
  return { end: Promise.race([run(), aborted]), abort };
}
