// Valid keys that this version does not enforce. `validate` notes them; every other command refuses a configuration
// that has one, because a policy that is silently not enforced is worse than none.
import type { UnsupportedKey } from '../policy/model.js';
import type { Layout, Section } from './document-kinds.js';
import { shownPointerOf, type Path } from './path.js';

export function unsupportedKeys(layout: Layout): readonly UnsupportedKey[] {
  const found = layout.sections.flatMap((section) => inSection(section));
  return found.map(({ key, path }) => ({ key, pointer: shownPointerOf(path) }));
}

interface Unsupported {
  readonly key: string;
  readonly path: Path;
}

function inSection(_section: Section): readonly Unsupported[] {
  return [];
}
