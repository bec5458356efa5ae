// One remote server: its pool and path, and how an exchange that brought no answer is put into words for the host.
import { openPool, type Connector, type Dispatcher } from '../net/pool.js';
import { whyUnreachable } from '../net/why-unreachable.js';
import { systemCode } from '../errors.js';
import type { ServerPolicy } from '../policy/model.js';
import { redact } from '../secret/redact.js';
import { MASK } from '../secret/secret.js';
import { createBodyRoom } from './body-room.js';
import { INTERNAL_ERROR, isObject, type RpcError } from './json-rpc.js';
import { createSlots, type Slots } from './slots.js';
import { authorizedExchange, type PolicyHeaders, type UpstreamAccessSource } from './upstream-access.js';
import { createTransportChoice, type TransportChoice } from './transport-choice.js';
import { exchange, type Exchange, type ExchangeEnd, type ExchangeOptions } from './streamable-http.js';

export interface UpstreamOptions {
  readonly name: string;
  readonly url: string;
  /** No part of the URL is shown. */
  readonly isUrlSecret: boolean;
  /** Default: `auto`. */
  readonly transport?: ServerPolicy['transport'] | undefined;
  /** Undefined: what the policy gives a request is all that it has. */
  readonly access?: UpstreamAccessSource | undefined;
  /** How it is connected to; undefined: directly. */
  readonly connect?: Connector | undefined;
  /** A promise while the host cannot take more: answers wait in their sockets until it resolves. */
  readonly hold: () => Promise<void> | undefined;
}

export interface Upstream {
  /** The server's name in the configuration. */
  readonly name: string;
  /** Host and port, for messages; masked when they came from a secret reference. */
  readonly authority: string;
  /** Turns for requests. */
  readonly slots: Slots;
  readonly transport: TransportChoice;
  /** The path that a reference of the upstream leads to; undefined where that is at another origin. */
  readonly pathOf: (reference: string) => string | undefined;
  readonly send: (request: UpstreamRequest) => Exchange;
  /** Drops every connection. */
  readonly close: () => Promise<void>;
}

/** `headers` are the transport's own. */
export interface UpstreamRequest extends Omit<ExchangeOptions, 'pool' | 'path' | 'hold' | 'room'> {
  readonly policy: PolicyHeaders;
  /** Default: that of the url. */
  readonly path?: string | undefined;
  /** The host waits for the answer. Default: of a POST, it does. */
  readonly isAwaited?: boolean | undefined;
  /** Whether anybody waits for it still; else it is not sent once more. */
  readonly isOpen?: (() => boolean) | undefined;
  /** Told of what is waited for before it is sent once more: perhaps a person. */
  readonly onWaiting?: ((work: Promise<unknown>) => void) | undefined;
}

/** Requests under way at one upstream at a time, each on a connection of its own. */
const REQUESTS_AT_ONCE = 128;
/** Of JSON answers that are not whole yet, beside the one that is read beyond this. */
const BODY_ROOM_BYTES = 8 * 1024 * 1024;

export function openUpstream({
  name,
  url,
  isUrlSecret,
  transport = 'auto',
  access,
  connect,
  hold,
}: UpstreamOptions): Upstream {
  const { origin, pathname, search, host } = new URL(url);
  const path = pathname + search;
  let pool: Dispatcher | undefined;
  const room = createBodyRoom(BODY_ROOM_BYTES);
  return {
    name,
    authority: isUrlSecret ? MASK : host,
    slots: createSlots(REQUESTS_AT_ONCE),
    transport: createTransportChoice(transport),
    pathOf: (reference) => {
      const target = URL.canParse(reference, url) ? new URL(reference, url) : undefined;
      return target?.origin === origin ? target.pathname + target.search : undefined;
    },
    send: ({ policy, isOpen, onWaiting, isAwaited, ...request }) => {
      const sent = { ...request, pool: (pool ??= openPool(origin, connect)), path: request.path ?? path, hold, room };
      if (access === undefined) return exchange({ ...sent, headers: [...request.headers, ...policy.list] });
      return authorizedExchange({
        policy,
        source: access,
        server: name,
        isAwaited: isAwaited ?? request.method === 'POST',
        isOpen,
        onWaiting,
        onHead: request.onHead,
        send: (list, onHead) => exchange({ ...sent, headers: [...request.headers, ...list], onHead }),
      });
    },
    close: async () => {
      await pool?.destroy();
    },
  };
}

type WithoutAnswer = Exclude<ExchangeEnd, { readonly kind: 'aborted' }>;

/** The error that the host gets for a request whose exchange ended without its answer (spec: serve, code table). */
export function upstreamError(upstream: Upstream, end: WithoutAnswer): RpcError {
  switch (end.kind) {
    case 'withheld':
      return end.error;
    case 'complete':
      return failure(upstream, { why: 'ended its answer without a result', reason: 'no-result', retryable: false });
    case 'unusable':
      return failure(upstream, { why: `is not usable: ${end.reason}`, reason: 'not-mcp', retryable: false });
    case 'failed': {
      const code = systemCode(end.error);
      const why = end.maySent ? 'broke the connection' : 'could not be reached';
      const detail = redact(whyUnreachable(end.error) ?? end.error.message);
      return failure(upstream, { why: `${why} (${detail})`, reason: code ?? 'connection', retryable: !end.maySent });
    }
    case 'refused':
      return end.head.status === 401 || end.head.status === 403
        ? failure(upstream, {
            why: `refused the credentials (HTTP ${end.head.status}): check \`headers\` and \`user_identity_forwarding\` of the configuration`,
            reason: `http-${end.head.status}`,
            retryable: false,
          })
        : (rpcErrorIn(end.body) ??
            failure(upstream, {
              why: refusedInWords(end.head.status),
              reason: `http-${end.head.status}`,
              retryable: end.head.status === 429 || end.head.status === 503,
            }));
  }
}

/** The JSON-RPC error that a 4xx body holds, whatever its id: in one exchange there is only one request it can mean. */
export function rpcErrorIn(body: string): RpcError | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  const error = isObject(value) ? value['error'] : undefined;
  if (!isObject(error) || !Number.isInteger(error['code']) || typeof error['message'] !== 'string') return undefined;
  const { code, message, data } = error;
  return { code: code as number, message, ...(data === undefined ? {} : { data }) }; // isInteger has just said so
}

function refusedInWords(status: number): string {
  if (status >= 300 && status < 400) {
    return `redirects (HTTP ${status}), which is not followed: credentials would go along. Configure the final url`;
  }
  return `answered HTTP ${status}`;
}

interface Failure {
  readonly why: string;
  readonly reason: string;
  readonly retryable: boolean;
}

function failure(upstream: Upstream, { why, reason, retryable }: Failure): RpcError {
  return {
    code: INTERNAL_ERROR,
    message: `the upstream ${upstream.name} (${upstream.authority}) ${why}`,
    data: { server: upstream.name, reason, retryable },
  };
}
