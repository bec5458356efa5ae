// `validate --show-resolved`: what mcpgw made of a configuration, in the configuration's own language. One entry a
// server, with the defaults of the document and of the product in it and every alias in its canonical form, so that
// the document, read again, means the same. Secrets are masked. Pure.
import type { GatewayPolicy, ServerPolicy } from '../policy/model.js';
import type { ConfigSource } from './check.js';
import { settingOf, type ServerSections } from './document-kinds.js';
import { isForeign } from './foreign-keys.js';
import { emptyObject, type RawObject } from './raw-value.js';
import { jwtValidationView } from './resolved-view/jwt-validation-view.js';
import { createMasking, freeKey, type Masking } from './resolved-view/masking.js';
import { isServerKey, serverView } from './resolved-view/server-view.js';

export interface ResolvedViewOptions {
  readonly source: ConfigSource;
  /** What the source was normalised to. */
  readonly policy: GatewayPolicy;
}

/** A gateway configuration; a bare policy where nothing says what the upstream is. */
export function resolvedView({ source, policy }: ResolvedViewOptions): RawObject {
  const masking = createMasking(source);
  const servers = source.layout.servers.flatMap((sections, index): readonly Server[] => {
    const server = policy.servers[index];
    return server === undefined ? [] : [{ sections, policy: server, masking }];
  });
  const [only] = servers;
  const isBare = source.layout.kind !== 'gateway' && only !== undefined && only.policy.url === undefined;
  return { ...(isBare ? entryOf(only, rulesOf(only)) : gatewayView(servers)), ...besideServers(source, masking) };
}

interface Server {
  readonly sections: ServerSections;
  readonly policy: ServerPolicy;
  readonly masking: Masking;
}

/** Rules beside `mcpServers` stay there, because only servers that share them are served by one token. */
function gatewayView(servers: readonly Server[]): RawObject {
  const sharing = servers.find(({ policy }) => policy.sharesTopLevelTokenRules);
  const entries = emptyObject();
  for (const server of servers) {
    const { name, tokenRules, sharesTopLevelTokenRules } = server.policy;
    const isSwitchedOff = sharing !== undefined && tokenRules === undefined;
    const rules = sharesTopLevelTokenRules ? undefined : rulesOf(server);
    entries[freeKey(name, entries)] = entryOf(server, isSwitchedOff ? null : rules);
  }
  return entryWith({ mcpServers: entries }, sharing && rulesOf(sharing));
}

function entryOf(server: Server, rules: RawObject | null | undefined): RawObject {
  return entryWith(serverView(server), rules);
}

function entryWith(entry: RawObject, rules: RawObject | null | undefined): RawObject {
  return rules === undefined ? entry : { ...entry, jwt_validation: rules };
}

function rulesOf({ sections, policy: { tokenRules: rules }, masking }: Server): RawObject | undefined {
  const setting = settingOf(sections, 'jwt_validation');
  return setting && rules && jwtValidationView({ setting, rules, masking });
}

/** What stands at the top and belongs to no server: `client_headers`, `lint`. */
function besideServers({ layout: { top } }: ConfigSource, masking: Masking): RawObject {
  const rest = emptyObject();
  for (const [key, value] of Object.entries(top.value)) {
    const isElsewhere = isServerKey(key) || key === 'mcpServers' || key === 'mcp_integration_details';
    if (!isElsewhere && !isForeign([], key)) rest[key] = masking.shown(value, [key]);
  }
  return rest;
}
