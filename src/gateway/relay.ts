// What the two relays have in common: what they are given, what they can do, and how the gateway names itself.
import type { Log } from '../log.js';
import type { Enforcer, Judged } from './enforce.js';
import type { Call } from './call.js';
import {
  INTERNAL_ERROR,
  INVALID_REQUEST,
  isObject,
  type Params,
  type RequestId,
  type RpcError,
  type RpcMessage,
} from './json-rpc.js';
import type { Upstream } from './upstream.js';

export interface RelayOptions {
  readonly upstream: Upstream;
  readonly enforcer: Enforcer;
  /** Writes one line to the host. A promise: hold back until it resolves. */
  readonly toHost: (text: string) => Promise<void> | undefined;
  readonly log: Log;
  /** Milliseconds without progress after which a request fails; undefined is no limit. */
  readonly timeoutMs: number | undefined;
  /** The upstream's revision, where the user states it. */
  readonly protocol: 'auto' | '2025' | '2026';
  /** mcpgw's own version. */
  readonly version: string;
}

export interface Relay {
  /** Takes a message of the host. Never throws; requests get exactly one answer unless the host cancels them. */
  readonly handle: (message: RpcMessage) => void;
  /** Resolves when nothing is under way. */
  readonly idle: () => Promise<void>;
  /** Ends the session at the upstream; what is under way is answered with an error and dropped. */
  readonly close: () => Promise<void>;
}

/** The opening answer of the upstream, with the gateway named in its `_meta`: `serverInfo` stays the upstream's. */
export function bridged(result: Params, version: string): Params {
  const meta = isObject(result['_meta']) ? result['_meta'] : {};
  return { ...result, _meta: { ...meta, 'mcpgw.dev/gateway': { name: 'mcpgw', version } } };
}

export const ID_IN_USE: RpcError = {
  code: INVALID_REQUEST,
  message: 'a request with this id is still under way',
};

/** The work for a request. INVARIANT: where it fails, the request is answered all the same. */
export function answering(
  work: Promise<void>,
  { call, log }: { readonly call: Call; readonly log: Log },
): Promise<void> {
  return work.catch((error: unknown) => {
    log.error('a request failed inside the gateway', { cause: String(error) });
    call.fail({ code: INTERNAL_ERROR, message: 'the gateway failed on this request' });
  });
}

/** For requests that are still under way when the session ends. */
export function cutShort(server: string): RpcError {
  return {
    code: INTERNAL_ERROR,
    message: 'the session ended before the answer came',
    data: { server, reason: 'session-ended', retryable: false },
  };
}

/** What the upstream is told of a request that nobody waits for any more. */
export function timedOut(requestId: RequestId): Judged {
  const params = { requestId, reason: 'timeout' };
  return { text: JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params }) };
}

/** Waits for the work, but no longer than this. */
export async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, timeout]);
  clearTimeout(timer);
}
