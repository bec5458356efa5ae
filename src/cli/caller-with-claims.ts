// A caller for questions without a token: somebody whose verified token has these claims. The claims are judged by the
// policy as those of any token; signature and times are assumed to be good.
import type { CallerVerdict } from '../policy/decide.js';
import { rejectionOf } from '../policy/failed-check.js';
import type { ServerPolicy } from '../policy/model.js';
import type { Claims } from '../policy/principal.js';
import { claimFailures } from '../policy/required-claims.js';
import { Secret } from '../secret/secret.js';

export function callerWithClaims(claims: Claims, server: Pick<ServerPolicy, 'tokenRules'>): CallerVerdict {
  const rules = server.tokenRules;
  const failures = rules === undefined ? [] : claimFailures({ rules, claims, header: {} });
  return (
    rejectionOf(failures) ?? {
      verdict: 'accepted',
      principal: { kind: 'verified', token: new Secret("<the caller's token>"), claims },
    }
  );
}
