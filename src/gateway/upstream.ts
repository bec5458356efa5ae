// One remote server: its connections and path, whether it is known to be down, and how an exchange that brought no answer
// is put into words for the host.
import { systemCode } from '../errors.js';
import type { Host } from '../host.js';
import type { Log } from '../log.js';
import { keepConnections } from '../net/connections.js';
import { openPool, type Connector } from '../net/pool.js';
import { whyUnreachable } from '../net/why-unreachable.js';
import type { ServerPolicy } from '../policy/model.js';
import { redact } from '../secret/redact.js';
import { MASK } from '../secret/secret.js';
import { createBodyRoom } from './body-room.js';
import { Circuit, CircuitOpen } from './circuit.js';
import { INTERNAL_ERROR, rpcErrorIn, type RpcError } from './json-rpc.js';
import { repeated, type Repeat } from './repeat.js';
import { retryAfterMs } from './retry-after.js';
import { createSlots, type Slots } from './slots.js';
import { createToolHints, type ToolHints } from './tools/tool-hints.js';
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
  readonly host: Pick<Host, 'now' | 'randomBytes' | 'network'>;
  readonly log: Log;
}

export interface Upstream {
  /** The server's name in the configuration. */
  readonly name: string;
  /** Host and port, for messages; masked when they came from a secret reference. */
  readonly authority: string;
  /** Turns for requests. */
  readonly slots: Slots;
  /** What it has said of its tools. */
  readonly hints: ToolHints;
  readonly now: () => number;
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
  /** When a POST is sent once more by itself. By default when it cannot have run. */
  readonly repeat?: Repeat;
  /** A stream that breaks off after an event with an id is somebody else's to take up. */
  readonly isResumed?: boolean;
  /** Told of what is waited for before it is sent once more: perhaps a person. */
  readonly onWaiting?: ((work: Promise<unknown>) => void) | undefined;
}

/** Requests under way at one upstream at a time, each on a connection of its own. */
const REQUESTS_AT_ONCE = 128;
/** Of JSON answers that are not whole yet, beside the one that is read beyond this. */
const BODY_ROOM_BYTES = 8 * 1024 * 1024;

export function openUpstream(options: UpstreamOptions): Upstream {
  const { name, url, isUrlSecret, transport = 'auto', access, connect, hold, host: world, log } = options;
  const { now } = world;
  const { origin, pathname, search, host } = new URL(url);
  const path = pathname + search;
  const connections = keepConnections({ open: () => openPool(origin, connect), host: world });
  const room = createBodyRoom(BODY_ROOM_BYTES);
  const circuit = new Circuit({ now, log, server: name });
  const joined = createJoin();
  const sendOnce = (request: UpstreamRequest, onHead: UpstreamRequest['onHead']): Exchange => {
    // Member by member: spreading is most of what a call costs here (docs/decisions/0018).
    const send = (list: readonly string[], onOwnHead: UpstreamRequest['onHead']): Exchange =>
      exchange({
        pool: connections.current(),
        method: request.method,
        path: request.path ?? path,
        headers: joined(request.headers, list),
        body: request.body,
        onHead: onOwnHead,
        hold,
        room,
        onMessage: request.onMessage,
        onEndpoint: request.onEndpoint,
        ignoresBody: request.ignoresBody,
      });
    if (access === undefined) return send(request.policy.list, onHead);
    return authorizedExchange({
      policy: request.policy,
      source: access,
      server: name,
      isAwaited: request.isAwaited ?? request.method === 'POST',
      isOpen: request.isOpen,
      onWaiting: request.onWaiting,
      onHead,
      send,
    });
  };
  const upstream: Upstream = {
    name,
    authority: isUrlSecret ? MASK : host,
    slots: createSlots(REQUESTS_AT_ONCE),
    transport: createTransportChoice(transport),
    pathOf: (reference) => {
      const target = URL.canParse(reference, url) ? new URL(reference, url) : undefined;
      return target?.origin === origin ? target.pathname + target.search : undefined;
    },
    hints: createToolHints(),
    now,
    send: (request) => {
      // Streams that stand and the end of a session have a rhythm of their own, and prove nothing.
      if (request.method !== 'POST') return sendOnce(request, request.onHead);
      return circuit.exchange({
        onHead: request.onHead,
        inWords: (ended) => upstreamError(upstream, ended).message,
        send: (onHead, mayTry) =>
          repeated({
            repeat: request.repeat ?? 'if-not-run',
            isResumed: request.isResumed ?? false,
            mayTry: () => mayTry() && request.isOpen?.() !== false,
            host: world,
            onHead,
            send: (onAnyHead) => sendOnce(request, onAnyHead),
          }),
      });
    },
    close: () => connections.close(),
  };
  return upstream;
}

/** The two lists as one. That of the session and that of the policy are the same, call after call. */
function createJoin(): (own: readonly string[], policy: readonly string[]) => readonly string[] {
  let last = { own: NO_HEADERS, policy: NO_HEADERS, all: NO_HEADERS };
  return (own, policy) => {
    if (last.own !== own || last.policy !== policy) last = { own, policy, all: [...own, ...policy] };
    return last.all;
  };
}

const NO_HEADERS: readonly string[] = [];

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
      if (end.error instanceof CircuitOpen) {
        const { message: why, retryAfterMs: waitMs } = end.error;
        return failure(upstream, { why, reason: 'circuit-open', retryable: true, waitMs });
      }
      const code = systemCode(end.error);
      const detail = redact(whyUnreachable(end.error) ?? end.error.message);
      const why = end.maySent
        ? `broke the connection (${detail}): the request may have run`
        : `could not be reached (${detail})`;
      return failure(upstream, {
        why,
        reason: code ?? 'connection',
        retryable: !end.maySent || end.mayRepeat === true,
      });
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
              waitMs: retryAfterMs(end.head.retryAfter, upstream.now()),
            }));
  }
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
  /** What the server asks for before the next request. */
  readonly waitMs?: number | undefined;
}

function failure(upstream: Upstream, { why, reason, retryable, waitMs }: Failure): RpcError {
  return {
    code: INTERNAL_ERROR,
    message: `the upstream ${upstream.name} (${upstream.authority}) ${why}`,
    data: {
      server: upstream.name,
      reason,
      retryable,
      ...(waitMs === undefined ? {} : { retry_after_seconds: Math.ceil(waitMs / 1_000) }),
    },
  };
}
