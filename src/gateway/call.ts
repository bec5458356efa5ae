// One request of the host on its way: it ends in exactly one answer, or in none once the host has cancelled it.
// Whatever the upstream says before the answer (progress, logs, requests of its own) passes on the way.
import type { Log } from '../log.js';
import { errorText, INTERNAL_ERROR, isObject, type Params, type RequestId, type RpcError } from './json-rpc.js';
import type { AnswerHead, Exchange, ExchangeEnd } from './streamable-http.js';
import { upstreamError, type Upstream } from './upstream.js';

export interface CallOptions {
  readonly id: RequestId;
  readonly upstream: Upstream;
  /** Writes to the host. */
  readonly toHost: (text: string) => Promise<void> | undefined;
  readonly log: Log;
  /** Milliseconds without progress after which the call fails; undefined is no limit. */
  readonly timeoutMs: number | undefined;
  /** Whether the upstream may send requests of its own (2025-11-25) or not (2026-07-28). */
  readonly allowsServerRequests: boolean;
  /** Changes the result before it goes to the host. */
  readonly mapResult?: (result: Params) => Params;
  /** Gives the error for the host in place of the usual one. */
  readonly mapError?: (error: RpcError, end: ExchangeEnd | undefined) => RpcError;
  /** Told once when time is up, to tell the upstream. */
  readonly onTimeout?: () => void;
}

export interface CallHandlers {
  readonly onMessage: (text: string) => Promise<void> | undefined;
  readonly onHead?: (head: AnswerHead) => void;
}

export interface Call {
  /** Sends; `start` gets what the exchange reports to. Resolves when the host has its answer, or needs none any more. */
  readonly run: (start: (handlers: CallHandlers) => Exchange) => Promise<void>;
  /** Answers with an error, without (further) sending. */
  readonly fail: (error: RpcError) => void;
  /** The host wants no answer any more: late ones are dropped. True when something had been sent. */
  readonly cancel: () => boolean;
  /** Drops the connection. */
  readonly abort: () => void;
}

export function createCall(options: CallOptions): Call {
  const { id, upstream, toHost, log } = options;
  let state: 'open' | 'answered' | 'cancelled' = 'open';
  let sent: Exchange | undefined;
  let timer: NodeJS.Timeout | undefined;

  const answer = (text: string): Promise<void> | undefined => {
    if (state !== 'open') return undefined;
    state = 'answered';
    clearTimeout(timer);
    return toHost(text);
  };
  const fail = (error: RpcError, end?: ExchangeEnd): void => {
    void answer(errorText(id, options.mapError?.(error, end) ?? error));
  };
  const restartTimer = (): void => {
    if (options.timeoutMs === undefined) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (state !== 'open') return;
      options.onTimeout?.();
      fail({
        code: INTERNAL_ERROR,
        message: `the upstream ${upstream.name} sent nothing for ${options.timeoutMs} ms (timeout_ms)`,
        data: { server: upstream.name, reason: 'timeout', retryable: false },
      });
      sent?.abort();
    }, options.timeoutMs);
  };

  const onMessage = (text: string): Promise<void> | undefined => {
    if (state !== 'open') return undefined;
    const message = parse(text);
    if (message === undefined) {
      log.warn('dropped a message of the upstream that is not JSON-RPC', { server: upstream.name });
      return undefined;
    }
    if (message['method'] !== undefined) {
      if (Object.hasOwn(message, 'id') && !options.allowsServerRequests) {
        log.warn('dropped a request of the upstream: this revision has none', { server: upstream.name });
        return undefined;
      }
      if (message['method'] === 'notifications/progress') restartTimer();
      return toHost(oneLine(text, message));
    }
    if (message['id'] !== id) {
      log.warn('dropped an answer of the upstream to another request', { server: upstream.name });
      return undefined;
    }
    const { result, error } = message;
    if (options.mapResult !== undefined && isObject(result)) {
      return answer(JSON.stringify({ ...message, result: options.mapResult(result) }));
    }
    if (options.mapError !== undefined && isObject(error)) {
      // An upstream's error object: whatever members it has go back, mapped.
      return answer(errorText(id, options.mapError(error as unknown as RpcError, undefined)));
    }
    return answer(oneLine(text, message));
  };

  return {
    run: async (start) => {
      if (state !== 'open') return;
      restartTimer();
      sent = start({ onMessage });
      const end = await sent.end;
      if (state === 'open' && end.kind !== 'aborted') fail(upstreamError(upstream, end), end);
      clearTimeout(timer);
    },
    fail,
    cancel: () => {
      if (state === 'open') state = 'cancelled';
      clearTimeout(timer);
      return sent !== undefined;
    },
    abort: () => sent?.abort(),
  };
}

function parse(text: string): Params | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Passes messages that belong to no call, one line each; what is not JSON-RPC is dropped. */
export function toHostLine(toHost: CallOptions['toHost']): CallHandlers['onMessage'] {
  return (text) => {
    const message = parse(text);
    return message === undefined ? undefined : toHost(oneLine(text, message));
  };
}

/** The message as one line: as it came when it is one, since numbers and spelling then stay what they are. */
function oneLine(text: string, parsed: Params): string {
  return text.includes('\n') || text.includes('\r') ? JSON.stringify(parsed) : text;
}
