// openid-client, set up for one identity provider: its metadata, our client, a bounded fetch, and ID tokens either
// validated in full (signature included) or taken out before anything can read them.
import * as openid from 'openid-client';
import { McpgwError } from '../errors.js';
import type { Host } from '../host.js';
import type { Log } from '../log.js';
import type { Secret } from '../secret/secret.js';
import { boundedFetch } from './bounded-fetch.js';
import { discoverProvider, usesPlainHttp, type DiscoverOptions, type Endpoint } from './discover.js';
import { sectionOf, type KnownServer } from './login-key.js';

export interface ClientOptions {
  readonly provider: KnownServer;
  /** As it was discovered; undefined: it is discovered now. */
  readonly metadata?: openid.ServerMetadata | undefined;
  readonly host: Host;
  readonly log: Log;
  readonly needs: DiscoverOptions['needs'];
  readonly wants: readonly Endpoint[];
  /** For all requests of the operation together, up to `renewDeadline`. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** False drops every ID token; true drops it when it cannot be validated. */
  readonly useIdToken: boolean;
}

export interface OAuthClient {
  readonly config: openid.Configuration;
  readonly metadata: openid.ServerMetadata;
  /** The issuer is known, so answers can be checked against it. */
  readonly knowsIssuer: boolean;
  /** ID tokens are validated; false: they are dropped. */
  readonly validatesIdToken: boolean;
  /** Gives the requests from now on the whole time again: a person was waited for. */
  readonly renewDeadline: () => void;
  /** From now on each request has the whole time for itself: there are many, one after the other. */
  readonly limitEachRequest: () => void;
  /** True once an ID token was dropped. */
  readonly droppedIdToken: () => boolean;
}

/** @throws McpgwError IDP_FAILED, NETWORK, TIMEOUT, INVALID_CONFIG */
export async function createClient(options: ClientOptions): Promise<OAuthClient> {
  const { provider, host, log, needs, wants, timeoutMs, signal, useIdToken } = options;
  const limits = { host, timeoutMs, signal };
  const metadata =
    options.metadata ?? (await discoverProvider({ provider, fetch: boundedFetch(limits), log, needs, wants }));
  const knowsIssuer = provider.issuer !== undefined;
  const validatesIdToken = useIdToken && knowsIssuer && metadata.jwks_uri !== undefined;
  let dropped = false;
  const dropIdToken = ({ id_token: idToken, ...rest }: Record<string, unknown>): Record<string, unknown> => {
    dropped ||= idToken !== undefined;
    return rest;
  };
  const config = new openid.Configuration(
    metadata,
    provider.clientId,
    undefined,
    await clientAuthentication(provider, knowsIssuer ? undefined : metadata.token_endpoint),
  );
  const limited = (): openid.CustomFetch =>
    boundedFetch({ ...limits, ...(!validatesIdToken && { amend: dropIdToken }) });
  const renewDeadline = (): void => {
    config[openid.customFetch] = limited();
  };
  const limitEachRequest = (): void => {
    config[openid.customFetch] = (url, init) => limited()(url, init);
  };
  renewDeadline();
  if (usesPlainHttp(metadata)) openid.allowInsecureRequests(config);
  if (validatesIdToken) openid.enableNonRepudiationChecks(config);
  const droppedIdToken = (): boolean => dropped;
  return { config, metadata, knowsIssuer, validatesIdToken, renewDeadline, limitEachRequest, droppedIdToken };
}

/** `audience` of an assertion; undefined: the issuer. */
async function clientAuthentication(provider: KnownServer, audience: string | undefined): Promise<openid.ClientAuth> {
  const { tokenEndpointAuthMethod: method, clientSecret } = provider;
  if (method === 'none') return openid.None();
  if (method === 'private_key_jwt') {
    const { privateKeyJwt } = await import('./client-assertion.js');
    return privateKeyJwt(provider, audience);
  }
  if (clientSecret === undefined) {
    throw new McpgwError('INVALID_CONFIG', `${sectionOf(provider)} has ${method} and no client_secret`);
  }
  return method === 'client_secret_basic' ? basic(clientSecret) : openid.ClientSecretPost(clientSecret.reveal());
}

/**
 * RFC 6749 section 2.3.1, with the form encoding as its appendix B has it. openid-client's own also encodes `-`, `_` and
 * `.`, and there are servers that decode nothing.
 */
function basic(secret: Secret): openid.ClientAuth {
  const encoded = (text: string): string => new URLSearchParams([['', text]]).toString().slice(1);
  // oxlint-disable-next-line eslint/max-params -- the library's contract
  return (_server, client, _body, headers) => {
    const pair = `${encoded(client.client_id)}:${encoded(secret.reveal())}`;
    headers.set('authorization', `Basic ${Buffer.from(pair).toString('base64')}`);
  };
}
