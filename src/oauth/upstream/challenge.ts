// The Bearer challenge of an upstream (RFC 9110 section 11.6.1, RFC 6750 section 3, RFC 9728 section 5.1). Reads what is
// there word by word: a parameter of another scheme, or the name inside a quoted text, is none.

export interface BearerChallenge {
  /** As it came, whatever it is. */
  readonly resourceMetadata: string | undefined;
  readonly scope: string | undefined;
  readonly error: string | undefined;
}

/** A word, and behind an equals sign its value, quoted or not; separators before it are skipped. */
const PART = /[\s,]*([A-Za-z0-9!#$%&'*+./^_`|~-]+)(?:[ \t]*=[ \t]*("(?:[^"\\]|\\.)*"|[^\s,"]*))?/y;

/** @param header `WWW-Authenticate`. Undefined: it has no Bearer challenge. */
export function bearerChallenge(header: string | null | undefined): BearerChallenge | undefined {
  const part = new RegExp(PART);
  const found = new Map<string, string>();
  let scheme = '';
  let hasBearer = false;
  const challenges = header ?? '';
  for (let match = part.exec(challenges); match !== null; match = part.exec(challenges)) {
    const [, word = '', value] = match;
    if (value === undefined) scheme = word.toLowerCase();
    hasBearer ||= scheme === 'bearer';
    // The first of several counts.
    const name = word.toLowerCase();
    if (value !== undefined && scheme === 'bearer' && !found.has(name)) found.set(name, unquoted(value));
  }
  if (!hasBearer) return undefined;
  return { resourceMetadata: found.get('resource_metadata'), scope: found.get('scope'), error: found.get('error') };
}

function unquoted(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/g, '$1') : value;
}
