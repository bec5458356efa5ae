// Who waits for what on the one event stream of an HTTP+SSE session: an answer belongs to the request with its id, progress
// to the one with its token, everything else to the session. INVARIANT: an id that the server may still answer is not given
// to another request: a late answer would be taken for that one's.
import { isObject, isRequestId, metaOf, type Params, type RequestId } from '../json-rpc.js';
import { UnderWay } from '../under-way.js';

/** What of a request its messages are known by. */
export interface AskedRequest {
  readonly id: RequestId;
  readonly method: string;
  readonly progressToken: RequestId | undefined;
}

export interface Awaiting {
  readonly asked: AskedRequest;
  readonly onMessage: (text: string) => Promise<void> | undefined;
  /** Told after its answer. */
  readonly onAnswered: (isError: boolean) => void;
}

export interface AwaitedAnswers {
  /** False: another request has this id, or had it and was given up without an answer. */
  readonly add: (awaiting: Awaiting) => boolean;
  /** Nobody waits any more. `isForgotten`: the server will not answer it. */
  readonly remove: (awaiting: Awaiting, isForgotten: boolean) => void;
  /** Gives a message to whom it is for; `others` takes what is for nobody here. */
  readonly give: (
    text: string,
    others: (message: Params | undefined) => Promise<void> | undefined,
  ) => Promise<void> | undefined;
}

/** Requests given up without an answer, whose ids are kept; of more, the oldest are forgotten. */
const GIVEN_UP_AT_MOST = 10_000;

export function createAwaitedAnswers(): AwaitedAnswers {
  const byId = new UnderWay<Awaiting>();
  const byToken = new UnderWay<Awaiting>();
  const givenUp = new Set<RequestId>();
  const remove: AwaitedAnswers['remove'] = (awaiting, isForgotten) => {
    const { id, progressToken } = awaiting.asked;
    if (byId.get(id) !== awaiting) return;
    byId.delete(id);
    if (progressToken !== undefined && byToken.get(progressToken) === awaiting) byToken.delete(progressToken);
    if (isForgotten) return;
    givenUp.add(id);
    const [oldest] = givenUp;
    if (givenUp.size > GIVEN_UP_AT_MOST && oldest !== undefined) givenUp.delete(oldest);
  };
  return {
    add: (awaiting) => {
      const { id, progressToken } = awaiting.asked;
      if (byId.has(id) || givenUp.has(id)) return false;
      byId.set(id, awaiting);
      if (progressToken !== undefined) byToken.set(progressToken, awaiting);
      return true;
    },
    remove,
    give: (text, others) => {
      const message = parsed(text);
      if (message?.['method'] === 'notifications/progress') {
        const token = isObject(message['params']) ? message['params']['progressToken'] : undefined;
        const about = isRequestId(token) ? byToken.get(token) : undefined;
        return about === undefined ? others(message) : about.onMessage(text);
      }
      const id = message?.['id'];
      if (message === undefined || message['method'] !== undefined || !isRequestId(id)) return others(message);
      givenUp.delete(id);
      const awaiting = byId.get(id);
      if (awaiting === undefined) return others(message);
      remove(awaiting, true);
      const held = awaiting.onMessage(text);
      awaiting.onAnswered(message['error'] !== undefined);
      return held;
    },
  };
}

/** Undefined for a message that has no answer. */
export function askedIn(body: string): AskedRequest | undefined {
  const message = parsed(body);
  const { id, method, params } = message ?? {};
  if (!isRequestId(id) || typeof method !== 'string') return undefined;
  const token = isObject(params) ? metaOf(params)?.['progressToken'] : undefined;
  return { id, method, progressToken: isRequestId(token) ? token : undefined };
}

function parsed(text: string): Params | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && value['jsonrpc'] === '2.0' ? value : undefined;
  } catch {
    return undefined;
  }
}
