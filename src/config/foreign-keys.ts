// Keys that are not ours: `$schema`, and `x-…` wherever the keys are fixed. Where they are names that the author
// chooses (headers, servers, claims), `x-api-key` is one like any other (spec: config, "Three forms").
import type { Path } from './path.js';

/** The keys of these objects are names. */
const DICTIONARIES: ReadonlySet<string | number> = new Set([
  'mcpServers',
  'headers',
  'passthrough_headers',
  'client_headers',
  'claimValues',
  'tool_authorization',
  'required_claims',
  'authorization_params',
]);

/** True when nothing below the key, a member of the object at the path, means anything to mcpgw. */
export function isForeign(path: Path, key: string): boolean {
  return (key === '$schema' || key.startsWith('x-')) && !isDictionary(path);
}

/** True when the keys of the object at the path are names: a server may be called `headers`, too. */
export function isDictionary(path: Path): boolean {
  let names = false;
  for (const step of path) names = !names && DICTIONARIES.has(step);
  return names;
}
