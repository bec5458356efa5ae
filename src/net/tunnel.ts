// A way through a proxy: asks it with CONNECT and hands over the socket behind which the server is. Speaks to the proxy
// alone; nothing of a request to the server is in what it is told but host and port.
import * as http from 'node:http';
import { isIP, type Socket } from 'node:net';
import { systemCode } from '../errors.js';
import type { Proxy } from './proxy.js';
import { ProxyFailure } from './proxy-failure.js';
import { explained } from './why-unreachable.js';

export interface TunnelOptions {
  readonly proxy: Proxy;
  /** Host and port of the server. */
  readonly authority: string;
  /** From connecting to the proxy to its answer. */
  readonly timeoutMs: number;
}

/** Rejects with a ProxyFailure. */
export async function openTunnel({ proxy, authority, timeoutMs }: TunnelOptions): Promise<Socket> {
  const request = proxy.isSecure ? (await import('node:https')).request : http.request;
  return new Promise((resolve, reject) => {
    const asking = request({
      method: 'CONNECT',
      host: proxy.hostname,
      port: proxy.port,
      path: authority,
      headers: { host: authority, ...(proxy.authorization && { 'proxy-authorization': proxy.authorization.reveal() }) },
      // Node would take the name in `host`, which is the server's.
      servername: isIP(proxy.hostname) === 0 ? proxy.hostname : '',
      agent: false,
    });
    const timer = setTimeout(
      () => asking.destroy(failure(proxy, { code: 'TIMEOUT', does: `did not answer within ${timeoutMs / 1000} s` })),
      timeoutMs,
    );
    asking.once('error', (error) => {
      clearTimeout(timer);
      reject(error instanceof ProxyFailure ? error : failed(proxy, error));
    });
    asking.once('connect', ({ statusCode = 0 }, socket: Socket, head) => {
      clearTimeout(timer);
      if (statusCode < 200 || statusCode > 299) {
        socket.destroy();
        reject(refused(proxy, statusCode));
        return;
      }
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    asking.end();
  });
}

function refused(proxy: Proxy, status: number): ProxyFailure {
  return failure(proxy, { code: String(status), does: wordsOf(proxy, status) });
}

function wordsOf({ authorization, variable }: Proxy, status: number): string {
  switch (status) {
    case 407:
      return authorization === undefined
        ? `wants credentials (407): they belong into the URL of ${variable}`
        : `does not take the credentials of ${variable} (407)`;
    case 403:
      return 'does not let this server through (403)';
    case 502:
    case 503:
    case 504:
      return `cannot reach the server (${status})`;
    default:
      return `answered CONNECT with ${status}`;
  }
}

function failed(proxy: Proxy, cause: Error): ProxyFailure {
  const code = systemCode(cause) ?? 'FAILED';
  return failure(proxy, { code, does: failureInWords(code), cause });
}

function failureInWords(code: string): string {
  switch (code) {
    case 'ECONNREFUSED':
      return 'refuses connections (ECONNREFUSED)';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `cannot be resolved (${code})`;
    case 'ECONNRESET':
    case 'EPIPE':
      return `closed the connection (${code})`;
    default:
      return code.startsWith('HPE_')
        ? `does not answer as a proxy does (${code})`
        : `could not be reached (${explained(code)})`;
  }
}

interface Failed {
  readonly code: string;
  /** What follows the proxy's name. */
  readonly does: string;
  readonly cause?: Error;
}

function failure({ origin }: Proxy, { code, does, cause }: Failed): ProxyFailure {
  return new ProxyFailure({ code: `PROXY_${code}`, message: `the proxy ${origin} ${does}`, cause });
}
