// How a server says that it knows a session no more.
import type { ExchangeEnd } from '../streamable-http.js';
import { rpcErrorIn } from '../upstream.js';

/** 404 for a session that there was (2025-11-25, "Session Management"); many servers say 400 when they were restarted. */
export function isLost(ended: ExchangeEnd, { id }: { readonly id: string | undefined }): boolean {
  if (id === undefined || ended.kind !== 'refused') return false;
  const { status } = ended.head;
  return status === 404 || (status === 400 && /\bsession\b/i.test(rpcErrorIn(ended.body)?.message ?? ''));
}
