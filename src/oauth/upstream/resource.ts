// What a protected resource is called, and where its metadata is (RFC 9728).
import { wellKnown } from '../../net/well-known.js';

/** The same origin, and the same path or one above it. */
export function resourceCovers(resource: URL, url: URL): boolean {
  if (resource.origin !== url.origin || (resource.search !== '' && resource.search !== url.search)) return false;
  const above = resource.pathname.replace(/\/$/, '');
  return url.pathname === above || url.pathname.startsWith(`${above}/`);
}

/** The resource's own place, then the origin's (RFC 9728 section 3.1; MCP 2025-11-25, "Authorization"). */
export function resourceMetadataPlaces(url: URL): readonly [own: string, root: string] {
  const name = 'oauth-protected-resource';
  return [wellKnown(url.href, { name, at: 'start' }), wellKnown(url.origin, { name, at: 'start' })];
}
