// Node's own fetch over connections that we make: through proxies, and with a server's own TLS settings. Node's fetch knows
// neither before it is told (docs/decisions/0015-one-connector-for-proxies-and-tls.md).
import type { Host } from '../host.js';
import type { Route } from './connector.js';
import type { Dispatcher } from './pool.js';
import { namesProxy } from './proxy-variables.js';

/** The host's fetch, by the proxies of its environment; itself where there are none. */
export function proxiedFetch({ fetch, env }: Pick<Host, 'fetch' | 'env'>): Host['fetch'] {
  return namesProxy(env) ? routedFetch(fetch, { env, tls: undefined }) : fetch;
}

/** A request that has a dispatcher keeps it: it was routed by somebody who knows more. */
export function routedFetch(ask: Host['fetch'], route: Route): Host['fetch'] {
  let agent: Promise<Dispatcher> | undefined;
  return async (input, init: RoutedInit = {}) => {
    const dispatcher = init.dispatcher ?? (await (agent ??= openAgent(route)));
    // Node's fetch takes a dispatcher of this undici, whatever its own version; its types are those of its own.
    return ask(input, { ...init, dispatcher } as RequestInit);
  };
}

type RoutedInit = Omit<RequestInit, 'dispatcher'> & { readonly dispatcher?: unknown };

async function openAgent(route: Route): Promise<Dispatcher> {
  const [{ default: Agent }, { createConnector }] = await Promise.all([
    import('undici/lib/dispatcher/agent.js'),
    import('./connector.js'),
  ]);
  return new Agent({ connect: createConnector(route), allowH2: false });
}
