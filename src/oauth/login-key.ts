// Which stored login an authorization server's configuration means. Servers with the same one share one.
import { McpgwError } from '../errors.js';
import type { AuthorizationServer } from '../policy/model.js';
import { credentialKey, type CredentialKey } from '../store/credential-key.js';

/** An authorization server with the client that mcpgw is there, and the resource that tokens are asked for. */
export interface KnownServer extends AuthorizationServer {
  readonly clientId: string;
  /** RFC 8707; undefined sends none. */
  readonly resource: string | undefined;
  /** Of the upstream that its tokens are for; undefined for an identity login. */
  readonly url: string | undefined;
}

/** @throws McpgwError INVALID_CONFIG without issuer and token endpoint */
export function loginKey(server: KnownServer): CredentialKey {
  const { kind, issuer, clientId, resource, url } = server;
  const tokenEndpoint = statedText(server, 'token_endpoint');
  if (issuer === undefined && tokenEndpoint === undefined) {
    throw new McpgwError('INVALID_CONFIG', `${sectionOf(server)} has neither issuer nor token_endpoint`, {
      hint: 'add the issuer of your identity provider',
    });
  }
  return credentialKey({ kind, issuer, tokenEndpoint, clientId, resource, url });
}

/** The authorization server as a person would name it: its issuer, else the origin of its token endpoint. */
export function authorityName(server: AuthorizationServer): string {
  const tokenEndpoint = statedText(server, 'token_endpoint');
  if (server.issuer !== undefined) return server.issuer;
  if (tokenEndpoint !== undefined) return new URL(tokenEndpoint).origin;
  return server.kind === 'identity' ? 'the identity provider' : "the upstream's authorization server";
}

/** Where the configuration speaks of it. */
export function sectionOf({ kind }: Pick<AuthorizationServer, 'kind'>): 'external_auth_config' | 'oauth_metadata' {
  return kind === 'identity' ? 'external_auth_config' : 'oauth_metadata';
}

/** A member of the stated metadata that is one text. */
export function statedText(server: AuthorizationServer, member: string): string | undefined {
  const value = server.metadata[member];
  return typeof value === 'string' ? value : undefined;
}
