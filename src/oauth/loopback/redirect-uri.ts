// Where the browser comes back to: a loopback redirect (RFC 8252 section 7.3), by default on a free port.
import { McpgwError } from '../../errors.js';
import type { Log } from '../../log.js';
import { isLoopbackHost } from '../../net/fetchable-url.js';

export interface RedirectTarget {
  /** As the redirect URI spells it: `127.0.0.1`, `localhost` or `[::1]`. */
  readonly hostname: string;
  /** 0: a free one. */
  readonly port: number;
  readonly path: string;
}

export interface RedirectChoice {
  /** `redirect_uri` of the configuration. One that is not a loopback URI is ignored with a warning. */
  readonly configured: string | undefined;
  /** `--port`; goes before the configured one. */
  readonly port: number | undefined;
  readonly log: Log;
}

export function chooseRedirect({ configured, port, log }: RedirectChoice): RedirectTarget {
  const fallback = { hostname: '127.0.0.1', port: port ?? 0, path: '/callback' };
  if (configured === undefined) return fallback;
  if (!URL.canParse(configured)) throw new McpgwError('INVALID_CONFIG', 'redirect_uri is not a URL');
  const url = new URL(configured);
  if (url.protocol !== 'http:' || !isLoopbackHost(url.hostname) || url.search !== '' || url.hash !== '') {
    log.warn(
      `redirect_uri ${configured} is not one of this machine and is ignored: the browser comes back to 127.0.0.1`,
    );
    return fallback;
  }
  return { hostname: url.hostname, port: port ?? Number(url.port || 0), path: url.pathname };
}
