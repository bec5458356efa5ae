// The bridge on one page: reads the host's lines, lets the host's first message choose the revision, hands every
// message to that revision's relay, and ends cleanly. Policy is `enforce`'s, carrying is the relays'.
import type { Host } from '../host.js';
import type { Log } from '../log.js';
import type { HeaderField, ServerPolicy } from '../policy/model.js';
import type { CallerSources } from './caller.js';
import { openDownstream } from './downstream.js';
import { createEnforcer } from './enforce.js';
import { errorText, INVALID_REQUEST, metaOf, parseMessage, type RpcMessage } from './json-rpc.js';
import { createSessionRelay } from './relay-2025.js';
import { createStatelessRelay } from './relay-2026.js';
import { within, type Relay } from './relay.js';
import { VERSION_META_KEY } from './revisions/upstream-era.js';
import { openUpstream } from './upstream.js';

export interface ServeOptions {
  readonly host: Pick<Host, 'stdio' | 'onSignal'>;
  readonly log: Log;
  readonly server: ServerPolicy;
  /** The upstream: the policy's own url, or `--url`. */
  readonly url: string;
  readonly sources: CallerSources;
  /** Headers of the session in rising priority: configuration, environment, command line. */
  readonly clientHeaders: readonly HeaderField[];
  readonly protocol: 'auto' | '2025' | '2026';
  /** mcpgw's own version. */
  readonly version: string;
}

/** How long requests under way may take once the session ends. */
const GRACE_MS = 2_000;

/** Why the session ended. */
export type ServeEnd = 'eof' | 'broken-stdout' | 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** Runs until the host goes away or the process is asked to end; never rejects for anything a message says. */
export async function serve(options: ServeOptions): Promise<ServeEnd> {
  const { host, log, server, url, sources, clientHeaders } = options;
  const upstream = openUpstream(server.name, url);
  const enforcer = createEnforcer({ server, sources, clientHeaders, log });
  let relay: Relay | undefined;
  /** 2026-07-28 is only pinned by a request other than `server/discover`: a host may ask that and then fall back. */
  let revision: 'undecided' | '2025' | '2026' = 'undecided';

  const onMessage = (message: RpcMessage): void => {
    const speaks = revisionOf(message);
    if (relay === undefined || (revision === 'undecided' && speaks === '2025')) {
      void relay?.close();
      const relayOptions = {
        upstream,
        enforcer,
        toHost: downstream.send,
        log,
        timeoutMs: server.timeoutMs,
        protocol: options.protocol,
        version: options.version,
      };
      relay = speaks === '2025' ? createSessionRelay(relayOptions) : createStatelessRelay(relayOptions);
    }
    const onlyAsks = message.kind === 'request' && message.method === 'server/discover' && speaks === '2026';
    if (revision === 'undecided' && !onlyAsks) revision = speaks;
    relay.handle(message);
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
  log.info('serving', { server: server.name, upstream: upstream.authority });

  const why = await ended;
  log.info('ending', { why });
  if (relay !== undefined && why !== 'broken-stdout') await within(GRACE_MS, relay.idle());
  await relay?.close();
  await upstream.close();
  await downstream.close();
  stopListening();
  return why;
}

/** A request with the envelope, or `server/discover`, is 2026-07-28; all else is an earlier revision. */
function revisionOf(message: RpcMessage): '2025' | '2026' {
  if (message.kind === 'response') return '2025';
  const hasEnvelope = metaOf(message.params)?.[VERSION_META_KEY] !== undefined;
  return hasEnvelope && message.method !== 'initialize' ? '2026' : '2025';
}

function withResolvers<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve!: (value: T) => void; // the Promise constructor runs its function at once
  const promise = new Promise<T>((given) => {
    resolve = given;
  });
  return { promise, resolve };
}
