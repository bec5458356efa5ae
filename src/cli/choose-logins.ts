// Which logins a command is about: those of one server, or all that the configuration needs, the caller's identity first
// and then the access to upstreams. Servers with the same identity provider, or the same upstream, share one login.
import { McpgwError } from '../errors.js';
import { fetchableUrl } from '../net/fetchable-url.js';
import { targetKey, type LoginTarget } from '../oauth/login-target.js';
import { unionOfScopes } from '../oauth/scope-to-ask.js';
import type { AuthorizationServer, GatewayPolicy, ServerPolicy } from '../policy/model.js';
import { chooseServer, type LoadedPolicy } from './load-policy.js';

export type LoginKind = AuthorizationServer['kind'];

export interface NeededLogin {
  /** In the configuration's order; at least one. */
  readonly servers: readonly [string, ...string[]];
  /** The first server's, with the scopes of every server of the configuration that shares the login. */
  readonly target: LoginTarget;
  /** The configuration does not say so: it is needed as soon as the upstream asks for it. */
  readonly isMaybe: boolean;
}

export interface LoginChoice {
  readonly policy: GatewayPolicy;
  /** `[server]` or `-s`. */
  readonly server: string | undefined;
  /** `--url`: the upstream, as `serve` takes it. */
  readonly url?: string | undefined;
  /** `--identity` or `--upstream`; undefined: both. */
  readonly kind?: LoginKind | undefined;
}

/**
 * Every login that the configuration needs or may need, or that one server does. Identities first.
 *
 * @throws McpgwError USAGE when two servers share a login and want it made differently; UNKNOWN_SERVER
 */
export function neededLogins({ policy, server, url, kind }: LoginChoice): readonly NeededLogin[] {
  const chosen = server === undefined ? undefined : chooseServer(policy, server).name;
  if (url !== undefined && chosen === undefined && policy.servers.length > 1) {
    throw new McpgwError('USAGE', '--url is for one server, and the configuration has several', {
      hint: `name one: ${policy.servers.map(({ name }) => name).join(', ')}`,
    });
  }
  const servers = policy.servers.map((each) => (url && each.name === (chosen ?? each.name) ? { ...each, url } : each));
  const all = servers.flatMap(loginsOf).map((login) => ({ ...login, facts: targetKey(login.target).facts }));
  const groups = new Map<string, NeededLogin>();
  for (const wanted of ['identity', 'upstream'] as const) {
    for (const { name, target, isMaybe, facts } of all) {
      if (target.server.kind !== wanted || (kind ?? wanted) !== wanted || (chosen ?? name) !== name) continue;
      const known = groups.get(facts);
      const sharing = all.filter((other) => other.facts === facts && other.name !== name);
      groups.set(
        facts,
        known === undefined
          ? { servers: [name], target: sharedTarget({ name, target }, sharing), isMaybe }
          : { ...known, servers: [...known.servers, name], isMaybe: known.isMaybe && isMaybe },
      );
    }
  }
  return [...groups.values()];
}

interface OwnLogin {
  readonly name: string;
  readonly target: LoginTarget;
}

function loginsOf({
  name,
  url,
  identityProvider,
  upstreamAccess,
}: ServerPolicy): readonly (OwnLogin & Pick<NeededLogin, 'isMaybe'>)[] {
  const identity = identityProvider && { name, target: { server: identityProvider, url: undefined }, isMaybe: false };
  const upstream = upstreamAccess &&
    url !== undefined && {
      name,
      target: { server: upstreamAccess.server, url },
      isMaybe: upstreamAccess.when === 'challenged',
    };
  return [...(identity ? [identity] : []), ...(upstream ? [upstream] : [])];
}

/** There is one stored login for all of them, so one request has to do for all. */
function sharedTarget({ name, target }: OwnLogin, sharing: readonly OwnLogin[]): LoginTarget {
  const { server } = target;
  for (const { name: otherName, target: other } of sharing) {
    const difference = differenceOf(server, other.server);
    if (difference === undefined) continue;
    throw new McpgwError('USAGE', `${name} and ${otherName} share one login and have different ${difference}`, {
      hint: 'give both the same, or register a client of its own for one of them',
    });
  }
  const scopes = sharing.map(({ target: other }) => other.server.scope);
  if (scopes.every((scope) => scope === server.scope)) return target;
  return { ...target, server: { ...server, scope: unionOfScopes(server.scope, ...scopes) || undefined } };
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

function differenceOf(one: AuthorizationServer, other: AuthorizationServer): string | undefined {
  if (one.redirectUri !== other.redirectUri) return 'redirect_uri';
  const sorted = ({ authorizationParams }: AuthorizationServer): string =>
    JSON.stringify(Object.entries(authorizationParams).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return sorted(one) === sorted(other) ? undefined : 'authorization_params';
}

/**
 * Exactly one login.
 *
 * @throws McpgwError USAGE when none is configured, or several and no server was named; UNKNOWN_SERVER
 */
export function oneLogin(choice: LoginChoice): NeededLogin {
  const all = neededLogins(choice);
  const certain = all.filter(({ isMaybe }) => !isMaybe);
  const [only, another] = certain.length === 0 ? all : certain;
  if (only === undefined) throw noLogin(choice);
  if (another === undefined) return only;
  const kinds = new Set(all.map(({ target }) => target.server.kind));
  throw new McpgwError('USAGE', `${choice.server ?? 'the configuration'} needs several logins`, {
    hint:
      kinds.size > 1 && choice.kind === undefined
        ? 'say which: --identity or --upstream'
        : `name a server: ${[...new Set(all.flatMap(({ servers }) => servers))].join(', ')}`,
  });
}

/** What is wrong when there is nothing to log in to. */
export function noLogin({ policy, server, kind }: LoginChoice): McpgwError {
  const what = server === undefined ? 'no server of the configuration' : `the server "${server}"`;
  const others = loginServers({ policy, kind });
  const needs = kind === 'upstream' ? 'login at its upstream' : 'external_auth_config';
  return new McpgwError('USAGE', `${what} has ${server === undefined ? 'an' : 'no'} ${needs}`, {
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

export interface KindOptions {
  readonly url?: string;
  readonly identity?: boolean;
  readonly upstream?: boolean;
}

/**
 * `--identity` or `--upstream`; undefined: both.
 *
 * @throws McpgwError USAGE for both of them
 */
export function namedKind({ identity, upstream }: KindOptions): LoginKind | undefined {
  if (identity === true && upstream === true) {
    throw new McpgwError('USAGE', 'both --identity and --upstream are given', { hint: 'give one, or none for both' });
  }
  if (identity === true) return 'identity';
  return upstream === true ? 'upstream' : undefined;
}

/**
 * `--url`; an empty one is none.
 *
 * @throws McpgwError USAGE for what no login is made for: all but https, or plain http on this machine
 */
export function upstreamOption(url: string | undefined): string | undefined {
  if (url === undefined || url === '') return undefined;
  if (fetchableUrl(url) !== undefined) return url;
  throw new McpgwError('USAGE', '--url must be https, or plain http on this machine, without credentials in it');
}

function loginServers({ policy, kind }: Omit<LoginChoice, 'server'>): readonly string[] {
  const certain = neededLogins({ policy, server: undefined, kind }).filter(({ isMaybe }) => !isMaybe);
  return policy.servers.map(({ name }) => name).filter((name) => certain.some(({ servers }) => servers.includes(name)));
}
