// Which era does an upstream speak? Asks `server/discover`: a discover result or one of the modern errors means
// 2026-07-28, another 4xx or another JSON-RPC error means an earlier revision; 401, 403, 5xx and silence say nothing
// (spec: eras, "Which era is it?").
import {
  INTERNAL_ERROR,
  METHOD_NOT_FOUND,
  isObject,
  metaOf,
  rpcErrorIn,
  type Params,
  type RpcError,
} from '../json-rpc.js';
import { envelopeHeaders, POST_HEADERS } from '../outbound-headers.js';
import type { PolicyHeaders } from '../upstream-access.js';
import { upstreamError, type Upstream } from '../upstream.js';

/** The member of `_meta` that names the revision of a request (2026-07-28, "_meta"). */
export const VERSION_META_KEY = 'io.modelcontextprotocol/protocolVersion';

export type EraVerdict =
  | { readonly era: '2026' }
  /** An earlier revision: the error says so to the host. */
  | { readonly era: '2025'; readonly error: RpcError }
  /** It could not be found out now. */
  | { readonly era: 'unknown'; readonly error: RpcError };

export interface ProbeOptions {
  readonly upstream: Upstream;
  /** That of the host's own request. */
  readonly envelope: Params;
  /** Policy headers of that request. */
  readonly headers: PolicyHeaders;
  /** How long the answer is waited for; undefined is 30 s. */
  readonly timeoutMs: number | undefined;
}

const DEFAULT_TIMEOUT_MS = 30_000;

/** Ids of the gateway's own requests start like this; no host's id is ever sent with it. */
const PROBE_ID = 'mcpgw:discover';

/** Errors that only a server of this revision gives. */
export const MODERN_ERRORS: ReadonlySet<number> = new Set([-32020, -32021, -32022]);

/** What a request of the host says of itself in `_meta`: the gateway's own requests for it say the same. */
export function envelopeOf(params: Params | undefined): Params {
  return Object.fromEntries(
    Object.entries(metaOf(params) ?? {}).filter(([key]) => key.startsWith('io.modelcontextprotocol/')),
  );
}

export async function probeEra({ upstream, envelope, headers, timeoutMs }: ProbeOptions): Promise<EraVerdict> {
  const method = 'server/discover';
  const version = String(envelope[VERSION_META_KEY]);
  let answer: Params | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const start = (): void => {
    timer = setTimeout(() => exchange.abort(), timeoutMs ?? DEFAULT_TIMEOUT_MS);
  };
  const exchange = upstream.send({
    method: 'POST',
    repeat: 'harmless',
    isOpen: () => answer === undefined,
    headers: [...POST_HEADERS, ...envelopeHeaders({ version, method, params: undefined })],
    policy: headers,
    // The time of a person is not that of the upstream.
    onWaiting: (work) => {
      clearTimeout(timer);
      const goOn = (): void => {
        if (!isOver) start();
      };
      work.then(goOn, goOn);
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: PROBE_ID, method, params: { _meta: envelope } }),
    onMessage: (text) => {
      answer ??= answerTo(PROBE_ID, text);
      return undefined;
    },
  });
  start();
  const ended = await exchange.end;
  isOver = true;
  clearTimeout(timer);
  if (ended.kind === 'aborted') {
    const message = `the upstream ${upstream.name} did not say in time which revision it speaks`;
    const data = { server: upstream.name, reason: 'timeout', retryable: true };
    return { era: 'unknown', error: { code: INTERNAL_ERROR, message, data } };
  }
  if (ended.kind === 'refused') {
    const error = rpcErrorIn(ended.body);
    if (error !== undefined && MODERN_ERRORS.has(error.code)) return { era: '2026' };
    const { status } = ended.head;
    if (status === 401 || status === 403 || status === 429 || status < 400 || status > 499) {
      return { era: 'unknown', error: upstreamError(upstream, ended) };
    }
    return earlierEra(`HTTP ${status}`);
  }
  if (answer === undefined) return { era: 'unknown', error: upstreamError(upstream, ended) };
  const error = answer['error'];
  if (!isObject(error)) return { era: '2026' };
  if (MODERN_ERRORS.has(Number(error['code']))) return { era: '2026' };
  return earlierEra(`error ${String(error['code'])}`);
}

/** An error that a host which can also speak an earlier revision takes as "not here": it falls back by itself. */
export function earlierEra(detail: string): EraVerdict {
  return {
    era: '2025',
    error: {
      code: METHOD_NOT_FOUND,
      message: `the upstream does not speak revision 2026-07-28 (${detail}): use a host that speaks 2025-11-25`,
    },
  };
}

function answerTo(id: string, text: string): Params | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && value['id'] === id && value['method'] === undefined ? value : undefined;
  } catch {
    return undefined;
  }
}
