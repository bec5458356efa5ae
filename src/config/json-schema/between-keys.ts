// What holds between the keys of one object, as JSON Schema: the rules that schema/ checks beside the members, and
// those of contradictions.ts that one object can break by itself. Rules between objects are for `mcpgw validate`.
import { given, has, type JsonSchemaObject } from './schema-words.js';

/** `jwt_validation`. */
export const tokenRules: JsonSchemaObject = {
  oneOf: [has('jwksUri'), has('jwks'), has('introspectEndpoint')],
  dependentRequired: { introspectClientSecret: ['introspectClientId'] },
  dependentSchemas: { introspectEndpoint: { properties: { headerPayloadMatch: false, typ: false } } },
};

/** A claim rule: without `matchType`, `exact` holds. */
export const exactTakesOneValue = given(
  { properties: { matchType: { const: 'exact' } } },
  { properties: { values: { type: ['string', 'number', 'boolean', 'array'], maxItems: 1 } } },
);

/** `external_auth_config` and `oauth_metadata`: a client with an id of its own needs its secret, too. */
export const clientRules = given(
  {
    allOf: [has('token_endpoint_auth_method', 'client_id')],
    properties: { token_endpoint_auth_method: { enum: ['client_secret_basic', 'client_secret_post'] } },
  },
  has('client_secret'),
);

/** `tls`: a client certificate is both files. */
export const clientPair: JsonSchemaObject = { dependentRequired: { cert: ['key'], key: ['cert'] } };

/** `type` is another name of `transport`. */
export const oneTransport: JsonSchemaObject = {
  dependentSchemas: { transport: { properties: { type: false } } },
};

/** A section that says no authentication has no headers to authenticate with, unless another section overrides it. */
const noHeadersWithoutAuth = given(
  { properties: { auth_type: { const: 'none' } }, required: ['auth_type'] },
  { properties: { headers: { type: ['object', 'null'], maxProperties: 0 } } },
);

/** An entry of `mcpServers`. */
export const entryRules: JsonSchemaObject = { ...oneTransport, ...noHeadersWithoutAuth };

/** Without `jwt_validation`, nothing else says where the provider is. */
const NAMES_ITS_PROVIDER: JsonSchemaObject = {
  type: 'object',
  anyOf: [has('issuer'), has('authorization_endpoint', 'token_endpoint')],
};

/** A policy that no other section completes. */
export const standaloneRules: JsonSchemaObject = {
  ...oneTransport,
  dependentRequired: { tool_authorization: ['jwt_validation'] },
  allOf: [given({ not: has('jwt_validation') }, { properties: { external_auth_config: NAMES_ITS_PROVIDER } })],
};

/** A bare policy. */
export const bareRules: JsonSchemaObject = { ...standaloneRules, ...noHeadersWithoutAuth };

/** What stands beside `mcpServers` goes to each server: with several, it may hold no credentials. */
export const gatewayRules = given(
  { properties: { mcpServers: { type: 'object', minProperties: 2 } } },
  {
    properties: {
      headers: false,
      header_command: false,
      oauth_metadata: { type: 'object', properties: { client_secret: false } },
      external_auth_config: { type: 'object', properties: { client_secret: false } },
    },
  },
);
