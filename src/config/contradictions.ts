// What may not be said together: errors that lie between the sections of a document, or between a server and the
// defaults it inherits (spec: config, "Three forms" and "What is an error"). Runs on documents that may have other
// errors, too.
import { settingOf, type Layout, type Section, type ServerSections, type Setting } from './document-kinds.js';
import type { Finding } from './finding.js';
import { labelOf, pointerOf } from './path.js';
import { hasMember, isRawObject, membersOf, memberOf } from './raw-value.js';
import { NAME_IT } from './references.js';
import { isInsecure } from './schema/url.js';

export interface ContradictionContext {
  readonly layout: Layout;
  /** False: the configuration may run no command. */
  readonly trusted: boolean;
  readonly isReference: (path: readonly (string | number)[]) => boolean;
}

export function contradictions(context: ContradictionContext): readonly Finding[] {
  const { layout, trusted } = context;
  const found = [
    ...noServers(layout),
    ...layout.sections.flatMap(transportTwice),
    ...(trusted
      ? []
      : layout.sections.flatMap((section) => [...untrustedCommand(section), ...untrustedClient(section)])),
    ...sharedCredentials(context),
    ...layout.servers.flatMap((server) => [
      ...insecureUrl(server),
      ...toolRulesWithoutToken(server),
      ...headersWithoutAuth(server),
      ...providerNowhere(server),
    ]),
  ];
  // Several servers that inherit one mistake have made it once.
  return [...new Map(found.map((finding) => [`${finding.code} ${pointerOf(finding.path)}`, finding])).values()];
}

function noServers({ kind, top }: Layout): Finding[] {
  const servers = memberOf(top.value, 'mcpServers');
  if (kind !== 'gateway' || typeof servers !== 'object' || membersOf(servers).length > 0) return [];
  if (servers === null || Array.isArray(servers)) return [];
  return [{ code: 'MCPGW104', path: ['mcpServers'], part: 'value', message: '`mcpServers` names no server' }];
}

function transportTwice({ path, value }: Section): Finding[] {
  if (!hasMember(value, 'transport') || !hasMember(value, 'type')) return [];
  const message = '`type` is another name of `transport`, which stands here, too';
  return [{ code: 'MCPGW114', path: [...path, 'type'], part: 'key', message, help: 'keep one of them' }];
}

function untrustedCommand({ path, value }: Section): Finding[] {
  if (!hasMember(value, 'header_command')) return [];
  const message = 'a configuration that was only found here may not run a command';
  return [{ code: 'MCPGW117', path: [...path, 'header_command'], part: 'key', message, help: NAME_IT }];
}

/** Whoever wrote the file chose the upstream, which would learn who the user is. */
function untrustedClient({ path, value }: Section): Finding[] {
  if (!hasMember(memberOf(value, 'tls'), 'key')) return [];
  const message = 'a configuration that was only found here may not use a client certificate';
  return [{ code: 'MCPGW117', path: [...path, 'tls', 'key'], part: 'key', message, help: NAME_IT }];
}

function sharedCredentials({ layout, isReference }: ContradictionContext): Finding[] {
  if (layout.kind !== 'gateway' || layout.servers.length < 2) return [];
  const { value } = layout.top;
  const credentials: (readonly string[])[] = ['headers', 'header_command']
    .filter((key) => hasMember(value, key))
    .map((key) => [key]);
  for (const [name] of membersOf(memberOf(value, 'passthrough_headers'))) {
    if (isReference(['passthrough_headers', name])) credentials.push(['passthrough_headers', name]);
  }
  for (const key of ['oauth_metadata', 'external_auth_config']) {
    if (hasMember(memberOf(value, key), 'client_secret')) credentials.push([key, 'client_secret']);
  }
  return credentials.map((path) => ({
    code: 'MCPGW114',
    path,
    part: 'key',
    message: `${labelOf(path)} stands beside \`mcpServers\`, so every one of the ${layout.servers.length} servers would get it`,
    help: 'put it into the entry of the server that it belongs to',
  }));
}

function insecureUrl(server: ServerSections): Finding[] {
  const url = settingOf(server, 'url');
  if (typeof url?.value !== 'string' || !isInsecure(url.value)) return [];
  const allowed = settingOf(server, 'allow_insecure_http')?.value;
  // Of another type it is an error of its own, and nobody knows what was meant.
  if (allowed !== undefined && allowed !== false) return [];
  return [
    {
      code: 'MCPGW106',
      path: url.path,
      part: 'value',
      message: '`url` must be an https URL: plain http is for this machine alone',
      help: '"allow_insecure_http": true allows it for a network that you trust',
    },
  ];
}

function toolRulesWithoutToken(server: ServerSections): Finding[] {
  const rules: Setting | undefined = settingOf(server, 'tool_authorization');
  if (rules === undefined || settingOf(server, 'jwt_validation') !== undefined) return [];
  const { own } = server;
  if (memberOf(own.value, 'jwt_validation') === null && !hasMember(own.value, 'tool_authorization')) {
    const path = [...own.path, 'jwt_validation'];
    const message =
      '`jwt_validation` is switched off here, and the `tool_authorization` that the server inherits needs it';
    return [{ code: 'MCPGW114', path, part: 'value', message, help: 'switch both off: "tool_authorization": null' }];
  }
  const message = '`tool_authorization` needs `jwt_validation`: without it, nobody knows what the caller may do';
  return [{ code: 'MCPGW114', path: rules.path, part: 'key', message }];
}

function headersWithoutAuth(server: ServerSections): Finding[] {
  const authType = settingOf(server, 'auth_type');
  const headers = settingOf(server, 'headers');
  if (authType?.value !== 'none' || membersOf(headers?.value).length === 0) return [];
  const message = '`auth_type` is "none", and `headers` says how to authenticate';
  const help = 'leave `auth_type` out to send the headers, or take `headers` out';
  return [{ code: 'MCPGW114', path: authType.path, part: 'value', message, help }];
}

/** A provider is found by its issuer, or by the two endpoints of a login. */
function providerNowhere(server: ServerSections): Finding[] {
  const external = settingOf(server, 'external_auth_config');
  if (!isRawObject(external?.value)) return [];
  const says = (key: string): boolean => hasMember(external.value, key);
  if (says('issuer') || (says('authorization_endpoint') && says('token_endpoint'))) return [];
  const rules = settingOf(server, 'jwt_validation')?.value;
  // A client of introspection alone needs no login.
  if (hasMember(rules, 'introspectEndpoint') && says('client_id') && says('client_secret')) return [];
  if (hasExactIssuer(rules)) return [];
  return [
    {
      code: 'MCPGW104',
      path: external.path,
      part: 'value',
      message: '`external_auth_config` lacks `issuer`: nothing says where a caller logs in',
      help: 'add `issuer`, or both `authorization_endpoint` and `token_endpoint`',
    },
  ];
}

function hasExactIssuer(rules: unknown): boolean {
  const rule = memberOf(memberOf(rules, 'claimValues'), 'iss');
  return rule !== undefined && (memberOf(rule, 'matchType') ?? 'exact') === 'exact';
}
