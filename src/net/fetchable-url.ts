// Which addresses may be asked at all: https anywhere, plain http on this machine alone (spec: token rules, "Fetching
// keys"). No other scheme, and no credentials in a URL.

/** The URL when it may be fetched, else undefined. */
export function fetchableUrl(text: string, base?: URL): URL | undefined {
  if (!URL.canParse(text, base?.href)) return undefined;
  const url = new URL(text, base);
  if (url.username !== '' || url.password !== '') return undefined;
  if (url.protocol === 'https:') return url;
  return url.protocol === 'http:' && isLoopbackHost(url.hostname) ? url : undefined;
}

/**
 * This machine, by a name that no resolver can lead elsewhere. `x.localhost` is none: many resolvers ask the network.
 * `hostname` as the WHATWG URL parser gives it: IPv4 in dotted decimals, IPv6 in brackets, all lower case.
 */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

/** For messages: the origin alone, because a secret can stand in the path and the query. */
export function shownOrigin(url: URL): string {
  return url.origin;
}
