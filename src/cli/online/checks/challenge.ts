// The `resource_metadata` of a Bearer challenge (RFC 9110 section 11.6.1, RFC 9728 section 5.1). Reads what is there word
// by word: a parameter of another scheme, or the name inside a quoted text, is none.

/** A word, and behind an equals sign its value, quoted or not; separators before it are skipped. */
const PART = /[\s,]*([A-Za-z0-9!#$%&'*+.^_`|~-]+)(?:[ \t]*=[ \t]*("(?:[^"\\]|\\.)*"|[^\s,"]*))?/y;

/** The text of the parameter as it came, whatever it is; undefined when there is none. */
export function resourceMetadataOf(headers: Headers): string | undefined {
  const challenges = headers.get('www-authenticate') ?? '';
  const part = new RegExp(PART);
  let scheme = '';
  for (let match = part.exec(challenges); match !== null; match = part.exec(challenges)) {
    const [, word = '', value] = match;
    if (value === undefined) scheme = word.toLowerCase();
    else if (scheme === 'bearer' && word.toLowerCase() === 'resource_metadata') return unquoted(value);
  }
  return undefined;
}

function unquoted(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/g, '$1') : value;
}
