// An authorization server of a configuration that says nothing, and a client of it, for tests that need one as a value.
import type { KnownServer } from '../../src/oauth/login-key.js';

export const PUBLIC_CLIENT: KnownServer = {
  kind: 'identity',
  grant: 'authorization_code',
  issuer: undefined,
  metadata: {},
  clientId: 'mcpgw',
  clientSecret: undefined,
  tokenEndpointAuthMethod: 'none',
  clientAssertion: undefined,
  clientMetadataUrl: undefined,
  clientMetadata: {},
  scope: 'openid',
  resource: undefined,
  url: undefined,
  redirectUri: undefined,
  authorizationParams: {},
};
