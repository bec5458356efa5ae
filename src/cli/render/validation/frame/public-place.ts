// Which objects and lists of a configuration may be looked into. What stands where the schema has no place for it is
// hidden with everything in it: nobody knows what was meant by it.
import { hasPublicValue } from './public-value.js';

/** An object or list that is open where a reader of the text stands. */
export interface OpenContainer {
  readonly kind: 'object' | 'list';
  /** The key that it is the value of; of what stands in a list, the list's. */
  readonly key: string;
  /** Its members have names that the author chooses. */
  readonly isFree: boolean;
  /** Nothing in it is public. */
  readonly isHidden: boolean;
}

/** What the document itself stands in. */
export const DOCUMENT: OpenContainer = { kind: 'object', key: '', isFree: false, isHidden: false };

/** What opens in a container, behind a key (`""` in a list). */
export function openedIn(outer: OpenContainer, { kind, key }: Pick<OpenContainer, 'kind' | 'key'>): OpenContainer {
  if (outer === DOCUMENT) return { kind, key: '', isFree: false, isHidden: kind === 'list' };
  const container = { kind, key: outer.kind === 'list' ? outer.key : key };
  const isFree = kind === 'object' && outer.kind === 'object' && !outer.isFree && FREE.has(key);
  return { ...container, isFree, isHidden: outer.isHidden || !isKnown(outer, container) };
}

function isKnown(outer: OpenContainer, { kind, key }: Pick<OpenContainer, 'kind' | 'key'>): boolean {
  if (outer.kind === 'list') return kind === 'object' && LISTS_OF_OBJECTS.has(key);
  if (outer.isFree) return kind === 'object';
  if (kind === 'object') return OBJECTS.has(key);
  // `headers` is a list of names under `forward_headers` alone.
  if (key === 'headers') return outer.key === 'forward_headers';
  return LISTS_OF_OBJECTS.has(key) || hasPublicValue(key);
}

/** The keys of objects that may be looked into. */
export function publicObjects(): readonly string[] {
  return [...OBJECTS];
}

const FREE: ReadonlySet<string> = new Set(['mcpServers', 'claimValues', 'required_claims', 'tool_authorization']);

const OBJECTS: ReadonlySet<string> = new Set([
  ...FREE,
  'mcp_integration_details',
  'configurations',
  'forward_headers',
  'jwt_validation',
  'jwks',
  'user_identity_forwarding',
  'oauth_metadata',
  'external_auth_config',
  'tools',
  'tls',
  'lint',
]);

const LISTS_OF_OBJECTS: ReadonlySet<string> = new Set(['keys', 'forward_headers', 'headers']);
