// Which names a client may never set upstream, whatever the config says (spec: headers, "Never forwarded").

/** Credentials and identity, in lower case. The config's identity header and token header join them. */
export const PROTECTED_NAMES: ReadonlySet<string> = new Set([
  'cookie',
  'set-cookie',
  'x-api-key',
  'x-portkey-api-key',
  'api-key',
  'apikey',
  'x-auth-token',
  'x-access-token',
  'x-user-claims',
  'x-user-jwt',
]);

/** Hop-by-hop (RFC 9110 section 7.6.1) and owned by the transport, in lower case. */
const TRANSPORT_NAMES: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
  'content-length',
  'content-type',
  'content-encoding',
  'accept',
  'accept-encoding',
  'expect',
  'last-event-id',
]);

const TRANSPORT_PREFIX = /^(?:proxy|mcp)-/;

/** True for names that belong to the connection or to the MCP transport: outside every merge. Lower case. */
export function isTransportName(name: string): boolean {
  return TRANSPORT_PREFIX.test(name) || TRANSPORT_NAMES.has(name);
}

/** The names that `connection` headers nominate as hop-by-hop (RFC 9110 section 7.6.1), in lower case. */
export function connectionNominated(connectionValues: readonly string[]): ReadonlySet<string> {
  return new Set(
    connectionValues.flatMap((value) =>
      value
        .split(',')
        .map((name) => name.trim().toLowerCase())
        .filter((name) => name !== ''),
    ),
  );
}
