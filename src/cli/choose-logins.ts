// Which logins a command is about: those of one server, or all that the configuration needs. Servers with the same
// identity provider share one login.
import { McpgwError } from '../errors.js';
import { identityKey, statedText } from '../oauth/identity-key.js';
import type { GatewayPolicy, IdentityProvider, ServerPolicy } from '../policy/model.js';
import { chooseServer, type LoadedPolicy } from './load-policy.js';

export interface NeededLogin {
  /** In the configuration's order; at least one. */
  readonly servers: readonly [string, ...string[]];
  /** The first server's, with the scopes of every server of the configuration that shares the login. */
  readonly provider: IdentityProvider;
}

export interface LoginChoice {
  readonly policy: GatewayPolicy;
  /** `[server]` or `-s`. */
  readonly server: string | undefined;
}

/**
 * Every login that the configuration needs, or that one server needs.
 *
 * @throws McpgwError USAGE when two servers share a login and want it made differently; UNKNOWN_SERVER, and those of
 *   `identityKey`
 */
export function neededLogins({ policy, server }: LoginChoice): readonly NeededLogin[] {
  const servers = server === undefined ? policy.servers : [chooseServer(policy, server)];
  const logins = new Map<string, NeededLogin>();
  for (const { name, identityProvider: provider } of servers) {
    if (provider === undefined) continue;
    const { facts } = identityKey(provider);
    const known = logins.get(facts);
    logins.set(
      facts,
      known === undefined
        ? { servers: [name], provider: sharedProvider({ policy, name, provider, facts }) }
        : { ...known, servers: [...known.servers, name] },
    );
  }
  return [...logins.values()];
}

/**
 * A configuration that was only found in the working directory may be anybody's: no login is made, used or ended for
 * it, because its endpoints and its servers decide where tokens go.
 *
 * @throws McpgwError UNTRUSTED_CONFIG
 */
export function refuseUntrusted({ file, trusted }: Pick<LoadedPolicy, 'file' | 'trusted'>): void {
  if (trusted) return;
  throw new McpgwError(
    'UNTRUSTED_CONFIG',
    `${file} was only found in the working directory: it may not use logins, tokens or headers of yours`,
    {
      hint: `name it if you trust it: -c ${file}`,
    },
  );
}

interface Sharing {
  readonly policy: GatewayPolicy;
  readonly name: string;
  readonly provider: IdentityProvider;
  readonly facts: string;
}

/** There is one stored login for all of them, so one request has to do for all. */
function sharedProvider({ policy, name, provider, facts }: Sharing): IdentityProvider {
  let { scope } = provider;
  for (const { name: otherName, identityProvider: other } of policy.servers) {
    if (other === undefined || otherName === name || factsOf(other) !== facts) continue;
    const difference = differenceOf(provider, other);
    if (difference !== undefined) {
      throw new McpgwError('USAGE', `${name} and ${otherName} share one login and have different ${difference}`, {
        hint: 'give both the same, or register a client of its own for one of them',
      });
    }
    scope = union(scope, other.scope);
  }
  return scope === provider.scope ? provider : { ...provider, scope };
}

/** Undefined for a provider that no login can be made with: that is for those to hear who need it. */
function factsOf(provider: IdentityProvider): string | undefined {
  const { clientId, issuer } = provider;
  const isPossible = clientId !== undefined && (issuer ?? statedText(provider, 'token_endpoint')) !== undefined;
  return isPossible ? identityKey(provider).facts : undefined;
}

function differenceOf(one: IdentityProvider, other: IdentityProvider): string | undefined {
  if (one.redirectUri !== other.redirectUri) return 'redirect_uri';
  const sorted = ({ authorizationParams }: IdentityProvider): string =>
    JSON.stringify(Object.entries(authorizationParams).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return sorted(one) === sorted(other) ? undefined : 'authorization_params';
}

function union(one: string, other: string): string {
  if (one === other) return one;
  const words = `${one} ${other}`.split(' ').filter((word) => word !== '');
  return [...new Set(words)].join(' ');
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
