// Whether a POST that brought no answer is sent once more by itself (spec: serve, "Keeping it working"). What may have run
// is repeated only where that does no harm; `pauseBefore` is this table:
//
//   how it ended                                         has it run   repeated
//   ---------------------------------------------------  -----------  -------------------------------------------------
//   not sent: refused, no route, no name, no connection  no           any request, up to 3 times within 2 s
//   429 or 503 with Retry-After up to 10 s               no           any request, up to 2 times, after that time
//   429 or 503 with a longer one; 429 without            no           none: the host is told how long
//   sent, then the connection broke (before or within    perhaps      what `harmless` says, once; never while the stream
//     the answer)                                                       can be resumed (2025-11-25)
//   502, 503, 504 without Retry-After and without a      perhaps      what `harmless` says, once
//     JSON-RPC error in it
//   any other answer; an answer without a result         yes          none
import { systemCode } from '../errors.js';
import type { Host } from '../host.js';
import { rpcErrorIn } from './json-rpc.js';
import { retryAfterMs } from './retry-after.js';
import type { AnswerHead, Exchange, ExchangeEnd } from './streamable-http.js';

/** `harmless`: to run twice is the same as to run once. */
export type Repeat = 'never' | 'if-not-run' | 'harmless';

export interface RepeatedExchange {
  readonly repeat: Repeat;
  /** A stream that breaks off after an event with an id is taken up by somebody else. */
  readonly isResumed: boolean;
  /** Asked before it is sent once more: whether anybody waits for it still, and the server is not known to be down. */
  readonly mayTry: () => boolean;
  readonly host: Pick<Host, 'now' | 'randomBytes'>;
  /** Told of the head that counts: not of one that is followed by another attempt. */
  readonly onHead: (head: AnswerHead) => void;
  readonly send: (onHead: (head: AnswerHead) => void) => Exchange;
}

/** What was tried before, by reason, and how long ago the first attempt that could not be sent began. */
export interface Attempts {
  readonly unsent: number;
  readonly postponed: number;
  readonly broken: number;
  readonly unsentForMs: number;
}

export interface Again {
  readonly reason: 'unsent' | 'postponed' | 'broken';
  readonly pauseMs: number;
}

/** Together less than what requests get at the end of the session (2 s): the host hears why they failed. */
const UNSENT_PAUSES_MS = [200, 400, 800] as const;
/** In all, the attempts themselves included. */
const UNSENT_BUDGET_MS = 2_000;
const POSTPONED_AT_MOST = 2;
/** A longer wait is the host's business. */
const LONGEST_POSTPONED_MS = 10_000;
const SHORTEST_POSTPONED_MS = 100;
/** The other connections that died with this one are known to be dead then. */
const BROKEN_PAUSE_MS = 100;

export function repeated(options: RepeatedExchange): Exchange {
  const { repeat, mayTry, onHead, send } = options;
  let isAborted = false;
  let held: AnswerHead | undefined;
  let wake: () => void = () => undefined;
  const sendHeld = (): Exchange =>
    send((head) => {
      if (head.status < 400) onHead(head);
      else held = head;
    });
  const pause = (pauseMs: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, jittered(pauseMs, options.host));
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  let began = performance.now();
  let current = sendHeld();

  const goOn = async (first: ExchangeEnd): Promise<ExchangeEnd> => {
    const attempts = { unsent: 0, postponed: 0, broken: 0 };
    let unsentSince = began;
    for (let ended = first; ; ended = await current.end) {
      if (isAborted) return { kind: 'aborted' };
      if (attempts.unsent === 0) unsentSince = began;
      const unsentForMs = performance.now() - unsentSince;
      const again = pauseBefore({
        ...options,
        ended,
        nowMs: options.host.now(),
        attempts: { ...attempts, unsentForMs },
      });
      if (again !== undefined && mayTry()) {
        attempts[again.reason]++;
        await pause(again.pauseMs);
        // Given up meanwhile: what has not run does not run any more.
        if (isAborted) return { kind: 'aborted' };
        if (mayTry()) {
          held = undefined;
          began = performance.now();
          current = sendHeld();
          continue;
        }
      }
      if (held !== undefined) onHead(held);
      return repeat === 'harmless' && ended.kind === 'failed' ? { ...ended, mayRepeat: true } : ended;
    }
  };
  return {
    end: current.end.then((ended) => (ended.kind === 'complete' ? ended : goOn(ended))),
    abort: () => {
      isAborted = true;
      current.abort();
      wake();
    },
  };
}

/** A fifth more at most, so that those who failed at once do not come back at once. Never less: a server has said when. */
function jittered(pauseMs: number, { randomBytes }: Pick<Host, 'randomBytes'>): number {
  const [byte = 0] = randomBytes(1);
  return pauseMs * (1 + byte / 1_280);
}

export interface Outcome extends Pick<RepeatedExchange, 'repeat' | 'isResumed'> {
  readonly ended: ExchangeEnd;
  readonly nowMs: number;
  readonly attempts: Attempts;
}

/** The table above. Undefined: that was the last attempt. */
export function pauseBefore({ ended, repeat, isResumed, nowMs, attempts }: Outcome): Again | undefined {
  if (repeat === 'never') return undefined;
  if (ended.kind === 'failed' && !ended.maySent) {
    const pauseMs = UNSENT_PAUSES_MS[attempts.unsent];
    if (pauseMs === undefined || attempts.unsentForMs + pauseMs > UNSENT_BUDGET_MS) return undefined;
    return PASSING.has(systemCode(ended.error) ?? '') ? { reason: 'unsent', pauseMs } : undefined;
  }
  const waitMs = isPostponed(ended) ? retryAfterMs(ended.head.retryAfter, nowMs) : undefined;
  if (waitMs !== undefined) {
    if (waitMs > LONGEST_POSTPONED_MS || attempts.postponed >= POSTPONED_AT_MOST) return undefined;
    return { reason: 'postponed', pauseMs: Math.max(waitMs, SHORTEST_POSTPONED_MS) };
  }
  if (repeat !== 'harmless' || attempts.broken > 0 || !isBroken(ended, isResumed)) return undefined;
  return { reason: 'broken', pauseMs: BROKEN_PAUSE_MS };
}

function isPostponed(ended: ExchangeEnd): ended is Extract<ExchangeEnd, { readonly kind: 'refused' }> {
  return ended.kind === 'refused' && (ended.head.status === 429 || ended.head.status === 503);
}

function isBroken(ended: ExchangeEnd, isResumed: boolean): boolean {
  if (ended.kind === 'failed') return !isResumed || ended.stream?.lastEventId === undefined;
  return ended.kind === 'refused' && BETWEEN.has(ended.head.status) && rpcErrorIn(ended.body) === undefined;
}

/** Said by what stands between, or by a server that is not itself. */
const BETWEEN: ReadonlySet<number> = new Set([502, 503, 504]);

/** Why a connection did not come up that may come up in a moment. A certificate that is not good stays so. */
const PASSING: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ENETRESET',
  'EADDRNOTAVAIL',
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
]);
