// Host and upstream both in a session-keeping revision (2024-11-05 to 2025-11-25): `initialize` opens one upstream
// session, every message is one POST, a standing GET brings what the server says unasked, DELETE ends it
// (MCP 2025-11-25, "Transports"; spec: eras). Ids of the host go through unchanged.
import { isHeaderValue } from '../policy/headers/header-name.js';
import type { HeaderField } from '../policy/model.js';
import { createCall, passMessages, type Call } from './call.js';
import type { Enforced, Judged, Passed } from './enforce.js';
import {
  errorText,
  INTERNAL_ERROR,
  INVALID_REQUEST,
  isRequestId,
  METHOD_NOT_FOUND,
  UNAUTHORIZED,
  UNSUPPORTED_VERSION,
  type RequestId,
  type RpcError,
  type RpcMessage,
  type RpcNotification,
  type RpcRequest,
} from './json-rpc.js';
import { POST_HEADERS, sessionHeaders } from './outbound-headers.js';
import { handOverMessage } from './hand-over.js';
import type { ListAsker } from './tools/listed-tools.js';
import { bridged, cutShort, within, type Relay, type RelayOptions } from './relay.js';
import { keepStandingStream, type StandingStream } from './standing-stream.js';
import type { Exchange, ExchangeOptions } from './streamable-http.js';

/** How long the end of the session may take. */
const DELETE_TIMEOUT_MS = 500;

export function createSessionRelay(options: RelayOptions): Relay {
  return new SessionRelay(options);
}

/** What is known of the session: its caller, and what the server gave. */
interface Session {
  readonly owner: string;
  /** The caller's own token header, when the session's messages bring it; the latest that was good. */
  credential: HeaderField | undefined;
  id: string | undefined;
  version: string | undefined;
}

/** A request under way. */
interface Tracked {
  readonly id: RequestId;
  readonly call: Call;
  readonly work: Promise<void>;
  /** Not `initialize`: its answer opens the session (2025-11-25, "Cancellation"). */
  readonly mayBeCancelled: boolean;
}

/** A class because it owns the state of one upstream session. */
class SessionRelay implements Relay {
  readonly #options: RelayOptions;
  readonly #calls = new Map<RequestId, Omit<Tracked, 'id' | 'work'> & { readonly done: Promise<void> }>();
  readonly #passOn: (text: string) => Promise<void> | undefined;
  #session: Session | undefined;
  /** The `initialize` under way. Requests wait for it, and for `notifications/initialized` to be handed over. */
  #opening: Promise<void> | undefined;
  /** Notifications and answers of the host, handed over one after the other. */
  #handover: Promise<void> = Promise.resolve();
  /** What is told out of turn: cancels, and answers to requests of the server. */
  readonly #deliveries = new Set<Promise<void>>();
  #standing: StandingStream | undefined;

