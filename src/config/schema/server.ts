// The policy keys: what may stand in a server's entry, and as a default beside `mcpServers` (spec: config, "Server entry").
import * as z from 'zod/mini';
import { hasMember, memberOf, type RawObject } from '../raw-value.js';
import { claimRules } from './claim-rule.js';
import { forwardHeaders, headerFields } from './headers.js';
import { identityForwarding } from './identity.js';
import { jwtValidation } from './jwt-validation.js';
import { externalAuth, milliseconds, oauthMetadata } from './login.js';
import { closedObject, dictionary, integerBetween, type Problem } from './structure.js';

const transport = z.enum(['http', 'sse', 'auto', 'http-sse', 'sse-http']);
const texts = z.array(z.string());

export const tools = closedObject(
  { allowed: z.optional(texts), blocked: z.optional(texts) },
  { alsoCheck: (value) => emptyListProblem(value) },
);

export const headerCommand = closedObject(
  {
    command: texts,
    ttl_seconds: z.optional(integerBetween(0, Number.MAX_SAFE_INTEGER)),
    timeout_ms: z.optional(milliseconds),
  },
  {
    *alsoCheck(value) {
      const command = memberOf(value, 'command');
      if (Array.isArray(command) && command.length === 0) {
        yield { code: 'MCPGW105', says: 'must name a program', at: ['command'] };
      }
    },
  },
);

export const toolRule = closedObject({ required_claims: claimRules });

const tlsFiles = { ca: z.optional(z.string()), cert: z.optional(z.string()), key: z.optional(z.string()) };

export const tls = closedObject(tlsFiles, { alsoCheck: (value) => halfPairProblem(value) });

export const policyKeys = {
  transport,
  type: transport,
  auth_type: z.enum(['none', 'headers', 'custom', 'oauth_auto', 'oauth_client_credentials']),
  headers: headerFields,
  passthrough_headers: headerFields,
  forward_headers: forwardHeaders,
  user_identity_forwarding: identityForwarding,
  jwt_validation: jwtValidation,
  oauth_metadata: oauthMetadata,
  external_auth_config: externalAuth,
  allow_insecure_http: z.boolean(),
  tools,
  tool_authorization: dictionary(toolRule),
  timeout_ms: milliseconds,
  header_command: headerCommand,
  tls,
};

function* halfPairProblem(value: RawObject): Iterable<Problem> {
  // The other one may be there by another name, which is an error of its own.
  if (Object.keys(value).some((key) => !Object.hasOwn(tlsFiles, key) && !key.startsWith('x-'))) return;
  for (const [one, other] of [
    ['cert', 'key'],
    ['key', 'cert'],
  ] as const) {
    if (!hasMember(value, one) || hasMember(value, other)) continue;
    const help = 'a client certificate is `cert` and `key`, two files in PEM';
    yield { code: 'MCPGW104', says: `needs \`${other}\` beside it`, help, at: [one], part: 'key' };
  }
}

function* emptyListProblem(value: RawObject): Iterable<Problem> {
  const allowed = memberOf(value, 'allowed');
  if (Array.isArray(allowed) && allowed.length === 0) {
    yield {
      code: 'MCPGW114',
      says: 'is empty, which does not say whether no tool is meant or every one',
      help: 'every tool: leave `allowed` out; no tool: "blocked": ["*"]',
      at: ['allowed'],
    };
  }
}
