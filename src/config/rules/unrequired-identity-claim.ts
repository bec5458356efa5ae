// Include_claims names a claim that no rule requires.
import type { LintRule } from '../lint/lint-rule.js';
import { settingOf } from '../document-kinds.js';
import { elementsOf, hasMember, memberOf, textsOf } from '../raw-value.js';

export const unrequiredIdentityClaim: LintRule = {
  name: 'unrequired-identity-claim',
  code: 'MCPGW017',
  severity: 'warning',
  meaning: 'include_claims names a claim that no rule requires',
  why: 'A token without the claim is accepted, and the upstream is told nothing of it.',
  help: 'add the claim to `requiredClaims`',
  *check({ layout }) {
    for (const server of layout.servers) {
      const identity = settingOf(server, 'user_identity_forwarding');
      const rules = settingOf(server, 'jwt_validation')?.value;
      if (identity === undefined || rules === undefined) continue;
      const required = textsOf(memberOf(rules, 'requiredClaims'));
      for (const [index, claim] of elementsOf(memberOf(identity.value, 'include_claims')).entries()) {
        if (typeof claim !== 'string' || required.includes(claim)) continue;
        if (hasMember(memberOf(rules, 'claimValues'), claim)) continue;
        yield { path: [...identity.path, 'include_claims', index], message: 'no rule requires this claim' };
      }
    }
  },
};
