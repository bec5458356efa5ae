// Which logins a command is about: those of one server, or all that the configuration needs. Servers with the same
// identity provider share one login.
import { McpgwError } from '../errors.js';
import { identityKey } from '../oauth/identity-key.js';
import type { GatewayPolicy, IdentityProvider, ServerPolicy } from '../policy/model.js';
import { chooseServer } from './load-policy.js';

export interface NeededLogin {
  /** In the configuration's order; at least one. */
  readonly servers: readonly [string, ...string[]];
  readonly provider: IdentityProvider;
}

export interface LoginChoice {
  readonly policy: GatewayPolicy;
  /** `[server]` or `-s`. */
  readonly server: string | undefined;
}

/** Every login that the configuration needs, or that one server needs. */
export function neededLogins({ policy, server }: LoginChoice): readonly NeededLogin[] {
  const servers = server === undefined ? policy.servers : [chooseServer(policy, server)];
  const logins = new Map<string, NeededLogin>();
  for (const { name, identityProvider: provider } of servers) {
    if (provider === undefined) continue;
    const { facts } = identityKey(provider);
    const known = logins.get(facts);
    logins.set(
      facts,
      known === undefined ? { servers: [name], provider } : { ...known, servers: [...known.servers, name] },
    );
  }
  return [...logins.values()];
}

/**
 * Exactly one login.
 *
 * @throws McpgwError USAGE when none is configured, or several and no server was named; UNKNOWN_SERVER
 */
export function oneLogin(choice: LoginChoice): NeededLogin {
  const [only, another] = neededLogins(choice);
  if (only === undefined) throw noLogin(choice);
  if (another !== undefined) {
    throw new McpgwError('USAGE', 'the configuration needs several logins', {
      hint: `name a server: ${loginServers(choice.policy).join(', ')}`,
    });
  }
  return only;
}

/** What is wrong when there is nothing to log in to. */
export function noLogin({ policy, server }: LoginChoice): McpgwError {
  const what = server === undefined ? 'no server of the configuration' : `the server "${server}"`;
  const others = loginServers(policy);
  return new McpgwError('USAGE', `${what} has ${server === undefined ? 'an' : 'no'} external_auth_config`, {
    hint: others.length === 0 ? 'add one to log in at an identity provider' : `these have: ${others.join(', ')}`,
  });
}

/**
 * The server that was named, as an argument or with `-s`.
 *
 * @throws McpgwError USAGE when both name different ones
 */
export function namedServer(args: readonly string[], option: string | undefined): string | undefined {
  const [argument] = args;
  if (argument !== undefined && option !== undefined && argument !== option) {
    throw new McpgwError('USAGE', `two servers are named: ${argument} and ${option}`, { hint: 'name one of them' });
  }
  return argument ?? option;
}

function loginServers(policy: GatewayPolicy): readonly string[] {
  return policy.servers.filter((server: ServerPolicy) => server.identityProvider !== undefined).map(({ name }) => name);
}
