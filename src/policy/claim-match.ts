// Whether one claim satisfies one rule of `claimValues` (spec: token rules, "Claim matching"). Values are compared as
// text, code point for code point; whatever has no unambiguous text matches nothing.
import type { ClaimRule } from './model.js';
import { claimOf, type Claims } from './principal.js';

/** A regex looks at no more than this of one element, in bytes of UTF-8: a longer element does not match. */
const REGEX_ELEMENT_LIMIT_BYTES = 4096;

/** Claims whose string is a list (RFC 8693 section 4.2; `scp` as Entra and Okta write it). */
const SPACE_SEPARATED: ReadonlySet<string> = new Set(['scope', 'scp']);

/** True when the claim is there and its value satisfies the rule. A missing claim satisfies none. */
export function satisfiesRule(claims: Claims, rule: ClaimRule): boolean {
  const elements = claimElements(rule.claim, claimOf(claims, rule.claim));
  switch (rule.matchType) {
    case 'exact':
      return elements.length === 1 && elements[0] === rule.value;
    case 'contains':
      return rule.values.some((value) => elements.includes(value));
    case 'containsAll':
      return rule.values.length > 0 && rule.values.every((value) => elements.includes(value));
    case 'regex':
      return elements.some(
        (element) =>
          element !== undefined && isSearchable(element) && rule.patterns.some((pattern) => pattern.test(element)),
      );
  }
}

/**
 * A claim's value as a list of texts. `undefined` stands for an element that never matches (an object, null, a nested
 * array, an integer beyond 2^53): it still counts as an element, so `exact` does not overlook it.
 */
export function claimElements(name: string, value: unknown): readonly (string | undefined)[] {
  if (value === undefined) return [];
  if (typeof value === 'string') {
    return SPACE_SEPARATED.has(name) ? value.split(' ').filter((part) => part !== '') : [value];
  }
  return Array.isArray(value) ? value.map(elementText) : [elementText(value)];
}

function elementText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (typeof value !== 'number') return undefined;
  const isExact = Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value);
  return isExact ? JSON.stringify(value) : undefined;
}

function isSearchable(element: string): boolean {
  // UTF-8 takes at least one byte a UTF-16 unit and at most three, so that most elements need no counting.
  if (element.length * 3 <= REGEX_ELEMENT_LIMIT_BYTES) return true;
  return element.length <= REGEX_ELEMENT_LIMIT_BYTES && Buffer.byteLength(element) <= REGEX_ELEMENT_LIMIT_BYTES;
}
