// Host and upstream both in a session-keeping revision (2024-11-05 to 2025-11-25): `initialize` opens one upstream
// session, every message is one POST, a standing GET brings what the server says unasked, DELETE ends it
// (MCP 2025-11-25, "Transports"; spec: eras). Ids of the host go through unchanged. A request of another caller than the
// session's goes into a session of its own.
import { isHeaderValue } from '../policy/headers/header-name.js';
import { createCall, type Call, type ToHost, type Waiting } from './call.js';
import type { Judged, Passed } from './enforce.js';
import {
  errorText,
  INVALID_REQUEST,
  isRequestId,
  type Params,
  type RequestId,
  type RpcError,
  type RpcMessage,
  type RpcNotification,
  type RpcRequest,
  type RpcResponse,
} from './json-rpc.js';
import { answering, bridged, cutShort, ID_IN_USE, timedOut, within, type Relay, type RelayOptions } from './relay.js';
import { resent } from './resent.js';
import { eraError, wrongEra } from './revisions/era-error.js';
import { CallerSessions, type Opening } from './session/caller-sessions.js';
import { Absence, revisionFor } from './session/absence.js';
import { isLost } from './session/lost-session.js';
import type { UpstreamSession } from './session/upstream-session.js';
import type { Exchange } from './streamable-http.js';
import { UnderWay } from './under-way.js';

/** How long the end of the sessions may take. */
const DELETE_TIMEOUT_MS = 500;

export function createSessionRelay(options: RelayOptions): Relay {
  return new SessionRelay(options);
}

/** A request under way. */
interface Entry {
  readonly call: Call;
  readonly done: Promise<void>;
  /** Where it was sent. */
  readonly place: Place;
  /** Not `initialize`: its answer opens the session (2025-11-25, "Cancellation"). */
  readonly mayBeCancelled: boolean;
}

interface Place {
  session: UpstreamSession | undefined;
}

