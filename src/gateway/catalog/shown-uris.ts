// Whose resource a URI is, where several servers share an endpoint: learnt from what they list and link to. One that two
// servers have, or whose templates two could mean, is shown as `mcpgw+<server>:<uri>` (spec: serve, "Several servers in one
// endpoint"). A URI that nobody has named goes to nobody: what stands in it is not another server's business. As it is, it
// is the first one's who has named it: what another one names later takes nothing from it.
import { createNamedUris, type NamedUris } from './named-uris.js';

export interface ShownUris {
  /** A server has this resource. */
  readonly learn: (server: string, uri: string) => void;
  readonly learnTemplate: (server: string, template: string) => void;
  readonly shown: (server: string, uri: string) => string;
  readonly shownTemplate: (server: string, template: string) => string;
  /** Undefined: nobody has said that it is theirs. */
  readonly find: (shown: string) => FoundUri | undefined;
}

export interface FoundUri {
  readonly server: string;
  /** As the server knows it. */
  readonly uri: string;
}

const SCHEME = 'mcpgw+';

/** @param servers each with its tag: letters, digits, `-` and `_` */
export function createShownUris(servers: ReadonlyMap<string, string>): ShownUris {
  const schemes = schemesOf(servers);
  const byScheme = new Map([...schemes].map(([server, scheme]) => [scheme, server]));
  const named = new Map<string, NamedUris>([...servers.keys()].map((server) => [server, createNamedUris()]));
  /** Grows with each name: who was first. */
  let count = 0;
  const prefixed = (server: string, uri: string): string => `${schemes.get(server) ?? ''}:${uri}`;
  const isOneOfOthers = (server: string, has: (own: NamedUris) => boolean): boolean => {
    for (const [other, own] of named) if (other !== server && has(own)) return true;
    return false;
  };

  const unprefixed = (shown: string): FoundUri | undefined => {
    const end = shown.indexOf(':');
    // Schemes have no case (RFC 3986 section 3.1), and hosts may have parsed this one.
    const server = byScheme.get(shown.slice(0, Math.max(end, 0)).toLowerCase());
    return server === undefined ? undefined : { server, uri: shown.slice(end + 1) };
  };
  /** A template of another server could make it, and was known before the server has named it. */
  const isMadeByOthers = (server: string, uri: string): boolean => {
    const since = named.get(server)?.since(uri) ?? Number.POSITIVE_INFINITY;
    return isOneOfOthers(server, (own) => (own.madeSince(uri) ?? Number.POSITIVE_INFINITY) < since);
  };
  const firstToName = (uri: string): string | undefined => {
    let first: { readonly server: string; readonly since: number } | undefined;
    for (const [server, own] of named) {
      const since = own.since(uri);
      if (since !== undefined && (first === undefined || since < first.since)) first = { server, since };
    }
    return first?.server;
  };
  const onlyOneToMake = (uri: string): string | undefined => {
    const [only, another] = [...named].filter(([, own]) => own.madeSince(uri) !== undefined);
    return another === undefined ? only?.[0] : undefined;
  };
  return {
    learn: (server, uri) => named.get(server)?.add(uri, ++count),
    learnTemplate: (server, template) => named.get(server)?.addTemplate(template, ++count),
    shown: (server, uri) => {
      const isShared = isOneOfOthers(server, (own) => own.since(uri) !== undefined) || isMadeByOthers(server, uri);
      return isShared || uri.toLowerCase().startsWith(SCHEME) ? prefixed(server, uri) : uri;
    },
    shownTemplate: (server, template) => {
      // Of one that is not remembered, nobody would know whose it is.
      const isKnown = named.get(server)?.hasTemplate(template) === true;
      const isShared = !isKnown || isOneOfOthers(server, (own) => own.meets(template));
      return isShared || template.toLowerCase().startsWith(SCHEME) ? prefixed(server, template) : template;
    },
    find: (shown) => {
      const own = unprefixed(shown);
      if (own !== undefined) return own;
      const first = firstToName(shown);
      const server = first === undefined || isMadeByOthers(first, shown) ? onlyOneToMake(shown) : first;
      return server === undefined ? undefined : { server, uri: shown };
    },
  };
}

/** `mcpgw+linear`, in what a scheme may hold (RFC 3986 section 3.1). */
function schemesOf(servers: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const schemes = new Map<string, string>();
  const taken = new Set<string>();
  for (const [server, tag] of servers) {
    const wanted = `${SCHEME}${tag.toLowerCase().replaceAll('_', '.')}`;
    let scheme = wanted;
    for (let count = 2; taken.has(scheme); count++) scheme = `${wanted}+${count}`;
    taken.add(scheme);
    schemes.set(server, scheme);
  }
  return schemes;
}
