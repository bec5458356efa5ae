// Whose resource a URI is, where several servers share an endpoint: learnt from what they list and link to. One that two
// servers have, or whose templates two could mean, is shown as `mcpgw+<server>:<uri>` (spec: serve, "Several servers in one
// endpoint"). A URI that nobody has named goes to nobody: what stands in it is not another server's business.

export interface ShownUris {
  /** A server has this resource. */
  readonly learn: (server: string, uri: string) => void;
  readonly learnTemplate: (server: string, template: string) => void;
  /** The server's templates are listed anew. */
  readonly forgetTemplates: (server: string) => void;
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

/** URIs that are remembered; the one that was named longest ago is forgotten first. */
const URIS_AT_MOST = 100_000;
const SCHEME = 'mcpgw+';

/** @param servers each with its tag: letters, digits, `-` and `_` */
export function createShownUris(servers: ReadonlyMap<string, string>): ShownUris {
  const schemes = schemesOf(servers);
  const byScheme = new Map([...schemes].map(([server, scheme]) => [scheme, server]));
  /** Those who have it, the first to say so first. */
  const owners = new Map<string, readonly string[]>();
  const templates = new Map<string, Set<string>>();
  const prefixed = (server: string, uri: string): string => `${schemes.get(server) ?? ''}:${uri}`;

  const unprefixed = (shown: string): FoundUri | undefined => {
    const end = shown.indexOf(':');
    // Schemes have no case (RFC 3986 section 3.1), and hosts may have parsed this one.
    const server = byScheme.get(shown.slice(0, Math.max(end, 0)).toLowerCase());
    return server === undefined ? undefined : { server, uri: shown.slice(end + 1) };
  };
  /** The one whose template begins with more of the URI than any other's. */
  const byTemplate = (uri: string): string | undefined => {
    let best: { readonly servers: Set<string>; readonly length: number } | undefined;
    for (const [server, own] of templates) {
      for (const template of own) {
        const start = literalStart(template);
        if (start === '' || !uri.startsWith(start)) continue;
        if (best === undefined || start.length > best.length) best = { servers: new Set(), length: start.length };
        if (start.length === best.length) best.servers.add(server);
      }
    }
    const [only, another] = best?.servers ?? [];
    return another === undefined ? only : undefined;
  };
  return {
    learn: (server, uri) => {
      const before = owners.get(uri) ?? [];
      owners.delete(uri);
      owners.set(uri, before.includes(server) ? before : [...before, server]);
      const [oldest] = owners.keys();
      if (owners.size > URIS_AT_MOST && oldest !== undefined) owners.delete(oldest);
    },
    learnTemplate: (server, template) => {
      const own = templates.get(server) ?? new Set();
      if (own.size < URIS_AT_MOST) own.add(template);
      templates.set(server, own);
    },
    forgetTemplates: (server) => void templates.delete(server),
    shown: (server, uri) => {
      const isShared = owners.get(uri)?.some((owner) => owner !== server) === true;
      return isShared || uri.toLowerCase().startsWith(SCHEME) ? prefixed(server, uri) : uri;
    },
    shownTemplate: (server, template) => {
      const start = literalStart(template);
      const meets = (other: string): boolean => start.startsWith(other) || other.startsWith(start);
      const isShared = [...templates].some(
        ([owner, own]) => owner !== server && [...own].some((other) => meets(literalStart(other))),
      );
      return isShared || template.toLowerCase().startsWith(SCHEME) ? prefixed(server, template) : template;
    },
    find: (shown) => {
      const own = unprefixed(shown);
      if (own !== undefined) return own;
      const server = owners.get(shown)?.[0] ?? byTemplate(shown);
      return server === undefined ? undefined : { server, uri: shown };
    },
  };
}

/** What stands before the first expression of a template (RFC 6570 section 2). */
function literalStart(template: string): string {
  return template.split('{', 1)[0] ?? '';
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