/** A class because it owns the calls under way, and the host's own session. */
class SessionRelay implements Relay {
  readonly #options: RelayOptions;
  readonly #calls = new UnderWay<Entry>();
  readonly #sessions: CallerSessions;
  /** The one that the host's `initialize` opens. */
  #session: UpstreamSession | undefined;
  /** What `initialize` said, for the sessions of other callers. */
  #params: Params | undefined;
  /** The `initialize` under way. Requests wait for it, and for `notifications/initialized` to be handed over. */
  #opening: Promise<void> | undefined;
  #isListening = false;
  /** The host's own session was lost, or never came to be, at this revision: its messages go where all others' do. */
  #lostVersion: string | undefined;
  #isRefused = false;
  readonly #absence: Absence;
  /** Notifications and answers of the host, handed over one after the other. */
  #handover: Promise<void> = Promise.resolve();
  /** What is told out of turn: cancels, and answers to requests of the server. */
  readonly #deliveries = new Set<Promise<void>>();

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#sessions = new CallerSessions(options);
    this.#absence = new Absence(options, (passed) => this.#sessions.open(passed, this.#openingParams()));
  }

  handle(message: RpcMessage): void {
    switch (message.kind) {
      case 'request':
        if (message.method === 'initialize') this.#initialize(message);
        else this.#request(message);
        return;
      case 'notification':
        if (message.method === 'notifications/cancelled') this.#cancel(message);
        else if (message.method === 'notifications/initialized') this.#initialized(message);
        else this.#handOver(message);
        return;
      case 'response':
        this.#answer(message);
        return;
    }
  }

  async idle(): Promise<void> {
    await Promise.all(this.#calls.values().map(({ done }) => done));
    await Promise.all([this.#handover, ...this.#deliveries]);
  }

  async close(): Promise<void> {
    // Cut short, `initialize` forgets its session: it is to be ended all the same.
    const own = this.#session;
    for (const { call } of this.#calls.values()) {
      call.fail(cutShort(this.#options.upstream.name));
      call.abort();
    }
    this.#absence.close();
    await within(DELETE_TIMEOUT_MS, Promise.all([own?.end(), this.#sessions.end()]));
  }

  #initialize(request: RpcRequest): void {
    const { enforcer, protocol, version } = this.#options;
    const isGone = this.#lostVersion !== undefined && !this.#absence.isWaiting() && !this.#isRefused;
    if (this.#session !== undefined || isGone || this.#opening !== undefined) {
      return this.#refuse(request.id, { code: INVALID_REQUEST, message: 'the session is initialized already' });
    }
    if (this.#calls.has(request.id)) return this.#refuse(request.id, ID_IN_USE);
    this.#absence.close();
    this.#lostVersion = undefined;
    this.#isRefused = false;
    const call = this.#call(request, {
      mapResult: (result) => {
        const agreed = result['protocolVersion'];
        if (this.#session !== undefined && typeof agreed === 'string' && isHeaderValue(agreed)) {
          this.#session.version = agreed;
        }
        return bridged(result, version);
      },
      mapError: (error) => {
        // A session that never came to be can be asked for again.
        this.#session = undefined;
        return eraError(error);
      },
      rescue: (error) => {
        const opening = this.#absence.begin(error, request.params);
        if (opening === undefined) return undefined;
        this.#params = request.params;
        this.#lostVersion = opening.version;
        return opening.result;
      },
    });
    if (protocol === '2026') return call.fail(wrongEra('--protocol 2026'));
    const open = async (): Promise<void> => {
      const passed = await enforcer.check(request);
      if (passed.verdict === 'refuse') return this.#refuseOpening(request, call, passed.error);
      call.onEnd(passed.ended);
      const session = this.#sessions.fresh(passed);
      const { headers, text: body } = passed;
      await call.run((onMessage, waiting) => {
        this.#session = session;
        this.#params = request.params;
        // Nobody's time is spent on a server that is away: the host is answered without it.
        return session.initialize({ repeat: 'never', policy: headers, body, onMessage, ...waiting });
      }, session);
    };
    this.#opensWith(
      this.#track(request.id, { call, work: open(), mayBeCancelled: false, place: { session: undefined } }),
    );
  }

  /** Requests may bring tokens of their own: each of their callers opens a session then. */
  #refuseOpening({ params }: RpcRequest, call: Call, error: RpcError): void {
    call.fail(error);
    if (this.#lostVersion !== undefined) return;
    this.#isRefused = true;
    this.#params = params;
    this.#lostVersion = revisionFor(params);
  }

  #initialized(notification: RpcNotification): void {
    if (this.#session === undefined && this.#opening === undefined) return;
    const handOver = async (): Promise<void> => {
      await this.#opening;
      const session = this.#session;
      if (session?.version === undefined || this.#isListening) return;
      this.#isListening = true;
      // The host cannot give this one a token; it belongs to the `initialize` that had it.
      await session.tell(notification);
      session.listen();
    };
    const handedOver = this.#settled(handOver());
    this.#handover = handedOver;
    this.#opensWith(handedOver);
  }

  /** Requests wait for this: they come after it, as the host has sent them. */
  #opensWith(work: Promise<void>): void {
    const opening = work.finally(() => {
      if (this.#opening === opening) this.#opening = undefined;
    });
    this.#opening = opening;
  }

  #request(request: RpcRequest): void {
    if (this.#calls.has(request.id)) return this.#refuse(request.id, ID_IN_USE);
    const place: Place = { session: undefined };
    const asked = { request, call: this.#call(request, { place }), place };
    void this.#track(request.id, { call: asked.call, work: this.#inTurn(asked), mayBeCancelled: true, place });
  }

  async #inTurn(asked: AskedByHost): Promise<void> {
    const { call } = asked;
    const { slots } = this.#options.upstream;
    if (this.#opening !== undefined) await this.#opening;
    let passed = await slots.use(() => this.#judgeAndSend(asked));
    while (passed !== undefined) {
      // Out of turn: a session that is slow to open holds up nobody else.
      const opened = await this.#sessions.open(passed, this.#openingParams());
      if ('error' in opened) call.fail(opened.error);
      else this.#absence.isOver();
      // It was judged, and will not be again.
      if (!call.isOpen()) call.onEnd(passed.ended);
      if ('error' in opened) return;
      passed = await slots.use(() => this.#judgeAndSend(asked)).finally(opened.release);
    }
  }

  /** Gives the message whose caller has no session yet. */
  async #judgeAndSend({ request, call, place }: AskedByHost): Promise<Passed | undefined> {
    if (!call.isOpen()) return undefined;
    // Judged when it is sent: a token may expire while a request waits for its turn.
    const passed = await this.#options.enforcer.check(request);
    if (passed.verdict === 'refuse') {
      call.fail(passed.error);
      return undefined;
    }
    const session = this.#sessionOf(passed);
    if (session === undefined) return passed;
    call.onEnd(passed.ended);
    await this.#send({ request, call, place, passed, session });
    return undefined;
  }

  async #send({ request, call, place, passed, session }: Sending): Promise<void> {
    place.session = session;
    session.renew(passed);
    session.calls++;
    let current = session;
    try {
      const { headers: policy, text: body, principal: caller } = passed;
      const { hints } = this.#options.upstream;
      const confirmed = await passed.confirm?.(session.listAsker(passed));
      if (confirmed?.verdict === 'refused') return call.fail(confirmed.error);
      session.restorable.note(request);
      const repeat = hints.repeatOf(request, caller);
      const screen = hints.screen(request, { caller, next: passed.screen });
      const start = (onMessage: ToHost, { isOpen, onWaiting }: Waiting): Exchange => {
        const asked = { policy, body, repeat, onMessage, isOpen, onWaiting };
        const again = async (): Promise<Exchange | undefined> => {
          const next = await this.#recover(passed, session);
          if (next === undefined || !isOpen()) return undefined;
          current.calls--;
          next.calls++;
          place.session = current = next;
          return next.ask(asked);
        };
        // What an unknown session is asked has not run. Once: a server that forgets at once would be asked for ever.
        return resent(session.ask(asked), (ended) =>
          current === session && isLost(ended, session) ? again() : undefined,
        );
      };
      await call.run(start, { passOn: (text, message) => current.passOn(text, message), screen });
    } finally {
      current.calls--;
    }
  }

  /** Opens a session in the place of one that the server has forgotten, and restores what the host had set in it. */
  async #recover(passed: Passed, lost: UpstreamSession): Promise<UpstreamSession | undefined> {
    const { log, upstream } = this.#options;
    if (this.#session === lost) {
      this.#lostVersion = lost.version;
      this.#session = undefined;
    }
    this.#sessions.drop(lost);
    const opened = await this.#sessions.open(passed, this.#openingParams());
    if ('error' in opened) {
      log.warn('the session was lost, and no other one could be opened', { server: upstream.name });
      return undefined;
    }
    try {
      const next = this.#sessions.known(passed.principal);
      if (next !== undefined) await next.restore(lost.restorable, passed);
      log.info('the session was lost, and another one was opened', { server: upstream.name });
      return next;
    } finally {
      opened.release();
    }
  }

  #openingParams(): Opening {
    return { params: this.#params, version: this.#session?.version ?? this.#lostVersion };
  }

  #call(request: RpcRequest, { place, mapResult, mapError, rescue }: CallParts): Call {
    const { upstream, toHost, log, timeoutMs } = this.#options;
    const onTimeout = (): void => {
      // `initialize` may not be cancelled (2025-11-25, "Cancellation"): it has no place until it has its answer.
      if (place?.session !== undefined) void this.#tell(place.session, timedOut(request.id));
    };
    return createCall({ id: request.id, upstream, toHost, log, timeoutMs, onTimeout, mapResult, mapError, rescue });
  }

  /** Remembers a call as long as it is under way. */
  async #track(
    id: RequestId,
    { work, call, place, mayBeCancelled }: Omit<Entry, 'done'> & { readonly work: Promise<void> },
  ): Promise<void> {
    const done = answering(work, { call, log: this.#options.log });
    this.#calls.set(id, { call, done, place, mayBeCancelled });
    await done;
    this.#calls.delete(id);
  }

  #cancel(notification: RpcNotification): void {
    const id = notification.params?.['requestId'];
    const entry = isRequestId(id) ? this.#calls.get(id) : undefined;
    if (entry?.mayBeCancelled !== true || !entry.call.cancel()) return;
    const { session } = entry.place;
    if (session === undefined) return;
    // The server keeps the stream of a cancelled request open for ever: it is ours to close, once it has been told.
    void this.#tell(session, notification).then(() => entry.call.abort());
  }

  /** The host's answer to a request of the server: it has no place for a token of its own. */
  #answer(response: RpcResponse): void {
    const asked = this.#sessions.requests.answered(response);
    if (asked !== undefined) void this.#tell(asked.session, { kind: 'response', text: asked.text });
    else this.#options.log.warn('dropped an answer of the host to nothing that a server has asked');
  }

  /** Sends at once, out of turn. */
  #tell(session: UpstreamSession, message: Judged): Promise<void> {
    const delivery = this.#settled(session.tell(message)).finally(() => this.#deliveries.delete(delivery));
    this.#deliveries.add(delivery);
    return delivery;
  }

  #handOver(notification: RpcNotification): void {
    this.#handover = this.#settled(
      this.#handover.then(async () => {
        await this.#opening;
        await this.#deliver(notification);
      }),
    );
  }

  async #deliver(notification: RpcNotification): Promise<void> {
    const { enforcer, log, upstream } = this.#options;
    const { method, text, params } = notification;
    const about = method === 'notifications/progress' ? this.#sessions.requests.progressed(text, params) : undefined;
    if (about !== undefined) return about.session.tell({ ...notification, text: about.text });
    const passed = await enforcer.check(notification);
    if (passed.verdict === 'refuse') {
      log.warn('dropped a notification that the policy refuses', { server: upstream.name });
      return;
    }
    await this.#sessions.opened(passed.principal);
    const session = this.#sessionOf(passed);
    if (session !== undefined) return session.handOver(passed);
    // A notification opens none.
    log.warn('dropped a notification: its caller has no session', { server: upstream.name });
    passed.ended?.({ outcome: 'dropped', answerBytes: 0 });
  }

  /** Undefined where the caller needs one of its own, and it is not open. */
  #sessionOf(passed: Passed): UpstreamSession | undefined {
    const own = this.#session;
    if (own === undefined) {
      return this.#lostVersion === undefined ? this.#sessions.fresh(passed) : this.#sessions.known(passed.principal);
    }
    return own.owner === passed.principal ? own : this.#sessions.known(passed.principal);
  }

  /** Work that nobody waits for: its failure is a log line, never an unhandled rejection. */
  #settled(work: Promise<void>): Promise<void> {
    return work.catch((error: unknown) => {
      this.#options.log.error('a notification failed inside the gateway', { cause: String(error) });
    });
  }

  #refuse(id: RequestId, error: RpcError): void {
    void this.#options.toHost(errorText(id, error));
  }
}

type CallParts = Pick<Parameters<typeof createCall>[0], 'mapResult' | 'mapError' | 'rescue'> & {
  readonly place?: Place;
};

interface AskedByHost extends Pick<Entry, 'call' | 'place'> {
  readonly request: RpcRequest;
}

interface Sending extends AskedByHost {
  readonly passed: Passed;
  readonly session: UpstreamSession;
}
