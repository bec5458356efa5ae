// `subscriptions/listen` where several servers share an endpoint (MCP 2026-07-28, "Subscriptions"): one at each of them, and
// one that the host sees. A server whose own ends is asked again, and what may have changed meanwhile is said to have.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../log.js';
import {
  INVALID_PARAMS,
  isObject,
  metaOf,
  type Params,
  type RequestId,
  type RpcError,
  type RpcRequest,
} from '../json-rpc.js';
import { isPassing } from '../session/absence.js';
import type { Listed } from './list-entries.js';
import { pageParams } from './lists.js';
import type { Member, MemberAnswer, Taken } from './member.js';
import type { ShownUris } from './shown-uris.js';

export interface ListensOptions {
  readonly members: readonly Member[];
  readonly uris: ShownUris;
  readonly log: Log;
  readonly toHost: (text: string) => Taken;
}

export interface Listens {
  /** Resolves with the host's answer: when no server has a part in it any more. */
  readonly open: (request: RpcRequest, signal: AbortSignal) => Promise<ListenOutcome>;
  /** Takes a notification of a server that belongs to one of these; false: to none. */
  readonly takes: (member: Member, message: Params) => boolean;
  /** Tells those who want to know. */
  readonly changed: (what: Listed) => void;
}

export type ListenOutcome = { readonly result: Params } | { readonly error: RpcError };

const SUBSCRIPTION_ID = 'io.modelcontextprotocol/subscriptionId';
const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged';
/** How long a server that says nothing delays the host's acknowledgement. */
const PATIENCE_MS = 3_000;
/** Pause before a server is asked again: at first, and at most. */
const FIRST_PAUSE_MS = 1_000;
const LAST_PAUSE_MS = 60_000;
/** A subscription that lived this long was a good one. */
const GOOD_LIFE_MS = 10_000;

/** What no subscription asks for: it is looked at as it is everywhere else, since it names calls, or whose it is. */
const NOT_SUBSCRIBED: ReadonlySet<unknown> = new Set(['notifications/progress', 'notifications/message']);

const FLAGS: readonly (readonly [flag: string, what: Listed])[] = [
  ['toolsListChanged', 'tools'],
  ['promptsListChanged', 'prompts'],
  ['resourcesListChanged', 'resources'],
];

interface Listen {
  readonly id: RequestId;
  readonly filter: Params;
  /** Of each server that has acknowledged; the URIs as the host knows them. */
  readonly acknowledged: Map<Member, Acknowledged>;
  /** Those for whom the host's own acknowledgement waits no longer. */
  readonly settled: Set<Member>;
  failure: RpcError | undefined;
  isTold: boolean;
  /** Looks whether the host can be told now. */
  readonly look: () => void;
}

interface Acknowledged {
  readonly uris: readonly string[];
  /** The server tells nothing of what was asked for. */
  readonly isNothing: boolean;
}

