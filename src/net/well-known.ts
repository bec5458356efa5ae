// Where well-known documents are, from the URL that they are about.

export interface WellKnownPlace {
  readonly name: string;
  /** Before the path (RFC 8615) or behind it (OpenID). */
  readonly at: 'start' | 'end';
}

/** The URL of a well-known document; a slash at the end of the path does not count. */
export function wellKnown(text: string, { name, at }: WellKnownPlace): string {
  const url = new URL(text);
  const path = url.pathname.replace(/\/$/, '');
  url.pathname = at === 'start' ? `/.well-known/${name}${path}` : `${path}/.well-known/${name}`;
  url.search = '';
  url.hash = '';
  return url.href;
}
