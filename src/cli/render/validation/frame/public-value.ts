// Which values of a configuration may be shown on a screen. A list of what is public by its nature, never of what is
// secret: the value of a misspelt or unknown key may be a credential, so only what is known to be none is shown.

/** Where a value stands. */
export interface ValuePlace {
  /** Its own key, or that of the list it stands in. */
  readonly key: string;
  readonly isInList: boolean;
  /** The key of the object or list that it stands in. */
  readonly parent: string;
}

/**
 * True when the value, as it stands in the file, is public by its nature. Parts of it still may not be: a URL's query,
 * a reference's default.
 */
export function isPublicValue(source: string, { key, isInList, parent }: ValuePlace): boolean {
  if (NAMES.has(key) || (isInList && LISTS_OF_NAMES.has(key))) return HEADER_NAME.test(textOf(source));
  if (URLS.has(key)) return /^https?:\/\//i.test(textOf(source));
  if (SHORT.has(key)) return !isLongAsAKey(textOf(source));
  return ANY_VALUE.has(key) || (OF_A_KEY.has(key) && parent === 'keys');
}

/** Words of configurations are shorter, and those with a digit in them much shorter. */
export function isLongAsAKey(text: string): boolean {
  return text.length >= (/\d/.test(text) ? 16 : 24);
}

/** Whether values of the key can be public at all. */
export function hasPublicValue(key: string): boolean {
  return NAMES.has(key) || LISTS_OF_NAMES.has(key) || URLS.has(key) || SHORT.has(key) || ANY_VALUE.has(key);
}

/** Whether the key's value is a URL. */
export function isUrlKey(key: string): boolean {
  return URLS.has(key);
}

/** The keys whose values can be public. */
export function publicKeys(): readonly string[] {
  return [...NAMES, ...LISTS_OF_NAMES, ...URLS, ...SHORT, ...ANY_VALUE, ...OF_A_KEY];
}

/** RFC 9110 section 5.1; whoever writes a whole header where its name belongs has written its value, too. */
const HEADER_NAME = /^[!#$%&'*+.^`|~\w-]+$/;

const NAMES: ReadonlySet<string> = new Set(['from', 'to', 'header_name', 'headerKey']);

const LISTS_OF_NAMES: ReadonlySet<string> = new Set(['forward_headers', 'headers']);

const URLS: ReadonlySet<string> = new Set([
  '$schema',
  'url',
  'jwksUri',
  'introspectEndpoint',
  'issuer',
  'authorization_endpoint',
  'token_endpoint',
  'registration_endpoint',
  'revocation_endpoint',
  'introspection_endpoint',
  'device_authorization_endpoint',
  'userinfo_endpoint',
  'jwks_uri',
  'client_id_metadata_url',
  'redirect_uri',
  'client_uri',
  'logo_uri',
  'tos_uri',
  'policy_uri',
  'identity_issuer',
]);

/** One of a few words, or a number: what is longer was meant for another key. */
const SHORT: ReadonlySet<string> = new Set([
  'transport',
  'type',
  'auth_type',
  'mode',
  'method',
  'jwt_expiry_seconds',
  'on_missing',
  'algorithms',
  'clockTolerance',
  'maxTokenAge',
  'cacheMaxAge',
  'matchType',
  'introspectCacheMaxAge',
  'timeout_ms',
  'ttl_seconds',
]);

const ANY_VALUE: ReadonlySet<string> = new Set([
  'include_claims',
  'audience',
  'requiredClaims',
  'values',
  'headerPayloadMatch',
  'introspectClientId',
  'introspectContentType',
  'typ',
  'scopes_supported',
  'response_types_supported',
  'grant_types_supported',
  'code_challenge_methods_supported',
  'token_endpoint_auth_methods_supported',
  'client_id',
  'scope',
  'resource',
  'token_endpoint_auth_method',
  'client_assertion_alg',
  'client_assertion_kid',
  'client_name',
  'software_id',
  'software_version',
  'grant_types',
  'response_types',
  'contacts',
  'allowed',
  'blocked',
  'ca',
  'cert',
]);

/** Of a JSON Web Key in `jwks`: names this short mean something else elsewhere. */
const OF_A_KEY: ReadonlySet<string> = new Set(['kty', 'crv', 'alg', 'use', 'kid', 'x', 'y', 'n', 'e']);

/** The text that a JSON text stands for, so that an escape hides nothing; the source itself when it is none. */
export function textOf(source: string): string {
  try {
    const value: unknown = JSON.parse(source);
    return typeof value === 'string' ? value : source;
  } catch {
    return source;
  }
}
