// `external_auth_config` → IdentityProvider (spec: login).
import type { ClientAssertion, IdentityProvider } from '../../policy/model.js';
import { Secret } from '../../secret/secret.js';
import { elementsOf } from '../raw-value.js';
import { SERVER_METADATA } from '../schema/login.js';
import type { RemoteServer } from '../schema.js';

type ExternalAuth = NonNullable<RemoteServer['external_auth_config']>;
type JwtValidation = NonNullable<RemoteServer['jwt_validation']>;

/** An identity login is for an ID token. */
const SCOPE = 'openid';

/** `rules` are the server's own: an exact `iss` rule says who issues, when the provider's entry does not. */
export function identityProvider(external: ExternalAuth, rules: JwtValidation | undefined): IdentityProvider {
  const { client_secret: secret, resource } = external;
  const assertion = clientAssertion(external);
  return {
    issuer: external.issuer ?? exactIssuer(rules),
    metadata: Object.fromEntries(
      SERVER_METADATA.flatMap((member) => (external[member] === undefined ? [] : [[member, external[member]]])),
    ),
    clientId: external.client_id,
    clientSecret: secret === undefined ? undefined : new Secret(secret),
    tokenEndpointAuthMethod:
      external.token_endpoint_auth_method ??
      (secret !== undefined ? 'client_secret_basic' : assertion !== undefined ? 'private_key_jwt' : 'none'),
    clientAssertion: assertion,
    scope: external.scope ?? SCOPE,
    resource: typeof resource === 'string' ? resource : undefined,
    redirectUri: external.redirect_uri,
    authorizationParams: external.authorization_params ?? {},
  };
}

function clientAssertion({ client_assertion_key: key, ...more }: ExternalAuth): ClientAssertion | undefined {
  if (key === undefined) return undefined;
  return {
    key: new Secret(typeof key === 'string' ? key : JSON.stringify(key)),
    alg: more.client_assertion_alg,
    kid: more.client_assertion_kid,
  };
}

function exactIssuer(rules: JwtValidation | undefined): string | undefined {
  const rule = rules?.claimValues?.['iss'];
  if (rule === undefined || (rule.matchType ?? 'exact') !== 'exact') return undefined;
  const values = Array.isArray(rule.values) ? elementsOf(rule.values) : [rule.values];
  return typeof values[0] === 'string' ? values[0] : undefined;
}
