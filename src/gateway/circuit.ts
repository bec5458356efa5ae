// Whether an upstream is known to be down: after 5 failures in 30 s, with no answer between them, it is left alone for 10 s
// and requests fail at once; then one goes as a trial, whose answer closes the circuit and whose failure opens it again
// (spec: serve, "Upstream down"). A request counts once, however often it was tried; one that was given up says nothing.
import { systemCode } from '../errors.js';
import type { Log } from '../log.js';
import { rpcErrorIn } from './json-rpc.js';
import type { AnswerHead, Exchange, ExchangeEnd } from './streamable-http.js';

const FAILURES = 5;
const WINDOW_MS = 30_000;
const OPEN_MS = 10_000;

export interface CircuitOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: Log;
  readonly server: string;
}

/** Why a request was not even tried. */
export class CircuitOpen extends Error {
  /** When the next one is. */
  readonly retryAfterMs: number;

  constructor(message: string, retryAfterMs: number) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

export interface GuardedExchange {
  readonly onHead: ((head: AnswerHead) => void) | undefined;
  /** What a failure is called, in one sentence. */
  readonly inWords: (ended: WithoutAnswer) => string;
  /** `mayTry`: the server is not known to be down since this was begun. */
  readonly send: (onHead: (head: AnswerHead) => void, mayTry: () => boolean) => Exchange;
}

type WithoutAnswer = Exclude<ExchangeEnd, { readonly kind: 'aborted' }>;

/** A circuit that has opened. */
interface Down {
  readonly sinceMs: number;
  readonly why: string;
  untilMs: number;
}

/** A class because it owns what is known of the server. */
export class Circuit {
  readonly #options: CircuitOptions;
  #failures: readonly number[] = [];
  #down: Down | undefined;
  /** The request that goes although the server was down a moment ago. */
  #trial: { readonly beganMs: number } | undefined;

  constructor(options: CircuitOptions) {
    this.#options = options;
  }

  /** Sends, or ends at once. */
  exchange({ onHead, inWords, send }: GuardedExchange): Exchange {
    const nowMs = this.#options.now();
    const closed = this.#refusal(nowMs);
    if (closed !== undefined) {
      const end: ExchangeEnd = { kind: 'failed', error: closed, maySent: false, stream: undefined };
      return { end: Promise.resolve(end), abort: () => undefined };
    }
    const own = this.#down === undefined ? undefined : { beganMs: nowMs };
    this.#trial = own ?? this.#trial;
    const isTrial = (): boolean => own !== undefined && this.#trial === own;
    let isJudged = false;
    const exchange = send(
      (head) => {
        if (head.status < 500) {
          isJudged = true;
          this.#answered();
        }
        onHead?.(head);
      },
      () => this.#down === undefined || isTrial(),
    );
    void exchange.end.then((ended) => {
      if (isJudged) return;
      if (isFailure(ended)) this.#failed(inWords(ended), isTrial());
      else if (isAnswer(ended)) this.#answered();
      // It says nothing of the server: another one may be the trial.
      else if (isTrial()) this.#trial = undefined;
    });
    return exchange;
  }

  #refusal(nowMs: number): CircuitOpen | undefined {
    const down = this.#down;
    if (down === undefined) return undefined;
    const { sinceMs, why } = down;
    // A trial that says nothing for so long makes way for another. A clock that was set back ends the waiting.
    const trialUntilMs = this.#trial === undefined ? 0 : this.#trial.beganMs + OPEN_MS;
    const leftMs = Math.max(down.untilMs, trialUntilMs) - nowMs;
    if (leftMs <= 0 || leftMs > OPEN_MS) return undefined;
    return new CircuitOpen(
      `is known to be down since ${new Date(sinceMs).toISOString()}: ${why}; it is tried again in ${Math.ceil(leftMs / 1_000)} s`,
      leftMs,
    );
  }

  #answered(): void {
    this.#failures = [];
    this.#trial = undefined;
    if (this.#down === undefined) return;
    this.#down = undefined;
    const { log, server } = this.#options;
    log.info('the upstream answers again', { server });
  }

  #failed(why: string, isTrial: boolean): void {
    const { now, log, server } = this.#options;
    const nowMs = now();
    if (this.#down !== undefined) {
      // Those that were under way when it opened tell nothing new.
      if (!isTrial) return;
      this.#trial = undefined;
      this.#down.untilMs = nowMs + OPEN_MS;
      return;
    }
    this.#failures = [...this.#failures.filter((at) => at <= nowMs && at > nowMs - WINDOW_MS), nowMs];
    if (this.#failures.length < FAILURES) return;
    const [sinceMs = nowMs] = this.#failures;
    this.#failures = [];
    this.#down = { sinceMs, why, untilMs: nowMs + OPEN_MS };
    log.warn('the upstream is down: requests fail at once until it answers again', { server, why });
  }
}

/** Of the server, or of the way to it: no answer at all, or a 5xx that is no JSON-RPC answer. */
function isFailure(ended: ExchangeEnd): ended is Extract<ExchangeEnd, { readonly kind: 'failed' | 'refused' }> {
  if (ended.kind === 'failed') return !OF_THIS_MACHINE.has(systemCode(ended.error) ?? '');
  return ended.kind === 'refused' && ended.head.status >= 500 && rpcErrorIn(ended.body) === undefined;
}

/** A request that cannot be written, or nothing left to write it with: it says nothing of the server. */
const OF_THIS_MACHINE: ReadonlySet<string> = new Set(['UND_ERR_INVALID_ARG', 'EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM']);

function isAnswer({ kind }: ExchangeEnd): boolean {
  return kind === 'refused' || kind === 'complete' || kind === 'unusable';
}
