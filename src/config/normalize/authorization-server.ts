// `external_auth_config` and `oauth_metadata` → AuthorizationServer (spec: login).
import type { AuthorizationServer, ClientAssertion, UpstreamAccess } from '../../policy/model.js';
import { Secret } from '../../secret/secret.js';
import { elementsOf } from '../raw-value.js';
import { CLIENT_METADATA, SERVER_METADATA } from '../schema/login.js';
import type { RemoteServer } from '../schema.js';

type ExternalAuth = NonNullable<RemoteServer['external_auth_config']>;
type OAuthMetadata = NonNullable<RemoteServer['oauth_metadata']>;
type JwtValidation = NonNullable<RemoteServer['jwt_validation']>;

/** An identity login is for an ID token. */
const SCOPE = 'openid';

/** `rules` are the server's own: an exact `iss` rule says who issues, when the provider's entry does not. */
export function identityProvider(external: ExternalAuth, rules: JwtValidation | undefined): AuthorizationServer {
  return {
    ...client(external),
    kind: 'identity',
    grant: 'authorization_code',
    issuer: external.issuer ?? exactIssuer(rules),
    scope: external.scope ?? SCOPE,
    resource: typeof external.resource === 'string' ? external.resource : undefined,
  };
}

export interface UpstreamAccessInput {
  readonly authType: RemoteServer['auth_type'];
  /** Undefined: everything is discovered. */
  readonly stated: OAuthMetadata | undefined;
  /** Something else authenticates the gateway, or takes the header that an access token would go in. */
  readonly hasOther: boolean;
}

export function upstreamAccess({ authType, stated = {}, hasOther }: UpstreamAccessInput): UpstreamAccess | undefined {
  const isStated = authType === 'oauth_auto' || authType === 'oauth_client_credentials';
  if (!isStated && (authType !== undefined || hasOther)) return undefined;
  return {
    when: isStated ? 'always' : 'challenged',
    server: {
      ...client(stated),
      kind: 'upstream',
      grant: authType === 'oauth_client_credentials' ? 'client_credentials' : 'authorization_code',
      issuer: stated.issuer,
      scope: stated.scope,
      // The schema lets no other truth value pass than `false`.
      resource: typeof stated.resource === 'boolean' ? false : stated.resource,
    },
  };
}

type Stated = ExternalAuth | OAuthMetadata;

function client(stated: Stated) {
  const { client_secret: secret } = stated;
  const assertion = clientAssertion(stated);
  return {
    metadata: membersOf(stated, SERVER_METADATA),
    clientId: stated.client_id,
    clientSecret: secret === undefined ? undefined : new Secret(secret),
    tokenEndpointAuthMethod:
      stated.token_endpoint_auth_method ??
      (secret !== undefined ? 'client_secret_basic' : assertion !== undefined ? 'private_key_jwt' : 'none'),
    clientAssertion: assertion,
    clientMetadataUrl: stated.client_id_metadata_url,
    clientMetadata: membersOf(stated, CLIENT_METADATA),
    redirectUri: stated.redirect_uri,
    authorizationParams: stated.authorization_params ?? {},
  } as const;
}

/** Those of the names that are stated. */
function membersOf<Name extends keyof Stated>(
  stated: Stated,
  names: readonly Name[],
): Readonly<Record<string, NonNullable<Stated[Name]>>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = stated[name] ?? undefined;
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function clientAssertion({ client_assertion_key: key, ...more }: Stated): ClientAssertion | undefined {
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
