// The connections to one server, in generations. After a silence by the clock on the wall, or on another network, requests
// go over fresh ones: a machine that slept or moved has connections that are dead without knowing it, and what is written
// into one waits for minutes (docs/decisions/0016). What is under way on old ones ends there.
import type { Host } from '../host.js';
import type { Dispatcher } from './pool.js';

export interface ConnectionsOptions {
  readonly open: () => Dispatcher;
  readonly host: Pick<Host, 'now' | 'network'>;
}

export interface Connections {
  /** For a request that is sent now. */
  readonly current: () => Dispatcher;
  /** Drops every one. */
  readonly close: () => Promise<void>;
}

/** Since a request was last sent. A clock that was set back says nothing: then, too. */
const SILENCE_MS = 15_000;
/** How often the network is looked at. */
const LOOK_MS = 1_000;

export function keepConnections({ open, host }: ConnectionsOptions): Connections {
  let pool: Dispatcher | undefined;
  let usedMs = 0;
  let network = '';
  let lookedMs = 0;
  const retired = new Set<Dispatcher>();
  /** Since the last request, without a silence and on the same network. */
  const isSteady = (nowMs: number): boolean => {
    const silenceMs = nowMs - usedMs;
    usedMs = nowMs;
    const isBrief = silenceMs >= 0 && silenceMs < SILENCE_MS;
    if (isBrief && nowMs - lookedMs < LOOK_MS) return true;
    lookedMs = nowMs;
    const before = network;
    network = host.network();
    return isBrief && network === before;
  };
  return {
    current: () => {
      const steady = isSteady(host.now());
      if (pool !== undefined && steady) return pool;
      const old = pool;
      if (old !== undefined) {
        retired.add(old);
        void old.close().then(
          () => retired.delete(old),
          () => retired.delete(old),
        );
      }
      pool = open();
      return pool;
    },
    close: async () => {
      await Promise.all([...(pool === undefined ? [] : [pool]), ...retired].map((each) => each.destroy()));
    },
  };
}
