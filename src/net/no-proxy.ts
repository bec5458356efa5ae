// NO_PROXY, as curl and Go read it: names with the domains below them, addresses, networks, ports, and `*`. What an entry
// says that nobody understands exempts nothing. Goes by the URL as written: names are not resolved.
import { BlockList, isIP } from 'node:net';

/** Entries stand between commas or spaces. */
export function isExempt(url: URL, list: string): boolean {
  const target = { host: bare(url.hostname), port: url.port === '' ? DEFAULT_PORTS[url.protocol] : url.port };
  return list.split(/[\s,]+/).some((entry) => entry !== '' && matches(entry.toLowerCase(), target));
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

interface Target {
  /** Lower case, IPv6 without brackets, without a dot at the end. */
  readonly host: string;
  readonly port: string | undefined;
}

function matches(entry: string, { host, port }: Target): boolean {
  if (entry === '*') return true;
  const network = /^\[?([\da-f.:]+)\]?\/(\d{1,3})$/.exec(entry);
  if (network !== null) return isWithin(host, network[1] ?? '', Number(network[2]));
  const { name, port: wanted } = partsOf(entry);
  if (wanted !== undefined && wanted !== port) return false;
  if (isIP(host) !== 0) return host === address(name);
  // `.example.com` and `example.com` are one; `*.example.com` says that it is about what is below alone.
  if (name.startsWith('*.')) return host.endsWith(canonical(name.slice(1)));
  const domain = canonical(name.replace(/^\./, ''));
  return domain !== '' && (host === domain || host.endsWith(`.${domain}`));
}

/** `host`, `host:port`, `[::1]:port`, `::1`. */
function partsOf(entry: string): { readonly name: string; readonly port: string | undefined } {
  if (isIP(entry) === 6) return { name: entry, port: undefined };
  const { name = entry, port } = /^(?<name>\[[^\]]*\]|[^:]*):(?<port>\d+)$/.exec(entry)?.groups ?? {};
  return { name, port };
}

/** As a URL spells it: names of other alphabets, and without a dot at the end. */
function canonical(name: string): string {
  const isBelow = name.startsWith('.');
  const text = `http://${isBelow ? name.slice(1) : name}`;
  const host = /[/?#@:\\]/.test(name) || !URL.canParse(text) ? '' : bare(new URL(text).hostname);
  // What is no name must not become the end of every name.
  return host === '' ? (isBelow ? '\0' : '') : `${isBelow ? '.' : ''}${host}`;
}

function address(name: string): string {
  const plain = bare(name);
  return isIP(plain) === 6 ? bare(new URL(`http://[${plain}]`).hostname) : plain;
}

function bare(hostname: string): string {
  return hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
}

function isWithin(host: string, network: string, prefix: number): boolean {
  const family = isIP(network);
  if (family === 0 || isIP(host) !== family || prefix > (family === 4 ? 32 : 128)) return false;
  const name = family === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(network, prefix, name);
  return list.check(host, name);
}
