// How a server says that it knows a session no more.
import type { ExchangeEnd } from '../streamable-http.js';
import { rpcErrorIn } from '../json-rpc.js';

interface Kept {
  readonly id: string | undefined;
  /** Of the old HTTP+SSE transport: the state of the stream that is the session. */
  readonly legacy: 'open' | 'over' | undefined;
}

/**
 * 404 for a session that there was (2025-11-25, "Session Management"); many servers say 400 when they were restarted. Of
 * HTTP+SSE: the stream had ended before the message was sent.
 */
export function isLost(ended: ExchangeEnd, { id, legacy }: Kept): boolean {
  if (legacy === 'over' && ended.kind === 'failed') return !ended.maySent;
  if ((id === undefined && legacy === undefined) || ended.kind !== 'refused') return false;
  const { status } = ended.head;
  return status === 404 || (status === 400 && saysSession(ended.body, legacy !== undefined));
}

/** Servers of HTTP+SSE say it in plain words; some say a message back that they cannot read, which is none of these. */
function saysSession(body: string, isLegacy: boolean): boolean {
  const said = rpcErrorIn(body)?.message ?? (isLegacy && !body.includes('"jsonrpc"') ? body : '');
  return (isLegacy ? /\bsession/i : /\bsession\b/i).test(said);
}
