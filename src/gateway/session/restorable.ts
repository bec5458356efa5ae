// What a host has set in a session and would not set again: the level of logs and its subscriptions. A session that takes
// the place of a lost one is told them anew (spec: serve, "Keeping it working").
import type { Params, RpcRequest } from '../json-rpc.js';

/** Subscriptions that are remembered; of more, the oldest are forgotten. */
const SUBSCRIPTIONS_AT_MOST = 10_000;

export interface Restorable {
  /** Sees each request of the host. */
  readonly note: (request: Pick<RpcRequest, 'method' | 'params'>) => void;
  /** What is to be sent, in order. */
  readonly requests: () => readonly { readonly method: string; readonly params: Params }[];
}

export function createRestorable(): Restorable {
  let level: Params | undefined;
  const subscriptions = new Map<string, Params>();
  return {
    note: ({ method, params = {} }) => {
      if (method === 'logging/setLevel') level = params;
      const { uri } = params;
      if (typeof uri !== 'string') return;
      if (method === 'resources/unsubscribe') subscriptions.delete(uri);
      if (method !== 'resources/subscribe') return;
      subscriptions.set(uri, params);
      const [oldest] = subscriptions.keys();
      if (subscriptions.size > SUBSCRIPTIONS_AT_MOST && oldest !== undefined) subscriptions.delete(oldest);
    },
    requests: () => [
      ...(level === undefined ? [] : [{ method: 'logging/setLevel', params: level }]),
      ...[...subscriptions.values()].map((params) => ({ method: 'resources/subscribe', params })),
    ],
  };
}
