// The sessions of one host at one upstream: its own, opened by its `initialize`, and one for every other caller whose
// requests it brings (spec: serve, "Policy on every message"). Another caller's session opens with the host's own
// parameters and that caller's headers, with the first request that needs it.
import { ask } from '../ask.js';
import type { Judged, Passed } from '../enforce.js';
import { INTERNAL_ERROR, type Params, type RpcError } from '../json-rpc.js';
import { cutShort, type RelayOptions } from '../relay.js';
import { passMessages } from '../call.js';
import { createServerRequests } from './server-requests.js';
import { UpstreamSession } from './upstream-session.js';

/** Sessions of other callers at once; of those without a call, the one used longest ago ends first. */
const OTHERS_AT_MOST = 256;
const OPENING_TIMEOUT_MS = 30_000;
/** Of the gateway's own `initialize`; every session has ids of its own. */
const INITIALIZE_ID = 'mcpgw:initialize';
const INITIALIZED: Judged = {
  method: 'notifications/initialized',
  text: '{"jsonrpc":"2.0","method":"notifications/initialized"}',
};

/** The opening of the host, as it is repeated for others. */
export interface Opening {
  readonly params: Params | undefined;
  /** What the host and its own session have agreed on. */
  readonly version: string | undefined;
}

export type Opened = { readonly error: RpcError } | { readonly release: () => void };

interface Other {
  readonly session: UpstreamSession;
  /** The error that its opening ended with. Never rejects: some wait for it in the background. */
  readonly opened: Promise<RpcError | undefined>;
  isOpen: boolean;
}

/** A class because it owns the sessions. */
export class CallerSessions {
  readonly requests = createServerRequests<UpstreamSession>();
  readonly #options: RelayOptions;
  /** By caller, the one used longest ago first. */
  readonly #others = new Map<string, Other>();
  readonly #closing = new AbortController();

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  /** A session that nothing has been sent in. */
  fresh(caller: Pick<Passed, 'principal' | 'credential'>): UpstreamSession {
    const { upstream, enforcer, log, toHost } = this.#options;
    return new UpstreamSession({
      upstream,
      enforcer,
      log,
      caller,
      passOnOf: (session) =>
        passMessages({
          toHost,
          log,
          server: upstream.name,
          asking: this.requests.from(session),
          onToolsChanged: () => {
            enforcer.toolsChanged();
            upstream.hints.forget();
          },
        }),
    });
  }

  /** The open session of another caller, if there is one. */
  known(principal: string): UpstreamSession | undefined {
    const other = this.#others.get(principal);
    if (other?.isOpen !== true) return undefined;
    this.#others.delete(principal);
    this.#others.set(principal, other);
    return other.session;
  }

  /** The server has forgotten it: it is told nothing more. */
  drop(session: UpstreamSession): void {
    if (this.#others.get(session.owner)?.session === session) this.#others.delete(session.owner);
    this.requests.forget(session);
    session.leave();
  }

  /** Resolves once no session of this caller is being opened. */
  async opened(principal: string): Promise<void> {
    await this.#others.get(principal)?.opened;
  }

  /**
   * Opens the session of another caller; those that ask meanwhile wait for the same. Gives why it did not open, else what
   * is to be called once: until then the session is not ended for another's sake.
   */
  async open(passed: Passed, opening: Opening): Promise<Opened> {
    const known = this.#others.get(passed.principal);
    const opened = await this.#opened(passed, opening);
    // An opening of before may have met with a fault that is over: then this request has one of its own.
    return 'error' in opened && known !== undefined ? this.#opened(passed, opening) : opened;
  }

  async #opened(passed: Passed, opening: Opening): Promise<Opened> {
    if (this.#closing.signal.aborted) return { error: cutShort(this.#options.upstream.name) };
    const { session, opened } = this.#others.get(passed.principal) ?? this.#begin(passed, opening);
    session.calls++;
    const release = (): void => {
      session.calls--;
      this.#endOldest();
    };
    const error = await opened;
    if (error === undefined) return { release };
    release();
    return { error };
  }

  /** Ends the sessions of others, and opens none any more. */
  async end(): Promise<void> {
    this.#closing.abort();
    const others = [...this.#others.values()];
    this.#others.clear();
    await Promise.all(others.map(({ session, isOpen, opened }) => (isOpen ? this.#end(session) : opened)));
  }

  #begin(passed: Passed, from: Opening): Other {
    const session = this.fresh(passed);
    const failed = (cause: unknown): RpcError => {
      this.#options.log.error('a session could not be opened', { cause: String(cause) });
      return { code: INTERNAL_ERROR, message: 'the gateway failed to open a session' };
    };
    const opening = this.#initialize(session, passed, from).catch(failed);
    const opened = opening.then(async (error) => {
      // One that never came to be can be asked for again; what the server has of it is ended.
      if (error === undefined) other.isOpen = true;
      else if (this.#others.get(session.owner) === other) this.#others.delete(session.owner);
      if (error !== undefined) await this.#end(session);
      return error;
    });
    const other: Other = { session, opened, isOpen: false };
    this.#others.set(session.owner, other);
    this.#endOldest();
    return other;
  }

  async #initialize(
    session: UpstreamSession,
    { headers }: Passed,
    { params, version }: Opening,
  ): Promise<RpcError | undefined> {
    const { upstream, timeoutMs } = this.#options;
    const { _meta: _, ...hosts } = params ?? {};
    // What was agreed on is asked for: a server may speak more.
    const own = version === undefined ? hosts : { ...hosts, protocolVersion: version };
    const answer = await ask({
      upstream,
      id: INITIALIZE_ID,
      timeoutMs: timeoutMs ?? OPENING_TIMEOUT_MS,
      late: 'did not open a session in time',
      passOn: session.passOn,
      signal: this.#closing.signal,
      send: (onMessage, waiting) =>
        session.initialize({
          ...waiting,
          policy: headers,
          body: JSON.stringify({ jsonrpc: '2.0', id: INITIALIZE_ID, method: 'initialize', params: own }),
          onMessage,
        }),
    });
    if ('error' in answer) return answer.error;
    const agreed = answer.result['protocolVersion'];
    if (version === undefined || agreed !== version) return otherRevision(upstream.name);
    if (this.#closing.signal.aborted) return cutShort(upstream.name);
    session.version = version;
    await session.tell(INITIALIZED);
    if (this.#closing.signal.aborted) return cutShort(upstream.name);
    session.listen();
    return undefined;
  }

  #endOldest(): void {
    while (this.#others.size > OTHERS_AT_MOST) {
      const idle = [...this.#others.values()].find(({ session, isOpen }) => isOpen && session.calls === 0);
      if (idle === undefined) return;
      this.#others.delete(idle.session.owner);
      void this.#end(idle.session);
    }
  }

  async #end(session: UpstreamSession): Promise<void> {
    this.requests.forget(session);
    await session.end().catch((error: unknown) => {
      this.#options.log.error('a session could not be ended', { cause: String(error) });
    });
  }
}

function otherRevision(server: string): RpcError {
  return {
    code: INTERNAL_ERROR,
    message: `the upstream ${server} speaks another revision to another caller`,
    data: { server, reason: 'revision', retryable: false },
  };
}
