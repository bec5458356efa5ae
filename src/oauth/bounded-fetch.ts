// The fetch that openid-client gets: one deadline for all requests of an operation, answers of at most 1 MiB, no
// redirects followed (openid-client asks for that), failures as McpgwError, refusals without the secrets they repeat.
import type { CustomFetch } from 'openid-client';
import { McpgwError } from '../errors.js';
import type { Host } from '../host.js';
import { whyUnreachable } from '../net/why-unreachable.js';
import { sentSecrets, withoutSecrets } from './sent-secrets.js';

const LIMIT_BYTES = 1024 * 1024;

export interface BoundedFetchOptions {
  readonly host: Host;
  /** For all requests together, from now on. */
  readonly timeoutMs: number;
  /** Ends everything early; its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
  /** Sees each JSON answer before openid-client does and may change it. */
  readonly amend?: ((body: Record<string, unknown>, url: string) => Record<string, unknown>) | undefined;
}

/** The returned function throws McpgwError NETWORK, TIMEOUT, IDP_FAILED (too large), or the signal's reason. */
export function boundedFetch({ host, timeoutMs, signal, amend }: BoundedFetchOptions): CustomFetch {
  const deadline = AbortSignal.timeout(timeoutMs);
  const stop = signal === undefined ? deadline : AbortSignal.any([deadline, signal]);
  return async (url, options) => {
    const { origin } = new URL(url);
    try {
      const response = await host.fetch(url, {
        method: options.method,
        headers: options.headers,
        redirect: options.redirect,
        // Forms and JSON are all that is ever sent; as text, so that a retry could send them again.
        body: bodyText(options.body),
        signal: stop,
      });
      const bytes = await readLimited(response, origin);
      const { headers } = response;
      let { status } = response;
      const change = (body: Record<string, unknown>): Record<string, unknown> => {
        const known = amend === undefined ? body : amend(body, url);
        // GitHub refuses with 200.
        if (response.ok && isRefusal(known)) status = 400;
        return status < 400 ? known : withoutSecrets(known, sentSecrets(options));
      };
      const body = isEmptyStatus(status) ? null : changed(bytes, change);
      return new Response(body, { status, headers });
    } catch (error) {
      if (error instanceof McpgwError) throw error;
      if (signal?.aborted === true) throw signal.reason;
      if (deadline.aborted) {
        throw new McpgwError('TIMEOUT', `no answer from ${origin} within ${timeoutMs / 1000} s`, { cause: error });
      }
      throw new McpgwError('NETWORK', `cannot reach ${origin}: ${whyUnreachable(error) ?? 'the connection failed'}`, {
        cause: error,
      });
    }
  };
}

/** RFC 6749 section 5.2: an answer that gives a token names no error. */
function isRefusal(body: Readonly<Record<string, unknown>>): boolean {
  return typeof body['error'] === 'string' && body['access_token'] === undefined;
}

function bodyText(body: unknown): string | null {
  if (typeof body === 'string') return body;
  return body instanceof URLSearchParams ? body.toString() : null;
}

async function readLimited(response: Response, origin: string): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > LIMIT_BYTES) throw new McpgwError('IDP_FAILED', `the answer of ${origin} is over 1 MiB`);
    chunks.push(chunk);
  }
  return Uint8Array.from(Buffer.concat(chunks));
}

/** Statuses for which a Response may have no body (Fetch standard, "null body status"). */
function isEmptyStatus(status: number): boolean {
  return status === 101 || status === 204 || status === 205 || status === 304;
}

/** The JSON object after the change; anything else, as it came. */
function changed(
  bytes: Uint8Array<ArrayBuffer>,
  change: (body: Record<string, unknown>) => Record<string, unknown>,
): Uint8Array<ArrayBuffer> | string {
  try {
    const body: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof body === 'object' && body !== null && !Array.isArray(body)
      ? JSON.stringify(change({ ...body }))
      : bytes;
  } catch {
    return bytes;
  }
}
