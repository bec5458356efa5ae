// The bridge on one page: reads the host's lines, lets the host's first message choose the revision, hands every
// message to that revision's relay, and ends cleanly. Policy is `enforce`'s, carrying is the relays'.
import type { Host } from '../host.js';
import type { Log } from '../log.js';
import type { Connector } from '../net/pool.js';
import type { HeaderField, ServerPolicy } from '../policy/model.js';
import { withAudit, type AuditSink } from './audit.js';
import type { CallerSources } from './caller.js';
import { openDownstream } from './downstream.js';
import { createEnforcer } from './enforce.js';
import { errorText, INVALID_REQUEST, metaOf, parseMessage, type RpcMessage, type RpcRequest } from './json-rpc.js';
import { createSessionRelay } from './relay-2025.js';
import { createStatelessRelay } from './relay-2026.js';
import { within, type Relay, type RelayOptions } from './relay.js';
import { VERSION_META_KEY } from './revisions/upstream-era.js';
import type { SignIdentity } from './signed-decision.js';
import type { UpstreamAccessSource } from './upstream-access.js';
import { openUpstream, type Upstream, type UpstreamOptions } from './upstream.js';

export interface ServeOptions {
  readonly host: Pick<Host, 'stdio' | 'onSignal' | 'now' | 'randomBytes' | 'network'>;
  readonly log: Log;
  /** At least one; several share the endpoint. */
  readonly servers: readonly ServedServer[];
  readonly protocol: 'auto' | '2025' | '2026';
  /** Lifts the policy's refusals, and logs them. */
  readonly shadow: boolean;
  /** Takes a line for each decision. */
  readonly audit: AuditSink | undefined;
  /** mcpgw's own version. */
  readonly version: string;
}

/** One remote server, and what its policy needs. Nothing of it is ever used for another. */
export interface ServedServer {
  readonly server: ServerPolicy;
  /** The upstream: the policy's own url, or `--url`. */
  readonly url: string;
  /** How the upstream is connected to; undefined: directly. */
  readonly connect?: Connector | undefined;
  readonly sources: CallerSources;
  /** What authenticates the gateway at the upstream and changes with time. */
  readonly access?: UpstreamAccessSource | undefined;
  /** Signs the identity of `jwt_header`; undefined where nothing has to be signed. */
  readonly sign?: SignIdentity | undefined;
  /** Headers of the session in rising priority: configuration, environment, command line. */
  readonly clientHeaders: readonly HeaderField[];
}

/** How long requests under way may take once the session ends. */
const GRACE_MS = 2_000;

