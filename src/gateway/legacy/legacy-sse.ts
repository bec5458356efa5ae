// A session of the old HTTP+SSE transport (MCP 2024-11-05, "HTTP with SSE"): one GET stream names an endpoint, every
// message is POSTed there, and everything the server says comes on that stream. The stream is the session: it is never
// taken up again. INVARIANT: each POST has the headers of its own message, and goes to the origin of the url alone.
import type { Log } from '../../log.js';
import type { PassOn, Waiting } from '../call.js';
import { INVALID_REQUEST, type RpcError } from '../json-rpc.js';
import type { AnswerHead, Exchange, ExchangeEnd } from '../streamable-http.js';
import type { PolicyHeaders } from '../upstream-access.js';
import type { Upstream, UpstreamRequest } from '../upstream.js';
import { askedIn, createAwaitedAnswers, type AskedRequest, type Awaiting } from './awaited-answers.js';

export interface LegacyStreamOptions extends Partial<Waiting> {
  readonly upstream: Upstream;
  readonly log: Log;
  /** Of the session's owner. */
  readonly policy: PolicyHeaders;
  /** Takes what belongs to no request. */
  readonly passOn: PassOn;
  /** How long the endpoint is waited for. */
  readonly endpointTimeoutMs: number;
}

export type StreamOpening =
  | { readonly kind: 'open' }
  /** `end` is that of every message that waits for it. `isLegacy`: an endpoint was named all the same. */
  | { readonly kind: 'failed'; readonly end: ExchangeEnd; readonly isLegacy: boolean };

export type LegacyRequest = Omit<UpstreamRequest, 'headers' | 'method' | 'path' | 'body'> & { readonly body: string };

export interface LegacyStream {
  /** Never rejects. */
  readonly opened: Promise<StreamOpening>;
  /** A request ends with its answer, whatever has none when it was taken. */
  readonly send: (request: LegacyRequest) => Exchange;
  /** Nothing is sent any more. */
  readonly isOver: () => boolean;
  readonly close: () => void;
}

export function openLegacyStream(options: LegacyStreamOptions): LegacyStream {
  return new Stream(options);
}

/** How long the connection of a POST may stay open once there is nothing to wait for. */
const LINGER_MS = 1_000;

/** Nothing of the answer to a POST is read. */
const POST_HEADERS: readonly string[] = ['content-type', 'application/json', 'accept', '*/*'];

interface Asking extends Awaiting {
  readonly fail: (error: Error) => void;
}

