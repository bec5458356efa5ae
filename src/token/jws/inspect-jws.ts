// One pass over one signed token, step by step as the specification orders them (token rules, "Order"). What is
// explained is what is enforced: `recall` and `inspect` go through the same steps.
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Host } from '../../host.js';
import { invalidToken, type FailedCheck } from '../../policy/failed-check.js';
import type { TokenRules } from '../../policy/model.js';
import { claimFailures } from '../../policy/required-claims.js';
import { timeFailures, tokenAgeFailure } from '../../policy/token-times.js';
import { outOfTime, refused, tooLarge, type Inspection, type Inspector } from '../inspection.js';
import type { KeySet } from '../keys/key-set.js';
import type { KeySource } from '../keys/key-source.js';
import { rulesFingerprint } from '../rules-fingerprint.js';
import { decodeHeader, decodePayload, type DecodedToken, type MalformedToken } from './decode.js';
import { judgeHeader, requiredTypeFailure } from './header-policy.js';
import { createSignatureVerifier, type SignatureVerdict, type SignatureVerifier } from './signature.js';

export interface JwsInspectorOptions {
  readonly rules: TokenRules;
  readonly keys: KeySource;
  readonly host: Pick<Host, 'now'>;
}

/** Tokens remembered at most, and their characters in all. */
const REMEMBERED_TOKENS = 1000;
const REMEMBERED_CHARACTERS = 4 * 1024 * 1024;

/** A token whose signature was good under a key of a set. */
interface VerifiedToken {
  readonly decoded: DecodedToken;
  readonly verifiedBy: KeySet;
  readonly timeless: Timeless;
}

/** What of step 7 is the same at any time. */
interface Timeless {
  readonly claims: readonly FailedCheck[];
  readonly type: FailedCheck | undefined;
}

export function createJwsInspector({ rules, keys, host }: JwsInspectorOptions): Inspector {
  const signatures = createSignatureVerifier(keys);
  const fingerprint = rulesFingerprint(rules);
  const remembered = new LRUCache<string, VerifiedToken>({ max: REMEMBERED_TOKENS, maxSize: REMEMBERED_CHARACTERS });

  /** The token that was asked about last, and what it is remembered by. */
  let last = { token: '', name: '' };
  return {
    recall: async (token) => {
      // Oversized tokens are refused unread, so they are not hashed either.
      const oversized = tooLarge(token);
      if (oversized !== undefined) return oversized;
      if (last.token !== token) last = { token, name: hash('sha256', `${fingerprint} ${token}`, 'base64') };
      const { name } = last;
      const known = remembered.get(name);
      // INVARIANT: what old keys verified counts only as long as those keys are the ones in use.
      if (known !== undefined && known.verifiedBy === keys.current()) {
        return inspectVerified({ decoded: known.decoded, rules, nowMs: host.now(), timeless: known.timeless });
      }
      const inspection = await inspectJws({ token, rules, now: host.now, signatures });
      const { decoded, verifiedBy, timeless } = inspection;
      if (decoded !== undefined && verifiedBy !== undefined && timeless !== undefined) {
        remembered.set(name, { decoded, verifiedBy, timeless }, { size: token.length });
      }
      return inspection;
    },
    inspect: (token, now) => inspectJws({ token, rules, now, signatures }),
  };
}

interface JwsInspection extends Inspection {
  /** The set whose key verified the token. */
  readonly verifiedBy?: KeySet;
  /** Of a token that was verified. */
  readonly timeless?: Timeless;
}

interface InspectionInput {
  readonly token: string;
  readonly rules: TokenRules;
  readonly now: () => number;
  readonly signatures: SignatureVerifier;
}

