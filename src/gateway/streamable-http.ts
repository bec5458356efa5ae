// One HTTP exchange of MCP's Streamable HTTP transport (revisions 2025-11-25 and 2026-07-28, "Transports"): sends a
// request over the pool and hands over each JSON-RPC message of the answer, whether it comes as one JSON body or as
// an event stream. The hot path: nothing here parses a message.
import type { Dispatcher } from '../net/pool.js';
import type { BodyPlace, BodyRoom } from './body-room.js';
import type { RpcError } from './json-rpc.js';
import { createSseParser, type SseEvent, type SseParser } from './sse-parser.js';

export interface ExchangeOptions {
  readonly pool: Dispatcher;
  readonly method: 'POST' | 'GET' | 'DELETE';
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body?: string | undefined;
  /** The head of the answer, before any message of it. */
  readonly onHead?: ((head: AnswerHead) => void) | undefined;
  /** A promise while no more of the answer should be read. */
  readonly hold: () => Promise<void> | undefined;
  /** For answers that come as one body. */
  readonly room: BodyRoom;
  /** One message. A promise holds back the rest of the answer until it resolves. */
  readonly onMessage: (text: string) => Promise<void> | undefined;
  /** Where messages go, as an event stream of HTTP+SSE says (2024-11-05). */
  readonly onEndpoint?: ((reference: string) => void) | undefined;
  /** The head of a 2xx says it all: its body is read away, whatever it is. */
  readonly ignoresBody?: boolean | undefined;
}

export interface AnswerHead {
  readonly status: number;
  readonly sessionId: string | undefined;
  readonly contentType: string;
  readonly retryAfter: string | undefined;
  readonly wwwAuthenticate: string | undefined;
}

/** How an exchange ended. */
export type ExchangeEnd =
  /** A 2xx whose body was read to its end. */
  | { readonly kind: 'complete'; readonly head: AnswerHead; readonly stream: StreamPosition | undefined }
  /** Any other status, with up to 64 KiB of its body. */
  | { readonly kind: 'refused'; readonly head: AnswerHead; readonly body: string }
  /** A 2xx that is not MCP. */
  | { readonly kind: 'unusable'; readonly head: AnswerHead; readonly reason: string }
  | {
      readonly kind: 'failed';
      readonly error: Error;
      /** False when the server cannot have seen the request. */
      readonly maySent: boolean;
      /** It does no harm to send it once more. */
      readonly mayRepeat?: boolean;
      readonly stream: StreamPosition | undefined;
    }
  | { readonly kind: 'aborted' }
  /** The upstream has refused, and what would help is missing: the host is told this. */
  | { readonly kind: 'withheld'; readonly error: RpcError };

/** Where an event stream broke off (2025-11-25, "Resumability and Redelivery"). */
export interface StreamPosition {
  readonly lastEventId: string | undefined;
  readonly retryMs: number | undefined;
}

export interface Exchange {
  /** Never rejects. */
  readonly end: Promise<ExchangeEnd>;
  /** Drops the connection; `end` becomes `aborted`. */
  readonly abort: () => void;
}

const REFUSAL_LIMIT_BYTES = 64 * 1024;
/** How long the body of a refusal is waited for. */
const REFUSAL_TIME_MS = 2_000;
const BODY_LIMIT_BYTES = 64 * 1024 * 1024;
/** What is read away for the sake of a connection that can be used again. */
const IGNORED_LIMIT_BYTES = 64 * 1024;

class Aborted extends Error {}

export function exchange(options: ExchangeOptions): Exchange {
  const handler = new AnswerReader(options);
  options.pool.dispatch(
    {
      method: options.method,
      path: options.path,
      headers: options.headers as string[], // undici reads the array and does not keep it
      body: options.body ?? null,
    },
    handler,
  );
  return { end: handler.end, abort: () => handler.abort() };
}

/** undici's handler for one answer. A class because it owns the state of the exchange. */
class AnswerReader implements Dispatcher.DispatchHandler {
  readonly end: Promise<ExchangeEnd>;
  readonly #options: ExchangeOptions;
  #resolve!: (end: ExchangeEnd) => void; // set by the Promise constructor, which runs its function at once
  #controller: Dispatcher.DispatchController | undefined;
  #aborted = false;
  #head: AnswerHead | undefined;
  #sse: SseParser | undefined;
  #chunks: Buffer[] = [];
  #size = 0;
  #place: BodyPlace | undefined;
  /** What comes is of no use, and not read. */
  #dismissed = false;
  #holds = 0;
  #ended = false;
  #refusalTimer: NodeJS.Timeout | undefined;

