// The names in `forward_headers` that are to be forwarded, under either side of a rename, with their places. What
// `all-except` excludes is not among them.
import { canonicalName } from '../../policy/headers/header-name.js';
import type { Setting } from '../document-kinds.js';
import type { Path } from '../path.js';
import { elementsOf, memberOf } from '../raw-value.js';

export interface ForwardedName {
  /** In lower case. */
  readonly name: string;
  readonly path: Path;
}

export function forwardedNames({ value, path }: Pick<Setting, 'value' | 'path'>): readonly ForwardedName[] {
  const isList = Array.isArray(value);
  const isAllowlist = isList || memberOf(value, 'mode') === 'allowlist';
  const entries = isList ? elementsOf(value) : elementsOf(memberOf(value, 'headers'));
  const at: Path = isList ? path : [...path, 'headers'];
  return entries.flatMap((entry, index): ForwardedName[] => {
    if (typeof entry === 'string') return isAllowlist ? [{ name: canonicalName(entry), path: [...at, index] }] : [];
    return ['from', 'to'].flatMap((side) => {
      const name = memberOf(entry, side);
      return typeof name === 'string' ? [{ name: canonicalName(name), path: [...at, index, side] }] : [];
    });
  });
}
