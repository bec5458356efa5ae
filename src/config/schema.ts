// The full schema of a configuration, for its three forms (spec: config). Structure and single values are judged
// here; what holds between sections is the business of contradictions.ts.
import * as z from 'zod/mini';
import { RULE_CODES } from '../diagnostics/codes.js';
import type { DocumentKind } from './document-kinds.js';
import { hasMember } from './raw-value.js';
import { carrying } from './schema/carried-structure.js';
import { headerFields } from './schema/headers.js';
import { policyKeys } from './schema/server.js';
import { choose, closedObject, dictionary } from './schema/structure.js';
import { serverUrl } from './schema/url.js';

/** Everything that is wrong with the document, in zod's terms; issues.ts says it in ours. */
export function schemaIssues(kind: DocumentKind, document: unknown): readonly z.core.$ZodIssue[] {
  return z.safeParse(DOCUMENTS[kind], document, { jitless: true }).error?.issues ?? [];
}

const optionalKeys = optional(policyKeys);

export const ruleLevel = z.enum(['off', 'note', 'warning', 'error']);
const ruleLevels = Object.fromEntries(Object.values(RULE_CODES).map((rule) => [rule, z.optional(ruleLevel)]));

export const lint = closedObject(ruleLevels, { otherwise: 'the names of all rules: `mcpgw schema`, under `lint`' });

const topKeys = {
  ...optionalKeys,
  client_headers: z.optional(headerFields),
  identity_issuer: z.optional(z.string()),
  identity_signing_key: z.optional(z.string()),
  lint: z.optional(lint),
};

const URL_AT_TOP = { url: 'put the server under `mcpServers`, or give the URL to serve: --url' };

const bareDocument = closedObject(topKeys, {
  hints: URL_AT_TOP,
  alsoSuggest: ['mcpServers', 'mcp_integration_details'],
});

const LOCAL_SERVER = 'give the entry a `url`, or leave it to the MCP client';

export const remoteServer = closedObject(
  { url: serverUrl, ...nullable(policyKeys) },
  { hints: { command: LOCAL_SERVER } },
);

/** An entry of an MCP client's own configuration that starts a program: whatever else it says, that is the point. */
const localServer: z.ZodMiniType = z.unknown().check((payload) => {
  payload.issues.push({
    code: 'custom',
    input: undefined,
    path: ['command'],
    params: {
      kind: 'problem',
      problem: {
        code: 'MCPGW103',
        says: 'starts a local server, and mcpgw serves remote ones',
        help: LOCAL_SERVER,
        part: 'key',
      },
    },
  });
});

const serverEntry = choose(
  {
    remote: remoteServer,
    // It never passes, so the type of what passes is that of a remote one.
    local: carrying(localServer, { kind: 'refused' }) as typeof remoteServer,
  },
  { wanted: 'an object', pick: (entry) => (hasMember(entry, 'command') ? 'local' : 'remote') },
);

const gatewayDocument = closedObject(
  { mcpServers: dictionary(serverEntry), ...topKeys },
  { hints: { url: "put it into a server's entry, under `mcpServers`" } },
);

export const portkeyConfigurations = closedObject(optionalKeys);
export const portkeyDetails = closedObject({
  transport: z.optional(policyKeys.transport),
  auth_type: z.optional(policyKeys.auth_type),
  url: z.optional(serverUrl),
  configurations: z.optional(portkeyConfigurations),
});
const portkeyDocument = closedObject({ mcp_integration_details: portkeyDetails });

/** The schema of each form. */
export const DOCUMENTS = { bare: bareDocument, gateway: gatewayDocument, portkey: portkeyDocument } as const;

/** A server's entry once it has passed: what normalize.ts reads. */
export type RemoteServer = z.infer<typeof remoteServer>;
/** The keys beside `mcpServers` once they have passed. */
export type TopKeys = z.infer<typeof bareDocument>;

type Optional<S> = { [K in keyof S]: S[K] extends z.core.$ZodType ? z.ZodMiniOptional<S[K]> : never };
type Nullable<S> = {
  [K in keyof S]: S[K] extends z.core.$ZodType ? z.ZodMiniOptional<z.ZodMiniNullable<S[K]>> : never;
};

function optional<S extends Readonly<Record<string, z.core.$ZodType>>>(shape: S): Optional<S> {
  const entries = Object.entries(shape).map(([key, schema]) => [key, z.optional(schema)]);
  return Object.fromEntries(entries) as Optional<S>; // the same keys, each made optional
}

/** A server's own `null` switches a default off. */
function nullable<S extends Readonly<Record<string, z.core.$ZodType>>>(shape: S): Nullable<S> {
  const entries = Object.entries(shape).map(([key, schema]) => [key, z.optional(z.nullable(schema))]);
  return Object.fromEntries(entries) as Nullable<S>; // the same keys, each made optional and nullable
}
