// The one place where the headers of an upstream request come together: one ordered list of candidates, later wins,
// names compare without case. Returns what is sent and, for everything that is not, why. `simulate` prints exactly
// this; `serve` sends exactly this (spec: headers, "Merge order" and "Provenance").
import type { HeaderField, ServerPolicy } from '../model.js';
import { Secret, type Text } from '../../secret/secret.js';
import { forwardHeaders, type DropReason } from './forward.js';
import { canonicalName } from './header-name.js';
import { isTransportName } from './protected.js';

/** Where a header came from, lowest priority first. */
export type HeaderSource = 'forwarded' | 'auth' | 'passthrough' | 'identity';

export interface SentHeader {
  readonly name: string;
  readonly value: Text;
  readonly source: HeaderSource;
  readonly renamedFrom?: string;
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
    'authType' | 'headers' | 'passthroughHeaders' | 'forward' | 'identity' | 'tokenRules'
  >;
  /** What `policy/identity/disclose.ts` made; undefined when nothing is sent. */
  readonly identity: HeaderField | undefined;
  /** The upstream access token, when an OAuth `auth_type` has one. */
  readonly upstreamAccess?: Secret;
}

interface Candidate {
  readonly name: string;
  readonly value: Text;
  readonly source: HeaderSource;
  readonly renamedFrom?: string;
}

export function mergeHeaders({ client, server, identity, upstreamAccess }: MergeInput): MergedHeaders {
  const { forwarded, refused } = forwardHeaders({ client, policy: server.forward, managed: managedNames(server) });
  const dropped: DroppedHeader[] = refused.map((header) => ({ ...header, source: 'forwarded' as const }));
  const candidates: Candidate[] = [
    ...forwarded.map((header) => ({ ...header, source: 'forwarded' as const })),
    ...authHeaders(server, upstreamAccess).map((header) => ({ ...header, source: 'auth' as const })),
    ...server.passthroughHeaders.map((header) => ({ ...header, source: 'passthrough' as const })),
    ...(identity === undefined ? [] : [{ ...identity, source: 'identity' as const }]),
  ];
  const sent = new Map<string, SentHeader>();
  for (const candidate of candidates) {
    const name = canonicalName(candidate.name);
    if (isTransportName(name)) {
      dropped.push({ ...candidate, reason: 'hop-by-hop' });
      continue;
    }
    const earlier = sent.get(name);
    if (earlier !== undefined) {
      dropped.push({
        name: earlier.renamedFrom ?? earlier.name,
        value: earlier.value,
        source: earlier.source,
        reason: 'overridden',
      });
      sent.delete(name);
    }
    const overrode = earlier === undefined ? [] : [{ name: earlier.name, source: earlier.source }, ...earlier.overrode];
    sent.set(name, { ...candidate, overrode });
  }
  return { sent: [...sent.values()], dropped };
}

/** Names that a client may not set because this configuration manages them, in lower case. */
export function managedNames(server: Pick<ServerPolicy, 'identity' | 'tokenRules'>): ReadonlySet<string> {
  const names = new Set<string>();
  // Also when identity forwarding then has nothing to send: nothing of the client may stand in for it.
  if (server.identity !== undefined) names.add(canonicalName(server.identity.headerName));
  if (server.tokenRules !== undefined) {
    const headerKey = canonicalName(server.tokenRules.headerKey);
    if (headerKey !== 'authorization') names.add(headerKey);
  }
  return names;
}

/** Static headers, or with an OAuth `auth_type` the access token and no static header at all. */
function authHeaders(server: MergeInput['server'], upstreamAccess: Secret | undefined): readonly HeaderField[] {
  if (server.authType !== 'oauth_auto' && server.authType !== 'oauth_client_credentials') return server.headers;
  if (upstreamAccess === undefined) return [];
  return [{ name: 'Authorization', value: new Secret(`Bearer ${upstreamAccess.reveal()}`) }];
}
