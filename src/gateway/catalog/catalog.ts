// Several servers in one endpoint: takes the host's messages and gives each to the server that it is for, or to all of them
// and makes one answer of theirs (spec: serve, "Several servers in one endpoint"). Each server has a relay of its own, with
// its own policy, credentials and sessions: nothing of one ever goes to another.
import type { Log } from '../../log.js';
import { hasTwoIds, isAmbiguous } from '../ambiguous-message.js';
import {
  errorText,
  INTERNAL_ERROR,
  INVALID_REQUEST,
  isRequestId,
  METHOD_NOT_FOUND,
  metaOf,
  parseMessage,
  type Params,
  type RequestId,
  type RpcError,
  type RpcMessage,
  type RpcNotification,
  type RpcRequest,
  type RpcResponse,
} from '../json-rpc.js';
import type { Relay } from '../relay.js';
import { UnderWay } from '../under-way.js';
import { createServerRequests } from '../session/server-requests.js';
import { unknownToolError } from '../tools/tool-gate.js';
import { Destinations, type Destination } from './destinations.js';
import { edited } from './edited-text.js';
import { gather } from './gather.js';
import { isListMethod, listChangedBy, type Listed } from './list-entries.js';
import { createListens, type Listens } from './listens.js';
import { Lists, pageParams } from './lists.js';
import { Member, OWN_IDS, type Taken } from './member.js';
import { openAll, type OpenAll } from './openings.js';
import { shownNotice } from './shown-notice.js';
import { createShownNames, type ShownNames } from './shown-names.js';
import { createShownUris, type ShownUris } from './shown-uris.js';
import { shownAnswer } from './shown-answer.js';

export interface CatalogOptions {
  readonly servers: readonly string[];
  readonly revision: '2025' | '2026';
  /** Makes the relay of one server, which writes to the catalog. */
  readonly makeRelay: (server: string, toHost: (text: string) => Taken) => Relay;
  /** Writes one line to the host. A promise: hold back until it resolves. */
  readonly toHost: (text: string) => Taken;
  readonly log: Log;
  /** mcpgw's own version. */
  readonly version: string;
}

export function createCatalog(options: CatalogOptions): Relay {
  return new Catalog(options);
}

/** A request of the host under way: at one server under its own id, or at several under ids of the catalog. */
type Entry =
  | { readonly kind: 'routed'; readonly member: Member; readonly method: string; readonly token: unknown }
  | { readonly kind: 'gathered'; readonly stopping: AbortController; readonly mayBeCancelled: boolean };

/** A class because it owns the requests under way. */
class Catalog implements Relay {
  readonly #options: CatalogOptions;
  readonly #members: readonly Member[];
  readonly #names: ShownNames;
  readonly #uris: ShownUris;
  readonly #lists: Lists;
  readonly #listens: Listens;
  readonly #open: OpenAll;
  readonly #destinations: Destinations;
  readonly #entries = new UnderWay<Entry>();
  readonly #works = new Set<Promise<void>>();
  readonly #serverRequests = createServerRequests<Member>();
  /** `initialize` is under way, or was answered. */
  #isOpen = false;

  constructor(options: CatalogOptions) {
    this.#options = options;
    const { servers, makeRelay, log, revision, toHost, version } = options;
    this.#names = createShownNames(servers);
    this.#uris = createShownUris(new Map(servers.map((name) => [name, this.#names.tagOf(name)])));
    this.#members = servers.map(
      (name) =>
        new Member({
          name,
          makeRelay: (own) => makeRelay(name, own),
          onMessage: (member, text, message) => this.#fromServer(member, text, message),
        }),
    );
    const parts = { members: this.#members, names: this.#names, uris: this.#uris, log, toHost };
    const onChanged = (what: Listed): void => this.#tellChanged(what);
    this.#lists = new Lists({ ...parts, onChanged, saysScope: revision === '2026' });
    this.#listens = createListens(parts);
    this.#destinations = new Destinations({ ...parts, revision });
    this.#open = openAll({ ...parts, version, onChanged });
  }

  handle(message: RpcMessage): void {
    switch (message.kind) {
      case 'request':
        return this.#request(message);
      case 'notification':
        return this.#notification(message);
      case 'response':
        return this.#answer(message);
    }
  }

