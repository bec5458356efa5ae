// `jwt_validation` → TokenRules, with the defaults of the specification's table (spec: token rules, "Fields").
import type { KeySource, SignatureAlgorithm, TokenRules } from '../../policy/model.js';
import { Secret } from '../../secret/secret.js';
import type { Patterns } from '../claim-patterns.js';
import { durationSeconds } from '../schema/duration.js';
import type { RemoteServer } from '../schema.js';
import { claimRulesOf } from './claim-rule.js';

type JwtValidation = NonNullable<RemoteServer['jwt_validation']>;

export interface TokenRulesOptions {
  readonly rules: JwtValidation;
  /** Whose client credentials introspection uses, unless it has its own. */
  readonly external: NonNullable<RemoteServer['external_auth_config']> | undefined;
  readonly patterns: Patterns;
}

/** What holds without `algorithms`. */
export const DEFAULT_ALGORITHMS: readonly SignatureAlgorithm[] = ['RS256'];
const CLOCK_TOLERANCE_SECONDS = 5;
const KEY_CACHE_SECONDS = 86_400;

export function tokenRules(options: TokenRulesOptions): TokenRules {
  const { rules, patterns } = options;
  return {
    source: keySource(options),
    // The schema took no other names.
    algorithms: (rules.algorithms as readonly SignatureAlgorithm[] | undefined) ?? DEFAULT_ALGORITHMS,
    headerKey: rules.headerKey ?? 'Authorization',
    clockToleranceSeconds: rules.clockTolerance ?? CLOCK_TOLERANCE_SECONDS,
    maxTokenAgeSeconds: rules.maxTokenAge === undefined ? undefined : durationSeconds(rules.maxTokenAge),
    requiredClaims: rules.requiredClaims ?? [],
    claimRules: claimRulesOf(rules.claimValues, patterns),
    headerPayloadMatch: rules.headerPayloadMatch ?? [],
    requireExp: rules.requireExp ?? false,
    typ: rules.typ,
  };
}

function keySource({ rules, external }: TokenRulesOptions): KeySource {
  if (rules.jwksUri !== undefined) {
    return { kind: 'jwksUri', url: rules.jwksUri, cacheMaxAgeSeconds: rules.cacheMaxAge ?? KEY_CACHE_SECONDS };
  }
  if (rules.jwks !== undefined) return { kind: 'jwks', keys: rules.jwks.keys };
  const { clientId, clientSecret } = introspectionClient(rules, external);
  return {
    kind: 'introspection',
    // One of the three methods is there: the schema has counted them.
    url: rules.introspectEndpoint ?? '',
    clientId,
    clientSecret: clientSecret === undefined ? undefined : new Secret(clientSecret),
    contentType: rules.introspectContentType ?? 'application/x-www-form-urlencoded',
    cacheMaxAgeSeconds: rules.introspectCacheMaxAge ?? 0,
  };
}

interface ClientCredentials {
  readonly clientId: string | undefined;
  readonly clientSecret: string | undefined;
}

/** The provider's credentials stand in only as a pair, and only when introspection has none of its own. */
function introspectionClient(rules: JwtValidation, external: TokenRulesOptions['external']): ClientCredentials {
  const { introspectClientId: clientId, introspectClientSecret: clientSecret } = rules;
  const isPair = external?.client_id !== undefined && external.client_secret !== undefined;
  if (clientId !== undefined || clientSecret !== undefined || !isPair) return { clientId, clientSecret };
  return { clientId: external.client_id, clientSecret: external.client_secret };
}