async function inspectJws({ token, rules, now, signatures }: InspectionInput): Promise<JwsInspection> {
  const oversized = tooLarge(token);
  if (oversized !== undefined) return oversized;
  const head = decodeHeader(token);
  if (!head.ok) return malformed(head);
  const header = judgeHeader(head.header, rules);
  const signed = header.ok ? { token, alg: header.alg, kid: header.kid } : undefined;
  // With keys at hand the signature is looked at while the payload is read (docs/decisions/0007). INVARIANT: what comes
  // of it counts only where step 5 asks for it.
  const begun = signed === undefined ? undefined : signatures.begin(signed);
  if (begun !== undefined) await onItsWay();
  const decoded = decodePayload(head);
  if (!decoded.ok) return malformed(decoded);
  if (!header.ok) return { ...refused(header.failure), decoded };
  const untimely = timeFailures({ payload: decoded.payload, rules, nowMs: now() });
  if (untimely.length > 0) return { ...outOfTime(untimely, 'key'), decoded };

  // A token that is refused in any case is worth no fetch: its signature is checked with the keys at hand, or not.
  const early = unclaimedFailures({ decoded, rules, nowMs: now() });
  const signature = await signatures.verify({
    signed: { token, alg: header.alg, kid: header.kid },
    mayFetch: early.length === 0,
    begun,
  });
  if (signature.outcome === 'verified') {
    const timeless = timelessOf(decoded, rules);
    const inspection = inspectVerified({ decoded, rules, nowMs: now(), timeless });
    return { ...inspection, timeless, verifiedBy: signature.keys, considered: signature.considered };
  }
  return { ...unverified(signature, early), decoded, considered: signature.considered };
}

/** Web Crypto hands a signature to its own thread a few microtasks after jose was asked. Fewer cost time, nothing else. */
async function onItsWay(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await Promise.resolve();
}

interface DecodedInput {
  readonly decoded: DecodedToken;
  readonly rules: TokenRules;
  readonly nowMs: number;
}

/**
 * What is judged anew each time for a token whose signature is known to be good: the times, and of step 7 the age.
 *
 * @param timeless the rest of step 7
 */
function inspectVerified({
  decoded,
  rules,
  nowMs,
  timeless,
}: DecodedInput & { readonly timeless: Timeless }): Inspection {
  const { payload } = decoded;
  const untimely = timeFailures({ payload, rules, nowMs });
  if (untimely.length > 0) return { ...outOfTime(untimely, 'key'), decoded, claims: payload };
  const age = tokenAgeFailure({ payload, rules, nowMs });
  const { claims, type } = timeless;
  const failures = age === undefined && type === undefined ? claims : present(age, ...claims, type);
  return { failures, notReached: undefined, decoded, claims: payload };
}

function timelessOf({ header, payload }: DecodedToken, rules: TokenRules): Timeless {
  return { claims: claimFailures({ rules, claims: payload, header }), type: requiredTypeFailure(header, rules) };
}

const NONE: readonly FailedCheck[] = [];

/** The failures of step 7 that no claim rule takes part in: those may be known before the signature is. */
function unclaimedFailures({ decoded, rules, nowMs }: DecodedInput): readonly FailedCheck[] {
  return present(
    tokenAgeFailure({ payload: decoded.payload, rules, nowMs }),
    requiredTypeFailure(decoded.header, rules),
  );
}

function present(...failures: readonly (FailedCheck | undefined)[]): readonly FailedCheck[] {
  return failures.filter((failure) => failure !== undefined);
}

function malformed({ part, offset, problem }: MalformedToken): Inspection {
  const where = part === 'token' ? '' : `${part}, at character ${offset}: `;
  return refused(invalidToken('format', 'MALFORMED', `${where}${problem}`));
}

/** What is known without a key comes first: whether one was at hand makes no difference to the verdict. */
function unverified(
  signature: Exclude<SignatureVerdict, { outcome: 'verified' }>,
  early: readonly FailedCheck[],
): Inspection {
  if (early.length > 0) return { failures: early, notReached: 'key' };
  switch (signature.outcome) {
    case 'undecided':
      return { failures: NONE, notReached: 'key', undecided: signature.message };
    case 'no-key':
      return refused(invalidToken('key', 'NO_KEY', 'no key of the configured source fits the token'));
    case 'bad-signature':
      return refused(
        invalidToken('signature', 'BAD_SIGNATURE', 'no key of the configured source verifies the signature'),
      );
  }
}
