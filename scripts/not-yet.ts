// What this version reads and does not enforce, found by asking the code that refuses it (src/config/unsupported.ts):
// each key and each named value is put into a document, and the document is asked about.
import { checkConfig } from '../src/config/check.js';
import { layoutOf } from '../src/config/document-kinds.js';
import { pointerOf, type Path } from '../src/config/path.js';
import { unsupportedKeys } from '../src/config/unsupported.js';
import { nodeHost } from '../src/host.js';
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

/** References to the keychain of the operating system. */
export async function isKeychainNotYet(): Promise<boolean> {
  const { policy } = await checkConfig({
    host: nodeHost(),
    file: 'probe.json',
    text: '{ "headers": { "Authorization": "${keychain:service/account}" } }',
    directory: '/',
    resolveReferences: false,
    trusted: true,
    lint: false,
  });
  return (policy?.unsupported.length ?? 0) > 0;
}

function isRefused(document: unknown, path: Path): boolean {
  const pointer = pointerOf(path);
  return unsupportedKeys({ layout: layoutOf(document), keychain: [] }).some((found) => found.pointer === pointer);
}

function valueOf({ schema }: Place, name: string): unknown {
  return schema['type'] === 'array' ? [name] : name;
}