  async idle(): Promise<void> {
    await Promise.all([...this.#members.map(({ relay }) => relay.idle()), ...this.#works]);
  }

  async close(): Promise<void> {
    this.#lists.close();
    for (const entry of this.#entries.values()) if (entry.kind === 'gathered') entry.stopping.abort();
    await Promise.all(this.#members.map(({ relay }) => relay.close()));
  }

  #request(request: RpcRequest): void {
    const { id, method, params = {} } = request;
    if (this.#entries.has(id)) {
      return this.#fail(id, { code: INVALID_REQUEST, message: 'a request with this id is still under way' });
    }
    if (typeof id === 'string' && id.startsWith(OWN_IDS)) {
      return this.#fail(id, { code: INVALID_REQUEST, message: `ids that begin with ${OWN_IDS} are the gateway's` });
    }
    const { revision } = this.#options;
    if (method === 'initialize') return this.#initialize(request);
    if (method === 'server/discover') {
      return this.#gathered(request, async () => printed(await this.#open({ method, params })));
    }
    if (isListMethod(method)) {
      return this.#gathered(request, (signal) => this.#lists.list({ method, params, signal }));
    }
    if (method === 'subscriptions/listen' && revision === '2026') {
      return this.#gathered(request, async (signal) => printed(await this.#listens.open(request, signal)));
    }
    if (method === 'ping' && revision === '2025') return this.#succeed(id, '{}');
    if (method === 'logging/setLevel') return this.#gathered(request, (signal) => this.#tellAll(request, signal));
    if (this.#destinations.knows(method)) return this.#route(request);
    const message = `${method} is not there where several servers share an endpoint`;
    this.#fail(id, { code: METHOD_NOT_FOUND, message });
  }

  /** Once, unless it failed. */
  #initialize(request: RpcRequest): void {
    if (this.#isOpen) {
      return this.#fail(request.id, { code: INVALID_REQUEST, message: 'the session is initialized already' });
    }
    this.#isOpen = true;
    this.#gathered(request, async () => {
      const opened = await this.#open({ method: 'initialize', params: request.params ?? {} });
      this.#isOpen = 'result' in opened;
      return printed(opened);
    });
  }

  #notification(notification: RpcNotification): void {
    const { method, params } = notification;
    if (method === 'notifications/cancelled') return this.#cancel(notification);
    if (method === 'notifications/progress') {
      const about = this.#serverRequests.progressed(notification.text, params);
      if (about !== undefined) handOn(about.session, about.text);
      return;
    }
    for (const { relay, out } of this.#members) if (out === undefined) relay.handle(notification);
  }

  /** The host's answer to a request of one server. */
  #answer(response: RpcResponse): void {
    const asked = this.#serverRequests.answered(response);
    if (asked !== undefined) handOn(asked.session, asked.text);
    else this.#options.log.warn('dropped an answer of the host to nothing that a server has asked');
  }

