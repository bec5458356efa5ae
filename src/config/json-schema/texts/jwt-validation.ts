// `jwt_validation` (spec: token rules, "Fields").
import type { SignatureAlgorithm } from '../../../policy/model.js';
import type { jwtValidation } from '../../schema/jwt-validation.js';
import type { TextsOf } from '../key-text.js';

const ALGORITHMS: Readonly<Record<SignatureAlgorithm, string>> = {
  RS256: 'RSA PKCS#1 v1.5 with SHA-256: what most identity providers use.',
  RS384: 'RSA PKCS#1 v1.5 with SHA-384.',
  RS512: 'RSA PKCS#1 v1.5 with SHA-512.',
  PS256: 'RSA PSS with SHA-256.',
  PS384: 'RSA PSS with SHA-384.',
  PS512: 'RSA PSS with SHA-512.',
  ES256: 'ECDSA on P-256 with SHA-256.',
  ES384: 'ECDSA on P-384 with SHA-384.',
  ES512: 'ECDSA on P-521 with SHA-512.',
  EdDSA: 'Ed25519, by its older name.',
  Ed25519: 'Ed25519 (RFC 9864).',
};

export const jwtValidationTexts: TextsOf<typeof jwtValidation> = {
  jwksUri: {
    means: 'Where the public keys of the issuer are fetched (JWKS). One of `jwksUri`, `jwks` and `introspectEndpoint`.',
    examples: ['https://idp.example.com/.well-known/jwks.json'],
  },
  jwks: {
    means: 'The public keys themselves, in place of `jwksUri`.',
    examples: [{ keys: [{ kty: 'OKP', crv: 'Ed25519', kid: 'k1', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }] }],
  },
  introspectEndpoint: {
    means: 'Where the issuer is asked whether a token is good (RFC 7662), in place of keys. The token may be opaque.',
    examples: ['https://idp.example.com/oauth2/introspect'],
  },
  algorithms: {
    means: 'The signature algorithms that a token may have. Case matters.',
    default: ['RS256'],
    examples: [['RS256', 'ES256']],
    values: ALGORITHMS,
  },
  headerKey: {
    means:
      'The client header that holds the token. `Authorization` must say `Bearer <token>`; another one may hold the bare token.',
    default: 'Authorization',
    examples: ['X-Token'],
  },
  clockTolerance: {
    means: 'By how many seconds clocks may differ, for `exp`, `nbf` and `iat`.',
    default: 5,
    examples: [30],
  },
  maxTokenAge: {
    means: 'How old a token may be, counted from `iat`, which is then required: an integer and `s`, `m`, `h` or `d`.',
    otherwise: 'age does not matter.',
    examples: ['30s', '5m', '12h', '1d'],
  },
  cacheMaxAge: {
    means: 'For how many seconds fetched keys are used before they are fetched again.',
    default: 86_400,
    examples: [3600],
  },
  requiredClaims: {
    means: 'Claims that a token must have, with any value but null.',
    otherwise: 'none.',
    examples: [['sub', 'email']],
  },
  claimValues: {
    means: 'What claims must say: a rule by claim. Names are those of the top level; a dot is part of the name.',
    otherwise: 'none.',
    examples: [
      {
        iss: { values: 'https://idp.example.com' },
        aud: { values: ['https://mcp.example.com'], matchType: 'contains' },
      },
    ],
  },
  headerPayloadMatch: {
    means:
      "Names that must have equal values in the token's header and in its payload, where both have them. Not with `introspectEndpoint`.",
    otherwise: 'none.',
    examples: [['client_id']],
  },
  introspectClientId: {
    means: 'The client that asks the introspection endpoint.',
    otherwise: 'the `client_id` of `external_auth_config`, when that has a secret too.',
    examples: ['mcpgw'],
  },
  introspectClientSecret: {
    means: 'Its secret, sent as HTTP Basic. Needs `introspectClientId`.',
    otherwise: 'the `client_secret` of `external_auth_config`.',
    examples: ['${INTROSPECT_CLIENT_SECRET}'],
  },
  introspectContentType: {
    means: 'The media type of the introspection request: a form, or `application/json`.',
    default: 'application/x-www-form-urlencoded',
    examples: ['application/json'],
  },
  introspectCacheMaxAge: {
    means: 'For how many seconds an answer of introspection is used again; 0 asks each time. Never beyond `exp`.',
    default: 0,
    examples: [60],
  },
  requireExp: { means: 'Whether a token without `exp` is refused.', default: false },
  typ: {
    means: 'The `typ` that the header of a token must have. Not with `introspectEndpoint`.',
    otherwise: 'any `typ` of an access token, or none.',
    examples: ['at+jwt'],
  },
};
