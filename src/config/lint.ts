// The lint rules: what is valid and yet probably not what was meant. The list is in the order of the codes; `lint` at
// the top of a configuration turns a rule off, or into an error.
import type { Severity } from '../diagnostics/diagnostic.js';
import type { Layout } from './document-kinds.js';
import type { Finding } from './finding.js';
import { judgedRules, type JudgedRule } from './lint/judged-rules.js';
import type { LintDocument, LintMatch, LintRule, LintSubject, RuleFacts } from './lint/lint-rule.js';
import { pointerOf } from './path.js';
import { memberOf } from './raw-value.js';
import { algorithmWithoutKey } from './rules/algorithm-without-key.js';
import { allExceptMode } from './rules/all-except-mode.js';
import { anonymousIntrospection } from './rules/anonymous-introspection.js';
import { authorizationForwarded } from './rules/authorization-forwarded.js';
import { claimsOverHttp } from './rules/claims-over-http.js';
import { clientMetadataIgnored } from './rules/client-metadata-ignored.js';
import { expiryNotRequired } from './rules/expiry-not-required.js';
import { exposedConfigFile } from './rules/exposed-config-file.js';
import { exposedKeyFile } from './rules/exposed-key-file.js';
import { headersBesideOauth } from './rules/headers-beside-oauth.js';
import { identityHeaderCollision } from './rules/identity-header-collision.js';
import { identityWithoutValidation } from './rules/identity-without-validation.js';
import { insecureHttp } from './rules/insecure-http.js';
import { literalSecret } from './rules/literal-secret.js';
import { longIntrospectionCache } from './rules/long-introspection-cache.js';
import { longKeyCache } from './rules/long-key-cache.js';
import { neverMatchingRule } from './rules/never-matching-rule.js';
import { noAudienceRule } from './rules/no-audience-rule.js';
import { noIssuerRule } from './rules/no-issuer-rule.js';
import { noSigningKey } from './rules/no-signing-key.js';
import { oauthMetadataWrapped } from './rules/oauth-metadata-wrapped.js';
import { placeholderValue } from './rules/placeholder-value.js';
import { protectedHeaderListed } from './rules/protected-header-listed.js';
import { redirectUriIgnored } from './rules/redirect-uri-ignored.js';
import { redundantRule } from './rules/redundant-rule.js';
import { spacedScopeValue } from './rules/spaced-scope-value.js';
import { transportHeaderSet } from './rules/transport-header-set.js';
import { unanchoredRegex } from './rules/unanchored-regex.js';
import { unreachableToolEntry } from './rules/unreachable-tool-entry.js';
import { unrequiredIdentityClaim } from './rules/unrequired-identity-claim.js';
import { unusedSilencer } from './rules/unused-silencer.js';
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
  neverMatchingRule,
  redundantRule,
  exposedConfigFile,
  redirectUriIgnored,
  spacedScopeValue,
  unreachableToolEntry,
  algorithmWithoutKey,
  noSigningKey,
  exposedKeyFile,
];

/** Every rule that can be named, in the order of the codes. */
export const RULES: readonly RuleFacts[] = [...LINT_RULES, unusedSilencer].toSorted((a, b) =>
  a.code.localeCompare(b.code),
);

export interface LintFinding extends Finding {
  readonly severity: Severity;
}

export function lintFindings(document: LintDocument): readonly LintFinding[] {
  let judged: readonly JudgedRule[] | undefined;
  const subject: LintSubject = { ...document, judgedRules: () => (judged ??= judgedRules(document)) };
  return LINT_RULES.flatMap((rule) => {
    const severity = severityOf(rule, document.layout);
    if (severity === 'off') return [];
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

const LEVELS = ['off', 'note', 'warning', 'error'] as const;

/** What `lint` at the top of the document makes of a rule. */
export function severityOf(rule: RuleFacts, { top }: Layout): 'off' | Severity {
  const level = memberOf(memberOf(top.value, 'lint'), rule.name);
  return LEVELS.find((each) => each === level) ?? rule.severity;
}

/** The severity of a silencer that silences nothing; undefined when the document does not want to know. */
export function levelOfUselessSilencers(layout: Layout): Severity | undefined {
  const severity = severityOf(unusedSilencer, layout);
  return severity === 'off' ? undefined : severity;
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
