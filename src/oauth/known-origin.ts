// Where the tokens of a stored login may be sent: to the endpoints that it was made with, and nowhere else. The
// login's name (credential-key.ts) says nothing about endpoints, and a configuration may override each of them.
import type { Credential, EndpointOrigins } from '../store/credential.js';

interface KnownEndpoints {
  readonly token_endpoint?: string | undefined;
  readonly revocation_endpoint?: string | undefined;
}

/** What a login seals of its provider's metadata. A bug (plain Error) without a token endpoint. */
export function originsOf({ token_endpoint: token, revocation_endpoint: revocation }: KnownEndpoints): EndpointOrigins {
  if (token === undefined) throw new Error('a login without a token endpoint');
  return {
    token: new URL(token).origin,
    revocation: revocation === undefined ? undefined : new URL(revocation).origin,
  };
}

export interface Destination {
  readonly credential: Credential;
  readonly endpoint: 'token_endpoint' | 'revocation_endpoint';
  /** Of the metadata as it is now. */
  readonly url: string | undefined;
}

/**
 * Undefined when the login may be sent to that endpoint, else the origin that it may not be sent to.
 *
 * INVARIANT: asked before every request that carries a token of a stored login.
 */
export function foreignOrigin({ credential, endpoint, url }: Destination): string | undefined {
  if (url === undefined) return undefined;
  const { origins, issuer } = credential;
  // A login that was stored without its endpoints may only go back to whoever issued it.
  const token = origins?.token ?? (URL.canParse(issuer) ? new URL(issuer).origin : undefined);
  const { origin } = new URL(url);
  if (origin === token) return undefined;
  return endpoint === 'revocation_endpoint' && origin === origins?.revocation ? undefined : origin;
}