  #cancel(notification: RpcNotification): void {
    const id = notification.params?.['requestId'];
    const entry = isRequestId(id) ? this.#entries.get(id) : undefined;
    if (!isRequestId(id) || entry === undefined) return;
    if (entry.kind === 'gathered' && !entry.mayBeCancelled) return;
    this.#entries.delete(id);
    if (entry.kind === 'gathered') entry.stopping.abort();
    else entry.member.relay.handle(notification);
  }

  /** What is asked of several servers; the host's id is the catalog's. */
  #gathered({ id, method }: RpcRequest, work: (signal: AbortSignal) => Promise<Outcome>): void {
    const stopping = new AbortController();
    // Its answer opens the session (2025-11-25, "Cancellation").
    const entry: Entry = { kind: 'gathered', stopping, mayBeCancelled: method !== 'initialize' };
    this.#entries.set(id, entry);
    const done = work(stopping.signal)
      .catch((error: unknown): Outcome => {
        this.#options.log.error('a request failed inside the gateway', { cause: String(error) });
        return { error: { code: INTERNAL_ERROR, message: 'the gateway failed on this request' } };
      })
      .then((outcome) => {
        this.#works.delete(done);
        // The host has cancelled it, and may have used its id again.
        if (this.#entries.get(id) !== entry) return;
        this.#entries.delete(id);
        if ('error' in outcome) this.#fail(id, outcome.error);
        else this.#succeed(id, outcome.result);
      });
    // A subscription ends when the host says so: nothing waits for it.
    if (method !== 'subscriptions/listen') this.#works.add(done);
  }

  /** Settings are for every server that knows them. */
  async #tellAll({ method, params = {} }: RpcRequest, signal: AbortSignal): Promise<Outcome> {
    const asked = this.#members
      .filter((member) => member.mayHave('logging'))
      .map((member) => ({
        member,
        answer: member.ask({ method, params: pageParams(params, undefined), signal }).answer,
      }));
    const parts = await gather({ asked, onLate: () => undefined });
    const [failure] = parts.flatMap(({ answer }) => (answer.kind === 'error' ? [answer.error] : []));
    const isTaken = asked.length > parts.length || parts.some(({ answer }) => answer.kind === 'result');
    return isTaken || failure === undefined ? { result: '{}' } : { error: failure };
  }

  /** To the one server that it is for. */
  #route(request: RpcRequest): void {
    const { id, text, params } = request;
    // Where a name stands twice, one of the two would go on as it is.
    if (isAmbiguous(text)) {
      return this.#fail(id, { code: INVALID_REQUEST, message: 'a member of the message stands in it twice' });
    }
    const found = this.#destinations.find(request);
    if (found === 'unlisted') {
      // Its name was cut, and this process has shown no list yet that would say what was cut off.
      return this.#gathered(request, async (signal) => {
        await this.#destinations.learnCut(request, signal);
        const again = this.#destinations.find(request);
        if (again === 'unlisted') return { error: unknownToolError(String(params?.['name'])) };
        if ('error' in again) return again;
        // From here on it is under way at that server, and no question of the catalog.
        if (!signal.aborted) this.#send(request, again);
        return { result: '{}' };
      });
    }
    if ('error' in found) return this.#fail(id, found.error);
    this.#send(request, found);
  }

  #send(request: RpcRequest, { member, edits, params }: Destination): void {
    const { id, method } = request;
    const text = whereNotTooDeep(() => edited(request.text, edits));
    if (text === undefined) return this.#fail(id, { code: INVALID_REQUEST, message: 'the message is nested too deep' });
    const token = metaOf(params)?.['progressToken'];
    this.#entries.set(id, { kind: 'routed', member, method, token });
    member.relay.handle({ ...request, params, text });
  }

  #fromServer(member: Member, text: string, message: Params): Taken {
    const { id, method } = message;
    if (typeof method !== 'string') return this.#fromServerAnswer(member, text, message);
    // Some host would read in it what is another server's: a call, a request, a name.
    if (isAmbiguous(text)) {
      this.#options.log.warn('dropped a message with a member that stands in it twice', { server: member.name });
      return undefined;
    }
    return whereNotTooDeep(() => {
      if (!isRequestId(id)) return this.#told(member, text, message);
      return this.#options.toHost(this.#serverRequests.from(member).asks(text, message));
    });
  }

  #fromServerAnswer(member: Member, text: string, message: Params): Taken {
    const { id } = message;
    const entry = isRequestId(id) ? this.#entries.get(id) : undefined;
    // A relay answers what it was given, once.
    if (!isRequestId(id) || entry?.kind !== 'routed' || entry.member !== member) {
      return this.#options.toHost(text);
    }
    this.#entries.delete(id);
    if (hasTwoIds(text, message)) {
      const data = { server: member.name, reason: 'not-mcp', retryable: false };
      const error = `the upstream ${member.name} sent an answer that may be read as one to another request`;
      return this.#options.toHost(errorText(id, { code: INTERNAL_ERROR, message: error, data }));
    }
    const answer = { text, message, method: entry.method, server: member.name, uris: this.#uris };
    return this.#options.toHost(whereNotTooDeep(() => shownAnswer(answer)) ?? text);
  }

  /** A notification of one server. */
  #told(member: Member, text: string, message: Params): Taken {
    // In 2026-07-28 servers ask nothing that they could cancel. A host would take it for the end of its subscription, at all.
    if (this.#options.revision === '2026' && message['method'] === 'notifications/cancelled') return undefined;
    const what = listChangedBy(message);
    if (what !== undefined) this.#lists.changed(member, what);
    if (this.#listens.takes(member, message)) return undefined;
    const notice = shownNotice({ message, server: member.name, uris: this.#uris });
    if (notice.kind === 'shown') return this.#options.toHost(notice.text);
    if (notice.kind === 'other') {
      const told = this.#serverRequests.from(member).tells(text, message);
      return told === undefined ? undefined : this.#options.toHost(told);
    }
    const isTheirs = this.#entries
      .values()
      .some((entry) => entry.kind === 'routed' && entry.member === member && entry.token === notice.token);
    if (isTheirs) return this.#options.toHost(text);
    this.#options.log.warn('dropped progress about nothing that the server was asked', { server: member.name });
    return undefined;
  }

  #tellChanged(what: Listed): void {
    if (this.#options.revision === '2026') return this.#listens.changed(what);
    void this.#options.toHost(JSON.stringify({ jsonrpc: '2.0', method: `notifications/${what}/list_changed` }));
  }

  #succeed(id: RequestId, result: string): void {
    void this.#options.toHost(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`);
  }

  #fail(id: RequestId, error: RpcError): void {
    void this.#options.toHost(errorText(id, error));
  }
}

/** `result` is JSON. */
type Outcome = { readonly result: string } | { readonly error: RpcError };

function printed(outcome: { readonly result: Params } | { readonly error: RpcError }): Outcome {
  return 'error' in outcome ? outcome : { result: JSON.stringify(outcome.result) };
}

/** A message of the host whose ids were replaced. */
function handOn({ relay }: Member, text: string): void {
  const message = parseMessage(text);
  if (message.kind !== 'bad') relay.handle(message);
}

/** Undefined for what is nested deeper than it can be looked into. */
function whereNotTooDeep<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
