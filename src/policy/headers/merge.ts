// The one place where the headers of an upstream request come together: one ordered list of candidates, later wins,
// names compare without case. Returns what is sent and, for everything that is not, why. `simulate` prints exactly
// this; `serve` sends exactly this (spec: headers, "Merge order" and "Provenance").
import type { HeaderField, ServerPolicy } from '../model.js';
import type { Text } from '../../secret/secret.js';
import { forwardHeaders, type DropReason } from './forward.js';
import { canonicalName } from './header-name.js';
import { isTransportName } from './protected.js';

/** Where a header came from, lowest priority first. */
export type HeaderSource = 'forwarded' | 'auth' | 'passthrough' | 'identity';

export interface SentHeader {
  readonly name: string;
  readonly value: Text;
  readonly source: HeaderSource;
  readonly renamedFrom: string | undefined;
  /** What had the same name with lower priority, nearest first. */
  readonly overrode: readonly { readonly name: string; readonly source: HeaderSource }[];
}

export interface DroppedHeader {
  readonly name: string;
  readonly value: Text;
  readonly source: HeaderSource;
  readonly reason: DropReason;
}

export interface MergedHeaders {
  readonly sent: readonly SentHeader[];
  readonly dropped: readonly DroppedHeader[];
}

export interface MergeInput {
  /** The client's headers in rising priority, as they came. */
  readonly client: readonly HeaderField[];
  readonly server: Pick<
    ServerPolicy,
    'authType' | 'headers' | 'upstreamAccess' | 'passthroughHeaders' | 'forward' | 'identity' | 'tokenRules'
  >;
  /** What `policy/identity/disclose.ts` made; undefined when nothing is sent. */
  readonly identity: HeaderField | undefined;
  /** What authenticates the gateway now: the token of a login, or the headers of a `header_command`. */
  readonly access?: readonly HeaderField[] | undefined;
}

export function mergeHeaders({ client, server, identity, access = [] }: MergeInput): MergedHeaders {
  const { forwarded, refused } = forwardHeaders({ client, policy: server.forward, managed: managedNames(server) });
  const merging: Merging = { sent: new Map(), dropped: [] };
  for (const { name, value, reason } of refused) {
    merging.dropped.push({ name, value, source: 'forwarded', reason });
  }
  // The lowest of all, and no name twice among them.
  for (const { key, name, value, renamedFrom } of forwarded) {
    merging.sent.set(key, { name, value, source: 'forwarded', renamedFrom, overrode: NONE });
  }
  const configured = (source: HeaderSource, headers: readonly HeaderField[]): void => {
    for (const { name, value } of headers) {
      const key = canonicalName(name);
      put(merging, key, { name, value, source, renamedFrom: undefined, overrode: NONE });
    }
  };
  if (!usesOAuth(server)) configured('auth', server.headers);
  // Where nobody said that the gateway logs in, what the client may bring goes before.
  const yields = server.upstreamAccess?.when === 'challenged' && merging.sent.has('authorization');
  configured('auth', yields ? [] : access);
  configured('passthrough', server.passthroughHeaders);
  if (identity !== undefined) configured('identity', [identity]);
  return { sent: [...merging.sent.values()], dropped: merging.dropped };
}

interface Merging {
  /** By name in lower case, in the order in which they are sent. */
  readonly sent: Map<string, SentHeader>;
  readonly dropped: DroppedHeader[];
}

const NONE: SentHeader['overrode'] = [];

/** Adds a candidate of higher priority than all before it; `key` is its name in lower case. */
function put({ sent, dropped }: Merging, key: string, header: SentHeader): void {
  const { name, value, source } = header;
  if (isTransportName(key)) {
    dropped.push({ name, value, source, reason: 'hop-by-hop' });
    return;
  }
  const earlier = sent.get(key);
  if (earlier === undefined) {
    sent.set(key, header);
    return;
  }
  dropped.push({
    name: earlier.renamedFrom ?? earlier.name,
    value: earlier.value,
    source: earlier.source,
    reason: 'overridden',
  });
  // It goes where the winner stands.
  sent.delete(key);
  sent.set(key, { ...header, overrode: [{ name: earlier.name, source: earlier.source }, ...earlier.overrode] });
}

/** Names that a client may not set because this configuration manages them, in lower case. */
export function managedNames(server: Pick<ServerPolicy, 'authType' | 'identity' | 'tokenRules'>): ReadonlySet<string> {
  const names = new Set<string>();
  // Also before there is a login: no token of a caller goes where the gateway's own belongs.
  if (usesOAuth(server)) names.add('authorization');
  // Also when identity forwarding then has nothing to send: nothing of the client may stand in for it.
  if (server.identity !== undefined) names.add(canonicalName(server.identity.headerName));
  if (server.tokenRules !== undefined) {
    const headerKey = canonicalName(server.tokenRules.headerKey);
    if (headerKey !== 'authorization') names.add(headerKey);
  }
  return names;
}

/** By OAuth the gateway sends its token, and no static header at all. */
function usesOAuth({ authType }: Pick<ServerPolicy, 'authType'>): boolean {
  return authType === 'oauth_auto' || authType === 'oauth_client_credentials';
}
