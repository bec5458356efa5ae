// Host and upstream both in revision 2026-07-28: stateless, one POST a request, the message repeated in headers; a
// cancelled request is a closed POST (MCP 2026-07-28, "Streamable HTTP"; spec: eras).
import { isHeaderValue } from '../policy/headers/header-name.js';
import { NO_ANSWER, type Passed } from './enforce.js';
import { createCall, passMessages, type Call, type PassOn, type ToHost, type Waiting } from './call.js';
import { handOverMessage } from './hand-over.js';
import {
  errorText,
  INVALID_PARAMS,
  INVALID_REQUEST,
  isRequestId,
  metaOf,
  rpcErrorIn,
  type RequestId,
  type RpcError,
  type RpcMessage,
  type RpcNotification,
  type RpcRequest,
} from './json-rpc.js';
import { reopenedListen } from './reopened-listen.js';
import { resent } from './resent.js';
import type { Exchange, ExchangeEnd } from './streamable-http.js';
import type { ListAsker } from './tools/listed-tools.js';
import { paramHeaderList } from './tools/param-headers.js';
import { createParamMirror, type ParamMirror } from './tools/param-mirror.js';
import { unknownToolError } from './tools/tool-gate.js';
import { envelopeHeaders, POST_HEADERS } from './outbound-headers.js';
import { answering, bridged, cutShort, ID_IN_USE, type Relay, type RelayOptions } from './relay.js';
import { UnderWay } from './under-way.js';
import { earlierEra, envelopeOf, probeEra, VERSION_META_KEY, type EraVerdict } from './revisions/upstream-era.js';

export function createStatelessRelay(options: RelayOptions): Relay {
  return new StatelessRelay(options);
}

/** A class because it owns the calls under way and what is known of the upstream. */
class StatelessRelay implements Relay {
  readonly #options: RelayOptions;
  readonly #calls = new UnderWay<{ readonly call: Call; readonly done: Promise<void> }>();
  readonly #deliveries = new Set<Promise<void>>();
  readonly #passOn: PassOn;
  readonly #mirror: ParamMirror;
  /** Which revision the upstream speaks, once it has said so to anybody. */
  #era: EraVerdict | undefined;
  /** The questions under way, by caller: what one is refused says nothing to another. */
  readonly #asked = new Map<string, Promise<EraVerdict>>();

  constructor(options: RelayOptions) {
    this.#options = options;
    const { toHost, log, upstream, protocol, enforcer } = options;
    this.#mirror = createParamMirror({ server: upstream.name, log });
    const onToolsChanged = (): void => {
      enforcer.toolsChanged();
      upstream.hints.forget();
      this.#mirror.forget();
    };
    this.#passOn = passMessages({ toHost, log, server: upstream.name, asking: undefined, onToolsChanged });
    if (protocol === '2026') this.#era = { era: '2026' };
    if (protocol === '2025') this.#era = earlierEra('--protocol 2025');
  }

  handle(message: RpcMessage): void {
    switch (message.kind) {
      case 'request':
        return this.#request(message);
      case 'notification':
        if (message.method === 'notifications/cancelled') return this.#cancel(message);
        return this.#notify(message);
      case 'response':
        this.#options.log.warn('dropped an answer of the host: 2026-07-28 has no requests to it');
        return;
    }
  }

