// Whether a server answers at all: a GET that is ended as soon as the head of the answer is there, so that an event
// stream is not left open. Follows no redirect and reads no body. Every failure is a value that says what happened.
import { systemCode } from '../../../errors.js';
import type { Host } from '../../../host.js';
import { shownOrigin } from '../../../net/fetchable-url.js';

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
  const { url, timeoutMs } = request;
  const origin = shownOrigin(new URL(url));
  const exchange = new AbortController();
  let isLate = false;
  const deadline = setTimeout(() => {
    isLate = true;
    exchange.abort();
  }, timeoutMs);
  try {
    const { status, headers } = await request.fetch(url, {
      redirect: 'manual',
      headers: { accept: 'text/event-stream, application/json' },
      signal: exchange.signal,
    });
    return { ok: true, status, headers };
  } catch (error) {
    const message = isLate
      ? `${origin} did not answer within ${timeoutMs / 1000} s`
      : `${origin} could not be reached (${systemCode(error) ?? 'connection failed'})`;
    return { ok: false, message };
  } finally {
    clearTimeout(deadline);
    exchange.abort();
  }
}
