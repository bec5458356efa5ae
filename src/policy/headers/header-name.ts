// Header names and values as RFC 9110 section 5 defines them. Names compare in lower case everywhere.

/** RFC 9110 section 5.6.2, `token`. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

export function isHeaderName(name: string): boolean {
  return TOKEN.test(name);
}

/**
 * True when the value can travel: no CR, LF or NUL (RFC 9110 section 5.5), no other control character but HTAB, and
 * nothing beyond U+00FF, which has no form on the wire.
 */
export function isHeaderValue(value: string): boolean {
  for (let index = 0; index < value.length; index++) {
    const unit = value.charCodeAt(index);
    if ((unit < 0x20 && unit !== 0x09) || unit === 0x7f || unit > 0xff) return false;
  }
  return true;
}

/** The form in which names are compared. */
export function canonicalName(name: string): string {
  return name.toLowerCase();
}
