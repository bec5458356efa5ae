// One session at an upstream of 2025-11-25 or earlier. INVARIANT: it belongs to one caller, and carries nothing of
// another: every message is judged anew, and what the policy says is somebody else's does not go (spec: serve, "Policy
// on every message").
import type { Log } from '../../log.js';
import type { HeaderField } from '../../policy/model.js';
import { reveal } from '../../secret/secret.js';
import { ask } from '../ask.js';
import type { PassOn, Waiting } from '../call.js';
import { NO_ANSWER, type Enforcer, type Judged, type Passed } from '../enforce.js';
import { handOverMessage } from '../hand-over.js';
import { POST_HEADERS, sessionHeaders } from '../outbound-headers.js';
import type { Repeat } from '../repeat.js';
import type { Exchange } from '../streamable-http.js';
import type { ListAsker } from '../tools/listed-tools.js';
import type { Upstream, UpstreamRequest } from '../upstream.js';
import { createRestorable, type Restorable } from './restorable.js';
import type { LegacyStream } from '../legacy/legacy-sse.js';
import { openSession } from './opening.js';
import { resumed } from './resumed.js';
import { keepStandingStream, type StandingStream } from './standing-stream.js';

export interface SessionOptions {
  readonly upstream: Upstream;
  readonly enforcer: Enforcer;
  readonly log: Log;
  /** Whose session it is, and the token header that the caller brought. */
  readonly caller: Pick<Passed, 'principal' | 'credential'>;
  /** What takes the server's messages beside the answers to calls. */
  readonly passOnOf: (session: UpstreamSession) => PassOn;
}

/** The session's own headers and those of the method come of themselves. */
type SessionRequest = Omit<UpstreamRequest, 'headers'> & Partial<Pick<UpstreamRequest, 'headers'>>;

type InitializeRequest = Omit<SessionRequest, 'method' | 'headers' | 'body'> & { readonly body: string };

/** For each setting: a call waits for it. */
const RESTORE_TIMEOUT_MS = 5_000;

interface Asked extends Pick<UpstreamRequest, 'policy' | 'onMessage'>, Waiting {
  readonly body: string;
  readonly repeat: Repeat;
}

