// One exchange with a server that is not trusted to behave, under one deadline. What a network does is a value, and
// whatever the exchange still holds open at its end is closed.
import { shownOrigin } from './fetchable-url.js';
import { whyUnreachable } from './why-unreachable.js';

export interface NotReached {
  readonly failure: 'timeout' | 'unreachable';
  /** One clause: "https://… did not answer within 5 s". */
  readonly message: string;
}

export interface Exchange<T> {
  readonly url: URL;
  /** For everything from connecting to the last byte. */
  readonly timeoutMs: number;
  readonly work: (signal: AbortSignal) => Promise<T>;
}

/** Never throws for what a network or a server does. */
export async function withinDeadline<T>({ url, timeoutMs, work }: Exchange<T>): Promise<T | NotReached> {
  const exchange = new AbortController();
  let isLate = false;
  const deadline = setTimeout(() => {
    isLate = true;
    exchange.abort();
  }, timeoutMs);
  try {
    return await work(exchange.signal);
  } catch (error) {
    const origin = shownOrigin(url);
    return isLate
      ? { failure: 'timeout', message: `${origin} did not answer within ${timeoutMs / 1000} s` }
      : {
          failure: 'unreachable',
          message: `${origin} could not be reached (${whyUnreachable(error) ?? 'connection failed'})`,
        };
  } finally {
    clearTimeout(deadline);
    exchange.abort();
  }
}
