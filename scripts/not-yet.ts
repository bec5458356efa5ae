// What this version reads and does not enforce, found by asking the code that refuses it (src/config/unsupported.ts):
// each key and each named value is put into a document, and the document is asked about.
import { layoutOf } from '../src/config/document-kinds.js';
import { pointerOf, type Path } from '../src/config/path.js';
import { unsupportedKeys } from '../src/config/unsupported.js';
import { documentWith, pathOf, withoutPlace } from './place-document.js';
import { examplesOf, namedValues, type Place } from './schema-walk.js';

export interface NotYet {
  /** The key, whatever its value. */
  readonly isWhole: boolean;
  /** Named values that are read and not enforced. */
  readonly values: readonly string[];
  /** The object that the key is of is not supported without it. */
  readonly isNeeded: boolean;
}

export function notYet(place: Place): NotYet {
  const path = pathOf(place);
  const owner = path.slice(0, -1);
  const names = namedValues(place.schema).map(([name]) => name);
  const values = names.filter((name) => isRefused(documentWith(place, valueOf(place, name)), path));
  const [example] = examplesOf(place.schema);
  const document = example === undefined ? undefined : documentWith(place, example);
  return {
    isWhole: names.length > 0 ? values.length === names.length : document !== undefined && isRefused(document, path),
    values,
    isNeeded: document !== undefined && !isRefused(document, owner) && isRefused(withoutPlace(document, place), owner),
  };
}

function isRefused(document: unknown, path: Path): boolean {
  const pointer = pointerOf(path);
  return unsupportedKeys(layoutOf(document)).some((found) => found.pointer === pointer);
}

function valueOf({ schema }: Place, name: string): unknown {
  return schema['type'] === 'array' ? [name] : name;
}
