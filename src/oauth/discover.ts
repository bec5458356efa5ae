// What is known of an authorization server: discovered from its issuer, then overridden by what the configuration
// states, each member on its own (spec: login, "Finding and registering"). Endpoints given in full need no discovery.
import * as openid from 'openid-client';
import { McpgwError } from '../errors.js';
import type { Log } from '../log.js';
import { fetchableUrl } from '../net/fetchable-url.js';
import { namedUrl } from '../net/named-url.js';
import { wellKnown } from '../net/well-known.js';
import type { AuthorizationServer } from '../policy/model.js';
import { redact } from '../secret/redact.js';
import { oauthFailure } from './errors.js';
import { authorityName, sectionOf, statedText } from './login-key.js';
import { checkMetadata } from './metadata-members.js';
import { visibleText } from '../diagnostics/visible-text.js';

export type Endpoint =
  | 'authorization_endpoint'
  | 'device_authorization_endpoint'
  | 'token_endpoint'
  | 'revocation_endpoint'
  | 'registration_endpoint'
  | 'jwks_uri';

/** oauth4webapi's code for an `issuer` that is not the one asked for. */
const ISSUER_DIFFERS = 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED';

const ENDPOINTS: readonly Endpoint[] = [
  'authorization_endpoint',
  'device_authorization_endpoint',
  'token_endpoint',
  'revocation_endpoint',
  'registration_endpoint',
  'jwks_uri',
];

export interface DiscoverOptions {
  readonly provider: AuthorizationServer;
  readonly fetch: openid.CustomFetch;
  readonly log: Log;
  /** Without these the operation is impossible; of a list, without any one of them. */
  readonly needs: readonly (Endpoint | readonly [Endpoint, ...Endpoint[]])[];
  /** With these it is better: a failing discovery is only an error when a needed one is missing, too. */
  readonly wants: readonly Endpoint[];
}

/**
 * Without an issuer, `issuer` of the result is the token endpoint's origin, a name and nothing to check against.
 *
 * @throws McpgwError IDP_FAILED (an endpoint is missing or not https, or the issuer differs), NETWORK, TIMEOUT
 */
export async function discoverProvider(options: DiscoverOptions): Promise<openid.ServerMetadata> {
  const { provider, wants } = options;
  const needs = options.needs.map((need) => (typeof need === 'string' ? ([need] as const) : need));
  const stated = (endpoint: Endpoint): boolean => statedText(provider, endpoint) !== undefined;
  const isAllStated = needs.every((any) => any.some(stated));
  const discovered =
    provider.issuer === undefined || (isAllStated && wants.every(stated))
      ? undefined
      : await discoverFrom(provider.issuer, { ...options, isOptional: isAllStated });
  // Members the configuration does not state are absent from `metadata`, so the spread overrides nothing else.
  const metadata: openid.ServerMetadata = {
    ...discovered,
    ...provider.metadata,
    issuer: discovered?.issuer ?? authorityName(provider),
  };
  for (const endpoint of ENDPOINTS) {
    const url = metadata[endpoint];
    if (url === undefined) continue;
    refuseInsecure(url, `${endpoint} of ${metadata.issuer}`);
    if (discovered !== undefined && !stated(endpoint)) refuseNearer(provider, { url, endpoint, by: discovered.issuer });
  }
  const missing = needs.find((any) => any.every((endpoint) => metadata[endpoint] === undefined));
  if (missing !== undefined) {
    throw new McpgwError('IDP_FAILED', `${metadata.issuer} has no ${missing.join(' and no ')}`, {
      hint: `state ${missing[0]} in ${sectionOf(provider)}, or check its issuer`,
    });
  }
  return metadata;
}

/** True when the metadata has an endpoint on plain http; only loopback ones get this far. */
export function usesPlainHttp(metadata: openid.ServerMetadata): boolean {
  return ENDPOINTS.some((endpoint) => metadata[endpoint]?.startsWith('http:') === true);
}

type From = DiscoverOptions & { readonly isOptional: boolean };

