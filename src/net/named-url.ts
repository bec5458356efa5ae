// Which addresses are asked that a stranger's document names: the rules of every fetched URL, and never one nearer to
// this machine than the stranger is, so that no server can make mcpgw call what only this machine can reach. Goes by the
// address as written: names are not resolved.
import { BlockList, isIP } from 'node:net';
import { fetchableUrl, isLoopbackHost } from './fetchable-url.js';

const LONGEST_URL = 2048;
/** RFC 1035 section 2.3.4. */
const LONGEST_HOST = 253;

export type NamedUrl =
  | { readonly kind: 'asked'; readonly url: URL }
  /** Not asked here, which says nothing about it: whoever is told to use it may well reach it. */
  | { readonly kind: 'kept'; readonly why: string }
  /** No URL that anything of mcpgw would ever ask. */
  | { readonly kind: 'unusable' };

/** `by` is where the document that names it came from. */
export function namedUrl(text: unknown, by: URL): NamedUrl {
  if (typeof text !== 'string') return { kind: 'unusable' };
  const url = fetchableUrl(text);
  if (url === undefined || url.hostname.length > LONGEST_HOST) return { kind: 'unusable' };
  if (text.length > LONGEST_URL) return { kind: 'kept', why: `it has more than ${LONGEST_URL} characters` };
  if (nearness(url.hostname) <= nearness(by.hostname)) return { kind: 'asked', url };
  return { kind: 'kept', why: 'it is nearer to this machine than the server that names it' };
}

/** 0: the public network; 1: this machine's networks; 2: this machine. */
function nearness(hostname: string): 0 | 1 | 2 {
  const name = hostname.replace(/\.$/, '');
  if (isLoopbackHost(name) || name.endsWith('.localhost')) return 2;
  const address = name.replace(/^\[|\]$/g, '');
  switch (isIP(address)) {
    case 4:
      return contains(LOCAL_IPV4, { address, family: 'ipv4' }) ? 1 : 0;
    case 6:
      return contains(LOCAL_IPV6, { address, family: 'ipv6' }) ? 1 : 0;
    default:
      return isLocalName(name) ? 1 : 0;
  }
}

/** One label alone, or a domain that no public resolver knows (RFC 6762, RFC 8375, ICANN's `internal`). */
function isLocalName(name: string): boolean {
  return !name.includes('.') || /\.(?:local|internal|home\.arpa)$/.test(name);
}

type Subnet = readonly [network: string, prefix: number];

/** Not for the public network (RFC 6890): unspecified, private, shared, link-local, for tests, multicast, reserved. */
const LOCAL_IPV4: readonly Subnet[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
];

/** The same, and every range that embeds IPv4 addresses. */
const LOCAL_IPV6: readonly Subnet[] = [
  ['::', 8],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
];

interface Address {
  readonly address: string;
  readonly family: 'ipv4' | 'ipv6';
}

/** A list for each family: in one list of both, an IPv4 address is in the range of those embedded in IPv6. */
function contains(subnets: readonly Subnet[], { address, family }: Address): boolean {
  const list = new BlockList();
  for (const [network, prefix] of subnets) list.addSubnet(network, prefix, family);
  return list.check(address, family);
}
