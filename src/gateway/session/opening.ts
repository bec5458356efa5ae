// The opening of a session over whichever HTTP transport the server speaks: `initialize` is POSTed and, where nobody has
// stated the transport and the server refuses it as one of HTTP+SSE does, said once more over that (MCP 2025-11-25,
// "Backwards Compatibility"). What is refused like that has not run.
import type { Log } from '../../log.js';
import type { PassOn } from '../call.js';
import type { LegacyRequest, LegacyStream } from '../legacy/legacy-sse.js';
import {
  INTERNAL_ERROR,
  INVALID_PARAMS,
  INVALID_REQUEST,
  METHOD_NOT_FOUND,
  PARSE_ERROR,
  rpcErrorIn,
} from '../json-rpc.js';
import { resent } from '../resent.js';
import { MODERN_ERRORS } from '../revisions/upstream-era.js';
import type { Exchange, ExchangeEnd } from '../streamable-http.js';
import type { Upstream } from '../upstream.js';

export interface OpeningOptions {
  readonly upstream: Upstream;
  readonly log: Log;
  /** The `initialize`. */
  readonly request: LegacyRequest;
  /** Sends it over Streamable HTTP. */
  readonly post: () => Exchange;
  readonly passOn: PassOn;
  /** Takes the stream that is the session from now on. */
  readonly onLegacy: (stream: LegacyStream) => void;
}

/** How long a server that is said to speak HTTP+SSE may take, and one that perhaps does. */
const STATED_TIMEOUT_MS = 30_000;
const GUESSED_TIMEOUT_MS = 10_000;

export function openSession({ upstream, log, request, post, passOn, onLegacy }: OpeningOptions): Exchange {
  const { transport } = upstream;
  const known = transport.known();
  let isAborted = false;
  let isSecond = false;
  let opening: LegacyStream | undefined;

  const open = async (endpointTimeoutMs: number): Promise<LegacyStream | undefined> => {
    const { openLegacyStream } = await import('../legacy/legacy-sse.js');
    if (isAborted) return undefined;
    const { policy, isOpen = () => !isAborted, onWaiting = () => undefined } = request;
    return openLegacyStream({ upstream, log, policy, isOpen, onWaiting, passOn, endpointTimeoutMs });
  };
  const sayOverLegacy = (stream: LegacyStream): Exchange => {
    onLegacy(stream);
    return stream.send(request);
  };
  const overKnownLegacy = async (): Promise<Exchange | undefined> => {
    const stream = await open(STATED_TIMEOUT_MS);
    // What answers otherwise now is another server: it is asked anew what it speaks.
    void stream?.opened.then((it) => {
      if (it.kind === 'failed' && it.end.kind !== 'failed' && !isAboutAccess(it.end)) transport.doubt();
    });
    return stream && sayOverLegacy(stream);
  };
  const overPerhapsLegacy = async (): Promise<Exchange | undefined> => {
    opening = await open(GUESSED_TIMEOUT_MS);
    const opened = await opening?.opened;
    const stream = opening;
    opening = undefined;
    if (stream === undefined || opened === undefined || isAborted) {
      stream?.close();
      return undefined;
    }
    if (opened.kind === 'open') {
      transport.found('sse');
      log.info('the upstream speaks the old HTTP+SSE transport alone', { server: upstream.name });
      return sayOverLegacy(stream);
    }
    // The refusal says more; but a login may be asked for at the stream alone.
    return opened.isLegacy || isAboutAccess(opened.end) ? sayOverLegacy(stream) : undefined;
  };

  const exchange = resent(known === 'sse' ? NOTHING_SENT : post(), async (ended) => {
    if (isSecond) return undefined;
    isSecond = true;
    if (known === 'sse') return overKnownLegacy();
    return known === undefined && isRefusedAsByLegacy(ended) ? overPerhapsLegacy() : undefined;
  });
  return {
    end: exchange.end,
    abort: () => {
      isAborted = true;
      opening?.close();
      exchange.abort();
    },
  };
}

const NOTHING_SENT: Exchange = {
  end: Promise.resolve({
    kind: 'failed',
    error: new Error('the session could not be opened'),
    maySent: false,
    stream: undefined,
  }),
  abort: () => undefined,
};

const REFUSALS: ReadonlySet<number> = new Set([400, 404, 405]);

/** Errors that only a server gives which has read the message: it speaks Streamable HTTP. */
const READ_ERRORS: ReadonlySet<number> = new Set([
  ...MODERN_ERRORS,
  PARSE_ERROR,
  INVALID_REQUEST,
  METHOD_NOT_FOUND,
  INVALID_PARAMS,
  INTERNAL_ERROR,
]);

function isRefusedAsByLegacy(ended: ExchangeEnd): boolean {
  if (ended.kind !== 'refused' || !REFUSALS.has(ended.head.status)) return false;
  const error = rpcErrorIn(ended.body);
  return error === undefined || !READ_ERRORS.has(error.code);
}

function isAboutAccess(end: ExchangeEnd): boolean {
  return end.kind === 'withheld' || (end.kind === 'refused' && (end.head.status === 401 || end.head.status === 403));
}