  async idle(): Promise<void> {
    await Promise.all([...this.#calls.values().map(({ done }) => done), ...this.#deliveries]);
  }

  close(): Promise<void> {
    for (const { call } of this.#calls.values()) {
      call.fail(cutShort(this.#options.upstream.name));
      call.abort();
    }
    return Promise.resolve();
  }

  #request(request: RpcRequest): void {
    if (this.#calls.has(request.id)) {
      return this.#refuse(request.id, ID_IN_USE);
    }
    const { upstream, toHost, log, timeoutMs } = this.#options;
    const isDiscover = request.method === 'server/discover';
    const call = createCall({
      id: request.id,
      upstream,
      toHost,
      log,
      timeoutMs: request.method === 'subscriptions/listen' ? undefined : timeoutMs,
      ...(isDiscover ? { mapResult: (result) => bridged(result, this.#options.version) } : {}),
    });
    const run = (): Promise<void> => this.#run(request, call);
    // A listen stream stands as long as the host wants it; it takes no turn from the calls. The others are judged
    // when they are sent: a token may expire while a request waits for its turn.
    const inTurn = request.method === 'subscriptions/listen' ? run() : upstream.slots.use(run);
    const done = answering(inTurn, { call, log });
    this.#calls.set(request.id, { call, done: done.finally(() => this.#calls.delete(request.id)) });
  }

  async #run(request: RpcRequest, call: Call): Promise<void> {
    if (!call.isOpen()) return;
    const version = metaOf(request.params)?.[VERSION_META_KEY];
    if (typeof version !== 'string' || !isHeaderValue(version)) {
      return call.fail({
        code: INVALID_PARAMS,
        message: `a request of revision 2026-07-28 needs _meta["${VERSION_META_KEY}"]`,
      });
    }
    if (!isHeaderValue(request.method)) {
      return call.fail({ code: INVALID_REQUEST, message: 'this method has no form in the Mcp-Method header' });
    }
    const passed = await this.#options.enforcer.check(request);
    if (passed.verdict === 'refuse') return call.fail(passed.error);
    call.onEnd(passed.ended);
    await this.#carry({ request, call, passed, version });
  }

  async #carry({ request, call, passed, version }: Carried): Promise<void> {
    const era = await this.#upstreamEra(request, passed);
    if (era.era !== '2026') return call.fail(era.error);
    const confirmed = await passed.confirm?.(this.#listAsker(request, passed));
    if (confirmed?.verdict === 'refused') return call.fail(confirmed.error);
    const own = [...POST_HEADERS, ...envelopeHeaders({ version, method: request.method, params: request.params })];
    const { hints } = this.#options.upstream;
    const caller = passed.principal;
    const repeat = hints.repeatOf(request, caller);
    const send: Send = ({ params, as: { headers: policy, text: body } = passed }, onMessage, waiting) =>
      this.#options.upstream.send({
        ...waiting,
        repeat,
        method: 'POST',
        headers: [...own, ...params],
        policy,
        body,
        onMessage,
      });
    if (request.method === 'tools/call') return this.#callTool({ request, call, passed, send });
    if (request.method === 'subscriptions/listen') return this.#listen({ request, call, passed, send });
    const isFirst = request.params?.['cursor'] === undefined;
    const screen =
      request.method === 'tools/list' ? this.#mirror.screen({ caller, isFirst, next: passed.screen }) : passed.screen;
    await call.run((onMessage, waiting) => send(NO_PARAMS, onMessage, waiting), {
      passOn: this.#passOn,
      screen: hints.screen(request, { caller, next: screen }),
    });
  }

  /** With what the tool wants repeated as headers; once more, when the upstream says that this was wrong. */
  async #callTool({ request, call, passed, send }: ToolCall): Promise<void> {
    const { name, arguments: args } = request.params ?? {};
    const tool = typeof name === 'string' ? name : '';
    const look = { caller: passed.principal, tool, asker: this.#listAsker(request, passed) };
    const params = await this.#mirror.paramsOf(look);
    if (params === 'hidden') return call.fail(unknownToolError(tool));
    let isSecond = false;
    const start = (onMessage: ToHost, waiting: Waiting): Exchange =>
      resent(send({ params: paramHeaderList(params, args) }, onMessage, waiting), async (ended) => {
        if (isSecond || !isHeaderMismatch(ended)) return undefined;
        isSecond = true;
        const now = await this.#mirror.paramsOf({ ...look, isWrong: true });
        return now === 'hidden' ? undefined : send({ params: paramHeaderList(now, args) }, onMessage, waiting);
      });
    await call.run(start, { passOn: this.#passOn, screen: passed.screen });
  }

  /** Each connection is judged anew, and belongs to the caller of the first. */
  async #listen({ request, call, passed, send }: ToolCall): Promise<void> {
    const { method, params, text } = request;
    const start = (onMessage: ToHost, waiting: Waiting): Exchange =>
      reopenedListen({
        ...waiting,
        onMessage,
        first: (take) => send(NO_PARAMS, take, waiting),
        send: async (take) => {
          const again = await this.#options.enforcer.check({ method, params, text });
          if (again.verdict === 'pass' && again.principal === passed.principal)
            return send({ ...NO_PARAMS, as: again }, take, waiting);
          call.fail(again.verdict === 'refuse' ? again.error : cutShort(this.#options.upstream.name));
          return undefined;
        },
      });
    await call.run(start, { passOn: this.#passOn });
  }

  /** Asks with the envelope of the request that needs to know. */
  #listAsker(request: RpcRequest, passed: Passed): ListAsker {
    const { upstream } = this.#options;
    const method = 'tools/list';
    const envelope = envelopeOf(request.params);
    const version = String(envelope[VERSION_META_KEY]);
    return {
      upstream,
      send: ({ id, params }, onMessage, waiting) =>
        upstream.send({
          ...waiting,
          repeat: 'harmless',
          method: 'POST',
          headers: [...POST_HEADERS, ...envelopeHeaders({ version, method, params })],
          policy: passed.headers,
          body: JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta: envelope } }),
          onMessage,
        }),
      passOn: this.#passOn,
    };
  }

  /** Asked once, with the envelope and the headers of the request that needs to know; trouble is asked about again. */
  async #upstreamEra(request: RpcRequest, { principal, headers }: Passed): Promise<EraVerdict> {
    const { upstream, timeoutMs } = this.#options;
    if (upstream.transport.known() === 'sse') return earlierEra('HTTP+SSE');
    if (this.#era !== undefined) return this.#era;
    const underWay = this.#asked.get(principal);
    // A question that is not answered may be an old one: then this request asks its own.
    const known = await underWay;
    if (known !== undefined && known.era !== 'unknown') return known;
    const envelope = envelopeOf(request.params);
    const asked = this.#asked.get(principal) ?? probeEra({ upstream, envelope, headers, timeoutMs });
    this.#asked.set(principal, asked);
    const verdict = await asked.finally(() => this.#asked.delete(principal));
    if (verdict.era !== 'unknown') this.#era = verdict;
    return verdict;
  }

  #cancel(notification: RpcNotification): void {
    const id = notification.params?.['requestId'];
    const entry = isRequestId(id) ? this.#calls.get(id) : undefined;
    entry?.call.cancel();
    entry?.call.abort();
  }

  #notify(notification: RpcNotification): void {
    const delivery = this.#deliver(notification)
      .catch((error: unknown) => {
        this.#options.log.error('a notification failed inside the gateway', { cause: String(error) });
      })
      .finally(() => this.#deliveries.delete(delivery));
    this.#deliveries.add(delivery);
  }

  async #deliver(notification: RpcNotification): Promise<void> {
    const { enforcer, upstream, log } = this.#options;
    const version = metaOf(notification.params)?.[VERSION_META_KEY];
    const passed = await enforcer.check(notification);
    if (passed.verdict === 'refuse') {
      log.warn('dropped a notification that the policy refuses', { server: upstream.name });
      return;
    }
    const revision = typeof version === 'string' && isHeaderValue(version) ? ['mcp-protocol-version', version] : [];
    await handOverMessage({
      log,
      server: upstream.name,
      send: (onHead) =>
        upstream.send({
          method: 'POST',
          headers: [...POST_HEADERS, ...revision],
          policy: passed.headers,
          body: passed.text,
          onMessage: this.#passOn,
          onHead,
        }),
    });
    passed.ended?.(NO_ANSWER);
  }

  #refuse(id: RequestId, error: RpcError): void {
    void this.#options.toHost(errorText(id, error));
  }
}

type Send = (sent: Sent, onMessage: ToHost, waiting: Waiting) => Exchange;

const NO_PARAMS: Sent = { params: [] };

interface Sent {
  /** Headers that repeat parameters, names and values in turn. */
  readonly params: readonly string[];
  /** What was judged last, where that is not the first. */
  readonly as?: Pick<Passed, 'headers' | 'text'>;
}

interface ToolCall extends Omit<Carried, 'version'> {
  readonly send: Send;
}

interface Carried {
  readonly request: RpcRequest;
  readonly call: Call;
  readonly passed: Passed;
  /** Of the request's envelope. */
  readonly version: string;
}

/** 2026-07-28, "HeaderMismatch": refused before it was run. */
const HEADER_MISMATCH = -32_020;

function isHeaderMismatch(ended: ExchangeEnd): boolean {
  return ended.kind === 'refused' && rpcErrorIn(ended.body)?.code === HEADER_MISMATCH;
}
