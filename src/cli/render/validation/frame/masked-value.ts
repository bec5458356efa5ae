// Masks one value of a configuration as it stands in the file: the same length, with dots where something is not to be
// seen.
import { looksLikeCredential } from '../../../../secret/sensitive-key.js';
import { isLongAsAKey, isPublicValue, isUrlKey, textOf, type ValuePlace } from './public-value.js';

const DOT = '•';

/** The value with everything masked that is not known to be public. */
export function maskedValue(source: string, place: ValuePlace): string {
  if (!isPublicValue(source, place)) return maskAllButReferences(source);
  const mask = isUrlKey(place.key) ? maskUrl : maskDefaults;
  // Judged by what the escapes stand for, between which the parts cannot be told from one another.
  const text = textOf(source);
  const masked = mask(text);
  if (looksLikeCredential(masked)) return maskAllButReferences(source);
  if (!source.includes('\\')) return mask(source);
  return masked === text ? source : maskAll(source);
}

/**
 * References as the author should see them: with their names, and without a default, which may be the secret.
 * INVARIANT: nothing that looks for the end of a reference goes beyond the next brace of either kind: in a text of
 * `${` alone it would else go to the end of the text from each of them.
 */
const PLAIN_REFERENCE = String.raw`(?<!\$)\$\{(?:(?:env:)?[A-Za-z_]\w*|(?:file|keychain):[^{}"\\\r\n]+)\}`;

const REFERENCE_OR_CHARACTER = new RegExp(`${PLAIN_REFERENCE}|[^"\\r\\n]`, 'gu');

const REFERENCE_ALONE = new RegExp(`^${PLAIN_REFERENCE}$`, 'u');

/** Dots for every character, references apart. Line breaks stay. */
export function maskAllButReferences(text: string): string {
  return text.replace(REFERENCE_OR_CHARACTER, (part) => (isShownReference(part) ? part : dots(part)));
}

/** Somebody may have put a credential where its name belongs, or a default where there is none. */
function isShownReference(part: string): boolean {
  return part.startsWith('${') && !part.includes(':-') && !looksLikeCredential(part);
}

/** Dots for every character but quotes. */
export function maskAll(text: string): string {
  return text.replace(/[^"\r\n]/gu, dots);
}

function maskDefaults(text: string): string {
  return text.replace(/\$\{[^}"]*\}?/gu, (part) =>
    REFERENCE_ALONE.test(part) && isShownReference(part) ? part : dots(part),
  );
}

/**
 * User information, query and fragment, and what in the path is no plain word, or as long and mixed as a key. Nothing
 * is known of the parts of a text that is no URL.
 */
function maskUrl(text: string): string {
  if (!URL.canParse(text.replaceAll('"', '').replace(REFERENCES, 'reference'))) return maskAllButReferences(text);
  const [, start = '', authority = '', steps = '', rest = ''] = URL_PARTS.exec(maskDefaults(text)) ?? [];
  return [
    start,
    authority.replace(/^.*@/s, dots),
    steps.replace(/[^/]+/g, (step) => (isPlainStep(step) ? step : maskAllButReferences(step))),
    rest.slice(0, 1),
    maskAllButReferences(rest.slice(1)),
  ].join('');
}

/** However many slashes stand before the authority: readers of URLs take any number. */
const URL_PARTS = /^("?https?:[/\\]*)([^/\\?#"]*)([^?#"]*)(.*)$/is;

const REFERENCES = /\$\{[^{}]*\}/g;

function isPlainStep(step: string): boolean {
  return /^[\w.~{}<>$:•-]*$/.test(step) && !isLongAsAKey(step.replace(REFERENCES, ''));
}

/** A comment without its words: old credentials live on in comments. */
export function maskComment(text: string): string {
  if (!/^\/[/*]/.test(text)) return maskAll(text);
  const end = text.startsWith('/*') && text.endsWith('*/') && text.length >= 4 ? 2 : 0;
  const inner = text.slice(2, text.length - end);
  return text.slice(0, 2) + inner.replace(/[^\r\n]/gu, dots) + text.slice(text.length - end);
}

function dots(text: string): string {
  return DOT.repeat(text.length);
}

/** Words that say nothing about anybody: of JSON, and the levels of lint rules. */
export function isHarmless(source: string): boolean {
  return /^(?:true|false|null|"(?:off|warning|error)")$/.test(source);
}
