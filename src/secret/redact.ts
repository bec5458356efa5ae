// The net under everything that prints: takes credentials out of a text by their shape. It is the second line of
// defence (secrets travel as `Secret` and print as `[secret]`), for texts that come from elsewhere: a library's
// error, an upstream's body.

const SHAPES: ReadonlyArray<readonly [RegExp, string]> = [
  // A JWT or JWE: two or more base64url parts after a header that starts with `{"`.
  [/\beyJ[\w-]{8,}(?:\.[\w-]*){1,4}/g, '[token]'],
  // RFC 6750 and RFC 7617 credentials in a header line or a message.
  [/\b(Bearer|Basic)(\s+)[A-Za-z0-9\-._~+/]{8,}=*/gi, '$1$2[secret]'],
  // Parameters of OAuth requests and answers, in URLs, forms and JSON.
  [
    /\b(access_token|refresh_token|id_token|client_secret|client_assertion|code_verifier|code|token|assertion)(=|"\s*:\s*")[^&\s"]+/gi,
    '$1$2[secret]',
  ],
  // userinfo of a URL.
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^/\s:@]+:[^/\s@]+@/gi, '$1[secret]@'],
];

/** The text with everything credential-shaped replaced. Idempotent. */
export function redact(text: string): string {
  let result = text;
  for (const [shape, replacement] of SHAPES) result = result.replace(shape, replacement);
  return result;
}
