// A provider's words about a refusal may repeat what it was sent. The secrets of the request are taken out of the
// answer before anything can read it; an answer that succeeds is never touched.

/** The parameters of requests that are secrets (RFC 6749, RFC 7009, RFC 7521, RFC 7636). */
const SECRET_FIELDS = ['code', 'code_verifier', 'refresh_token', 'token', 'client_secret', 'client_assertion'];

/** RFC 6749 section 5.2, RFC 7009 section 2.2.1, RFC 8707 section 2: known words, which decide what happens next. */
const KNOWN_ERRORS = new Set<unknown>([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'unsupported_token_type',
  'invalid_scope',
  'invalid_target',
  'access_denied',
  'server_error',
  'temporarily_unavailable',
  'slow_down',
]);

export interface SentRequest {
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** What must not come back: each secret as it is, and as a form or a URL would spell it. Longest first. */
export function sentSecrets({ body, headers }: SentRequest): readonly string[] {
  const sent = body instanceof URLSearchParams ? SECRET_FIELDS.flatMap((name) => body.getAll(name)) : [];
  const plain = [...sent, ...basicSecrets(new Headers(headers).get('authorization'))];
  const spelled = plain.flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    new URLSearchParams([['', secret]]).toString().slice(1),
  ]);
  return [...new Set(spelled)].filter((secret) => secret !== '').toSorted((a, b) => b.length - a.length);
}

/** The members of a refusal, with every text in them free of the secrets. */
export function withoutSecrets(
  body: Readonly<Record<string, unknown>>,
  secrets: readonly string[],
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => {
      if (typeof value !== 'string' || (name === 'error' && KNOWN_ERRORS.has(value))) return [name, value];
      return [name, secrets.reduce((text, secret) => text.replaceAll(secret, '[secret]'), value)];
    }),
  );
}

/** RFC 6749 section 2.3.1: name and secret, each form-encoded, then as Basic credentials. */
function basicSecrets(authorization: string | null): readonly string[] {
  const [, encoded] = /^Basic (\S+)$/i.exec(authorization ?? '') ?? [];
  if (encoded === undefined) return [];
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  const secret = pair.slice(pair.indexOf(':') + 1);
  return [encoded, pair, secret, new URLSearchParams(`s=${secret}`).get('s') ?? ''];
}
