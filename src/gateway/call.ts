// One request of the host on its way: it ends in exactly one answer, or in none once the host has cancelled it.
// Whatever the upstream says before the answer (progress, logs, requests of its own) passes on the way.
import type { Log } from '../log.js';
import { withoutSecrets } from '../secret/redact.js';
import {
  errorText,
  INTERNAL_ERROR,
  isObject,
  isRpcError,
  type Params,
  type RequestId,
  type RpcError,
} from './json-rpc.js';
import { aboutRequest } from './about-request.js';
import type { Ending } from './enforce.js';
import type { AskingSession } from './session/server-requests.js';
import type { Exchange, ExchangeEnd } from './streamable-http.js';
import { upstreamError, type Upstream } from './upstream.js';

export interface CallOptions {
  readonly id: RequestId;
  readonly upstream: Upstream;
  /** Writes to the host. */
  readonly toHost: ToHost;
  readonly log: Log;
  /** Milliseconds without progress after which the call fails, counted from now; undefined is no limit. */
  readonly timeoutMs: number | undefined;
  /** Changes the result before it goes to the host. */
  readonly mapResult?: ((result: Params) => Params) | undefined;
  /** Gives the error for the host in place of the usual one. */
  readonly mapError?: ((error: RpcError) => RpcError) | undefined;
  /** Gives a result in place of an error that the gateway would answer with; undefined: the error it is. */
  readonly rescue?: ((error: RpcError) => Params | undefined) | undefined;
  /** Told once when time is up, to tell the upstream. */
  readonly onTimeout?: () => void;
}

/** What an exchange asks of its call before it sends once more. */
export interface Waiting {
  /** False once the host has its answer, or wants none. */
  readonly isOpen: () => boolean;
  /** The time of this is nobody's: a person may be asked. */
  readonly onWaiting: (work: Promise<unknown>) => void;
}

/** Writes one line. A promise: hold back until it resolves. */
export type ToHost = (text: string) => Promise<void> | undefined;

/** A result as it may go to the host, or the error that goes in its place. */
export type Screen = (answer: { readonly text: string; readonly result: unknown }) =>
  | {
      readonly text: string;
      /** Tools that it hides, or would hide in shadow mode. */
      readonly hidden?: number;
      /** In shadow mode: an error would have gone in its place. */
      readonly isLifted?: boolean;
    }
  | { readonly error: RpcError };

/** What becomes of what the upstream says. */
export interface Receive {
  /** Takes what is no answer. */
  readonly passOn: PassOn;
  /** Says what the host may see of a result: without it, all. */
  readonly screen?: Screen | undefined;
}

/** Takes a message of the upstream that answers nothing; parsed, where it was parsed before. */
export type PassOn = (text: string, message?: Params) => Promise<void> | undefined;

export interface Call {
  /**
   * Sends; `start` gets what the exchange reports to. Resolves when the host has its answer, or needs none any more.
   */
  readonly run: (start: (onMessage: ToHost, waiting: Waiting) => Exchange, receive: Receive) => Promise<void>;
  /** Answers with an error, without (further) sending. */
  readonly fail: (error: RpcError) => void;
  /** The host wants no answer any more: late ones are dropped. True when something had been sent. */
  readonly cancel: () => boolean;
  /** Drops the connection. */
  readonly abort: () => void;
  /** False once the host has its answer, or wants none. */
  readonly isOpen: () => boolean;
  /** Calls back once: when the host has its answer or wants none, or when `run` ends without. At once if that is so. */
  readonly onEnd: (listener: ((ending: Ending) => void) | undefined) => void;
}

/** How long a connection may stay open after its answer has come. */
const LINGER_MS = 1_000;
/** Of what an upstream says, in the log. */
const SHOWN_LENGTH = 256;

export function createCall(options: CallOptions): Call {
  return new HostCall(options);
}

/** A class because it owns the state of the request: there is one for each, and its parts are not made anew for each. */
class HostCall implements Call {
  readonly #options: CallOptions;
  #state: 'open' | 'answered' | 'cancelled' = 'open';
  #answered: { readonly text: string; readonly outcome: 'result' | 'error' } | undefined;
  #sent: Exchange | undefined;
  #receive: Receive | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Ends `run`. */
  #settle: (() => void) | undefined;
  #listener: ((ending: Ending) => void) | undefined;

  constructor(options: CallOptions) {
    this.#options = options;
    this.#restartTimer();
  }

  async run(start: (onMessage: ToHost, waiting: Waiting) => Exchange, receive: Receive): Promise<void> {
    if (this.#state !== 'open') return;
    this.#receive = receive;
    let breakOff!: (error: unknown) => void; // set by the Promise constructor, which runs its function at once
    const settled = new Promise<void>((resolve, reject) => {
      this.#settle = resolve;
      breakOff = reject;
    });
    const exchange = start((text) => this.#onMessage(text), {
      isOpen: () => this.isOpen(),
      onWaiting: (work) => this.#onWaiting(work),
    });
    this.#sent = exchange;
    let linger: NodeJS.Timeout | undefined;
    let hasEnded = false;
    // What an upstream refuses with may be nested too deep to be written: that fails this request, and nothing else.
    exchange.end
      .then((end: ExchangeEnd) => {
        hasEnded = true;
        clearTimeout(linger);
        if (end.kind !== 'aborted' && this.isOpen()) this.#failUpstream(upstreamError(this.#options.upstream, end));
        this.#settle?.();
      })
      .catch(breakOff);
    await settled;
    this.#tellEnd();
    // The answer is all that was asked for; a server that keeps the stream open keeps no connection and no id. One body
    // has ended by then.
    setImmediate(() => {
      if (!hasEnded) linger = setTimeout(() => exchange.abort(), LINGER_MS);
    });
  }

