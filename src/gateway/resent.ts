// One exchange that stands for several, one after the other: how the first ended decides whether another follows.
import type { Exchange, ExchangeEnd } from './streamable-http.js';

/**
 * @param again the next exchange; undefined: that was the last one, and its end is the end of all. A rejection ends it, too.
 */
export function resent(
  first: Exchange,
  again: (ended: ExchangeEnd) => Promise<Exchange | undefined> | undefined,
): Exchange {
  let current = first;
  let isAborted = false;
  let giveUp: (() => void) | undefined;
  const follow = (exchange: Exchange): Promise<ExchangeEnd> =>
    exchange.end.then((ended) => {
      if (isAborted || ended.kind === 'aborted') return ABORTED;
      const next = again(ended);
      return next === undefined ? ended : goOn(ended, next);
    });
  const goOn = async (ended: ExchangeEnd, asked: Promise<Exchange | undefined>): Promise<ExchangeEnd> => {
    const givenUp = new Promise<undefined>((resolve) => {
      giveUp = () => resolve(undefined);
    });
    const coming = asked.catch(() => undefined);
    const next = await Promise.race([coming, givenUp]);
    if (isAborted) {
      // It was given up while the next one was on its way.
      void coming.then((late) => late?.abort());
      return ABORTED;
    }
    if (next === undefined) return ended;
    current = next;
    return follow(next);
  };
  return {
    end: follow(first),
    abort: () => {
      isAborted = true;
      current.abort();
      giveUp?.();
    },
  };
}

/** Stands for what was not sent. */
export function endedExchange(end: ExchangeEnd): Exchange {
  return { end: Promise.resolve(end), abort: () => undefined };
}

const ABORTED: ExchangeEnd = { kind: 'aborted' };
