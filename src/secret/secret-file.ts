// The value of `${file:path}`: the text of a regular file without the one line break at its end. A secret is short,
// and text: what is neither is a mistake, and is never read to its end.
import * as path from 'node:path';
import { whyUnreadable } from '../errors.js';
import type { Files } from '../host.js';
import type { Found } from './found.js';

/** Certificates and keys fit many times over. */
const LIMIT_KIB = 64;

export interface SecretFile {
  readonly files: Pick<Files, 'readStart'>;
  /** Absolute. */
  readonly file: string;
  /** The path as it stands in the configuration. */
  readonly written: string;
}

export async function readSecretFile({ files, file, written }: SecretFile): Promise<Found> {
  const limit = LIMIT_KIB * 1024;
  try {
    const { kind, bytes } = await files.readStart(file, limit + 1);
    if (kind === 'directory') return problem('it is a directory', 'name the file in it');
    if (kind === 'other')
      return problem('it is no regular file', 'a pipe or a device cannot be read again: use a file');
    if (bytes.length > limit)
      return problem(`it is larger than ${LIMIT_KIB} KiB`, 'a secret is shorter: is it the right file?');
    return textOf(bytes);
  } catch (error) {
    return problem(`it cannot be read: ${whyUnreadable(error)}`, helpForPath(written));
  }
}

/** What to do about a path of a configuration that leads to nothing. */
export function helpForPath(written: string): string {
  if (/^~(?:[/\\]|$)/.test(written)) return '`~` is not expanded: write the whole path';
  return path.isAbsolute(written)
    ? 'check the path and who may read it'
    : 'check who may read it, and the path: it starts at the directory of the configuration';
}

function textOf(bytes: Uint8Array): Found {
  const text = decoded(bytes);
  if (text === undefined) return problem('it holds no text in UTF-8', 'save it as UTF-8');
  const value = text.replace(/\r?\n$/, '');
  return value === '' ? problem('the file is empty', 'put the secret into it') : { value };
}

/** A byte order mark is left out, as it is of a configuration; a NUL is in no text. */
function decoded(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

function problem(message: string, help: string): Found {
  return { problem: { message, help } };
}
