// A text with the credentials taken out that URLs carry: who logs in, and the parameters whose names say that they are
// credentials. The rest of a URL says where something goes, which its readers need.
import { MASK } from './secret.js';
import { isCredentialName } from './sensitive-key.js';

/** Any text may come; one without a URL's parts is left as it is. */
export function withoutUrlCredentials(text: string): string {
  return text
    .replace(/:\/\/[^/?#\s]*@/g, `://${MASK}@`)
    .replace(PARAMETER, (whole, mark: string, name: string) =>
      whole.includes('=') && isCredentialName(decoded(name)) ? `${mark}${name}=${MASK}` : whole,
    );
}

/** A name without a value is matched, too: looked for only with one, it would be looked for again from each `?` in it. */
const PARAMETER = /([?&#])([^=&#\s]*)(?:=[^&#\s]+)?/g;

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
