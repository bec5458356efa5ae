// Has a bridge ended as it should: the session at the server, and itself?
import type { Upstream } from '../../test/support/upstream-server.js';
import type { BridgeHost } from './bridge-host.js';
import { wrong, type Outcome } from './row.js';

const END_MS = 5_000;

/** Undefined where all is well. */
export async function endOf(host: BridgeHost, upstream: Upstream): Promise<Outcome | undefined> {
  const exit = await host.exit(END_MS);
  const isDeleted = upstream.requests.some(({ method }) => method === 'DELETE');
  const session = isDeleted ? '' : 'the session stays at the server';
  if (exit === undefined) return wrong(['it runs on', session].filter((it) => it !== '').join('; '));
  return isDeleted ? undefined : wrong(session);
}