export function createListens({ members, uris, log, toHost }: ListensOptions): Listens {
  const listens = new Set<Listen>();
  /** By server, and by the id of the request there. */
  const parts = new Map<Member, Map<string, Listen>>();

  const tell = ({ id }: Listen, message: Params): Taken => {
    const params = isObject(message['params']) ? message['params'] : {};
    const told = { ...params, _meta: { ...metaOf(params), [SUBSCRIPTION_ID]: id } };
    return toHost(JSON.stringify({ jsonrpc: '2.0', method: message['method'], params: told }));
  };
  const tellChanged = (listen: Listen, what: Listed): void => {
    const isWanted = FLAGS.some(([flag, listed]) => listed === what && listen.filter[flag] === true);
    if (isWanted && listen.isTold) void tell(listen, { method: `notifications/${what}/list_changed` });
  };
  const acknowledge = (listen: Listen): void => {
    if (listen.isTold) return;
    listen.isTold = true;
    const wanted = FLAGS.filter(([flag]) => listen.filter[flag] === true).map(([flag]) => [flag, true]);
    const subscribed = [...listen.acknowledged.values()].flatMap((it) => it.uris);
    const notifications = {
      ...(Object.fromEntries(wanted) as Params),
      ...(subscribed.length === 0 ? {} : { resourceSubscriptions: subscribed }),
    };
    void tell(listen, { method: ACKNOWLEDGED, params: { notifications } });
  };

  /** At one server, until its answer comes. */
  const listenAt = async (member: Member, listen: Listen, { params, signal }: AtMember): Promise<MemberAnswer> => {
    const asked = member.ask({ method: 'subscriptions/listen', params, signal });
    const own = parts.get(member) ?? new Map<string, Listen>();
    parts.set(member, own.set(asked.id, listen));
    const answer = await asked.answer;
    own.delete(asked.id);
    return answer;
  };
  /** As long as the host wants it; in between, what has changed there is not heard of. */
  const keepAt = async (member: Member, listen: Listen, { params, signal }: AtMember): Promise<void> => {
    const notifications = memberFilter(listen.filter, { member, uris });
    if (member.out !== undefined || notifications === undefined) return;
    const at = { params: { ...pageParams(params, undefined), notifications }, signal };
    let pauseMs = FIRST_PAUSE_MS;
    while (!signal.aborted) {
      const start = performance.now();
      const answer = await listenAt(member, listen, at);
      const acknowledged = listen.acknowledged.get(member);
      if (answer.kind === 'cancelled' || acknowledged?.isNothing === true) return;
      if (answer.kind === 'error') {
        log.debug(`subscriptions/listen: not at this server: ${answer.error.message}`, { server: member.name });
        listen.failure ??= answer.error;
        if (acknowledged === undefined && !isPassing(answer.error)) return;
      }
      listen.settled.add(member);
      listen.look();
      if (performance.now() - start > GOOD_LIFE_MS) pauseMs = FIRST_PAUSE_MS;
      await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, LAST_PAUSE_MS);
    }
  };
  return {
    open: async (request, signal) => {
      const params = request.params ?? {};
      const filter = params['notifications'];
      if (!isObject(filter)) return { error: { code: INVALID_PARAMS, message: 'params.notifications is an object' } };
      const listen: Listen = {
        id: request.id,
        filter,
        acknowledged: new Map(),
        settled: new Set(),
        failure: undefined,
        isTold: false,
        look: () => {
          const isSettled = members.every((it) => listen.settled.has(it));
          if (isSettled && listen.acknowledged.size > 0) acknowledge(listen);
        },
      };
      listens.add(listen);
      const timer = setTimeout(() => acknowledge(listen), PATIENCE_MS);
      const all = members.map(async (member) => {
        await keepAt(member, listen, { params, signal });
        listen.settled.add(member);
        listen.look();
      });
      await Promise.all(all);
      clearTimeout(timer);
      listens.delete(listen);
      if (!listen.isTold && listen.failure !== undefined) return { error: listen.failure };
      return { result: { resultType: 'complete', _meta: { [SUBSCRIPTION_ID]: listen.id } } };
    },
    takes: (member, message) => {
      const params = isObject(message['params']) ? message['params'] : {};
      const id = metaOf(params)?.[SUBSCRIPTION_ID];
      if (id === undefined || NOT_SUBSCRIBED.has(message['method'])) return false;
      const listen = typeof id === 'string' ? parts.get(member)?.get(id) : undefined;
      if (listen === undefined) return true;
      if (message['method'] === ACKNOWLEDGED) {
        const isLate = listen.isTold;
        listen.acknowledged.set(member, acknowledgedBy(params, { member, uris }));
        listen.settled.add(member);
        listen.look();
        if (isLate) for (const [, what] of FLAGS) tellChanged(listen, what);
        return true;
      }
      const { uri } = params;
      const shown = typeof uri === 'string' ? { uri: uris.shown(member.name, uri) } : {};
      void tell(listen, { ...message, params: { ...params, ...shown } });
      return true;
    },
    changed: (what) => {
      for (const listen of listens) tellChanged(listen, what);
    },
  };
}

interface AtMember {
  readonly params: Params;
  readonly signal: AbortSignal;
}

interface Whose {
  readonly member: Member;
  readonly uris: ShownUris;
}

/** What this server is asked to tell; undefined when nothing of the filter is its business. */
function memberFilter(filter: Params, { member, uris }: Whose): Params | undefined {
  const { resourceSubscriptions, ...flags } = filter;
  const wanted = Array.isArray(resourceSubscriptions) ? resourceSubscriptions : [];
  const own = wanted.flatMap((shown: unknown) => {
    const found = typeof shown === 'string' ? uris.find(shown) : undefined;
    return found?.server === member.name ? [found.uri] : [];
  });
  const isNothing = own.length === 0 && !Object.values(flags).includes(true);
  if (isNothing) return undefined;
  return own.length === 0 ? flags : { ...flags, resourceSubscriptions: own };
}

function acknowledgedBy(params: Params, { member, uris }: Whose): Acknowledged {
  const notifications = isObject(params['notifications']) ? params['notifications'] : {};
  const { resourceSubscriptions: subscribed, ...flags } = notifications;
  const own = Array.isArray(subscribed) ? subscribed.filter((uri) => typeof uri === 'string') : [];
  return {
    uris: own.map((uri) => uris.shown(member.name, uri)),
    isNothing: own.length === 0 && !Object.values(flags).includes(true),
  };
}
