// Which proxy a URL is asked through, from the variables that curl and Go read: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and
// NO_PROXY, in lower case first. This machine is never asked through one. A value that cannot be used is a failure, never
// a direct connection; neither it nor the credentials in it are ever shown (spec: serve, "Corporate networks").
import { Secret } from '../secret/secret.js';
import { isLoopbackHost } from './fetchable-url.js';
import { isExempt } from './no-proxy.js';
import { ProxyFailure } from './proxy-failure.js';
import { valueOf, type Variables } from './proxy-variables.js';

export interface Proxy {
  /** Scheme, host and port: for messages. */
  readonly origin: string;
  /** As connecting takes it: IPv6 without brackets. */
  readonly hostname: string;
  readonly port: number;
  /** It is spoken to over TLS. */
  readonly isSecure: boolean;
  /** The variable that names it. */
  readonly variable: string;
  /** The value of `Proxy-Authorization`, for this proxy alone. */
  readonly authorization: Secret | undefined;
}

/**
 * Undefined: directly.
 *
 * @throws ProxyFailure for a variable that would count and names no http(s) proxy
 */
export function proxyFor(url: URL, env: Variables): Proxy | undefined {
  if (isThisMachine(url.hostname)) return undefined;
  const found = valueOf(env, url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY') ?? valueOf(env, 'ALL_PROXY');
  if (found === undefined || isExempt(url, valueOf(env, 'NO_PROXY')?.value ?? '')) return undefined;
  return proxyOf(found.value, found.variable);
}

/** Beside what `isLoopbackHost` knows, each spelling of it that no proxy would understand otherwise than as itself. */
function isThisMachine(hostname: string): boolean {
  const name = hostname.replace(/\.$/, '');
  return isLoopbackHost(name) || name.endsWith('.localhost') || /^\[::ffff:7f[\da-f]{2}:[\da-f]{1,4}\]$/.test(name);
}

/** Without a scheme it is an http proxy, as everywhere. */
function proxyOf(text: string, variable: string): Proxy {
  const written = text.includes('://') ? text : `http://${text}`;
  // The URL parser drops line breaks, tabs and slashes too many: what holds them is nothing that anybody meant.
  const isPlain = /^[^:/]+:\/\/[^/\\]/.test(written) && !/[\s\p{Cc}]/u.test(written);
  const url = isPlain && URL.canParse(written) ? new URL(written) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) throw unusable(variable);
  const isSecure = url.protocol === 'https:';
  return {
    origin: url.origin,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (isSecure ? 443 : 80) : Number(url.port),
    isSecure,
    variable,
    authorization: authorizationOf(url, variable),
  };
}

function authorizationOf({ username, password }: URL, variable: string): Secret | undefined {
  if (username === '' && password === '') return undefined;
  let plain: string;
  try {
    plain = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  } catch {
    throw unusable(variable);
  }
  return new Secret(`Basic ${Buffer.from(plain, 'utf8').toString('base64')}`);
}

function unusable(variable: string): ProxyFailure {
  return new ProxyFailure({
    code: 'PROXY_VARIABLE',
    message: `the variable ${variable} names no http:// or https:// proxy`,
  });
}
