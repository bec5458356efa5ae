// The Host that a login is made, refreshed or ended with: it knows the `tls` of the upstream that the login is for.
import type { Host } from '../host.js';
import type { NeededLogin } from './choose-logins.js';
import { chooseServer } from './load-policy.js';
import { serverNetwork, type ServerNetworkOptions } from './server-network.js';

export interface LoginNetworkOptions extends Pick<ServerNetworkOptions, 'host' | 'log' | 'loaded'> {
  readonly needed: NeededLogin;
}

/** @throws McpgwError as `serverNetwork` does */
export async function loginNetwork({ needed, ...options }: LoginNetworkOptions): Promise<Host> {
  const server = chooseServer(options.loaded.policy, needed.servers[0]);
  if (!server.hasTls) return options.host;
  return (await serverNetwork({ ...options, server, url: needed.target.url ?? server.url })).host;
}
