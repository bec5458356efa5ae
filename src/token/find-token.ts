// Step 1 of the token rules: the token in the header that the configuration names.
import type { TokenRules } from '../policy/model.js';
import type { TokenVerdict } from '../policy/principal.js';
import { ruleName } from '../policy/rule-name.js';
import { Secret } from '../secret/secret.js';

export interface FindTokenInput {
  readonly rules: Pick<TokenRules, 'headerKey'>;
  /** The header's value as the client sent it; undefined when it sent none. */
  readonly headerValue: string | undefined;
}

export type FoundToken =
  | { readonly found: true; readonly token: Secret }
  | { readonly found: false; readonly verdict: Extract<TokenVerdict, { verdict: 'rejected' }> };

const BEARER = /^Bearer +(\S+)$/i;

/**
 * `Authorization` must be `Bearer <token>` (RFC 6750 section 2.1; the scheme in any case). Another header may carry the
 * token bare, or after `Bearer `.
 */
export function findToken({ rules, headerValue }: FindTokenInput): FoundToken {
  const value = headerValue?.trim() ?? '';
  if (value === '') {
    return refused('MISSING_TOKEN', `Missing ${rules.headerKey} header`, 'no token was sent');
  }
  const token = BEARER.exec(value)?.[1];
  if (token !== undefined) return { found: true, token: new Secret(token) };
  const mayBeBare = rules.headerKey.toLowerCase() !== 'authorization';
  if (mayBeBare && /^\S+$/.test(value) && !/^Bearer$/i.test(value)) return { found: true, token: new Secret(value) };
  return refused('INVALID_FORMAT', 'Invalid authorization header format', `${rules.headerKey} does not hold a token`);
}

function refused(reason: 'MISSING_TOKEN' | 'INVALID_FORMAT', message: string, detail: string): FoundToken {
  return {
    found: false,
    verdict: { verdict: 'rejected', reason, message, details: [detail], rule: ruleName.check('token') },
  };
}
