// A token endpoint's answer (RFC 6749 section 5.1) as the credential that is kept.
import type { TokenEndpointResponse, TokenEndpointResponseHelpers } from 'openid-client';
import { McpgwError } from '../../errors.js';
import { Secret } from '../../secret/secret.js';
import { calendarMs, type Credential, type EndpointOrigins } from '../../store/credential.js';
import { visibleText } from '../../diagnostics/visible-text.js';

export interface TokenAnswer {
  readonly answer: TokenEndpointResponse & TokenEndpointResponseHelpers;
  /** When the request was sent: the life of the token is counted from there. */
  readonly sentAtMs: number;
  /** What was asked for; granted when the answer has no `scope`. */
  readonly requestedScope: string | undefined;
  readonly issuer: string;
  /** Of the endpoints that gave it; undefined at a refresh, which changes none of them. */
  readonly origins?: EndpointOrigins;
  /** The login that was refreshed: what the answer does not repeat stays as it was. */
  readonly previous?: Credential;
}

/** @throws McpgwError IDP_FAILED when the token is not a bearer token (RFC 6750): nothing else can be sent */
export function toCredential({ answer, sentAtMs, requestedScope, issuer, origins, previous }: TokenAnswer): Credential {
  if (answer.token_type !== 'bearer') {
    const type = visibleText(answer.token_type).slice(0, 100);
    throw new McpgwError('IDP_FAILED', `${issuer} issued a token of type "${type}", not a bearer token`);
  }
  if (!/^[!-~]+$/.test(answer.access_token)) {
    throw new McpgwError('IDP_FAILED', `${issuer} issued a token that no header can hold`);
  }
  // Some servers send an empty text for "as asked for", which RFC 6749 section 3.3 does not allow.
  const scope = answer.scope === '' ? requestedScope : (answer.scope ?? requestedScope);
  return {
    accessToken: new Secret(answer.access_token),
    obtainedAtMs: sentAtMs,
    expiresAtMs: answer.expires_in === undefined ? undefined : calendarMs(sentAtMs + answer.expires_in * 1000),
    refreshToken: answer.refresh_token === undefined ? previous?.refreshToken : new Secret(answer.refresh_token),
    scopes: scope === undefined ? (previous?.scopes ?? []) : scope.split(' ').filter((word) => word !== ''),
    issuer,
    origins: origins ?? previous?.origins,
    claims: answer.claims() ?? previous?.claims,
  };
}
