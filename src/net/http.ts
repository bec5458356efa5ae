// A small JSON document from a server that is not trusted to behave, by GET or as the answer to a POST: one deadline for
// the whole exchange, a limit on the body as it arrives and after decompression, redirects within the origin alone (of
// a GET; a POST follows none). Every failure is a value that says what happened; nothing of the answer's body is in it.
import type { Host } from '../host.js';
import { withinDeadline } from './deadline.js';
import { fetchableUrl, shownOrigin } from './fetchable-url.js';

export interface JsonRequest {
  readonly fetch: Host['fetch'];
  readonly url: string;
  /** For everything from connecting to the last byte, redirects included. Default 5000. */
  readonly timeoutMs?: number;
  /** Of the decompressed body. Default 1 MiB. */
  readonly maxBytes?: number;
  /** Redirects that are followed, within the same origin. Default 3. */
  readonly maxRedirects?: number;
  /** Beside `accept: application/json`. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface JsonPost extends Omit<JsonRequest, 'maxRedirects'> {
  /** Its `content-type` is one of `headers`. */
  readonly body: string;
}

export type HttpFailure =
  | 'url-not-allowed'
  | 'unreachable'
  | 'timeout'
  | 'redirect-refused'
  | 'status'
  | 'too-large'
  | 'not-json';

export type JsonAnswer =
  | {
      readonly ok: true;
      readonly body: Readonly<Record<string, unknown>>;
      /** The body before it was parsed. */
      readonly text: string;
      readonly headers: Headers;
    }
  | {
      readonly ok: false;
      readonly failure: HttpFailure;
      /** One clause: "https://… answered 503". */
      readonly message: string;
      /** Of a failure "status". */
      readonly status?: number;
      /** Of a failure "status". */
      readonly headers?: Headers;
    };

type JsonFailure = Extract<JsonAnswer, { readonly ok: false }>;

const DEFAULT_TIMEOUT_MS = 5000;
const DEFAULT_MAX_BYTES = 1024 * 1024;
const DEFAULT_MAX_REDIRECTS = 3;
const REDIRECT_STATUSES: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Fetches one JSON object. Never throws for what a network or a server does. */
export function getJson(request: JsonRequest): Promise<JsonAnswer> {
  return exchange({ ...request, method: 'GET', maxRedirects: request.maxRedirects ?? DEFAULT_MAX_REDIRECTS });
}

/** Posts a text and reads the JSON object that answers it. Never throws for what a network or a server does. */
export function postForJson(request: JsonPost): Promise<JsonAnswer> {
  return exchange({ ...request, method: 'POST', maxRedirects: 0 });
}

type Exchanged = JsonRequest & {
  readonly method: 'GET' | 'POST';
  readonly maxRedirects: number;
  readonly body?: string;
};

async function exchange(request: Exchanged): Promise<JsonAnswer> {
  const url = fetchableUrl(request.url);
  if (url === undefined) return failed('url-not-allowed', 'the URL is neither https nor http on loopback');
  // At the end closes what is still open: bodies of redirects, and one that was too large to read to its end.
  const outcome = await withinDeadline({
    url,
    timeoutMs: request.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    work: async (signal) => {
      const response = await followRedirects(request, url, signal);
      return 'failure' in response ? response : readJson(request, url, response);
    },
  });
  return 'ok' in outcome ? outcome : failed(outcome.failure, outcome.message);
}

async function followRedirects(request: Exchanged, start: URL, signal: AbortSignal): Promise<Response | JsonFailure> {
  const { method, maxRedirects, body } = request;
  let url = start;
  for (let redirects = 0; ; redirects++) {
    const response = await request.fetch(url, {
      method,
      redirect: 'manual',
      headers: { accept: 'application/json', ...request.headers },
      ...(body === undefined ? {} : { body }),
      signal,
    });
    if (!REDIRECT_STATUSES.has(response.status)) return response;
    if (maxRedirects === 0) return failed('redirect-refused', `${shownOrigin(start)} answered with a redirect`);
    const location = response.headers.get('location');
    const next = location === null ? undefined : fetchableUrl(location, url);
    if (next === undefined || next.origin !== start.origin) {
      return failed('redirect-refused', `${shownOrigin(start)} redirects to somewhere else`);
    }
    if (redirects >= maxRedirects) {
      return failed('redirect-refused', `${shownOrigin(start)} redirects more than ${maxRedirects} times`);
    }
    url = next;
  }
}

async function readJson(request: JsonRequest, url: URL, response: Response): Promise<JsonAnswer> {
  const { status } = response;
  if (!response.ok) {
    return { ...failed('status', `${shownOrigin(url)} answered ${status}`), status, headers: response.headers };
  }
  const maxBytes = request.maxBytes ?? DEFAULT_MAX_BYTES;
  const bytes = await readAtMost(response, maxBytes);
  if (bytes === undefined) return failed('too-large', `${shownOrigin(url)} answered with more than ${maxBytes} bytes`);
  const parsed = parseObject(bytes);
  if (parsed === undefined) return failed('not-json', `${shownOrigin(url)} did not answer with a JSON object`);
  return { ok: true, ...parsed, headers: response.headers };
}

/** The body as it comes out of decompression, or undefined as soon as it is over the limit. */
async function readAtMost(response: Response, maxBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (response.body === null) return new Uint8Array();
  const body: AsyncIterable<Uint8Array> = response.body;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function parseObject(bytes: Uint8Array): { text: string; body: Readonly<Record<string, unknown>> } | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const body: unknown = JSON.parse(text);
    return isObject(body) ? { text, body } : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function failed(failure: HttpFailure, message: string): JsonFailure {
  return { ok: false, failure, message };
}
