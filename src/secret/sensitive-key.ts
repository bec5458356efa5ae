// Which places of a configuration hold credentials: for the rule that wants them out of the file, and for whoever
// shows a part of the file.
import { redact } from './redact.js';

const SECRET_KEYS: ReadonlySet<string> = new Set([
  'client_secret',
  'introspectClientSecret',
  'identity_signing_key',
  'client_assertion_key',
]);

/** Objects of headers, by their keys. */
const HEADER_OBJECTS: ReadonlySet<string> = new Set(['headers', 'passthrough_headers', 'client_headers']);

const CREDENTIAL_NAME = /authorization|cookie|token|secret|password|credential|api-?key|auth-?key/i;

/** True when the text at that place is a credential, by the place's keys or by its own shape. */
export function holdsCredential(path: readonly (string | number)[], text: string): boolean {
  const keys = path.filter((step) => typeof step === 'string');
  if (keys.some((key) => SECRET_KEYS.has(key))) return true;
  const isHeader = HEADER_OBJECTS.has(keys.at(-2) ?? '');
  return (isHeader && CREDENTIAL_NAME.test(keys.at(-1) ?? '')) || looksLikeCredential(text);
}

/** True for a text that is, or holds, something shaped like a credential. */
export function looksLikeCredential(text: string): boolean {
  return redact(text) !== text;
}
