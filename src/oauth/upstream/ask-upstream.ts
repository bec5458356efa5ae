// Does an upstream want a login? Asks it without any credential, as a host would (MCP 2025-11-25, "Authorization").
import { McpgwError } from '../../errors.js';
import type { Host } from '../../host.js';
import { withinDeadline } from '../../net/deadline.js';
import { bearerChallenge, type BearerChallenge } from './challenge.js';

/** Does nothing in any revision, and is refused before it is read where a login is wanted. */
const PING = JSON.stringify({ jsonrpc: '2.0', id: 'mcpgw:login', method: 'ping' });

/** How a server of the old HTTP+SSE transport refuses a POST; it may want a login for its stream. */
const MAYBE_OLD: ReadonlySet<number> = new Set([400, 404, 405]);

const TIMEOUT_MS = 10_000;

export interface UpstreamAnswer {
  /** It answered 401. */
  readonly wantsLogin: boolean;
  /** What it said about that, where it said so as a Bearer challenge. */
  readonly challenge: BearerChallenge | undefined;
}

/** @throws McpgwError NETWORK, TIMEOUT */
export async function askUpstream(url: string, host: Pick<Host, 'fetch'>): Promise<UpstreamAnswer> {
  const answer = await withinDeadline({
    url: new URL(url),
    timeoutMs: TIMEOUT_MS,
    work: async (signal) => {
      const posted = await host.fetch(url, {
        method: 'POST',
        redirect: 'manual',
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
        body: PING,
        signal,
      });
      if (!MAYBE_OLD.has(posted.status)) return answerOf(posted);
      const stream = await host.fetch(url, { redirect: 'manual', headers: { accept: 'text/event-stream' }, signal });
      return answerOf(stream.status === 401 ? stream : posted);
    },
  });
  if (!('failure' in answer)) return answer;
  throw new McpgwError(answer.failure === 'timeout' ? 'TIMEOUT' : 'NETWORK', answer.message);
}

function answerOf({ status, headers }: Response): UpstreamAnswer {
  return { wantsLogin: status === 401, challenge: bearerChallenge(headers.get('www-authenticate')) };
}
