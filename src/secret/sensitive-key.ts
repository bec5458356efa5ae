// Which places of a configuration hold credentials: for the rule that wants them out of the file, and for whoever
// shows a part of the file.
import { redact } from './redact.js';

const SECRET_KEYS: ReadonlySet<string> = new Set([
  'client_secret',
  'introspectClientSecret',
  'identity_signing_key',
  'client_assertion_key',
]);

/** Members of a private JSON Web Key (RFC 7518 section 6). */
const PRIVATE_JWK_MEMBERS: ReadonlySet<string> = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']);

/** Objects of headers, by their keys. */
const HEADER_OBJECTS: ReadonlySet<string> = new Set(['headers', 'passthrough_headers', 'client_headers']);

const CREDENTIAL_NAME = /authorization|cookie|token|secret|password|credential|api-?key|auth-?key/i;

const CREDENTIAL_ENDING = /(?:token|secret|password|passphrase|credentials?|api[-_]?key|private[-_]?key)$/i;

/** True when the key's value is a credential by definition, or by its name. */
export function isSecretKey(key: string): boolean {
  return SECRET_KEYS.has(key) || PRIVATE_JWK_MEMBERS.has(key) || CREDENTIAL_ENDING.test(key);
}

/** True when a parameter or a header of that name carries a credential. */
export function isCredentialName(name: string): boolean {
  return isSecretKey(name) || CREDENTIAL_NAME.test(name) || /^(?:key|sig|signature|code|auth)$/i.test(name);
}

/** True when the text at that place is a credential, by the place's keys or by its own shape. */
export function holdsCredential(path: readonly (string | number)[], text: string): boolean {
  const keys = path.filter((step) => typeof step === 'string');
  const secret = keys.findIndex((key) => SECRET_KEYS.has(key));
  const below = keys.slice(secret + 1);
  // A private key in JSON has public members, too.
  const isPublicMember = keys[secret] === 'client_assertion_key' && below.length > 0 && !below.some(isPrivateMember);
  if (secret !== -1 && !isPublicMember) return true;
  const isHeader = HEADER_OBJECTS.has(keys.at(-2) ?? '');
  return (isHeader && CREDENTIAL_NAME.test(keys.at(-1) ?? '')) || looksLikeCredential(text);
}

function isPrivateMember(key: string): boolean {
  return PRIVATE_JWK_MEMBERS.has(key);
}

/** True for a text that is, or holds, something shaped like a credential. */
export function looksLikeCredential(text: string): boolean {
  return redact(text) !== text;
}
