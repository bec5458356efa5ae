// Kept-alive connections to one origin, on undici: what every message to an upstream travels over. No limit on time
// but that of connecting, no pipelining (a standing GET would block it), no retries: a call that may have been
// executed is never sent twice.
import type { buildConnector, Dispatcher } from 'undici';
import Pool from 'undici/lib/dispatcher/pool.js';

export type { Dispatcher };

/** How connections are made. */
export type Connector = buildConnector.connector;

/** How long a connection may take to come up, TLS included. */
export const CONNECT_TIMEOUT_MS = 10_000;

/** The largest header section of an answer that is read. */
const MAX_HEADER_BYTES = 64 * 1024;

/** A pool for an http(s) origin, which connects directly unless a connector says how. The caller closes it. */
export function openPool(origin: string, connector?: Connector): Dispatcher {
  return new Pool(origin, {
    connect: connector ?? { timeout: CONNECT_TIMEOUT_MS },
    bodyTimeout: 0,
    headersTimeout: 0,
    maxHeaderSize: MAX_HEADER_BYTES,
    pipelining: 1,
    allowH2: false,
  });
}