/** A class because it owns the stream, and what waits for it. */
class Stream implements LegacyStream {
  readonly opened: Promise<StreamOpening>;
  readonly #options: LegacyStreamOptions;
  readonly #answers = createAwaitedAnswers();
  readonly #asking = new Set<Asking>();
  readonly #get: Exchange;
  #settle!: (opening: StreamOpening) => void; // set by the Promise constructor, which runs its function at once
  #state: 'opening' | 'open' | 'over' = 'opening';
  #head: AnswerHead | undefined;
  /** Where messages go, once that is known. */
  #path: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LegacyStreamOptions) {
    this.#options = options;
    this.opened = new Promise((resolve) => {
      this.#settle = resolve;
    });
    const { upstream, policy, isOpen, onWaiting } = options;
    this.#get = upstream.send({
      method: 'GET',
      headers: ['accept', 'text/event-stream'],
      policy,
      // What the host asks first waits for it.
      isAwaited: true,
      isOpen,
      onWaiting: (work) => {
        clearTimeout(this.#timer);
        const goOn = (): void => this.#startTimer();
        work.then(goOn, goOn);
        onWaiting?.(work);
      },
      onHead: (head) => {
        this.#head = head;
      },
      onEndpoint: (reference) => this.#named(reference),
      onMessage: (text) => this.#message(text),
    });
    this.#startTimer();
    void this.#get.end.then((end) => this.#ended(end));
  }

  send(request: LegacyRequest): Exchange {
    const asked = askedIn(request.body);
    return asked === undefined ? this.#tell(request) : this.#ask(request, asked);
  }

  isOver(): boolean {
    return this.#state === 'over';
  }

  close(): void {
    this.#ended({ kind: 'aborted' });
    this.#get.abort();
  }

  #startTimer(): void {
    clearTimeout(this.#timer);
    if (this.#state !== 'opening') return;
    const { endpointTimeoutMs } = this.#options;
    this.#timer = setTimeout(() => {
      const late = `within ${endpointTimeoutMs} ms`;
      const head = this.#head;
      this.#fail(head === undefined ? notSent(`no event stream ${late}`) : unusable(head, `no endpoint ${late}`));
    }, endpointTimeoutMs);
  }

  /** The first endpoint counts: messages of one session go to one place. */
  #named(reference: string): void {
    const head = this.#head;
    if (this.#state !== 'opening' || head === undefined) return;
    const path = this.#options.upstream.pathOf(reference);
    if (path === undefined) {
      const reason = 'its endpoint is at another origin, where nothing is sent: credentials would go along';
      return this.#fail(unusable(head, reason), true);
    }
    clearTimeout(this.#timer);
    this.#path = path;
    this.#state = 'open';
    this.#settle({ kind: 'open' });
  }

  #message(text: string): Promise<void> | undefined {
    if (this.#state === 'open') {
      return this.#answers.give(text, (message) => this.#options.passOn(text, message));
    }
    if (this.#head !== undefined) this.#fail(unusable(this.#head, NO_LEGACY_STREAM));
    return undefined;
  }

  /** It does not open. */
  #fail(end: ExchangeEnd, isLegacy = false): void {
    if (this.#state !== 'opening') return;
    this.#state = 'over';
    clearTimeout(this.#timer);
    this.#settle({ kind: 'failed', end, isLegacy });
    this.#get.abort();
  }

  #ended(end: ExchangeEnd): void {
    if (this.#state === 'opening') return this.#fail(openingEnd(end));
    if (this.#state === 'over') return;
    this.#state = 'over';
    const { log, upstream } = this.#options;
    if (end.kind !== 'aborted') log.info('the event stream of the upstream has ended', { server: upstream.name });
    const error = end.kind === 'failed' ? end.error : new Error(STREAM_OVER);
    for (const asking of this.#asking) asking.fail(error);
  }

  #ask(request: LegacyRequest, asked: AskedRequest): Exchange {
    let resolve!: (end: ExchangeEnd) => void; // set by the Promise constructor, which runs its function at once
    const end = new Promise<ExchangeEnd>((resolved) => {
      resolve = resolved;
    });
    let post: Exchange | undefined;
    const finish = (how: ExchangeEnd, isForgotten: boolean): void => {
      if (!this.#asking.delete(asking)) return;
      this.#answers.remove(asking, isForgotten);
      if (post !== undefined) dropLater(post);
      resolve(how);
      // A session that did not come to be is closed.
      if (asked.method === 'initialize' && how.kind !== 'complete') this.close();
    };
    const asking: Asking = {
      asked,
      onMessage: request.onMessage,
      onAnswered: (isError) => {
        if (this.#head !== undefined) finish({ kind: 'complete', head: this.#head, stream: undefined }, true);
        if (asked.method === 'initialize' && isError) this.close();
      },
      fail: (error) => finish({ kind: 'failed', error, maySent: post !== undefined, stream: undefined }, true),
    };
    if (!this.#answers.add(asking)) {
      return { end: Promise.resolve({ kind: 'withheld', error: idInUse }), abort: () => undefined };
    }
    this.#asking.add(asking);
    void this.opened.then((opening) => {
      if (!this.#asking.has(asking)) return;
      if (opening.kind === 'failed') return finish(opening.end, true);
      if (this.#state === 'over') return finish(notSent(STREAM_OVER), true);
      post = this.#post({ ...request, onHead: undefined });
      void post.end.then((posted) => {
        // It was taken: what it is answered with comes on the stream.
        if (posted.kind === 'complete' || posted.kind === 'unusable' || posted.kind === 'aborted') return;
        finish(posted, posted.kind !== 'failed' || !posted.maySent);
      });
    });
    return {
      end,
      abort: () => {
        finish({ kind: 'aborted' }, post === undefined);
        post?.abort();
      },
    };
  }

  #tell(request: LegacyRequest): Exchange {
    let post: Exchange | undefined;
    let isAborted = false;
    const run = async (): Promise<ExchangeEnd> => {
      const opening = await this.opened;
      if (isAborted) return { kind: 'aborted' };
      if (opening.kind === 'failed') return opening.end;
      if (this.#state === 'over') return notSent(STREAM_OVER);
      post = this.#post(request);
      return post.end;
    };
    return {
      end: run(),
      abort: () => {
        isAborted = true;
        post?.abort();
      },
    };
  }

  #post(request: LegacyRequest): Exchange {
    const post = this.#options.upstream.send({
      ...request,
      method: 'POST',
      path: this.#path,
      headers: POST_HEADERS,
      ignoresBody: true,
      onHead: (head) => {
        if (head.status < 300) dropLater(post);
        request.onHead?.(head);
      },
      onMessage: () => undefined,
    });
    return post;
  }
}

const STREAM_OVER = 'the event stream of the session has ended';
const NO_LEGACY_STREAM = 'its answer to GET is not an event stream that names an endpoint';

const idInUse: RpcError = { code: INVALID_REQUEST, message: 'a request with this id is still under way' };

/** A stream that was cut off before it opened has taken no message. */
function openingEnd(end: ExchangeEnd): ExchangeEnd {
  switch (end.kind) {
    case 'complete':
      return unusable(end.head, NO_LEGACY_STREAM);
    case 'failed':
      return { ...end, maySent: false, stream: undefined };
    case 'aborted':
      return notSent('the session has ended');
    case 'refused':
    case 'unusable':
    case 'withheld':
      return end;
  }
}

function notSent(why: string): ExchangeEnd {
  return { kind: 'failed', error: new Error(why), maySent: false, stream: undefined };
}

function unusable(head: AnswerHead, reason: string): ExchangeEnd {
  return { kind: 'unusable', head, reason };
}

function dropLater(post: Exchange): void {
  const timer = setTimeout(() => post.abort(), LINGER_MS);
  void post.end.finally(() => clearTimeout(timer));
}
