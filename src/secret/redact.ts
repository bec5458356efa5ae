// The net under everything that prints: takes out of a text what this process knows to be secret, and credentials by
// their shape. It is the second line of defence (secrets travel as `Secret` and print as `[secret]`), for texts that
// come from elsewhere: a library's error, an upstream's body.
import { secretsIn } from './secret.js';

/** The text as it may leave the process for people: without any secret that was revealed and lives (docs/decisions/0019). */
export function withoutSecrets(text: string): string {
  return redact(secretsIn(text).reduce((so, secret) => so.replaceAll(secret, () => '[secret]'), text));
}

const PARAMETERS =
  'access_token|refresh_token|id_token|client_secret|client_assertion|code_verifier|code|token|assertion|api[-_]?key|password|secret|sig';

// INVARIANT: each takes time in proportion to the text, so none may run far ahead and fail: it would begin again one
// word later. That is why no scheme is looked for, and why a header without further parts is matched and put back.
const SHAPES: ReadonlyArray<readonly [RegExp, string | ((text: string) => string)]> = [
  // A JWT or JWE: one or more base64url parts after a header that starts with `{"`.
  [/\beyJ[\w-]{8,}(?:\.[\w-]*){0,4}/g, (text) => (text.includes('.') ? '[token]' : text)],
  // RFC 6750 and RFC 7617 credentials in a header line or a message.
  [/\b(Bearer|Basic)(\s+)[A-Za-z0-9\-._~+/]{8,}=*/gi, '$1$2[secret]'],
  // API keys that say by their first letters whose they are; without a digit it is a name that only begins like one.
  [/\b(?:sk|pk|rk)[-_](?=[\w-]{0,40}\d)[\w-]{16,}/g, '[secret]'],
  [/\b(?:gh[opsur]_|github_pat_|xox[abeprs]-|glpat-|AKIA|AIza)[\w-]{16,}/g, '[secret]'],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, '[secret]'],
  // Parameters of OAuth requests and answers, and of others that carry credentials: in URLs and forms, then in JSON.
  [new RegExp(`\\b(${PARAMETERS})=[^&\\s"]+`, 'gi'), '$1=[secret]'],
  [new RegExp(`\\b(${PARAMETERS})("\\s*:\\s*")(?:[^"\\\\]|\\\\[^])+`, 'gi'), '$1$2[secret]'],
  // userinfo of a URL, of whatever scheme.
  [/:\/\/[^/\s:@]+:[^/\s@]+@/g, '://[secret]@'],
];

/** The text with everything credential-shaped replaced. Idempotent. */
export function redact(text: string): string {
  let result = text;
  for (const [shape, replacement] of SHAPES) {
    result = typeof replacement === 'string' ? result.replace(shape, replacement) : result.replace(shape, replacement);
  }
  return result;
}
