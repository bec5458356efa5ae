// Kept-alive connections to one origin, on undici: what every message to an upstream travels over. No limit on time
// but that of connecting, no pipelining (a standing GET would block it), no retries: a call that may have been
// executed is never sent twice.
import type { Dispatcher } from 'undici';
import Pool from 'undici/lib/dispatcher/pool.js';
import { directConnector, type Connector } from './direct-connector.js';

export type { Connector, Dispatcher };

/** The largest header section of an answer that is read. */
const MAX_HEADER_BYTES = 64 * 1024;

/** A pool for an http(s) origin, which connects directly unless a connector says how. The caller closes it. */
export function openPool(origin: string, connect: Connector = directConnector()): Dispatcher {
  return new Pool(origin, {
    connect,
    bodyTimeout: 0,
    headersTimeout: 0,
    maxHeaderSize: MAX_HEADER_BYTES,
    pipelining: 1,
    allowH2: false,
  });
}
