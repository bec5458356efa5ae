// The URIs and templates that one server has named, where several share an endpoint. Bounded for each server alone: however
// much one names, what another has named is remembered (spec: serve, "Several servers in one endpoint").

export interface NamedUris {
  /** @param since grows; of a URI that is known, the first counts */
  readonly add: (uri: string, since: number) => void;
  readonly since: (uri: string) => number | undefined;
  readonly addTemplate: (template: string, since: number) => void;
  readonly hasTemplate: (template: string) => boolean;
  /** Since when a template is known that could make the URI. */
  readonly madeSince: (uri: string) => number | undefined;
  /** A template of another server could make a URI that is this one's. */
  readonly meets: (template: string) => boolean;
}

/** So many URIs are remembered, and at most twice as many: those that were not named for longest are forgotten. */
const URIS_AT_LEAST = 100_000;
/** Each URI of another server is compared with all. */
const TEMPLATES_AT_MOST = 1_000;

export function createNamedUris(): NamedUris {
  // Two generations: taking the oldest out of one map, again and again, would look at all that was taken out before.
  let young = new Map<string, number>();
  let old = new Map<string, number>();
  const templates = new Set<string>();
  /** By what the template begins with. */
  const starts = new Map<string, number>();
  const since = (uri: string): number | undefined => young.get(uri) ?? old.get(uri);
  return {
    add: (uri, now) => {
      young.set(uri, since(uri) ?? now);
      if (young.size < URIS_AT_LEAST) return;
      old = young;
      young = new Map();
    },
    since,
    addTemplate: (template, now) => {
      if (templates.size >= TEMPLATES_AT_MOST) return;
      templates.add(template);
      const start = literalStart(template);
      if (!starts.has(start)) starts.set(start, now);
    },
    hasTemplate: (template) => templates.has(template),
    madeSince: (uri) => {
      // In the order in which they came. One without a beginning of its own says nothing about whose a URI is.
      for (const [start, known] of starts) if (start !== '' && uri.startsWith(start)) return known;
      return undefined;
    },
    meets: (template) => {
      const start = literalStart(template);
      for (const own of starts.keys()) if (start.startsWith(own) || own.startsWith(start)) return true;
      for (const uris of [young, old]) for (const uri of uris.keys()) if (uri.startsWith(start)) return true;
      return false;
    },
  };
}

/** What stands before the first expression of a template (RFC 6570 section 2). */
function literalStart(template: string): string {
  return template.split('{', 1)[0] ?? '';
}
