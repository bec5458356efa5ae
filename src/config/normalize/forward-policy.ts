// `forward_headers` → ForwardPolicy (spec: headers). Nothing is forwarded by default.
import type { ForwardEntry, ForwardPolicy } from '../../policy/model.js';
import type { RemoteServer } from '../schema.js';

export function forwardPolicy(forward: RemoteServer['forward_headers'] | undefined): ForwardPolicy {
  if (forward === undefined || forward === null) return { mode: 'none' };
  if (!('mode' in forward)) return { mode: 'allowlist', entries: forward.map(entryOf) };
  const { mode, headers } = forward;
  if (mode === 'allowlist') return { mode, entries: headers.map(entryOf) };
  return {
    mode,
    excluded: headers.filter((entry) => typeof entry === 'string'),
    renames: headers.filter((entry) => typeof entry !== 'string').map(({ from, to }) => ({ from, to })),
  };
}

function entryOf(entry: string | { readonly from: string; readonly to: string }): ForwardEntry {
  return typeof entry === 'string' ? { from: entry } : { from: entry.from, to: entry.to };
}
