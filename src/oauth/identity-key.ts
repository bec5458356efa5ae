// Which stored login an identity provider's configuration means. Servers with the same provider share one.
import { McpgwError } from '../errors.js';
import type { IdentityProvider } from '../policy/model.js';
import { credentialKey, type CredentialKey } from '../store/credential-key.js';

/** @throws McpgwError NOT_SUPPORTED_YET without `client_id`, INVALID_CONFIG without issuer and token endpoint */
export function identityKey(provider: IdentityProvider): CredentialKey {
  const { issuer, clientId, resource } = provider;
  const tokenEndpoint = statedText(provider, 'token_endpoint');
  if (clientId === undefined) {
    throw new McpgwError(
      'NOT_SUPPORTED_YET',
      `not supported yet: registering a client at ${authorityName(provider)}, and external_auth_config has no client_id`,
      { hint: 'register a client there by hand and put its client_id into external_auth_config' },
    );
  }
  if (issuer === undefined && tokenEndpoint === undefined) {
    throw new McpgwError('INVALID_CONFIG', 'external_auth_config has neither issuer nor token_endpoint', {
      hint: 'add the issuer of your identity provider',
    });
  }
  return credentialKey({ kind: 'identity', issuer, tokenEndpoint, clientId, resource });
}

/** The identity provider as a person would name it: its issuer, else the origin of its token endpoint. */
export function authorityName(provider: IdentityProvider): string {
  const tokenEndpoint = statedText(provider, 'token_endpoint');
  return provider.issuer ?? (tokenEndpoint === undefined ? 'the identity provider' : new URL(tokenEndpoint).origin);
}

/** A member of the stated metadata that is one text. */
export function statedText(provider: IdentityProvider, member: string): string | undefined {
  const value = provider.metadata[member];
  return typeof value === 'string' ? value : undefined;
}
