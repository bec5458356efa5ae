// What tools and prompts of several servers are called in one endpoint: `<server>__<name>`, at most 64 characters, a limit of
// hosts (spec: serve, "Several servers in one endpoint"). INVARIANT: injective, and the same in every process: no two have
// one shown name, whatever a server calls its own.
import { createHash } from 'node:crypto';

export interface ShownNames {
  /** What stands for the server in names: letters, digits, `-` and single `_`. */
  readonly tagOf: (server: string) => string;
  readonly serverOf: (tag: string) => string | undefined;
  /** Remembers what it has cut. */
  readonly shown: (server: string, name: string) => string;
  /** Undefined: it begins with no server. Without `name`: it was cut, and has not been shown in this process. */
  readonly find: (shown: string) => FoundName | undefined;
}

export interface FoundName {
  readonly server: string;
  readonly name: string | undefined;
}

const LONGEST = 64;
const LONGEST_TAG = 32;
const SEPARATOR = '__';
const HASH_DIGITS = 10;
/** What ends a cut name; a whole name of this form is cut as well. */
const CUT = /_[0-9a-f]{10}$/;
/** The first `__` of a shown name ends the tag: hence none in it, and no `_` at its end. */
const PLAIN_TAG = /^[A-Za-z0-9-]+(?:_[A-Za-z0-9-]+)*$/;
/** Cut names that are remembered; the one that was shown longest ago is forgotten first, and asked for again. */
const CUT_AT_MOST = 100_000;

export function createShownNames(servers: readonly string[]): ShownNames {
  const tags = tagsOf(servers);
  const byTag = new Map([...tags].map(([server, tag]) => [tag, server]));
  const cut = new Map<string, string>();
  const tagOf = (server: string): string => tags.get(server) ?? server;
  return {
    tagOf,
    serverOf: (tag) => byTag.get(tag),
    shown: (server, name) => {
      const whole = `${tagOf(server)}${SEPARATOR}${name}`;
      if (whole.length <= LONGEST && !isCut(whole)) return whole;
      const beginning = whole.slice(0, LONGEST - HASH_DIGITS - 1).replace(/[\ud800-\udbff]$/, '_');
      const shown = `${beginning}_${digest(whole, HASH_DIGITS)}`;
      cut.delete(shown);
      cut.set(shown, name);
      const [oldest] = cut.keys();
      if (cut.size > CUT_AT_MOST && oldest !== undefined) cut.delete(oldest);
      return shown;
    },
    find: (shown) => {
      const end = shown.indexOf(SEPARATOR);
      const server = byTag.get(shown.slice(0, Math.max(end, 0)));
      if (server === undefined) return undefined;
      return { server, name: isCut(shown) ? cut.get(shown) : shown.slice(end + SEPARATOR.length) };
    },
  };
}

function isCut(shown: string): boolean {
  return shown.length === LONGEST && CUT.test(shown);
}

/** A server's own name where it can be one; else its beginning and a hash of the whole. */
function tagsOf(servers: readonly string[]): ReadonlyMap<string, string> {
  const isPlain = (server: string): boolean => server.length <= LONGEST_TAG && PLAIN_TAG.test(server);
  const tags = new Map(servers.filter(isPlain).map((server) => [server, server]));
  const taken = new Set(tags.values());
  for (const server of servers.filter((name) => !isPlain(name))) {
    const beginning = server.replace(/[^A-Za-z0-9-]+/g, '-').slice(0, LONGEST_TAG - HASH_DIGITS - 1);
    let digits = HASH_DIGITS;
    let tag: string;
    do tag = `${beginning}-${digest(server, digits++)}`;
    while (taken.has(tag));
    taken.add(tag);
    tags.set(server, tag);
  }
  return tags;
}

function digest(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits);
}
