// Who gives tokens for an upstream, for which resource and scope: its protected-resource metadata, where its challenge
// says, then its well-known places (RFC 9728; MCP 2025-11-25 and 2026-07-28, "Authorization"). What the configuration
// states goes before all of it, each member on its own.
import { McpgwError } from '../../errors.js';
import type { Host } from '../../host.js';
import { fetchableUrl, shownOrigin } from '../../net/fetchable-url.js';
import { getJson, type JsonAnswer } from '../../net/http.js';
import { namedUrl } from '../../net/named-url.js';
import type { AuthorizationServer } from '../../policy/model.js';
import { statedText } from '../login-key.js';
import type { BearerChallenge } from './challenge.js';
import { resourceCovers, resourceMetadataPlaces } from './resource.js';

export interface LocateOptions {
  /** Of kind `upstream`. */
  readonly server: AuthorizationServer;
  /** Of the upstream. */
  readonly url: string;
  /** Of the upstream's refusal; undefined where it made none. */
  readonly challenge: BearerChallenge | undefined;
  readonly host: Pick<Host, 'fetch'>;
}

/** An authorization server with the resource that tokens are asked for. */
export interface LocatedServer extends AuthorizationServer {
  readonly resource: string | undefined;
}

/**
 * The same server with issuer, resource and scope where the configuration leaves them open.
 *
 * @throws McpgwError NETWORK, IDP_FAILED (the metadata is about another resource, or names nobody that may be asked)
 */
export async function locateServer({ server, url, challenge, host }: LocateOptions): Promise<LocatedServer> {
  const stated = server.resource === false ? undefined : server.resource;
  const hasServer = server.issuer !== undefined || statedText(server, 'token_endpoint') !== undefined;
  const found = await findMetadata({ url: new URL(url), challenge, host });
  if (found === undefined) {
    // Some older upstreams are their own authorization server (MCP 2025-03-26, "Authorization").
    const issuer = server.issuer ?? (hasServer ? undefined : new URL(url).origin);
    const resource = server.resource === false ? undefined : (stated ?? url);
    return { ...server, issuer, resource, scope: server.scope ?? challenge?.scope };
  }
  const { body, place } = found;
  if (stated === undefined) refuseOtherResource(body['resource'], new URL(url));
  return {
    ...server,
    issuer: server.issuer ?? (hasServer ? undefined : namedIssuer(body['authorization_servers'], { place, url })),
    // As it is written there: a URL's own spelling may have a slash more.
    resource: server.resource === false ? undefined : (stated ?? String(body['resource'])),
    scope: server.scope ?? challenge?.scope ?? listedScopes(body['scopes_supported']),
  };
}

interface FoundMetadata {
  readonly body: Readonly<Record<string, unknown>>;
  readonly place: URL;
}

type Search = Pick<LocateOptions, 'challenge' | 'host'> & { readonly url: URL };

/** Undefined: there is none. */
async function findMetadata({ url, challenge, host }: Search): Promise<FoundMetadata | undefined> {
  const named = challenge?.resourceMetadata;
  let odd: FoundMetadata | undefined;
  const places = named === undefined ? resourceMetadataPlaces(url) : [addressOf(named, url)];
  for (const place of new Set(places)) {
    // A plain http upstream beyond this machine (`allow_insecure_http`) has no place that may be asked.
    if (fetchableUrl(place) === undefined) continue;
    const answer = await getJson({ fetch: host.fetch, url: place });
    if (answer.ok) {
      const found = { body: answer.body, place: new URL(place) };
      // Some servers answer everything: what names no resource is such a document only where there is no better one.
      if (typeof answer.body['resource'] === 'string') return found;
      odd ??= found;
      continue;
    }
    if (isUndecided(answer)) {
      throw new McpgwError('NETWORK', `the protected-resource metadata could not be read: ${answer.message}`);
    }
    if (named !== undefined) {
      throw new McpgwError('IDP_FAILED', `the upstream names metadata that cannot be read: ${answer.message}`);
    }
  }
  return odd;
}

function addressOf(named: string, by: URL): string {
  const address = namedUrl(named, by);
  if (address.kind === 'asked') return address.url.href;
  throw notAsked('protected-resource metadata', by, address.kind === 'kept' ? address.why : 'it is no https URL');
}

function isUndecided({ failure, status }: Extract<JsonAnswer, { readonly ok: false }>): boolean {
  if (failure === 'unreachable' || failure === 'timeout') return true;
  return status !== undefined && (status >= 500 || status === 429 || status === 408);
}

function refuseOtherResource(resource: unknown, url: URL): void {
  const covers = typeof resource === 'string' && URL.canParse(resource) && resourceCovers(new URL(resource), url);
  if (covers) return;
  const message = `the protected-resource metadata of ${shownOrigin(url)} is about another resource than its url`;
  throw new McpgwError('IDP_FAILED', message, {
    hint: 'a token for it could be used elsewhere; if it is right, state "resource" in oauth_metadata',
  });
}

function namedIssuer(servers: unknown, { place, url }: { readonly place: URL; readonly url: string }): string {
  const names: readonly unknown[] = Array.isArray(servers) ? servers : [];
  const [first] = names;
  if (first === undefined) {
    throw new McpgwError('IDP_FAILED', `the metadata of ${shownOrigin(new URL(url))} names no authorization server`, {
      hint: 'state its issuer in oauth_metadata',
    });
  }
  const issuer = names.find((name) => namedUrl(name, place).kind === 'asked');
  if (typeof issuer === 'string') return issuer;
  const address = namedUrl(first, place);
  throw notAsked('an authorization server', place, address.kind === 'kept' ? address.why : 'it is no https URL');
}

function notAsked(what: string, by: URL, why: string): McpgwError {
  return new McpgwError('IDP_FAILED', `${shownOrigin(by)} names ${what} at an address that is not asked: ${why}`, {
    hint: 'if it is right, state issuer and endpoints in oauth_metadata',
  });
}

function listedScopes(scopes: unknown): string | undefined {
  if (!Array.isArray(scopes)) return undefined;
  return scopes.filter((scope) => typeof scope === 'string').join(' ') || undefined;
}
