// Host and upstream both in a session-keeping revision (2024-11-05 to 2025-11-25): `initialize` opens one upstream
// session, every message is one POST, a standing GET brings what the server says unasked, DELETE ends it
// (MCP 2025-11-25, "Transports"; spec: eras). Ids of the host go through unchanged.
import { createCall, toHostLine, type Call } from './call.js';
import type { Enforced } from './enforce.js';
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
import { bridged, within, type Relay, type RelayOptions } from './relay.js';
import type { ExchangeEnd, ExchangeOptions } from './streamable-http.js';

type Passed = Extract<Enforced, { readonly verdict: 'pass' }>;

/** Pause before the standing GET is opened again: at first, and at most. */
const RECONNECT_FIRST_MS = 250;
const RECONNECT_LAST_MS = 10_000;

/** How long the end of the session may take. */
const DELETE_TIMEOUT_MS = 500;

export function createSessionRelay(options: RelayOptions): Relay {
  return new SessionRelay(options);
}

/** A class because it owns the state of one upstream session. */
class SessionRelay implements Relay {
  readonly #options: RelayOptions;
  readonly #calls = new Map<RequestId, { readonly call: Call; readonly done: Promise<void> }>();
  /** Messages after `initialize` and after `notifications/initialized` wait for these: the session comes first. */
  #opened: Promise<void> | undefined;
  /** Notifications and answers of the host, one after the other. */
  #posted: Promise<void> = Promise.resolve();
  #sessionId: string | undefined;
  #version: string | undefined;
  /** Whose session it is: the first principal's. */
  #owner: string | undefined;
  #abortListening: (() => void) | undefined;
  #wake: (() => void) | undefined;
  #closed = false;

