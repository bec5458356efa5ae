// What a rule is called where people read which one decided: audit lines, `mcpgw test --coverage`, `--json`. Names are
// those of the configuration; they are stable.
import type { TokenCheckName } from './failed-check.js';
import { canonicalName } from './headers/header-name.js';
import type { ToolRule } from './tools.js';

export const ruleName = {
  required: (claim: string) => `requiredClaims[${JSON.stringify(claim)}]`,
  claim: (claim: string) => `claimValues[${JSON.stringify(claim)}]`,
  headerMatch: (member: string) => `headerPayloadMatch[${JSON.stringify(member)}]`,
  /** A check of a token that no key of the configuration stands for: `jwt_validation (expiry)`. */
  check: (check: TokenCheckName | 'token') => `jwt_validation (${check})`,
  validation: 'jwt_validation',
  identity: 'user_identity_forwarding',
  login: 'external_auth_config',
  /** The list as a whole, which denies what none of its entries covers. */
  allowList: 'tools.allowed',
  allowed: (glob: string) => `tools.allowed[${JSON.stringify(glob)}]`,
  blocked: (glob: string) => `tools.blocked[${JSON.stringify(glob)}]`,
  authorization: (glob: string) => `tool_authorization[${JSON.stringify(glob)}]`,
  forwarded: (name: string) => `forward_headers[${JSON.stringify(canonicalName(name))}]`,
  excluded: (name: string) => `forward_headers except ${JSON.stringify(canonicalName(name))}`,
};

/** The rule that denied a tool. */
export function toolRuleName(rule: ToolRule): string {
  switch (rule.kind) {
    case 'blocked':
      return ruleName.blocked(rule.glob);
    case 'not-allowed':
      return ruleName.allowList;
    case 'authorization':
      return ruleName.authorization(rule.glob);
  }
}
