// Which addresses a configuration may name (spec: config, "What is an error"): http(s) alone, no credentials in them,
// and plain http only for this machine where a secret or a key travels.
import { isLoopbackHost } from '../../net/fetchable-url.js';
import type { Problem } from './structure.js';
import { textThat } from './structure.js';

/** The upstream's `url`: http beyond loopback is a matter of `allow_insecure_http`, which contradictions.ts judges. */
export const serverUrl = textThat('url', urlProblem);

/** JWKS, introspection and OAuth endpoints: https, or http on this machine. */
export const endpointUrl = textThat(
  'endpoint-url',
  (text) =>
    urlProblem(text) ??
    (isInsecure(text)
      ? { code: 'MCPGW106', says: 'must be an https URL: plain http is for this machine alone' }
      : undefined),
);

/** A page for people. */
export const pageUrl = textThat('url', urlProblem);

function urlProblem(text: string): Problem | undefined {
  if (/[\s\p{Cc}]/u.test(text) || !URL.canParse(text)) return { code: 'MCPGW106', says: 'must be a URL (https://…)' };
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return { code: 'MCPGW106', says: 'must be an https URL, not of another scheme' };
  }
  if (url.username !== '' || url.password !== '') {
    return {
      code: 'MCPGW106',
      says: 'must not hold credentials: URLs end up in logs',
      help: 'send them in `headers`, from a secret reference',
    };
  }
  return undefined;
}

/** True for a plain http URL that leads beyond this machine. */
export function isInsecure(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return url.protocol === 'http:' && !isLoopbackHost(url.hostname);
}
