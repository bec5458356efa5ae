// A Host that uses the `tls` of one server where it asks that server's own origin: in its fetch, and in the process that
// refreshes a login, which gets the material with its request, through a pipe that nobody else reads.
import type { Host } from '../host.js';
import { createConnector, type Route } from '../net/connector.js';
import { routedFetch } from '../net/routed-fetch.js';
import { secureContextOf, type TlsMaterial } from '../net/tls.js';
import { Secret } from '../secret/secret.js';
import type { ServerNetwork } from './server-network.js';

export interface OriginTls {
  readonly origin: string;
  readonly material: TlsMaterial;
}

export async function hostWithTls(host: Host, tls: OriginTls): Promise<Required<ServerNetwork>> {
  const context = await secureContextOf(tls.material, host);
  const route: Route = { env: host.env, tls: { origin: tls.origin, context } };
  const { runAside } = host;
  return {
    host: {
      ...host,
      fetch: routedFetch(host.fetch, route),
      runAside: runAside && ((run) => runAside({ ...run, input: written(run.input, tls) })),
    },
    connect: createConnector(route),
  };
}

/** The Host for a request that `hostWithTls` may have sent; otherwise as it is. */
export async function hostOfRequest(host: Host, input: string): Promise<Host> {
  const { tls } = JSON.parse(input) as WithTls; // written by `written`, or has no such member
  if (tls === undefined) return host;
  const { origin, ca, client } = tls;
  const material = { ca, client: client && { cert: client.cert, key: new Secret(client.key) } };
  return (await hostWithTls(host, { origin, material })).host;
}

/** With its secrets. */
interface WithTls {
  readonly tls?: {
    readonly origin: string;
    readonly ca: string | undefined;
    readonly client: { readonly cert: string; readonly key: string } | undefined;
  };
}

/** What is asked of the other process is a JSON object, and gets one more member. */
function written(input: string, { origin, material: { ca, client } }: OriginTls): string {
  const tls: WithTls['tls'] = { origin, ca, client: client && { cert: client.cert, key: client.key.reveal() } };
  return JSON.stringify({ ...(JSON.parse(input) as object), tls }); // as said
}