  constructor(options: RelayOptions) {
    this.#options = options;
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
        else this.#post(message);
        return;
      case 'response':
        this.#post({ ...message, params: undefined });
        return;
    }
  }

  async idle(): Promise<void> {
    await Promise.all([...this.#calls.values()].map(({ done }) => done));
    await this.#posted;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wake?.();
    this.#abortListening?.();
    for (const { call } of this.#calls.values()) {
      call.cancel();
      call.abort();
    }
    if (this.#sessionId !== undefined) await within(DELETE_TIMEOUT_MS, this.#endSession());
  }

  async #endSession(): Promise<void> {
    const passed = await this.#options.enforcer.check();
    if (passed.verdict !== 'pass' || !this.#isOwner(passed)) return;
    await this.#send({ method: 'DELETE', headers: passed.headers, onMessage: () => undefined }).end;
  }

  #initialize(request: RpcRequest): void {
    if (this.#opened !== undefined) {
      this.#refuse(request.id, { code: INVALID_REQUEST, message: 'the session is initialized already' });
      return;
    }
    const call = this.#call(request, {
      mapResult: (result) => {
        const version = result['protocolVersion'];
        if (typeof version === 'string') this.#version = version;
        return bridged(result, this.#options.version);
      },
      mapError: (error, end) => {
        // A session that never came to be can be asked for again.
        this.#opened = undefined;
        return eraError(error, end);
      },
    });
    if (this.#options.protocol === '2026') return call.fail(wrongEra('--protocol 2026'));
    const run = this.#run(request, call, (sessionId) => {
      this.#sessionId = sessionId;
    });
    this.#opened = this.#track(request.id, call, run);
  }

  #initialized(notification: RpcNotification): void {
    const before = this.#opened ?? Promise.resolve();
    this.#opened = before.then(async () => {
      if (this.#version === undefined) return;
      await this.#deliver(notification);
      void this.#listen();
    });
    this.#posted = this.#opened;
  }

  #request(request: RpcRequest): void {
    const call = this.#call(request, {});
    void this.#track(
      request.id,
      call,
      (async () => {
        await this.#opened;
        await this.#run(request, call);
      })(),
    );
  }

  #call(request: RpcRequest, maps: Pick<Parameters<typeof createCall>[0], 'mapResult' | 'mapError'>): Call {
    const { upstream, toHost, log, timeoutMs } = this.#options;
    return createCall({
      id: request.id,
      upstream,
      toHost,
      log,
      timeoutMs: request.method === 'initialize' ? undefined : timeoutMs,
      allowsServerRequests: true,
      onTimeout: () => void this.#tellCancelled(request.id, 'timeout'),
      ...maps,
    });
  }

  /** Judges, sends, and sees the call to its end. */
  async #run(request: RpcRequest, call: Call, onSession?: (id: string | undefined) => void): Promise<void> {
    const passed = await this.#options.enforcer.check(request);
    if (passed.verdict === 'refuse') {
      if (request.method === 'initialize') this.#opened = undefined;
      return call.fail(passed.error);
    }
    if (request.method === 'initialize') this.#owner = passed.principal;
    else if (!this.#isOwner(passed)) return call.fail(foreignSession);
    await call.run(({ onMessage }) =>
      this.#send({
        method: 'POST',
        headers: passed.headers,
        body: passed.text,
        onMessage,
        ...(onSession === undefined ? {} : { onHead: (head) => head.status < 300 && onSession(head.sessionId) }),
      }),
    );
  }

  /** Remembers a call as long as it is under way. */
  async #track(id: RequestId, call: Call, work: Promise<void>): Promise<void> {
    if (this.#calls.has(id)) {
      call.cancel();
      this.#refuse(id, { code: INVALID_REQUEST, message: 'a request with this id is still under way' });
      return;
    }
    const done = work.catch((error: unknown) => {
      this.#options.log.error('a request failed inside the gateway', { cause: String(error) });
      call.fail({ code: INTERNAL_ERROR, message: 'the gateway failed on this request' });
    });
    this.#calls.set(id, { call, done });
    await done;
    this.#calls.delete(id);
  }

  #cancel(notification: RpcNotification): void {
    const id = notification.params?.['requestId'];
    const entry = isRequestId(id) ? this.#calls.get(id) : undefined;
    if (entry === undefined) return;
    if (!entry.call.cancel()) return;
    // The server keeps the stream of a cancelled request open for ever: it is ours to close, once it has been told.
    this.#posted = this.#posted.then(async () => {
      await this.#deliver(notification);
      entry.call.abort();
    });
  }

  async #tellCancelled(requestId: RequestId, reason: string): Promise<void> {
    const text = JSON.stringify({
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId, reason },
    });
    await this.#deliver({ params: undefined, text });
  }

  /** A notification or an answer: nothing comes back, so a refusal is logged and the message dropped. */
  #post(message: Pick<RpcNotification, 'params' | 'text'>): void {
    this.#posted = this.#posted.then(async () => {
      await this.#opened;
      await this.#deliver(message);
    });
  }

  async #deliver(message: Pick<RpcNotification, 'params' | 'text'>): Promise<void> {
    const { enforcer, log, upstream, toHost } = this.#options;
    const passed = await enforcer.check(message);
    if (passed.verdict !== 'pass' || !this.#isOwner(passed)) {
      log.warn('dropped a notification that the policy refuses', { server: upstream.name });
      return;
    }
    const { end } = this.#send({
      method: 'POST',
      headers: passed.headers,
      body: passed.text,
      onMessage: toHostLine(toHost),
    });
    const ended = await end;
    if (ended.kind !== 'complete') log.warn('the upstream did not take a notification', describe(ended, upstream.name));
  }

  /** The standing GET: as long as the session lives, opened again whenever it drops. */
  async #listen(): Promise<void> {
    const { enforcer, log, toHost, upstream } = this.#options;
    let pause = RECONNECT_FIRST_MS;
    let lastEventId: string | undefined;
    while (!this.#closed) {
      const passed = await enforcer.check();
      if (this.#closed) return;
      if (passed.verdict === 'pass' && this.#isOwner(passed)) {
        const stream = this.#send({
          method: 'GET',
          headers: [...passed.headers, ...(lastEventId === undefined ? [] : ['last-event-id', lastEventId])],
          onHead: (head) => {
            if (head.status < 300) pause = RECONNECT_FIRST_MS;
          },
          onMessage: toHostLine(toHost),
        });
        this.#abortListening = stream.abort;
        const end = await stream.end;
        // 405: this server says nothing unasked. Any other refusal would only be repeated.
        if (end.kind === 'refused' || end.kind === 'unusable' || end.kind === 'aborted') return;
        lastEventId = end.stream?.lastEventId ?? lastEventId;
        pause = Math.max(pause, end.stream?.retryMs ?? 0);
        log.debug('the standing stream of the upstream ended', { server: upstream.name });
      }
      await this.#sleep(pause);
      pause = Math.min(pause * 2, RECONNECT_LAST_MS);
    }
  }

  async #sleep(ms: number): Promise<void> {
    if (this.#closed) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #send(request: Omit<ExchangeOptions, 'pool' | 'path'>): ReturnType<RelayOptions['upstream']['send']> {
    const own =
      request.method === 'POST' ? POST_HEADERS : request.method === 'GET' ? ['accept', 'text/event-stream'] : [];
    const session = sessionHeaders({ id: this.#sessionId, version: this.#version });
    return this.#options.upstream.send({ ...request, headers: [...own, ...session, ...request.headers] });
  }

  /** INVARIANT: a session carries one principal; a request of another never rides on it. */
  #isOwner(passed: Passed): boolean {
    return this.#owner === undefined || passed.principal === this.#owner;
  }

  #refuse(id: RequestId, error: RpcError): void {
    void this.#options.toHost(errorText(id, error));
  }
}

const foreignSession: RpcError = {
  code: UNAUTHORIZED,
  message: 'this session belongs to another caller',
  data: { error: 'unauthorized', error_description: 'this session belongs to another caller' },
};

/** A server that refuses `initialize` because it is of the other era says so; the translation is not there yet. */
function eraError(error: RpcError, end: ExchangeEnd | undefined): RpcError {
  const unknownMethod = error.code === METHOD_NOT_FOUND;
  if (error.code !== UNSUPPORTED_VERSION && !unknownMethod) return error;
  if (end !== undefined && end.kind !== 'refused') return error;
  return wrongEra(`error ${error.code}`);
}

function wrongEra(detail: string): RpcError {
  return {
    code: INTERNAL_ERROR,
    message: `the upstream does not speak the revision of this host, 2025-11-25 or earlier (${detail}): use a host that speaks 2026-07-28`,
  };
}

function describe(end: ExchangeEnd, server: string): Record<string, string | number> {
  return end.kind === 'refused' ? { server, status: end.head.status } : { server, end: end.kind };
}
