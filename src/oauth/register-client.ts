// Which client mcpgw is at an authorization server: the first that applies of a client id in the configuration, a client
// ID metadata document where the server takes one, a client that was registered before, and a new registration (RFC 7591)
// (spec: login, "Finding and registering").
import {
  dynamicClientRegistrationRequest,
  processDynamicClientRegistrationResponse,
  customFetch,
  allowInsecureRequests,
} from 'oauth4webapi';
import type * as openid from 'openid-client';
import { McpgwError } from '../errors.js';
import type { Host } from '../host.js';
import type { ClientAuthMethod } from '../policy/model.js';
import { Secret } from '../secret/secret.js';
import type { FoundClient, RecordedClient } from '../store/client-record.js';
import { boundedFetch } from './bounded-fetch.js';
import { usesPlainHttp } from './discover.js';
import { oauthFailure } from './errors.js';
import { authorityName, sectionOf } from './login-key.js';
import { knownMethod } from './login-target.js';
import type { LocatedServer } from './upstream/locate.js';

export interface ClientChoice {
  readonly server: LocatedServer;
  readonly metadata: openid.ServerMetadata;
  /** What earlier logins have found, the best first; without those that are not to be used again. */
  readonly known: readonly FoundClient[];
  /** Where the browser comes back to; undefined for a login without one. */
  readonly redirectUri: string | undefined;
  readonly host: Host;
  readonly signal: AbortSignal;
}

const TIMEOUT_MS = 30_000;

/** @throws McpgwError INVALID_CONFIG without any of them, LOGIN_REFUSED, NETWORK, TIMEOUT, IDP_FAILED */
export async function chooseClient(choice: ClientChoice): Promise<RecordedClient> {
  const { server, metadata, known, redirectUri, host } = choice;
  const { clientId, clientMetadataUrl, tokenEndpointAuthMethod } = server;
  const none = { secret: undefined, secretExpiresAtMs: undefined, redirectUri: undefined };
  if (clientId !== undefined) {
    refuseOtherIssuer(server, known);
    return { ...none, id: clientId, origin: 'configured', authMethod: tokenEndpointAuthMethod };
  }
  if (clientMetadataUrl !== undefined && metadata['client_id_metadata_document_supported'] === true) {
    const authMethod = tokenEndpointAuthMethod === 'private_key_jwt' ? tokenEndpointAuthMethod : 'none';
    return { ...none, id: clientMetadataUrl, origin: 'document', authMethod };
  }
  const good = known.find((found) => isStillGood(found, { server, redirectUri, nowMs: host.now() }));
  if (good !== undefined) return good.client;
  if (metadata.registration_endpoint === undefined || server.grant === 'client_credentials') {
    throw new McpgwError('INVALID_CONFIG', `${authorityName(server)} needs a client that is known there`, {
      hint: `register mcpgw there, and state its client_id in ${sectionOf(server)}`,
    });
  }
  return register(choice);
}

/**
 * A client of the configuration is known at one authorization server: where nobody has said which, at the first that the
 * upstream has named. An upstream that names another one gets neither its secret nor a login with it.
 */
function refuseOtherIssuer(server: LocatedServer, known: readonly FoundClient[]): void {
  const before = known.find(({ client }) => client.origin === 'configured');
  if (before === undefined || before.issuer === server.issuer) return;
  throw new McpgwError('IDP_FAILED', `the upstream names ${authorityName(server)} now, and ${before.issuer} before`, {
    hint: `if that is right, state the issuer in ${sectionOf(server)}, or run mcpgw login --force`,
  });
}

interface Use {
  readonly server: LocatedServer;
  readonly redirectUri: string | undefined;
  readonly nowMs: number;
}

/** A client of one issuer is none of another (MCP 2026-07-28, "Authorization"). */
function isStillGood({ issuer, resource, client }: FoundClient, { server, redirectUri, nowMs }: Use): boolean {
  if (client.origin !== 'registered' || issuer !== server.issuer || resource !== server.resource) return false;
  if (client.secretExpiresAtMs !== undefined && client.secretExpiresAtMs <= nowMs) return false;
  return redirectUri === undefined || redirectUri === client.redirectUri;
}

async function register({ server, metadata, redirectUri, host, signal }: ClientChoice): Promise<RecordedClient> {
  const where = authorityName(server);
  const wanted = methodToAsk(server.tokenEndpointAuthMethod, metadata.token_endpoint_auth_methods_supported);
  const grants = ['authorization_code', 'refresh_token'];
  const device = 'urn:ietf:params:oauth:grant-type:device_code';
  if (redirectUri === undefined) grants.push(device);
  const redirectUris = [redirectUri ?? 'http://127.0.0.1/callback'];
  let answer;
  try {
    const response = await dynamicClientRegistrationRequest(
      metadata,
      {
        client_name: 'mcpgw',
        grant_types: grants,
        response_types: ['code'],
        ...server.clientMetadata,
        application_type: 'native',
        redirect_uris: redirectUris,
        token_endpoint_auth_method: wanted,
      },
      {
        [customFetch]: boundedFetch({ host, timeoutMs: TIMEOUT_MS, signal, amend: withExpiry }),
        [allowInsecureRequests]: usesPlainHttp(metadata),
      },
    );
    answer = await processDynamicClientRegistrationResponse(asCreated(response));
  } catch (error) {
    const failure = oauthFailure(error, where);
    if (!(failure instanceof McpgwError) || failure.code !== 'LOGIN_REFUSED') throw failure;
    throw new McpgwError('LOGIN_REFUSED', `no client could be registered: ${failure.message}`, {
      hint: `register mcpgw there by hand, and state its client_id in ${sectionOf(server)}`,
      cause: failure.cause,
    });
  }
  const { client_id: id, client_secret: secret, token_endpoint_auth_method: given = wanted } = answer;
  const authMethod = typeof given === 'string' ? knownMethod(given) : undefined;
  if (id === '' || authMethod === undefined) {
    throw new McpgwError('IDP_FAILED', `${where} registered a client that mcpgw cannot use`);
  }
  const expires = answer['client_secret_expires_at'];
  return {
    id,
    origin: 'registered',
    secret: typeof secret === 'string' ? new Secret(secret) : undefined,
    secretExpiresAtMs: typeof expires === 'number' && expires > 0 ? expires * 1000 : undefined,
    authMethod,
    redirectUri,
  };
}

/** A public client where the server takes one, as RFC 8252 section 8.4 wants it. */
function methodToAsk(stated: ClientAuthMethod, supported: readonly string[] | undefined): ClientAuthMethod {
  if (stated !== 'none' || supported === undefined || supported.includes('none')) return stated;
  return supported.map(knownMethod).find((method) => method?.startsWith('client_secret') === true) ?? stated;
}

/** RFC 7591 section 3.2.1 demands it beside a secret, and some servers leave it out. */
function withExpiry(body: Record<string, unknown>): Record<string, unknown> {
  return body['client_secret'] === undefined ? body : { client_secret_expires_at: 0, ...body };
}

/** Some servers answer 200. */
function asCreated(response: Response): Response {
  if (response.status !== 200) return response;
  return new Response(response.body, { status: 201, headers: response.headers });
}
