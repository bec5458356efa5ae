// `exp`, `nbf`, `iat` and `maxTokenAge` against a clock that somebody else reads (spec: token rules, steps 4 and 7;
// RFC 7519 sections 4.1.4 to 4.1.6). Seconds since the epoch, fractions allowed.
import { invalidToken, missingClaimsFailure, type FailedCheck } from './failed-check.js';
import type { TokenRules } from './model.js';
import { claimOf, type Claims } from './principal.js';

export interface TimeCheckInput {
  readonly payload: Claims;
  readonly rules: Pick<TokenRules, 'clockToleranceSeconds' | 'maxTokenAgeSeconds' | 'requireExp'>;
  readonly nowMs: number;
}

const NONE: readonly FailedCheck[] = [];

/** Step 4: what can be refused before a key is fetched. */
export function timeFailures({ payload, rules, nowMs }: TimeCheckInput): readonly FailedCheck[] {
  const unusable = ['exp', 'nbf', 'iat'].filter((name) => !isTime(claimOf(payload, name)));
  if (unusable.length > 0) {
    const details = unusable.map((name) => `${name} is not a finite number`);
    return [{ check: 'times', reason: 'INVALID_TIME', message: 'JWT validation failed', details, claims: unusable }];
  }
  const nowSeconds = nowMs / 1000;
  const expiry = expiryFailure(numberOf(payload, 'exp'), rules, nowSeconds);
  const notBefore = notBeforeFailure(numberOf(payload, 'nbf'), rules, nowSeconds);
  if (expiry === undefined && notBefore === undefined) return NONE;
  return [expiry, notBefore].filter((failure) => failure !== undefined);
}

/**
 * Step 7: `maxTokenAge`, measured from `iat`, which is then required. The tolerance is granted here, too. A token is
 * too old once its age is more than the limit.
 */
export function tokenAgeFailure({ payload, rules, nowMs }: TimeCheckInput): FailedCheck | undefined {
  const { maxTokenAgeSeconds, clockToleranceSeconds } = rules;
  if (maxTokenAgeSeconds === undefined) return undefined;
  const iat = numberOf(payload, 'iat');
  if (iat === undefined) return missingClaimsFailure('token-age', ['iat']);
  if (iat <= 0)
    return invalidToken('token-age', 'INVALID_TIME', 'iat is no time at which a token can have been issued');
  const ageSeconds = nowMs / 1000 - iat;
  if (ageSeconds < -clockToleranceSeconds) return invalidToken('token-age', 'INVALID_TIME', 'iat is in the future');
  if (ageSeconds - clockToleranceSeconds <= maxTokenAgeSeconds) return undefined;
  return {
    check: 'token-age',
    reason: 'TOO_OLD',
    message: 'Token is expired',
    details: [`the token was issued more than ${maxTokenAgeSeconds} s ago (maxTokenAge)`],
  };
}

function expiryFailure(
  exp: number | undefined,
  rules: TimeCheckInput['rules'],
  nowSeconds: number,
): FailedCheck | undefined {
  if (exp === undefined) {
    return rules.requireExp ? missingClaimsFailure('expiry', ['exp']) : undefined;
  }
  if (exp + rules.clockToleranceSeconds > nowSeconds) return undefined;
  return { check: 'expiry', reason: 'EXPIRED', message: 'Token is expired', details: ['exp has passed'] };
}

function notBeforeFailure(
  nbf: number | undefined,
  rules: TimeCheckInput['rules'],
  nowSeconds: number,
): FailedCheck | undefined {
  if (nbf === undefined || nbf <= nowSeconds + rules.clockToleranceSeconds) return undefined;
  return {
    check: 'not-before',
    reason: 'NOT_YET_VALID',
    message: 'Token is not yet valid',
    details: ['nbf is in the future'],
  };
}

function isTime(value: unknown): boolean {
  return value === undefined || (typeof value === 'number' && Number.isFinite(value));
}

function numberOf(payload: Claims, name: string): number | undefined {
  const value = claimOf(payload, name);
  return typeof value === 'number' ? value : undefined;
}
