// Kept-alive connections to one origin, on undici: what every message to an upstream travels over. No limit on time
// but that of connecting, no pipelining (a standing GET would block it), no retries: a call that may have been
// executed is never sent twice.
import type { Dispatcher } from 'undici';
import Pool from 'undici/lib/dispatcher/pool.js';
import { directConnector, type Connector } from './direct-connector.js';

export type { Connector, Dispatcher };

/** How long a connection that nobody uses is kept, whatever its server would allow (docs/decisions/0016). */
const LONGEST_IDLE_MS = 15_000;

/** Silence after which the system asks whether the other side is there still; after ten questions, 1 s each, it is not. */
const PROBE_AFTER_MS = 15_000;

/** The largest header section of an answer that is read. */
const MAX_HEADER_BYTES = 64 * 1024;

/** A pool for an http(s) origin, which connects directly unless a connector says how. The caller closes it. */
export function openPool(origin: string, connect: Connector = directConnector()): Dispatcher {
  return new Pool(origin, {
    connect: probed(connect),
    keepAliveMaxTimeout: LONGEST_IDLE_MS,
    bodyTimeout: 0,
    headersTimeout: 0,
    maxHeaderSize: MAX_HEADER_BYTES,
    pipelining: 1,
    allowH2: false,
  });
}

function probed(connect: Connector): Connector {
  return (target, callback) => {
    connect(target, (...outcome) => {
      outcome[1]?.setKeepAlive(true, PROBE_AFTER_MS);
      callback(...outcome);
    });
  };
}