  fail(error: RpcError): void {
    if (this.#state !== 'open') return;
    const { id, mapError, rescue } = this.#options;
    const mapped = mapError?.(error) ?? error;
    const rescued = rescue?.(mapped);
    if (rescued === undefined) void this.#answer(errorText(id, mapped), 'error');
    else void this.#answer(JSON.stringify({ jsonrpc: '2.0', id, result: rescued }), 'result');
  }

  cancel(): boolean {
    if (this.#state === 'open') this.#close('cancelled');
    return this.#sent !== undefined;
  }

  abort(): void {
    this.#sent?.abort();
  }

  isOpen(): boolean {
    return this.#state === 'open';
  }

  onEnd(listener: ((ending: Ending) => void) | undefined): void {
    this.#listener = listener;
    if (this.#state !== 'open') this.#tellEnd();
  }

  #onMessage(text: string): Promise<void> | undefined {
    if (this.#state !== 'open') return undefined;
    const { id, upstream, log, mapResult, mapError } = this.#options;
    const message = parse(text);
    if (message === undefined || message['method'] !== undefined) {
      if (message?.['method'] === 'notifications/progress') this.#restartTimer();
      return this.#receive?.passOn(text, message);
    }
    const { result, error } = message;
    if (message['id'] !== id || Object.hasOwn(message, 'result') === isRpcError(error)) {
      log.warn('dropped an answer of the upstream that answers nothing that was asked', { server: upstream.name });
      return undefined;
    }
    const screen = this.#receive?.screen;
    if (screen !== undefined && !isRpcError(error)) {
      // Before it is cut: what is put together anew is slow to look through. No screen adds a line.
      const screened = screen({ text: oneLine(text), result });
      return 'error' in screened
        ? this.#answer(errorText(id, screened.error), 'error')
        : this.#answer(screened.text, 'result');
    }
    if (mapResult !== undefined && isObject(result)) {
      return this.#answer(JSON.stringify({ ...message, result: mapResult(result) }), 'result');
    }
    if (mapError !== undefined && isRpcError(error)) {
      return this.#answer(errorText(id, mapError(error)), 'error');
    }
    return this.#answer(oneLine(text), isRpcError(error) ? 'error' : 'result');
  }

  #answer(text: string, outcome: 'result' | 'error'): Promise<void> | undefined {
    if (this.#state !== 'open') return undefined;
    this.#answered = { text, outcome };
    this.#close('answered');
    return this.#options.toHost(text);
  }

  #close(outcome: 'answered' | 'cancelled'): void {
    this.#state = outcome;
    clearTimeout(this.#timer);
    this.#settle?.();
    this.#tellEnd();
  }

  #tellEnd(): void {
    const told = this.#listener;
    this.#listener = undefined;
    const answered = this.#answered;
    told?.({
      outcome: answered?.outcome ?? (this.#state === 'cancelled' ? 'cancelled' : 'none'),
      answerBytes: answered === undefined ? 0 : Buffer.byteLength(answered.text),
    });
  }

  #restartTimer(): void {
    const { timeoutMs, upstream, onTimeout } = this.#options;
    if (timeoutMs === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#sent !== undefined) onTimeout?.();
      this.fail({
        code: INTERNAL_ERROR,
        message: `the upstream ${upstream.name} sent nothing for ${timeoutMs} ms (timeout_ms)`,
        data: { server: upstream.name, reason: 'timeout', retryable: false },
      });
      this.#sent?.abort();
    }, timeoutMs);
  }

  #failUpstream(error: RpcError): void {
    const { id, log, upstream } = this.#options;
    aboutRequest(log, id).warn('a request failed at the upstream', {
      server: upstream.name,
      // In this order: half a secret would not be known for one.
      why: withoutSecrets(error.message).slice(0, SHOWN_LENGTH),
    });
    this.fail(error);
  }

  #onWaiting(work: Promise<unknown>): void {
    clearTimeout(this.#timer);
    const goOn = (): void => {
      if (this.#state === 'open') this.#restartTimer();
    };
    work.then(goOn, goOn);
  }
}

export interface PassOptions {
  readonly toHost: ToHost;
  readonly log: Log;
  readonly server: string;
  /** Who answers for the server's own requests; undefined where the revision has none. */
  readonly asking: AskingSession | undefined;
  /** The upstream says that its list of tools is another one now. */
  readonly onToolsChanged: () => void;
}

/** Passes what belongs to no call: notifications and, where the revision has them, requests of the server. Answers and
 * what is not JSON-RPC are dropped, since nothing of the host waits for them. */
export function passMessages({ toHost, log, server, asking, onToolsChanged }: PassOptions): PassOn {
  return (text, message = parse(text)) => {
    if (typeof message?.['method'] === 'string') {
      const isRequest = Object.hasOwn(message, 'id');
      if (!isRequest && message['method'] === 'notifications/tools/list_changed') onToolsChanged();
      if (!isRequest) {
        const told = asking === undefined ? text : asking.tells(text, message);
        return told === undefined ? undefined : toHost(oneLine(told));
      }
      if (asking !== undefined) return toHost(oneLine(asking.asks(text, message)));
    }
    log.warn('dropped a message of the upstream that has no place here', { server });
    return undefined;
  };
}

function parse(text: string): Params | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && value['jsonrpc'] === '2.0' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The message as one line and otherwise as it came: in JSON a line break can only stand between two tokens. */
function oneLine(text: string): string {
  return text.includes('\n') || text.includes('\r') ? text.replace(/[\r\n]+/g, ' ') : text;
}
