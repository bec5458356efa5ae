// Requests of the server to the host (sampling, elicitation, roots) while one host has several sessions at a server:
// each answer goes back into the session that asked, under the id that it asked with. INVARIANT: no id is ever shown to
// the host for two sessions, not even one after the other: a late answer would go to another caller. The first session
// that asks keeps its ids; those of all others are replaced.
import {
  errorText,
  INTERNAL_ERROR,
  isObject,
  isRequestId,
  metaOf,
  type Params,
  type RequestId,
  type RpcResponse,
} from '../json-rpc.js';

/** What one session says to the host, with ids that are the host's to answer. */
export interface AskingSession {
  /** A request: the text for the host. */
  readonly asks: (text: string, message: Params) => string;
  /**
   * A notification: the text for the host; a cancel names the request as the host knows it. Undefined: it would cancel what
   * another session has asked.
   */
  readonly tells: (text: string, message: Params) => string | undefined;
}

export interface ServerRequests<Session> {
  readonly from: (session: Session) => AskingSession;
  /** Who asked, and the answer under the id that it asked with; undefined when nobody asked. */
  readonly answered: (answer: RpcResponse) => Addressed<Session> | undefined;
  /** Whose request the host's progress is about, and the notification with that request's token. */
  readonly progressed: (text: string, params: Params | undefined) => Addressed<Session> | undefined;
  /** Whose session has ended waits for no answer. */
  readonly forget: (session: Session) => void;
}

export interface Addressed<Session> {
  readonly session: Session;
  readonly text: string;
}

interface Open<Session> {
  readonly session: Session;
  /** As the session gave them. */
  readonly id: RequestId;
  readonly token: RequestId | undefined;
  /** As the host knows it. */
  readonly shownToken: RequestId | undefined;
}

/** Requests that wait for the host at most; of the oldest, the answer finds nobody then. */
const OPEN_AT_MOST = 10_000;
/** Of the ids that replace others: no id that is kept begins like this. */
const OWN_IDS = 'mcpgw:';

export function createServerRequests<Session>(): ServerRequests<Session> {
  /** By the id that the host knows. */
  const open = new Map<RequestId, Open<Session>>();
  let keeper: Session | undefined;
  let replaced = 0;

  const isKept = (session: Session, ...ids: readonly (RequestId | undefined)[]): boolean => {
    keeper ??= session;
    return session === keeper && !ids.some((id) => typeof id === 'string' && id.startsWith(OWN_IDS));
  };

  return {
    from: (session) => ({
      asks: (text, message) => {
        const { id, params } = message;
        if (!isRequestId(id)) return text;
        const token = tokenOf(params);
        const kept = isKept(session, id, token);
        const shownId = kept ? id : `${OWN_IDS}request:${++replaced}`;
        const shownToken = kept || token === undefined ? token : shownId;
        open.set(shownId, { session, id, token, shownToken });
        const [oldest] = open.keys();
        if (open.size > OPEN_AT_MOST && oldest !== undefined) open.delete(oldest);
        if (kept) return text;
        return JSON.stringify({ ...message, id: shownId, ...(shownToken === token ? {} : retold(params, shownToken)) });
      },
      tells: (text, message) => {
        const { method, params } = message;
        if (method !== 'notifications/cancelled' || !isObject(params)) return text;
        const { requestId } = params;
        const found = [...open].find(([, asked]) => asked.session === session && asked.id === requestId);
        if (found === undefined) return isRequestId(requestId) && open.has(requestId) ? undefined : text;
        const [shownId, { id }] = found;
        open.delete(shownId);
        return shownId === id ? text : JSON.stringify({ ...message, params: { ...params, requestId: shownId } });
      },
    }),
    answered: ({ id, text }) => {
      const asked = open.get(id);
      if (asked === undefined) return undefined;
      open.delete(id);
      const { session } = asked;
      return { session, text: asked.id === id ? text : (changed(text, { id: asked.id }) ?? tooDeep(asked.id)) };
    },
    progressed: (text, params) => {
      const shown = params?.['progressToken'];
      const asked = isRequestId(shown) ? [...open.values()].find(({ shownToken }) => shownToken === shown) : undefined;
      if (asked === undefined) return undefined;
      const { session, token } = asked;
      if (token === shown) return { session, text };
      const renamed = changed(text, { params: { ...params, progressToken: token } });
      return renamed === undefined ? undefined : { session, text: renamed };
    },
    forget: (session) => {
      for (const [id, asked] of open) if (asked.session === session) open.delete(id);
    },
  };
}

function tokenOf(params: unknown): RequestId | undefined {
  const token = isObject(params) ? metaOf(params)?.['progressToken'] : undefined;
  return isRequestId(token) ? token : undefined;
}

function retold(params: unknown, progressToken: RequestId | undefined): { readonly params: Params } {
  const all = isObject(params) ? params : {};
  return { params: { ...all, _meta: { ...metaOf(all), progressToken } } };
}

/** Undefined for what is nested deeper than it can be printed. */
function changed(text: string, by: Params): string | undefined {
  const message: unknown = JSON.parse(text);
  try {
    return JSON.stringify({ ...(isObject(message) ? message : {}), ...by });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The server waits for an answer. */
function tooDeep(id: RequestId): string {
  return errorText(id, { code: INTERNAL_ERROR, message: "the host's answer is nested too deep" });
}