async function discoverFrom(issuer: string, { provider, fetch, log, isOptional }: From) {
  refuseInsecure(issuer, 'the issuer');
  refuseOdd(issuer);
  let metadata: openid.ServerMetadata;
  try {
    const found =
      provider.kind === 'identity' ? fetchMetadata(issuer, fetch, IDENTITY) : fetchMetadata(issuer, fetch, UPSTREAM);
    metadata = checkMetadata(await found, provider);
  } catch (error) {
    if (error instanceof openid.ClientError && error.code === ISSUER_DIFFERS) throw anotherIssuer(issuer);
    const failure = oauthFailure(error, authorityName(provider));
    if (!isOptional || !(failure instanceof McpgwError)) throw failure;
    log.warn(`${failure.message}; going on with the stated endpoints alone`);
    return undefined;
  }
  // Entra's multi-tenant documents name a template; openid-client allows that for its host alone.
  if (metadata.issuer === issuer || metadata.issuer.includes('{tenantid}')) return metadata;
  throw anotherIssuer(issuer);
}

/** Such a document is never ignored: somebody is not who they should be, or the configuration is wrong. */
function anotherIssuer(issuer: string): McpgwError {
  return new McpgwError('IDP_FAILED', `the discovery document of ${issuer} names another issuer`, {
    hint: 'state the issuer exactly as the identity provider writes it',
  });
}

/** Where a document may be: by RFC 8414, by OpenID Connect Discovery, or by the latter as RFC 8414 would place it. */
type Place = 'oauth2' | 'oidc' | 'oidc-inserted';

/** OpenID Connect Discovery, then RFC 8414 when the server has no such document. */
const IDENTITY: readonly Place[] = ['oidc', 'oauth2'];
/** MCP 2025-11-25, "Authorization Server Metadata Discovery". */
const UPSTREAM: readonly Place[] = ['oauth2', 'oidc-inserted', 'oidc'];

async function fetchMetadata(
  issuer: string,
  fetch: openid.CustomFetch,
  places: readonly Place[],
): Promise<openid.ServerMetadata> {
  const find = async (place: Place): Promise<openid.ServerMetadata> => {
    const inserted = wellKnown(issuer, { name: 'openid-configuration', at: 'start' });
    const config = await openid.discovery(
      new URL(place === 'oidc-inserted' ? inserted : issuer),
      'discovery',
      undefined,
      undefined,
      {
        algorithm: place === 'oauth2' ? 'oauth2' : 'oidc',
        [openid.customFetch]: fetch,
        ...(issuer.startsWith('http:') && { execute: [openid.allowInsecureRequests] }),
      },
    );
    return config.serverMetadata();
  };
  const [first = 'oidc', ...others] = places.filter(
    (place) => place !== 'oidc-inserted' || new URL(issuer).pathname.replace(/\/$/, '') !== '',
  );
  let found = find(first);
  for (const place of others) {
    found = found.catch((error: unknown) => {
      const isAbsent = error instanceof openid.ClientError && error.code === 'OAUTH_RESPONSE_IS_NOT_CONFORM';
      if (!isAbsent) throw error;
      return find(place);
    });
  }
  return found;
}

interface NamedEndpoint {
  readonly url: string;
  readonly endpoint: Endpoint;
  readonly by: string;
}

/** Who an upstream sends us to is a stranger, and no stranger makes us call what only this machine can reach. */
function refuseNearer({ kind, issuer }: AuthorizationServer, { url, endpoint, by }: NamedEndpoint): void {
  if (kind === 'identity' || namedUrl(url, new URL(issuer ?? by)).kind === 'asked') return;
  throw new McpgwError('IDP_FAILED', `${by} names a ${endpoint} nearer to this machine than itself`, {
    hint: `if it is right, state ${endpoint} in oauth_metadata`,
  });
}

/** RFC 8414 section 2: neither query nor fragment; and what no URL is written with could steer a terminal. */
function refuseOdd(issuer: string): void {
  if (/^[!$&'()*+,./0-9:;=@A-Z[\]_a-z~%-]+$/.test(issuer)) return;
  throw new McpgwError('IDP_FAILED', `the issuer is no URL of an issuer: ${visibleText(issuer).slice(0, 300)}`);
}

/** Plain http is for the loopback interface alone (RFC 8252 section 8.3). */
function refuseInsecure(url: string, what: string): void {
  if (fetchableUrl(url) !== undefined) return;
  throw new McpgwError('IDP_FAILED', `${what} is not an https URL: ${visibleText(redact(url)).slice(0, 300)}`);
}
