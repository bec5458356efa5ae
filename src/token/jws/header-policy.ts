// What a JOSE header may say (spec: token rules, step 3). Key material and addresses in it (`jwk`, `jku`, `x5c`, `x5u`)
// are never looked at: keys come from the configuration alone.
import { invalidToken, type FailedCheck } from '../../policy/failed-check.js';
import type { SignatureAlgorithm, TokenRules } from '../../policy/model.js';
import type { JsonObject } from '../strict-json.js';

export type JudgedHeader =
  | { readonly ok: true; readonly alg: SignatureAlgorithm; readonly kid: string | undefined }
  | { readonly ok: false; readonly failure: FailedCheck };

/** Types that any token for this gateway may declare; a configured `typ` comes on top. */
const GENERAL_TYPES: ReadonlySet<string> = new Set(['application/jwt', 'application/at+jwt']);

/** Profiles whose tokens are made for something else, and must never be taken for access tokens (RFC 8725 section 3.11). */
const FOREIGN_TYPES: ReadonlySet<string> = new Set(
  [
    'logout+jwt',
    'secevent+jwt',
    'dpop+jwt',
    'token-introspection+jwt',
    'oauth-authz-req+jwt',
    'client-authentication+jwt',
    'kb+jwt',
  ].map(mediaType),
);

/** The first thing about a header that is not allowed, else what the choice of a key needs. */
export function judgeHeader(header: JsonObject, rules: Pick<TokenRules, 'algorithms' | 'typ'>): JudgedHeader {
  const alg = rules.algorithms.find((allowed) => allowed === header['alg']);
  if (alg === undefined) {
    return refused(
      invalidToken('algorithm', 'ALGORITHM_NOT_ALLOWED', `the algorithm ${shownAlg(header)} is not allowed`),
    );
  }
  const flaw = headerFlaw(header);
  if (flaw !== undefined) return refused(invalidToken('header', 'UNSUPPORTED_HEADER', flaw));
  const typ = header['typ'];
  if (typ !== undefined && !isAcceptedType(typ, rules.typ)) {
    return refused(
      invalidToken('type', 'WRONG_TYPE', 'the header declares a type of token that is made for something else'),
    );
  }
  const kid = header['kid'];
  return { ok: true, alg, kid: typeof kid === 'string' ? kid : undefined };
}

/** The configured `typ` (step 7): required then, and compared as media types are (RFC 7515 section 4.1.9). */
export function requiredTypeFailure(header: JsonObject, rules: Pick<TokenRules, 'typ'>): FailedCheck | undefined {
  if (rules.typ === undefined) return undefined;
  const typ = header['typ'];
  if (typeof typ === 'string' && mediaType(typ) === mediaType(rules.typ)) return undefined;
  return invalidToken('typ', 'WRONG_TYPE', "the header's typ is not the one that the configuration asks for");
}

function headerFlaw(header: JsonObject): string | undefined {
  if (Object.hasOwn(header, 'crit')) return 'the header has crit, and no extension is supported';
  if (Object.hasOwn(header, 'b64') && header['b64'] !== true) return 'the header has b64 other than true';
  if (Object.hasOwn(header, 'enc')) return 'the token is encrypted (JWE)';
  const cty = header['cty'];
  if (cty !== undefined && (typeof cty !== 'string' || /^application\/(?:.+\+)?jwt$/.test(mediaType(cty)))) {
    return 'the payload is another token (cty)';
  }
  const kid = header['kid'];
  return kid === undefined || typeof kid === 'string' ? undefined : 'kid is not a string';
}

function isAcceptedType(typ: unknown, configured: string | undefined): boolean {
  if (typeof typ !== 'string') return false;
  const type = mediaType(typ);
  if (FOREIGN_TYPES.has(type)) return false;
  return GENERAL_TYPES.has(type) || (configured !== undefined && type === mediaType(configured));
}

/** In lower case, with the `application/` that may be left out. */
function mediaType(text: string): string {
  const lower = text.toLowerCase();
  return lower.includes('/') ? lower : `application/${lower}`;
}

/** Names of algorithms alone: whatever else stands there is the token's business. */
function shownAlg(header: JsonObject): string {
  const alg = header['alg'];
  return typeof alg === 'string' && /^[A-Za-z0-9-]{1,16}$/.test(alg) ? JSON.stringify(alg) : 'of the header';
}

function refused(failure: FailedCheck): JudgedHeader {
  return { ok: false, failure };
}
