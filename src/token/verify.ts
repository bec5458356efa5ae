// Is this token good? The entry of src/token: one verifier for one `jwt_validation`. `judge` is asked for every
// request and may remember; `examine` explains. Both fail closed: what cannot be decided is not accepted, and claims
// exist only where a key or the identity provider vouches for them.
import type { Host } from '../host.js';
import type { Log } from '../log.js';
import { rejectionOf, type TokenCheckName } from '../policy/failed-check.js';
import type { TokenRules } from '../policy/model.js';
import { claimOf, subjectOf, type TokenVerdict } from '../policy/principal.js';
import type { Secret } from '../secret/secret.js';
import type { Inspection } from './inspection.js';
import { createIntrospectionInspector } from './introspection/inspect-by-asking.js';
import { createJwsInspector } from './jws/inspect-jws.js';
import { createKeySource } from './keys/key-source.js';
import { reportOf, type TokenReport } from './report.js';

export interface TokenVerifierOptions {
  readonly rules: TokenRules;
  readonly host: Pick<Host, 'now' | 'fetch'>;
  /** Refusals are logged as warnings: the check, the claims' names, the `kid`, the subject; never the token. */
  readonly log?: Log;
}

export interface TokenVerifier {
  /** The hot path: what is remembered is who vouched; times and claims are judged anew on every call. */
  readonly judge: (token: Secret) => Promise<TokenVerdict>;
  /** Every check with its outcome and the keys that were considered. `atMs`: as of another moment. */
  readonly examine: (token: Secret, options?: { readonly atMs?: number }) => Promise<TokenReport>;
}

export function createTokenVerifier({ rules, host, log }: TokenVerifierOptions): TokenVerifier {
  const { source } = rules;
  const inspector =
    source.kind === 'introspection'
      ? createIntrospectionInspector({ rules, source, host })
      : createJwsInspector({ rules, keys: createKeySource({ source, host, log }), host });
  return {
    judge: async (token) => {
      const inspection = await inspector.recall(token.reveal());
      const verdict = verdictOf(inspection, token);
      if (verdict.verdict !== 'accepted') logRefusal(log, inspection, verdict);
      return verdict;
    },
    examine: async (token, { atMs } = {}) => {
      const now = atMs === undefined ? host.now : (): number => atMs;
      const inspection = await inspector.inspect(token.reveal(), now);
      return reportOf({ inspection, rules, verdict: verdictOf(inspection, token) });
    },
  };
}

function verdictOf({ failures, undecided, claims }: Inspection, token: Secret): TokenVerdict {
  if (undecided !== undefined) {
    return { verdict: 'undecided', message: `Token could not be verified: ${undecided}` };
  }
  const rejection = rejectionOf(failures);
  if (rejection !== undefined) {
    // A rule about claims is only asked about a verified token; for any other check it depends on what is remembered.
    const isVerified = isAboutClaims(failures[0]?.check);
    return isVerified && claims !== undefined ? { ...rejection, subject: subjectOf(claims) } : rejection;
  }
  if (claims === undefined) throw new Error('no check failed, and nobody vouched for the token');
  return { verdict: 'accepted', principal: { kind: 'verified', token, claims } };
}

function isAboutClaims(check: TokenCheckName | undefined): boolean {
  return check === 'required-claims' || check === 'claim-values' || check === 'header-payload-match';
}

/** The longest piece of a token's header or claims that a log line takes. */
const LOGGED_LENGTH = 100;

function logRefusal(
  log: Log | undefined,
  { failures, decoded, claims }: Inspection,
  verdict: Exclude<TokenVerdict, { verdict: 'accepted' }>,
): void {
  log?.warn(verdict.verdict === 'undecided' ? 'token could not be verified' : 'token refused', {
    why: verdict.message,
    checks: failures.map((failure) => failure.check).join(' ') || undefined,
    claims: failures.flatMap((failure) => failure.claims ?? []).join(' ') || undefined,
    kid: shortText(decoded?.header['kid']),
    // Who a token says it is counts only once somebody vouches for it.
    subject: claims === undefined ? undefined : shortText(claimOf(claims, 'sub')),
  });
}

function shortText(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, LOGGED_LENGTH) : undefined;
}
