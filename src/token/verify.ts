// Is this token good? The entry of src/token: one verifier for one `jwt_validation`. `judge` is asked for every
// request and remembers whose signature it has seen; `examine` explains. Both fail closed: what cannot be decided is
// not accepted, and claims exist only behind a verified signature.
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Host } from '../host.js';
import type { Log } from '../log.js';
import { rejectionOf } from '../policy/failed-check.js';
import type { TokenRules } from '../policy/model.js';
import { claimOf, type TokenVerdict } from '../policy/principal.js';
import type { Secret } from '../secret/secret.js';
import { TOKEN_SIZE_LIMIT, type DecodedToken } from './decode.js';
import { inspectToken, inspectVerified, type Inspection } from './inspection.js';
import type { KeySet } from './keys/key-set.js';
import { createKeySource } from './keys/key-source.js';
import { reportOf, type TokenReport } from './report.js';
import { rulesFingerprint } from './rules-fingerprint.js';
import { createSignatureVerifier } from './signature.js';

export interface TokenVerifierOptions {
  readonly rules: TokenRules;
  readonly host: Pick<Host, 'now' | 'fetch'>;
  /** Refusals are logged as warnings: the check, the claims' names, the `kid`, the subject; never the token. */
  readonly log?: Log;
}

export interface TokenVerifier {
  /** The hot path: remembers verified signatures; times and claims are judged anew on every call. */
  readonly judge: (token: Secret) => Promise<TokenVerdict>;
  /** Every check with its outcome and the keys that were considered. `atMs`: as of another moment. */
  readonly examine: (token: Secret, options?: { readonly atMs?: number }) => Promise<TokenReport>;
}

/** Tokens remembered at most, and their characters in all. */
const REMEMBERED_TOKENS = 10_000;
const REMEMBERED_CHARACTERS = 16 * 1024 * 1024;

/** A token whose signature was good under a key of a set. */
interface VerifiedToken {
  readonly decoded: DecodedToken;
  readonly verifiedBy: KeySet;
}

/** @throws McpgwError NOT_SUPPORTED_YET when the rules ask for introspection */
export function createTokenVerifier({ rules, host, log }: TokenVerifierOptions): TokenVerifier {
  const source = createKeySource({ source: rules.source, host, log });
  const signatures = createSignatureVerifier(source);
  const fingerprint = rulesFingerprint(rules);
  const remembered = new LRUCache<string, VerifiedToken>({ max: REMEMBERED_TOKENS, maxSize: REMEMBERED_CHARACTERS });

  const inspect = async (token: string): Promise<Inspection> => {
    // Oversized tokens are refused unread, so they are not hashed either.
    if (token.length > TOKEN_SIZE_LIMIT) return inspectToken({ token, rules, nowMs: host.now(), signatures });
    const name = hash('sha256', `${fingerprint} ${token}`, 'base64');
    const known = remembered.get(name);
    // INVARIANT: what old keys verified counts only as long as those keys are the ones in use.
    if (known !== undefined && known.verifiedBy === source.current()) {
      return inspectVerified({ ...known, rules, nowMs: host.now() });
    }
    const inspection = await inspectToken({ token, rules, nowMs: host.now(), signatures });
    const { decoded, verifiedBy } = inspection;
    if (decoded !== undefined && verifiedBy !== undefined) {
      remembered.set(name, { decoded, verifiedBy }, { size: token.length });
    }
    return inspection;
  };

  return {
    judge: async (token) => {
      const inspection = await inspect(token.reveal());
      const verdict = verdictOf(inspection, token);
      if (verdict.verdict !== 'accepted') logRefusal(log, inspection, verdict);
      return verdict;
    },
    examine: async (token, { atMs } = {}) => {
      const inspection = await inspectToken({ token: token.reveal(), rules, nowMs: atMs ?? host.now(), signatures });
      return reportOf({ inspection, rules, verdict: verdictOf(inspection, token) });
    },
  };
}

function verdictOf({ failures, undecided, decoded, verifiedBy }: Inspection, token: Secret): TokenVerdict {
  if (undecided !== undefined) {
    return { verdict: 'undecided', message: `Token could not be verified: ${undecided}` };
  }
  const rejection = rejectionOf(failures);
  if (rejection !== undefined) return rejection;
  if (decoded === undefined || verifiedBy === undefined)
    throw new Error('no check failed, and no signature was verified');
  return { verdict: 'accepted', principal: { kind: 'verified', token, claims: decoded.payload } };
}

/** The longest piece of a token's header or claims that a log line takes. */
const LOGGED_LENGTH = 100;

function logRefusal(
  log: Log | undefined,
  { failures, decoded, verifiedBy }: Inspection,
  verdict: Exclude<TokenVerdict, { verdict: 'accepted' }>,
): void {
  log?.warn(verdict.verdict === 'undecided' ? 'token could not be verified' : 'token refused', {
    why: verdict.message,
    checks: failures.map((failure) => failure.check).join(' ') || undefined,
    claims: failures.flatMap((failure) => failure.claims ?? []).join(' ') || undefined,
    kid: shortText(decoded?.header['kid']),
    // Who a token says it is counts only once somebody vouches for it.
    subject: verifiedBy === undefined || decoded === undefined ? undefined : shortText(claimOf(decoded.payload, 'sub')),
  });
}

function shortText(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, LOGGED_LENGTH) : undefined;
}