  constructor(options: RelayOptions) {
    this.#options = options;
    const { toHost, log, upstream, enforcer } = options;
    const { toolsChanged: onToolsChanged } = enforcer;
    const pass = passMessages({ toHost, log, server: upstream.name, allowsRequests: true, onToolsChanged });
    this.#passOn = (text) => pass(text);
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
        // An answer to a request of this session: it has no place for a token of its own.
        void this.#tell({ text: message.text, credential: this.#session?.credential });
        return;
    }
  }

  async idle(): Promise<void> {
    await Promise.all([...this.#calls.values()].map(({ done }) => done));
    await Promise.all([this.#handover, ...this.#deliveries]);
  }

  async close(): Promise<void> {
    this.#standing?.close();
    const session = this.#session;
    for (const { call } of this.#calls.values()) {
      call.fail(cutShort(this.#options.upstream.name));
      call.abort();
    }
    // Cut short, `initialize` forgets its session: it is to be ended all the same.
    this.#session = session;
    if (session?.id !== undefined) await within(DELETE_TIMEOUT_MS, this.#endSession());
  }

  async #endSession(): Promise<void> {
    const passed = await this.#options.enforcer.check({ credential: this.#session?.credential });
    if (passed.verdict !== 'pass' || !this.#isOwner(passed)) return;
    await this.#send({ method: 'DELETE', headers: passed.headers, onMessage: () => undefined }).end;
  }

  #initialize(request: RpcRequest): void {
    const { enforcer, protocol, version } = this.#options;
    if (this.#session !== undefined || this.#opening !== undefined) {
      return this.#refuse(request.id, { code: INVALID_REQUEST, message: 'the session is initialized already' });
    }
    if (this.#calls.has(request.id)) return this.#refuse(request.id, idInUse);
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
    });
    if (protocol === '2026') return call.fail(wrongEra('--protocol 2026'));
    const open = async (): Promise<void> => {
      const passed = await enforcer.check(request);
      if (passed.verdict === 'refuse') return call.fail(passed.error);
      await call.run((onMessage) => {
        const { principal: owner, credential, headers, text } = passed;
        const session: Session = { owner, credential, id: undefined, version: undefined };
        this.#session = session;
        return this.#send({
          method: 'POST',
          headers,
          body: text,
          onMessage,
          onHead: ({ status, sessionId }) => {
            if (status < 300) session.id = sessionId;
          },
        });
      });
    };
    this.#opensWith(this.#track({ id: request.id, call, work: open(), mayBeCancelled: false }));
  }

  #initialized(notification: RpcNotification): void {
    if (this.#session === undefined && this.#opening === undefined) return;
    const handOver = async (): Promise<void> => {
      await this.#opening;
      if (this.#session?.version === undefined || this.#standing !== undefined) return;
      // The host cannot give this one a token; it belongs to the `initialize` that had it.
      await this.#deliver({ ...notification, credential: this.#session.credential });
      this.#standing = keepStandingStream({
        open: (lastEventId) => this.#openStandingStream(lastEventId),
        log: this.#options.log,
        server: this.#options.upstream.name,
      });
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

  async #openStandingStream(lastEventId: string | undefined): Promise<Exchange | undefined> {
    const passed = await this.#options.enforcer.check({ credential: this.#session?.credential });
    if (passed.verdict !== 'pass' || !this.#isOwner(passed)) return undefined;
    return this.#send({
      method: 'GET',
      headers: [...passed.headers, ...(lastEventId === undefined ? [] : ['last-event-id', lastEventId])],
      onMessage: this.#passOn,
    });
  }

  #request(request: RpcRequest): void {
    if (this.#calls.has(request.id)) return this.#refuse(request.id, idInUse);
    const call = this.#call(request, {});
    const run = async (): Promise<void> => {
      const passed = await this.#options.enforcer.check(request);
      if (!this.#isOwner(passed)) return call.fail(foreignSession);
      if (passed.verdict === 'refuse') return call.fail(passed.error);
      if (this.#session !== undefined) this.#session.credential = passed.credential ?? this.#session.credential;
      const refused = await passed.confirm?.(this.#listAsker(passed));
      if (refused !== undefined) return call.fail(refused);
      await call.run(
        (onMessage) => this.#send({ method: 'POST', headers: passed.headers, body: passed.text, onMessage }),
        passed.screen,
      );
    };
    const inTurn = async (): Promise<void> => {
      await this.#opening;
      // Judged when it is sent: a token may expire while a request waits for its turn.
      await this.#options.upstream.slots.use(run);
    };
    void this.#track({ id: request.id, call, work: inTurn(), mayBeCancelled: true });
  }

  #listAsker({ headers }: Passed): ListAsker {
    return {
      upstream: this.#options.upstream,
      send: ({ id, params }, onMessage) => {
        const body = JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/list', params });
        return this.#send({ method: 'POST', headers, body, onMessage });
      },
      passOn: this.#passOn,
    };
  }

  #call(request: RpcRequest, maps: Pick<Parameters<typeof createCall>[0], 'mapResult' | 'mapError'>): Call {
    const { upstream, toHost, log, timeoutMs, enforcer } = this.#options;
    return createCall({
      id: request.id,
      upstream,
      toHost,
      log,
      timeoutMs,
      allowsServerRequests: true,
      onToolsChanged: enforcer.toolsChanged,
      onTimeout: () => {
        // `initialize` may not be cancelled (2025-11-25, "Cancellation").
        if (request.method !== 'initialize')
          void this.#tell({ ...timedOut(request.id), credential: this.#session?.credential });
      },
      ...maps,
    });
  }

  /** Remembers a call as long as it is under way. */
  async #track({ id, call, work, mayBeCancelled }: Tracked): Promise<void> {
    const done = work.catch((error: unknown) => {
      this.#options.log.error('a request failed inside the gateway', { cause: String(error) });
      call.fail({ code: INTERNAL_ERROR, message: 'the gateway failed on this request' });
    });
    this.#calls.set(id, { call, done, mayBeCancelled });
    await done;
    this.#calls.delete(id);
  }

  #cancel(notification: RpcNotification): void {
    const id = notification.params?.['requestId'];
    const entry = isRequestId(id) ? this.#calls.get(id) : undefined;
    if (entry?.mayBeCancelled !== true || !entry.call.cancel()) return;
    // The server keeps the stream of a cancelled request open for ever: it is ours to close, once it has been told.
    void this.#tell({ ...notification, credential: this.#session?.credential }).then(entry.call.abort);
  }

  /** Sends at once, out of turn. */
  #tell(message: Judged): Promise<void> {
    const delivery = this.#settled(this.#deliver(message)).finally(() => this.#deliveries.delete(delivery));
    this.#deliveries.add(delivery);
    return delivery;
  }

  #handOver(message: Judged): void {
    this.#handover = this.#settled(
      this.#handover.then(async () => {
        await this.#opening;
        await this.#deliver(message);
      }),
    );
  }

  /** Sends what has no answer, and waits until the server has taken it, within a limit. */
  async #deliver(message: Judged): Promise<void> {
    const { enforcer, log, upstream } = this.#options;
    const passed = await enforcer.check(message);
    if (passed.verdict !== 'pass' || !this.#isOwner(passed)) {
      log.warn('dropped a notification that the policy refuses', { server: upstream.name });
      return;
    }
    await handOverMessage({
      log,
      server: upstream.name,
      send: (onHead) =>
        this.#send({ method: 'POST', headers: passed.headers, body: passed.text, onMessage: this.#passOn, onHead }),
    });
  }

  /** Work that nobody waits for: its failure is a log line, never an unhandled rejection. */
  #settled(work: Promise<void>): Promise<void> {
    return work.catch((error: unknown) => {
      this.#options.log.error('a notification failed inside the gateway', { cause: String(error) });
    });
  }

  #send(request: Omit<ExchangeOptions, 'pool' | 'path' | 'hold'>): Exchange {
    const own =
      request.method === 'POST' ? POST_HEADERS : request.method === 'GET' ? ['accept', 'text/event-stream'] : [];
    const session = sessionHeaders({ id: this.#session?.id, version: this.#session?.version });
    return this.#options.upstream.send({ ...request, headers: [...own, ...session, ...request.headers] });
  }

  /** INVARIANT: a session carries one principal; a request of another never rides on it. */
  #isOwner({ principal }: Pick<Enforced, 'principal'>): boolean {
    return this.#session === undefined || principal === undefined || principal === this.#session.owner;
  }

  #refuse(id: RequestId, error: RpcError): void {
    void this.#options.toHost(errorText(id, error));
  }
}

const idInUse: RpcError = { code: INVALID_REQUEST, message: 'a request with this id is still under way' };

const foreignSession: RpcError = {
  code: UNAUTHORIZED,
  message: 'this session belongs to another caller',
  data: { error: 'unauthorized', error_description: 'this session belongs to another caller' },
};

function timedOut(requestId: RequestId): Judged {
  const params = { requestId, reason: 'timeout' };
  return { text: JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params }) };
}

/** A server that refuses `initialize` because it is of the other era says so; the translation is not there yet. */
function eraError(error: RpcError): RpcError {
  const isEra = error.code === UNSUPPORTED_VERSION || error.code === METHOD_NOT_FOUND;
  return isEra ? wrongEra(`error ${error.code}`) : error;
}

function wrongEra(detail: string): RpcError {
  return {
    code: INTERNAL_ERROR,
    message: `the upstream does not speak the revision of this host, 2025-11-25 or earlier (${detail}): use a host that speaks 2026-07-28`,
  };
}
