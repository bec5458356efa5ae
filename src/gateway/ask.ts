// A request of the gateway's own to an upstream, asked on behalf of a caller: one answer, or why there is none.
import type { Waiting } from './call.js';
import { INTERNAL_ERROR, isObject, isRpcError, type Params, type RpcError } from './json-rpc.js';
import type { Exchange } from './streamable-http.js';
import { upstreamError, type Upstream } from './upstream.js';

export interface Question {
  readonly upstream: Upstream;
  /** Of the request. No host's own begins like the gateway's: `mcpgw:`. */
  readonly id: string;
  readonly send: (onMessage: (text: string) => Promise<void> | undefined, waiting: Waiting) => Exchange;
  /** Takes what the upstream says beside the answer. */
  readonly passOn: (text: string) => Promise<void> | undefined;
  readonly timeoutMs: number;
  /** Gives up; what is asked then ends as when time is up. */
  readonly signal?: AbortSignal;
  /** One clause for the host, when time is up: "did not list its tools in time". */
  readonly late: string;
}

export type Answer = { readonly result: Params } | { readonly error: RpcError };

/** How long a connection may stay open after its answer has come. */
const LINGER_MS = 1_000;

/** Never rejects. What the server still sends after the answer is not waited for. */
export function ask({ upstream, id, send, passOn, timeoutMs, signal, late }: Question): Promise<Answer> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const start = (): void => {
      timer = setTimeout(() => exchange.abort(), timeoutMs);
    };
    let isOver = false;
    let isAnswered = false;
    // The time of a person is not that of the upstream.
    const onWaiting = (work: Promise<unknown>): void => {
      clearTimeout(timer);
      const goOn = (): void => {
        if (!isOver) start();
      };
      work.then(goOn, goOn);
    };
    const onMessage = (text: string): Promise<void> | undefined => {
      const answer = answerTo(id, text);
      if (answer === undefined) return passOn(text);
      resolve(answer);
      isAnswered = true;
      clearTimeout(timer);
      timer = setTimeout(() => exchange.abort(), LINGER_MS);
      return undefined;
    };
    const exchange = send(onMessage, { isOpen: () => !isAnswered, onWaiting });
    start();
    signal?.addEventListener('abort', exchange.abort, { once: true });
    void exchange.end.then((ended) => {
      isOver = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', exchange.abort);
      resolve({ error: ended.kind === 'aborted' ? tooLate(upstream.name, late) : upstreamError(upstream, ended) });
    });
  });
}

function answerTo(id: string, text: string): Answer | undefined {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(message) || message['id'] !== id || message['method'] !== undefined) return undefined;
  const { result, error } = message;
  if (isObject(result)) return { result };
  return isRpcError(error) ? { error } : undefined;
}

function tooLate(server: string, late: string): RpcError {
  return {
    code: INTERNAL_ERROR,
    message: `the upstream ${server} ${late}`,
    data: { server, reason: 'timeout', retryable: true },
  };
}
