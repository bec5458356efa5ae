// A configuration's values as they may be shown: everything that came from a secret reference, stands where
// credentials stand, or looks like one is masked; a reference that was not looked up is shown as its label. What is
// shown is written as a configuration writes it: a literal `${` is `$${`.
import { withoutUrlCredentials } from '../../secret/masked-url.js';
import { parseReferences, referenceLabel } from '../../secret/reference.js';
import { MASK } from '../../secret/secret.js';
import { holdsCredential, isSecretKey, looksLikeCredential } from '../../secret/sensitive-key.js';
import type { ConfigSource } from '../check.js';
import { isDictionary, isForeign } from '../foreign-keys.js';
import type { Path } from '../path.js';
import { emptyObject, isRawObject } from '../raw-value.js';

export interface Masking {
  /** The value at that place, with everything below it but what is not ours (`x-…`). */
  readonly shown: (value: unknown, path: Path) => unknown;
  /** Whether the value at a place came from a secret reference: what follows from it may not be shown either. */
  readonly isReference: (path: Path) => boolean;
}

export function createMasking({ isReference, isUndetermined }: ConfigSource): Masking {
  const shown = (value: unknown, path: Path): unknown => {
    if (typeof value === 'string') {
      if (isUndetermined(path)) return shownTemplate(value, path);
      return isReference(path) ? MASK : shownText(value, path);
    }
    if (typeof value === 'boolean' || value === null) return value;
    if (isSecretPlace(path)) return MASK;
    if (Array.isArray(value)) return value.map((element, index) => shown(element, [...path, index]));
    if (!isRawObject(value)) return value;
    const object = emptyObject();
    for (const [name, member] of Object.entries(value)) {
      if (!isForeign(path, name)) object[freeKey(name, object)] = shown(member, [...path, name]);
    }
    return object;
  };
  return { shown, isReference };
}

/** References by their labels, which hold no default; the text between them as any other. */
function shownTemplate(text: string, path: Path): string {
  const parsed = parseReferences(text);
  if (parsed.kind !== 'template') return MASK;
  return parsed.template
    .map((part) => (typeof part === 'string' ? shownText(part, path) : referenceLabel(part)))
    .join('');
}

function shownText(text: string, path: Path): string {
  if (text === '') return text;
  if (isSecretPlace(path)) return MASK;
  const rest = withoutUrlCredentials(text);
  // What is masked is no credential any more, and its name says nothing of the rest.
  return looksLikeCredential(rest.replaceAll(MASKED_PART, '')) ? MASK : rest.replaceAll('${', () => '$${');
}

const MASKED_PART = new RegExp(`(?:[^?&#=\\s]*=)?${MASK}`, 'g');

/** Whether the keys on the way say so. The names of servers, claims and tools say nothing: `token` is a good claim. */
function isSecretPlace(path: Path): boolean {
  if (holdsCredential(path, '')) return true;
  return path.some((step, depth) => {
    if (typeof step !== 'string') return false;
    const parent = path.slice(0, depth);
    if (!isDictionary(parent)) return isSecretKey(step);
    const names = parent.at(-1);
    return names === 'headers' || (names === 'authorization_params' && isSecretKey(step));
  });
}

/** The name as a key of the object; a name that looks like a credential is masked, too. */
export function freeKey(name: string, object: object): string {
  if (!looksLikeCredential(name)) return name;
  let key = MASK;
  while (Object.hasOwn(object, key)) key += MASK;
  return key;
}