  constructor(options: ExchangeOptions) {
    this.#options = options;
    this.end = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  abort(): void {
    this.#aborted = true;
    this.#forget();
    this.#resolve({ kind: 'aborted' });
    this.#controller?.abort(new Aborted('aborted'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#aborted) controller.abort(new Aborted('aborted'));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return;
    const head: AnswerHead = {
      status,
      sessionId: single(headers['mcp-session-id']),
      contentType: mediaType(single(headers['content-type'])),
      retryAfter: single(headers['retry-after']),
      wwwAuthenticate: joined(headers['www-authenticate']),
    };
    this.#head = head;
    this.#options.onHead?.(head);
    if (status > 299) {
      this.#refusalTimer = setTimeout(() => this.#refuse(head), REFUSAL_TIME_MS);
      return;
    }
    if (this.#options.ignoresBody === true) return;
    const encoding = single(headers['content-encoding']);
    if (encoding !== undefined && encoding !== 'identity') this.#dismiss(`its answer is encoded (${encoding}) unasked`);
    else if (head.contentType === 'text/event-stream') this.#sse = createSseParser((event) => this.#event(event));
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#aborted || this.#dismissed) return;
    if (this.#sse !== undefined) {
      try {
        this.#sse.push(chunk);
      } catch (error) {
        controller.abort(error instanceof Error ? error : new Error(String(error)));
      }
      return;
    }
    this.#size += chunk.length;
    const head = this.#head;
    if (head !== undefined && head.status > 299) {
      if (this.#size > REFUSAL_LIMIT_BYTES) this.#refuse(head);
      else this.#chunks.push(chunk);
      return;
    }
    if (this.#options.ignoresBody === true) {
      if (this.#size > IGNORED_LIMIT_BYTES) this.#dismiss('its answer is long, and nothing of it is of use');
      return;
    }
    if (head !== undefined && head.contentType !== 'application/json' && chunk.some((byte) => byte > 0x20)) {
      const type = head.contentType === '' ? 'no content type' : `content type ${head.contentType}`;
      return this.#dismiss(`its answer has ${type}`);
    }
    if (this.#size > BODY_LIMIT_BYTES) return this.#dismiss('its answer is over 64 MiB');
    this.#chunks.push(chunk);
    this.#wait(this.#options.hold());
    // What comes in one piece is on its way already.
    if (this.#chunks.length === 1) return;
    const isFirst = this.#place === undefined;
    this.#place ??= this.#options.room.enter();
    this.#wait(this.#place.grow(isFirst ? this.#size : chunk.length));
  }

  onResponseEnd(): void {
    this.#ended = true;
    const head = this.#head;
    if (head === undefined || this.#aborted || this.#dismissed) return;
    if (head.status > 299) return this.#refuse(head);
    const body = this.#text();
    this.#place?.leave();
    if (this.#sse !== undefined) return this.#resolve({ kind: 'complete', head, stream: position(this.#sse) });
    if (body.trim() !== '') void this.#options.onMessage(body);
    this.#resolve({ kind: 'complete', head, stream: undefined });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#ended = true;
    clearTimeout(this.#refusalTimer);
    this.#forget();
    const stream = this.#sse === undefined ? undefined : position(this.#sse);
    this.#resolve({ kind: 'failed', error, maySent: this.#controller !== undefined, stream });
  }

  #event(event: SseEvent): void {
    if (event.data === undefined || this.#aborted) return;
    if (event.type === 'endpoint') this.#options.onEndpoint?.(event.data);
    if (event.type !== 'message') return;
    this.#wait(this.#options.onMessage(event.data));
  }

  /** Ends a refusal with as much of its body as has come. */
  #refuse(head: AnswerHead): void {
    clearTimeout(this.#refusalTimer);
    this.#resolve({ kind: 'refused', head, body: this.#text() });
    if (!this.#ended) this.#controller?.abort(new Aborted('enough was read'));
  }

  /** Ends a 2xx that is not MCP, whatever else it would send. */
  #dismiss(reason: string): void {
    this.#dismissed = true;
    this.#forget();
    if (this.#head !== undefined) this.#resolve({ kind: 'unusable', head: this.#head, reason });
    this.#controller?.abort(new Aborted(reason));
  }

  /** What has come of a body is of no use. */
  #forget(): void {
    this.#chunks = [];
    this.#place?.leave();
  }

  #text(): string {
    const [only] = this.#chunks;
    const bytes = this.#chunks.length === 1 && only !== undefined ? only : Buffer.concat(this.#chunks);
    this.#chunks = [];
    return bytes.toString('utf8');
  }

  /** Reads no more until the promise resolves. */
  #wait(hold: Promise<void> | undefined): void {
    if (hold === undefined) return;
    this.#holds++;
    this.#controller?.pause();
    void hold.then(() => {
      this.#holds--;
      if (this.#holds === 0) this.#controller?.resume();
    });
  }
}

function position(parser: SseParser): StreamPosition {
  return { lastEventId: parser.lastEventId(), retryMs: parser.retryMs() };
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

/** A list, whether it came in one line or in several (RFC 9110 section 5.3). */
function joined(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}

function mediaType(value: string | undefined): string {
  return (value ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}
