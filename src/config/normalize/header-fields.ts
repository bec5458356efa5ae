// Header objects of the configuration → fields. Names keep the author's spelling.
import type { HeaderField } from '../../policy/model.js';
import { Secret } from '../../secret/secret.js';
import type { Path } from '../path.js';

type Fields = Readonly<Record<string, string>> | undefined;

/** `headers`: where credentials stand, so every value is a secret, wherever it came from. */
export function credentialFields(fields: Fields): readonly HeaderField[] {
  return Object.entries(fields ?? {}).map(([name, value]) => ({ name, value: new Secret(value) }));
}

export interface HeaderFieldsOptions {
  readonly fields: Fields;
  readonly path: Path;
  readonly isReference: (path: Path) => boolean;
}

/** Other headers: a value is a secret when it came from a reference. */
export function headerFieldsOf({ fields, path, isReference }: HeaderFieldsOptions): readonly HeaderField[] {
  return Object.entries(fields ?? {}).map(([name, value]) => ({
    name,
    value: isReference([...path, name]) ? new Secret(value) : value,
  }));
}
