// The three forms of a configuration (spec: config, "Three forms, one meaning"), and where in each the settings of a
// server stand: its own section first, then the section of defaults, each key replacing the other whole.
import type { Path } from './path.js';
import { emptyObject, hasMember, isRawObject, memberOf, membersOf, type RawObject } from './raw-value.js';

export type DocumentKind = 'bare' | 'gateway' | 'portkey';

/** An object of a document that holds policy keys. */
export interface Section {
  readonly path: Path;
  readonly value: RawObject;
}

export interface ServerSections {
  readonly name: string;
  readonly own: Section;
  readonly defaults: Section | undefined;
}

export interface Layout {
  readonly kind: DocumentKind;
  readonly top: Section;
  /** Every section once, in document order of their kinds. */
  readonly sections: readonly Section[];
  readonly servers: readonly ServerSections[];
}

/** A key's value for one server, and where it stands. */
export interface Setting {
  readonly value: unknown;
  readonly path: Path;
  /** It comes from the defaults of a gateway config, or from a document that has only one server. */
  readonly isTopLevel: boolean;
}

const NOTHING: RawObject = Object.freeze(emptyObject());

export function documentKind(document: unknown): DocumentKind {
  if (hasMember(document, 'mcpServers')) return 'gateway';
  return hasMember(document, 'mcp_integration_details') ? 'portkey' : 'bare';
}

/** Where the settings stand. Parts of the wrong type are left out: the schema reports them. */
export function layoutOf(document: unknown): Layout {
  const kind = documentKind(document);
  const top: Section = { path: [], value: isRawObject(document) ? document : NOTHING };
  switch (kind) {
    case 'bare':
      return { kind, top, sections: [top], servers: [{ name: 'default', own: top, defaults: undefined }] };
    case 'portkey': {
      const details = sectionAt(top, 'mcp_integration_details');
      const configurations = sectionAt(details, 'configurations');
      const server: ServerSections = { name: 'default', own: details, defaults: configurations };
      return { kind, top, sections: [details, configurations], servers: [server] };
    }
    case 'gateway': {
      const servers = membersOf(top.value['mcpServers']).flatMap(([name, entry]): ServerSections[] =>
        isRawObject(entry) ? [{ name, own: { path: ['mcpServers', name], value: entry }, defaults: top }] : [],
      );
      return { kind, top, sections: [top, ...servers.map((server) => server.own)], servers };
    }
  }
}

function sectionAt(parent: Section, key: string): Section {
  const value = memberOf(parent.value, key);
  return { path: [...parent.path, key], value: isRawObject(value) ? value : NOTHING };
}

/**
 * What holds for a server: the first of the keys (aliases of one another) in its own section, else in the defaults.
 * A server's own `null` switches a default off.
 */
export function settingOf(server: ServerSections, ...keys: readonly string[]): Setting | undefined {
  for (const section of server.defaults === undefined ? [server.own] : [server.own, server.defaults]) {
    const key = keys.find((name) => hasMember(section.value, name));
    if (key === undefined) continue;
    const value = section.value[key];
    if (value === null) return undefined;
    return { value, path: [...section.path, key], isTopLevel: section.path[0] !== 'mcpServers' };
  }
  return undefined;
}
