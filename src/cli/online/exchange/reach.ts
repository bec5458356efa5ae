// Whether a server answers at all: a GET that is ended as soon as the head of the answer is there, so that an event
// stream is not left open. Follows no redirect and reads no body. Every failure is a value that says what happened.
import type { Host } from '../../../host.js';
import { withinDeadline } from '../../../net/deadline.js';

export interface ReachRequest {
  readonly fetch: Host['fetch'];
  readonly url: string;
  readonly timeoutMs: number;
}

export type Reached =
  | { readonly ok: true; readonly status: number; readonly headers: Headers }
  | {
      readonly ok: false;
      /** One clause: "https://… did not answer within 5 s". */
      readonly message: string;
    };

/** Never throws for what a network or a server does. */
export async function reach(request: ReachRequest): Promise<Reached> {
  const outcome = await withinDeadline({
    url: new URL(request.url),
    timeoutMs: request.timeoutMs,
    work: async (signal) => {
      const { status, headers } = await request.fetch(request.url, {
        redirect: 'manual',
        headers: { accept: 'text/event-stream, application/json' },
        signal,
      });
      return { ok: true, status, headers } as const;
    },
  });
  return 'ok' in outcome ? outcome : { ok: false, message: outcome.message };
}
