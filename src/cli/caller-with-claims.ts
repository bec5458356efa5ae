// A caller for questions without a token: somebody whose verified token has these claims. The claims are judged by the
// policy as those of any token; signature and times are assumed to be good.
import type { CallerVerdict } from '../policy/decide.js';
import { rejectionOf } from '../policy/failed-check.js';
import type { ServerPolicy } from '../policy/model.js';
import { subjectOf, type Claims } from '../policy/principal.js';
import { claimFailures } from '../policy/required-claims.js';
import { Secret } from '../secret/secret.js';

export function callerWithClaims(
  claims: Claims,
  server: Pick<ServerPolicy, 'tokenRules' | 'identityProvider'>,
): CallerVerdict {
  const rules = server.tokenRules;
  const token = new Secret("<the caller's token>");
  if (rules === undefined) {
    // Without `jwt_validation` only a login vouches for claims; of any other caller nobody knows who it is.
    const isLogin = server.identityProvider !== undefined;
    return {
      verdict: 'accepted',
      principal: isLogin ? { kind: 'login', token, claims } : { kind: 'unverified', token },
    };
  }
  const rejection = rejectionOf(claimFailures({ rules, claims, header: {} }));
  if (rejection !== undefined) return { ...rejection, subject: subjectOf(claims) };
  return { verdict: 'accepted', principal: { kind: 'verified', token, claims } };
}
