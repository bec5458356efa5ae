// How a connection comes up where that takes more than connecting: through the proxy of the environment, with the
// authorities and the client certificate that a configuration names for one origin, or both. Loaded only where there is
// one of them. Certificates are verified, always.
import type { SecureContext } from 'node:tls';
import { systemCode } from '../errors.js';
import { CONNECT_TIMEOUT_MS, directConnector, type Connector } from './direct-connector.js';
import { proxyFor, type Proxy } from './proxy.js';
import { ProxyFailure } from './proxy-failure.js';
import type { Variables } from './proxy-variables.js';
import { openTunnel } from './tunnel.js';
import { explained } from './why-unreachable.js';

export interface Route {
  readonly env: Variables;
  /** What TLS goes by for one origin; elsewhere it is not presented. */
  readonly tls: { readonly origin: string; readonly context: SecureContext } | undefined;
}

export function createConnector({ env, tls }: Route): Connector {
  const plain = directConnector();
  const own = tls && directConnector(tls.context);
  return (target, callback) => {
    const url = urlOf(target);
    const connect = own !== undefined && url.origin === tls?.origin ? own : plain;
    let proxy: Proxy | undefined;
    try {
      proxy = proxyFor(url, env);
    } catch (error) {
      callback(error instanceof Error ? error : new Error(String(error)), null);
      return;
    }
    if (proxy === undefined) connect(target, callback);
    else connectThrough({ proxy, url, target, connect, callback });
  };
}

type Target = Parameters<Connector>[0];
type Callback = Parameters<Connector>[1];

interface Through {
  readonly proxy: Proxy;
  readonly url: URL;
  readonly target: Target;
  readonly connect: Connector;
  readonly callback: Callback;
}

function connectThrough({ proxy, url, target, connect, callback }: Through): void {
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port;
  openTunnel({ proxy, authority: `${url.hostname}:${port}`, timeoutMs: CONNECT_TIMEOUT_MS }).then(
    (socket) => {
      if (url.protocol !== 'https:') {
        callback(null, socket.setNoDelay(true).setKeepAlive(true, 60_000));
        return;
      }
      connect({ ...target, httpSocket: socket }, (error, secured) => {
        if (error === null) callback(null, secured);
        else callback(behindProxy(error, proxy), null);
      });
    },
    (error: Error) => callback(error, null),
  );
}

/** The server's own doing, or that of a proxy that lets nothing through unread: both have to be known. */
function behindProxy(error: Error, { origin }: Proxy): ProxyFailure {
  const code = systemCode(error) ?? 'CONNECTION_FAILED';
  return new ProxyFailure({ code, message: `${explained(code)}, through the proxy ${origin}`, cause: error });
}

function urlOf({ protocol, hostname, port }: Target): URL {
  const host = hostname.includes(':') ? `[${hostname}]` : hostname;
  return new URL(`${protocol}//${host}${port === '' ? '' : `:${port}`}`);
}
