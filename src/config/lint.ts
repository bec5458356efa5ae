// The lint rules: what is valid and yet probably not what was meant. The list is in the order of the codes; `lint` at
// the top of a configuration turns a rule off, or into an error.
import type { Severity } from '../diagnostics/diagnostic.js';
import type { Finding } from './finding.js';
import type { LintMatch, LintRule, LintSubject } from './lint/lint-rule.js';
import { pointerOf } from './path.js';
import { memberOf } from './raw-value.js';
import { allExceptMode } from './rules/all-except-mode.js';
import { anonymousIntrospection } from './rules/anonymous-introspection.js';
import { authorizationForwarded } from './rules/authorization-forwarded.js';
import { claimsOverHttp } from './rules/claims-over-http.js';
import { clientMetadataIgnored } from './rules/client-metadata-ignored.js';
import { expiryNotRequired } from './rules/expiry-not-required.js';
import { headersBesideOauth } from './rules/headers-beside-oauth.js';
import { identityHeaderCollision } from './rules/identity-header-collision.js';
import { identityWithoutValidation } from './rules/identity-without-validation.js';
import { insecureHttp } from './rules/insecure-http.js';
import { literalSecret } from './rules/literal-secret.js';
import { longIntrospectionCache } from './rules/long-introspection-cache.js';
import { longKeyCache } from './rules/long-key-cache.js';
import { noAudienceRule } from './rules/no-audience-rule.js';
import { noIssuerRule } from './rules/no-issuer-rule.js';
import { oauthMetadataWrapped } from './rules/oauth-metadata-wrapped.js';
import { placeholderValue } from './rules/placeholder-value.js';
import { protectedHeaderListed } from './rules/protected-header-listed.js';
import { transportHeaderSet } from './rules/transport-header-set.js';
import { unanchoredRegex } from './rules/unanchored-regex.js';
import { unrequiredIdentityClaim } from './rules/unrequired-identity-claim.js';
import { validationSwitchedOff } from './rules/validation-switched-off.js';
import { wideClockTolerance } from './rules/wide-clock-tolerance.js';

export const LINT_RULES: readonly LintRule[] = [
  noIssuerRule,
  noAudienceRule,
  unanchoredRegex,
  allExceptMode,
  protectedHeaderListed,
  authorizationForwarded,
  insecureHttp,
  placeholderValue,
  literalSecret,
  identityWithoutValidation,
  longIntrospectionCache,
  longKeyCache,
  wideClockTolerance,
  expiryNotRequired,
  anonymousIntrospection,
  oauthMetadataWrapped,
  unrequiredIdentityClaim,
  validationSwitchedOff,
  transportHeaderSet,
  identityHeaderCollision,
  clientMetadataIgnored,
  claimsOverHttp,
  headersBesideOauth,
];

export interface LintFinding extends Finding {
  readonly severity: Severity;
}

export function lintFindings(subject: LintSubject): readonly LintFinding[] {
  const levels = memberOf(subject.layout.top.value, 'lint');
  return LINT_RULES.flatMap((rule) => {
    const level = memberOf(levels, rule.name);
    if (level === 'off') return [];
    const severity = level === 'error' ? 'error' : rule.severity;
    return onceEach(rule.check(subject)).map(({ path, part = 'value', message, help = rule.help }) => ({
      code: rule.code,
      severity,
      path,
      part,
      message,
      help,
    }));
  });
}

/** Several servers that inherit one setting have said it once. */
function onceEach(matches: Iterable<LintMatch>): readonly LintMatch[] {
  const first = new Map<string, LintMatch>();
  for (const match of matches) {
    const pointer = pointerOf(match.path);
    if (!first.has(pointer)) first.set(pointer, match);
  }
  return [...first.values()];
}
