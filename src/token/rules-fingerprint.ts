// Two servers that share their `jwt_validation` judge alike; two that differ in anything never share a verdict.
import { createHash } from 'node:crypto';
import type { ClaimRule, TokenRules } from '../policy/model.js';
import { Secret } from '../secret/secret.js';

/** SHA-256 over the source of the keys and all rules, base64url. Equal exactly when both are. */
export function rulesFingerprint(rules: TokenRules): string {
  const text = JSON.stringify({
    ...rules,
    source: revealed(rules.source),
    claimRules: rules.claimRules.map(comparable),
  });
  return createHash('sha256').update(text).digest('base64url');
}

/** A Secret's JSON says nothing; inside a hash its value may stand. */
function revealed(source: TokenRules['source']): object {
  return Object.fromEntries(
    Object.entries(source).map(([name, value]: [string, unknown]) => [
      name,
      value instanceof Secret ? value.reveal() : value,
    ]),
  );
}

function comparable(rule: ClaimRule): object {
  return rule.matchType === 'regex' ? { ...rule, patterns: rule.patterns.map((pattern) => pattern.source) } : rule;
}
