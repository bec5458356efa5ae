// Gives the server a message that has no answer: a notification, or the host's answer to a request of the server.
import type { Log } from '../log.js';
import { within } from './relay.js';
import type { AnswerHead, Exchange } from './streamable-http.js';

export interface HandOverOptions {
  readonly send: (onHead: (head: AnswerHead) => void) => Exchange;
  readonly log: Log;
  readonly server: string;
}

/** How long a message that the server does not take holds back what follows it. */
const HANDOVER_MS = 1_000;
/** How long a server may take to take it. */
const PATIENCE_MS = 30_000;
/** How long a connection may stay open once it was taken. */
const LINGER_MS = 1_000;

/** Resolves when the server has taken it, or does not within a second: what follows goes on then. */
export async function handOverMessage({ send, log, server }: HandOverOptions): Promise<void> {
  let giveUp: NodeJS.Timeout | undefined;
  const exchange = send(() => {
    clearTimeout(giveUp);
    giveUp = setTimeout(() => exchange.abort(), LINGER_MS);
  });
  giveUp = setTimeout(() => exchange.abort(), PATIENCE_MS);
  const taken = exchange.end.then((ended) => {
    clearTimeout(giveUp);
    if (ended.kind === 'refused' || ended.kind === 'failed' || ended.kind === 'unusable' || ended.kind === 'withheld') {
      log.warn('the upstream did not take a notification', { server });
    }
  });
  await within(HANDOVER_MS, taken);
}
