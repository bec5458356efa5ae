// Asks an identity provider about one token (RFC 7662) and reads its answer. Everything that is said of the token comes
// from there; what the token says of itself is never looked at (spec: token rules, step 6).
import type { Host } from '../../host.js';
import { fetchableUrl, shownOrigin } from '../../net/fetchable-url.js';
import { postForJson, type JsonAnswer } from '../../net/http.js';
import type { IntrospectionSource } from '../../policy/model.js';
import { claimOf, type Claims } from '../../policy/principal.js';
import { parseStrictObject } from '../strict-json.js';

export type IntrospectionAnswer =
  /** `characters`: the length of the answer, for those who keep it. */
  | { readonly outcome: 'active'; readonly claims: Claims; readonly characters: number }
  /** `detail`: one clause that says why. */
  | { readonly outcome: 'inactive'; readonly detail: string }
  /** `message`: one clause that says what failed. */
  | { readonly outcome: 'undecided'; readonly message: string };

export interface Question {
  readonly source: IntrospectionSource;
  readonly host: Pick<Host, 'fetch' | 'now'>;
  readonly token: string;
}

/** For both attempts together, from connecting to the last byte. */
const PATIENCE_MS = 5000;

/** A connection that was lost later than this was no stale one. */
const LOST_AT_ONCE_MS = 1000;

/** Never throws for what a network or a server does. */
export async function ask({ source, host, token }: Question): Promise<IntrospectionAnswer> {
  const request = { fetch: host.fetch, url: source.url, ...introspectionRequest(source, token) };
  const startMs = host.now();
  const first = await postForJson({ ...request, timeoutMs: PATIENCE_MS });
  if (first.ok || first.failure !== 'unreachable') return readAnswer(first, source);
  // A server may close a kept-alive connection in the moment that it is used again. Asking twice changes nothing there.
  const elapsedMs = Math.abs(host.now() - startMs);
  const isStale = elapsedMs < LOST_AT_ONCE_MS;
  const answer = isStale ? await postForJson({ ...request, timeoutMs: PATIENCE_MS - elapsedMs }) : first;
  return readAnswer(answer, source);
}

export interface IntrospectionRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * The request of RFC 7662 section 2.1, as a form or as JSON. A client with a secret authenticates with HTTP Basic, both
 * parts form-urlencoded first (RFC 6749 section 2.3.1); an id alone goes into the body.
 */
export function introspectionRequest(source: IntrospectionSource, token: string): IntrospectionRequest {
  const { clientId, clientSecret, contentType } = source;
  const isBasic = clientId !== undefined && clientSecret !== undefined;
  const members = {
    token,
    token_type_hint: 'access_token',
    ...(clientId === undefined || isBasic ? {} : { client_id: clientId }),
  };
  const credentials = isBasic ? `${formEncoded(clientId)}:${formEncoded(clientSecret.reveal())}` : undefined;
  return {
    headers: {
      'content-type': contentType,
      ...(credentials === undefined ? {} : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }),
    },
    body: isJson(contentType) ? JSON.stringify(members) : new URLSearchParams(members).toString(),
  };
}

/** By the media type alone: parameters and case say nothing. */
function isJson(contentType: string): boolean {
  return contentType.split(';', 1)[0]?.trim().toLowerCase() === 'application/json';
}

function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}

function readAnswer(answer: JsonAnswer, source: IntrospectionSource): IntrospectionAnswer {
  if (!answer.ok) return undecided(failureOf(answer, source));
  const origin = originOf(source);
  const parsed = parseStrictObject(answer.text);
  if (!parsed.ok) return undecided(`${origin} gave an answer that is no strict JSON: ${parsed.problem}`);
  const claims = parsed.value;
  const active = claimOf(claims, 'active');
  if (active === false) return { outcome: 'inactive', detail: `${origin} says that it is not active` };
  if (active !== true) return undecided(`${origin} does not say whether it is active: "active" is no boolean`);
  for (const name of ['token_type', 'token_use']) {
    const kind = claimOf(claims, name) ?? undefined;
    if (kind === undefined) continue;
    if (typeof kind !== 'string') return undecided(`${origin} gave a ${name} that is no text`);
    if (/refresh/i.test(kind)) return { outcome: 'inactive', detail: `${origin} says that it is a refresh token` };
  }
  return { outcome: 'active', claims, characters: answer.text.length };
}

function failureOf(answer: Extract<JsonAnswer, { ok: false }>, { clientId }: IntrospectionSource): string {
  if (answer.status !== 401 && answer.status !== 403) return answer.message;
  const whose = clientId === undefined ? 'no introspectClientId is configured' : 'it refuses the introspection client';
  return `${answer.message}: ${whose}`;
}

function originOf({ url }: IntrospectionSource): string {
  // Whatever was answered was fetchable.
  const fetchable = fetchableUrl(url);
  return fetchable === undefined ? 'the endpoint' : shownOrigin(fetchable);
}

function undecided(message: string): IntrospectionAnswer {
  return { outcome: 'undecided', message };
}