export class UpstreamSession {
  readonly owner: string;
  readonly passOn: PassOn;
  readonly restorable = createRestorable();
  /** What the server gave. */
  id: string | undefined;
  version: string | undefined;
  /** Calls under way, and those that wait for it: as long as there are any, it is not ended for another's sake. */
  calls = 0;
  readonly #options: SessionOptions;
  /** The caller's own token header, when messages bring it; the latest that was good. */
  #credential: HeaderField | undefined;
  /** The latest that was opened; undefined before `listen`. */
  #standing: StandingStream | undefined;
  /** The session itself, where it is one of the old HTTP+SSE transport. */
  #legacy: LegacyStream | undefined;
  /** The policy refused it. */
  #lapsed = false;
  #isOver = false;
  /** Requests of its own. */
  #restored = 0;
  #posted:
    | { readonly id: string | undefined; readonly version: string | undefined; readonly headers: readonly string[] }
    | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.owner = options.caller.principal;
    this.#credential = options.caller.credential;
    this.passOn = options.passOnOf(this);
  }

  /**
   * A message of the owner has passed: the token it brought is what the session's own messages carry from now on. Where
   * they carry the gateway's own, they go on doing so: that one is renewed.
   */
  renew({ credential }: Passed): void {
    const isNew = this.#credential !== undefined && credential !== undefined && !isSame(credential, this.#credential);
    if (isNew) this.#credential = credential;
    // The server may have ended it for the old token's sake, as the policy may have.
    if (this.#standing?.isOver() === true && (this.#lapsed || isNew)) this.listen();
  }

  get legacy(): 'open' | 'over' | undefined {
    return this.#legacy && (this.#legacy.isOver() ? 'over' : 'open');
  }

  /** Sends the request that opens it. */
  initialize(request: InitializeRequest): Exchange {
    const { upstream, log } = this.#options;
    return openSession({
      upstream,
      log,
      request,
      passOn: this.passOn,
      post: () =>
        this.send({
          ...request,
          method: 'POST',
          onHead: ({ status, sessionId }) => {
            if (status > 299) return;
            this.id = sessionId;
            upstream.transport.found('http');
          },
        }),
      onLegacy: (stream) => {
        this.#legacy = stream;
      },
    });
  }

  send(request: SessionRequest): Exchange {
    if (this.#legacy !== undefined) return this.#legacy.send({ ...request, body: request.body ?? '' });
    const { method, headers } = request;
    const own = method === 'POST' ? POST_HEADERS : method === 'GET' ? ['accept', 'text/event-stream'] : [];
    const session = sessionHeaders({ id: this.id, version: this.version });
    return this.#options.upstream.send({ ...request, headers: [...own, ...session, ...(headers ?? [])] });
  }

  /** What every POST of the session carries: one list, as long as nothing changes. */
  #postHeaders(): readonly string[] {
    const { id, version } = this;
    const last = this.#posted;
    if (last !== undefined && last.id === id && last.version === version) return last.headers;
    const headers = [...POST_HEADERS, ...sessionHeaders({ id, version })];
    this.#posted = { id, version, headers };
    return headers;
  }

  /** Tells it what the host had set in the one before. What the server refuses stays unset. */
  async restore(before: Restorable, { headers: policy }: Passed): Promise<void> {
    const { upstream } = this.#options;
    for (const request of before.requests()) {
      this.restorable.note(request);
      const id = `mcpgw:restore:${++this.#restored}`;
      const { _meta: _, ...params } = request.params;
      const body = JSON.stringify({ jsonrpc: '2.0', id, method: request.method, params });
      await ask({
        upstream,
        id,
        send: (onMessage, waiting) => this.send({ method: 'POST', policy, body, onMessage, ...waiting }),
        passOn: this.passOn,
        timeoutMs: RESTORE_TIMEOUT_MS,
        late: 'did not take up a setting in time',
      });
    }
  }

  /** The server knows it no more: nothing is sent in it from now on. */
  leave(): void {
    this.#isOver = true;
    this.#standing?.close();
    this.#legacy?.close();
  }

  /** Sends a request; a stream that ends before its answer is taken up again. */
  ask(asked: Asked): Exchange {
    const { onMessage, isOpen, onWaiting, policy, body, repeat } = asked;
    const first =
      this.#legacy?.send({ policy, body, repeat, onMessage, isOpen, onWaiting }) ??
      this.#options.upstream.send({
        method: 'POST',
        headers: this.#postHeaders(),
        policy,
        body,
        repeat,
        isResumed: true,
        onMessage,
        isOpen,
        onWaiting,
      });
    return resumed({
      first,
      isOpen,
      resume: async (lastEventId) => {
        const passed = await this.#check({});
        if (passed === undefined) return undefined;
        const headers = ['last-event-id', lastEventId];
        return this.send({ method: 'GET', headers, policy: passed.headers, onMessage });
      },
    });
  }

  /** Asks for lists on behalf of one of its requests. */
  listAsker({ headers: policy }: Passed): ListAsker {
    return {
      upstream: this.#options.upstream,
      send: ({ id, params }, onMessage, waiting) => {
        const body = JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/list', params });
        return this.send({ method: 'POST', repeat: 'harmless', policy, body, onMessage, ...waiting });
      },
      passOn: this.passOn,
    };
  }

  /** Sends what has no answer, and waits until the server has taken it, within a limit. */
  async handOver(passed: Passed): Promise<void> {
    const { log, upstream } = this.#options;
    const { headers, text, ended } = passed;
    this.renew(passed);
    await handOverMessage({
      log,
      server: upstream.name,
      send: (onHead) => this.send({ method: 'POST', policy: headers, body: text, onMessage: this.passOn, onHead }),
    });
    ended?.(NO_ANSWER);
  }

  /** The same for what belongs to this session whoever says it: it goes with the owner's token, judged anew. */
  async tell(message: Judged): Promise<void> {
    const { log, upstream } = this.#options;
    const enforced = await this.#options.enforcer.check({ ...message, credential: this.#credential });
    if (enforced.verdict === 'refuse') {
      log.warn('dropped a notification that the policy refuses', { server: upstream.name });
    } else if (this.#isOwners(enforced)) await this.handOver(enforced);
    else {
      log.warn('dropped a notification about the session of another caller', { server: upstream.name });
      enforced.ended?.({ outcome: 'dropped', answerBytes: 0 });
    }
  }

  /** Keeps the standing GET open, as long as the policy lets it pass; then from the owner's next message on. */
  listen(): void {
    const { log, upstream } = this.#options;
    if (this.#isOver || this.#legacy !== undefined || this.#standing?.isOver() === false) return;
    this.#lapsed = false;
    this.#standing = keepStandingStream({
      log,
      server: upstream.name,
      open: async (lastEventId) => {
        const passed = await this.#check({});
        this.#lapsed = passed === undefined;
        if (passed === undefined) return undefined;
        const position = lastEventId === undefined ? [] : ['last-event-id', lastEventId];
        const exchange = this.send({
          method: 'GET',
          headers: position,
          policy: passed.headers,
          onMessage: this.passOn,
        });
        // A login is missing: it is opened again once the owner's messages pass.
        void exchange.end.then(({ kind }) => {
          if (kind === 'withheld') this.#lapsed = true;
        });
        return exchange;
      },
    });
  }

  /** Closes its stream and, where the server gave an id, tells it that the session is over. */
  async end(): Promise<void> {
    this.leave();
    if (this.#legacy !== undefined || this.id === undefined) return;
    const passed = await this.#check({});
    if (passed === undefined) return;
    await this.send({ method: 'DELETE', policy: passed.headers, onMessage: () => undefined }).end;
  }

  async #check(message: Judged): Promise<Passed | undefined> {
    const passed = await this.#options.enforcer.check({ ...message, credential: this.#credential });
    return passed.verdict === 'pass' && this.#isOwners(passed) ? passed : undefined;
  }

  /** In shadow mode the owner's own token may be one that nobody vouches for any more: then nothing says whose it is. */
  #isOwners({ principal, isNobodys }: Passed): boolean {
    return principal === this.owner || isNobodys;
  }
}

function isSame(a: HeaderField, b: HeaderField): boolean {
  return reveal(a.value) === reveal(b.value);
}