/** Why the session ended. */
export type ServeEnd = 'eof' | 'broken-stdout' | 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** Runs until the host goes away or the process is asked to end; never rejects for anything a message says. */
export async function serve(options: ServeOptions): Promise<ServeEnd> {
  const { host, log } = options;
  const lines = options.servers.map((served) => openLine(served, { ...options, hold: () => downstream.hold() }));
  const [only, another] = lines;
  if (only === undefined) throw new Error('a bridge has a server');
  const createCatalog = another === undefined ? undefined : (await import('./catalog/catalog.js')).createCatalog;
  /** By revision; two only where a host has asked `server/discover` and then falls back to `initialize`. */
  const relays = new Map<Revision, Relay>();
  /** Pinned by the first `initialize`, or request with the envelope that is not `server/discover`. */
  let pinned: Revision | undefined;

  const relayOf = (revision: Revision): Relay => {
    const known = relays.get(revision);
    if (known !== undefined) return known;
    const relay =
      createCatalog?.({
        servers: lines.map(({ server }) => server.name),
        revision,
        makeRelay: (name, toHost) => (lines.find(({ server }) => server.name === name) ?? only).relay(revision, toHost),
        toHost: downstream.send,
        log,
        version: options.version,
      }) ?? only.relay(revision, downstream.send);
    relays.set(revision, relay);
    return relay;
  };
  const onMessage = (message: RpcMessage): void => {
    const revision = pinned ?? (message.kind === 'request' ? revisionOf(message) : undefined);
    if (revision === undefined) {
      // It says nothing of the revision, and belongs to what is going on.
      relayOf(relays.has('2026') ? '2026' : '2025').handle(message);
      return;
    }
    if (message.kind === 'request' && message.method !== 'server/discover') pinned = revision;
    // The host has asked, and goes on with an earlier revision: it waits for that question no longer.
    if (pinned === '2025') void relays.get('2026')?.close();
    relayOf(revision).handle(message);
  };

  const { promise: ended, resolve: end } = withResolvers<ServeEnd>();
  const downstream = openDownstream({
    stdin: host.stdio.stdin,
    stdout: host.stdio.stdout,
    onLine: (line) => {
      const message = parseMessage(line);
      if (message.kind === 'bad') void downstream.send(errorText(message.id, message.error));
      else onMessage(message);
    },
    onTooLong: () =>
      void downstream.send(errorText(null, { code: INVALID_REQUEST, message: 'a message is at most 64 MiB' })),
    onEnd: end,
  });
  const stopListening = host.onSignal(end);
  for (const { server, upstream } of lines) {
    if (options.shadow) {
      log.error('shadow mode: what the policy would refuse goes on, and is logged', { server: server.name });
    }
    log.info('serving', { server: server.name, upstream: upstream.authority });
  }

  const why = await ended;
  log.info('ending', { why });
  downstream.stopReading();
  const all = [...relays.values()];
  if (why !== 'broken-stdout') await within(GRACE_MS, Promise.all(all.map((relay) => relay.idle())));
  await Promise.all(all.map((relay) => relay.close()));
  await Promise.all(lines.map(({ close }) => close()));
  await downstream.close();
  stopListening();
  return why;
}

type Revision = '2025' | '2026';

interface Line {
  readonly server: ServerPolicy;
  readonly upstream: Upstream;
  readonly relay: (revision: Revision, toHost: RelayOptions['toHost']) => Relay;
  readonly close: () => Promise<void>;
}

/** From the host to one server: its connections, and the policy before them. */
function openLine(
  { server, url, connect, sources, access, sign, clientHeaders }: ServedServer,
  { host, log, shadow, audit, protocol, version, hold }: ServeOptions & Pick<UpstreamOptions, 'hold'>,
): Line {
  const upstream = openUpstream({
    name: server.name,
    url,
    // Another one was named on the command line.
    isUrlSecret: server.isUrlSecret && url === server.url,
    transport: server.transport,
    access,
    connect,
    hold,
    host,
    log,
  });
  const { now } = host;
  const judging = createEnforcer({
    server: { ...server, url },
    sources,
    access,
    clientHeaders,
    sign,
    shadow,
    now,
    log,
  });
  const audited = audit && withAudit(judging, { sink: audit, server: server.name, shadow, now, log });
  return {
    server,
    upstream,
    relay: (revision, toHost) => {
      const enforcer = audited ?? judging;
      const relayOptions = { upstream, enforcer, toHost, log, timeoutMs: server.timeoutMs, protocol, version };
      return revision === '2025' ? createSessionRelay(relayOptions) : createStatelessRelay(relayOptions);
    },
    close: async () => {
      audited?.end();
      await upstream.close();
    },
  };
}

/** `initialize` is an earlier revision, a request with the envelope 2026-07-28; any other could come from either. */
function revisionOf(message: RpcRequest): Revision | undefined {
  if (message.method === 'initialize') return '2025';
  return metaOf(message.params)?.[VERSION_META_KEY] === undefined ? undefined : '2026';
}

function withResolvers<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve!: (value: T) => void; // the Promise constructor runs its function at once
  const promise = new Promise<T>((given) => {
    resolve = given;
  });
  return { promise, resolve };
}
