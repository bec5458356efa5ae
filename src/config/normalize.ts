// A document that passed every check → GatewayPolicy. Here and in normalize/ are the only defaults (spec: config,
// "Server entry"). Look-ups are those of objects without a prototype, so they find own members alone.
import { canonicalName } from '../policy/headers/header-name.js';
import type { GatewayPolicy, HeaderCommand, ServerPolicy } from '../policy/model.js';
import { Secret } from '../secret/secret.js';
import type { Patterns } from './claim-patterns.js';
import { settingOf, type Layout, type ServerSections } from './document-kinds.js';
import { identityProvider, upstreamAccess } from './normalize/authorization-server.js';
import { forwardPolicy } from './normalize/forward-policy.js';
import { credentialFields, headerFieldsOf } from './normalize/header-fields.js';
import { identityPolicy } from './normalize/identity-policy.js';
import { tokenRules } from './normalize/token-rules.js';
import { toolPolicy } from './normalize/tool-policy.js';
import type { Path } from './path.js';
import { memberOf } from './raw-value.js';
import type { RemoteServer, TopKeys } from './schema.js';

export interface NormalizeOptions {
  readonly layout: Layout;
  readonly patterns: Patterns;
  /** Whether the value at a place came from a secret reference. */
  readonly isReference: (path: Path) => boolean;
}

const IDENTITY_ISSUER = 'mcpgw';

/** INVARIANT: the document of the layout has no error. */
export function normalize(options: NormalizeOptions): GatewayPolicy {
  const { layout, isReference } = options;
  // The schema has judged these members, as the type says.
  const topValue = <K extends keyof TopKeys>(key: K): TopKeys[K] => memberOf(layout.top.value, key) as TopKeys[K];
  const signingKey = topValue('identity_signing_key');
  return {
    form: layout.kind,
    servers: layout.servers.map((server) => serverPolicy(server, options)),
    clientHeaders: headerFieldsOf({ fields: topValue('client_headers'), path: ['client_headers'], isReference }),
    identityIssuer: topValue('identity_issuer') ?? IDENTITY_ISSUER,
    identitySigningKey: signingKey === undefined ? undefined : new Secret(signingKey),
  };
}

function serverPolicy(server: ServerSections, { patterns, isReference }: NormalizeOptions): ServerPolicy {
  const valueOf = <K extends keyof RemoteServer>(key: K): NonNullable<RemoteServer[K]> | undefined =>
    // The schema has judged every member of every section; `null` is left out by settingOf.
    settingOf(server, key)?.value as NonNullable<RemoteServer[K]> | undefined;
  const passthrough = settingOf(server, 'passthrough_headers');
  const external = valueOf('external_auth_config');
  const rules = valueOf('jwt_validation');
  const authType = authTypeOf(valueOf('auth_type'));
  const headers = credentialFields(valueOf('headers'));
  const command = headerCommand(valueOf('header_command'));
  const identity = identityPolicy(valueOf('user_identity_forwarding'));
  const passthroughHeaders = headerFieldsOf({
    fields: valueOf('passthrough_headers'),
    path: passthrough?.path ?? [],
    isReference,
  });
  return {
    name: server.name,
    url: valueOf('url'),
    isUrlSecret: isReference(settingOf(server, 'url')?.path ?? []),
    transport: transportOf(settingOf(server, 'transport', 'type')?.value),
    authType,
    headers,
    headerCommand: command,
    upstreamAccess: upstreamAccess({
      authType,
      stated: valueOf('oauth_metadata'),
      hasOther:
        headers.length > 0 ||
        command !== undefined ||
        [...passthroughHeaders.map(({ name }) => name), identity?.headerName].some(isAuthorization),
    }),
    passthroughHeaders,
    forward: forwardPolicy(valueOf('forward_headers')),
    identity,
    tokenRules: rules && tokenRules({ rules, external, patterns }),
    identityProvider: external && identityProvider(external, rules),
    tools: toolPolicy({ tools: valueOf('tools'), authorization: valueOf('tool_authorization'), patterns }),
    hasTls: valueOf('tls') !== undefined,
    allowInsecureHttp: valueOf('allow_insecure_http') ?? false,
    timeoutMs: valueOf('timeout_ms'),
    sharesTopLevelTokenRules: settingOf(server, 'jwt_validation')?.isTopLevel ?? false,
  };
}

/** How long a program may take that is to print headers; a person may be asked by it. */
const COMMAND_TIMEOUT_MS = 30_000;

function headerCommand(stated: RemoteServer['header_command']): HeaderCommand | undefined {
  if (stated === undefined || stated === null) return undefined;
  return {
    command: stated.command,
    ttlSeconds: stated.ttl_seconds,
    timeoutMs: stated.timeout_ms ?? COMMAND_TIMEOUT_MS,
  };
}

function isAuthorization(name: string | undefined): boolean {
  return name !== undefined && canonicalName(name) === 'authorization';
}

function transportOf(value: unknown): ServerPolicy['transport'] {
  return value === 'http' || value === 'sse' ? value : 'auto';
}

function authTypeOf(value: RemoteServer['auth_type']): ServerPolicy['authType'] {
  return value === 'custom' ? 'headers' : (value ?? undefined);
}
