// Values that are no addresses: identifiers as people copy them from a console. What is read goes into a file that is
// shared, so nothing is taken that a document would read as something else, or that looks like a credential.
import { looksLikeCredential } from '../../secret/sensitive-key.js';
import type { Reading } from './starter.js';

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** One word of printable ASCII. */
export function readWord(text: string): Reading {
  const value = text.trim();
  if (value === '') return { problem: 'is empty' };
  if (!/^[\x21-\x7e]{1,512}$/.test(value))
    return { problem: 'must be one word of at most 512 printable ASCII characters' };
  if (/["\\<>{}]/.test(value)) return { problem: 'must not hold quotes, backslashes, braces or angle brackets' };
  if (looksLikeCredential(value)) return { problem: 'looks like a credential: none belongs into this file' };
  return { value };
}

/** A GUID, in lower case as tokens have it. `api://` in front, as an Application ID URI has, is taken off. */
export function readGuid(text: string): Reading {
  const value = text
    .trim()
    .toLowerCase()
    .replace(/^api:\/\//, '')
    .replace(/\/$/, '');
  return GUID.test(value) ? { value } : { problem: 'must be a GUID, as the portal shows it' };
}

/** The name of an environment variable: never the secret itself. */
export function readVariable(text: string): Reading {
  const value = text
    .trim()
    .replace(/^\$\{(.*)\}$/, '$1')
    .replace(/^env:/, '');
  return /^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(value)
    ? { value }
    : { problem: 'must be the name of an environment variable, not the secret that is in it' };
}

/** A key of `mcpServers`: it is typed in commands and shown by hosts. */
export function readName(text: string): Reading {
  const value = text.trim();
  return /^[A-Za-z0-9][\w.-]{0,63}$/.test(value)
    ? { value }
    : { problem: 'must be of letters, digits, dots, dashes and underscores, and start with a letter or digit' };
}
