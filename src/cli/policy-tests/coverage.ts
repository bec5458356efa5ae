// Which rules did the tests make decide? A rule that denies counts once some test was denied by it; a rule that lets
// headers or tools through, once it let one through. What no test made decide may say anything, and the tests pass.
import { canonicalName } from '../../policy/headers/header-name.js';
import type { SentHeader } from '../../policy/headers/merge.js';
import type { ServerPolicy } from '../../policy/model.js';
import type { Claims } from '../../policy/principal.js';
import { mismatchedRules, missingClaims } from '../../policy/required-claims.js';
import { ruleName as rule, toolRuleName } from '../../policy/rule-name.js';
import { reveal } from '../../secret/secret.js';
import { findToken } from '../../token/find-token.js';
import { decodeToken } from '../../token/jws/decode.js';
import type { TestResult } from './run-test.js';

export interface RuleCoverage {
  readonly server: string;
  /** As it stands in the configuration: `claimValues.groups`, `tools.blocked["export_*"]`. */
  readonly rule: string;
  readonly decided: boolean;
}

/** Of all rules of these servers, in the order of the configuration's sections. */
export function coverageOf(servers: readonly ServerPolicy[], results: readonly TestResult[]): readonly RuleCoverage[] {
  return servers.flatMap((server) => {
    const own = results.filter((result) => result.server.name === server.name);
    const decided = new Set(own.flatMap((result) => decidedBy(result)));
    return rulesOf(server).map((rule) => ({ server: server.name, rule, decided: decided.has(rule) }));
  });
}

function rulesOf({ tokenRules, tools, forward }: ServerPolicy): readonly string[] {
  const all = [
    ...(tokenRules?.requiredClaims ?? []).map(rule.required),
    ...(tokenRules?.claimRules ?? []).map(({ claim }) => rule.claim(claim)),
    ...(tools.allowed === undefined ? [] : [rule.allowList]),
    ...(tools.allowed ?? []).map(({ source }) => rule.allowed(source)),
    ...tools.blocked.map(({ source }) => rule.blocked(source)),
    ...tools.authorization.map(({ glob }) => rule.authorization(glob.source)),
    ...(forward.mode === 'allowlist' ? forward.entries.map(({ from }) => rule.forwarded(from)) : []),
    ...(forward.mode === 'all-except' ? forward.excluded.map(rule.excluded) : []),
    ...(forward.mode === 'all-except' ? forward.renames.map(({ from }) => rule.forwarded(from)) : []),
  ];
  return [...new Set(all)];
}

function decidedBy(result: TestResult): readonly string[] {
  return [...byClaims(result), ...byTools(result), ...byHeaders(result)];
}

function byClaims(result: TestResult): readonly string[] {
  const { decision, server } = result;
  const rules = server.tokenRules;
  if (rules === undefined || decision.verdict !== 'deny') return [];
  // Any other reason stands before the claims: they were not what denied.
  if (decision.reason !== 'MISSING_CLAIM' && decision.reason !== 'CLAIM_MISMATCH') return [];
  const claims = claimsOf(result);
  return [
    ...missingClaims(claims, rules.requiredClaims).map(rule.required),
    ...mismatchedRules(claims, rules.claimRules).map(({ claim }) => rule.claim(claim)),
  ];
}

/** A denial for its claims says that the token was verified: only what is in it is left to read. */
function claimsOf({ test, token, client, server }: TestResult): Claims {
  if (test.caller.kind === 'claims') return test.caller.claims;
  const rules = server.tokenRules;
  const name = canonicalName(rules?.headerKey ?? 'Authorization');
  const header = client.findLast((candidate) => canonicalName(candidate.name) === name);
  const found = header && rules && findToken({ rules, headerValue: reveal(header.value) });
  const presented = found === undefined ? token : found.found ? found.token : undefined;
  const decoded = presented === undefined ? undefined : decodeToken(presented.reveal());
  return decoded?.ok === true ? decoded.payload : {};
}

function byTools({ server, toolVerdicts }: TestResult): readonly string[] {
  return toolVerdicts.flatMap(({ tool, verdict }) => {
    if (verdict.verdict === 'allowed') {
      return (server.tools.allowed ?? []).filter((glob) => glob.covers(tool)).map(({ source }) => rule.allowed(source));
    }
    return [toolRuleName(verdict.rule)];
  });
}

function byHeaders({ decision, server }: TestResult): readonly string[] {
  if (decision.verdict !== 'allow') return [];
  const { sent, dropped } = decision.headers;
  const passed = sent.filter(({ source }) => source === 'forwarded').map(clientName);
  const excluded = dropped.filter(({ reason }) => reason === 'excluded').map(({ name }) => name);
  return [...(server.forward.mode === 'none' ? [] : passed.map(rule.forwarded)), ...excluded.map(rule.excluded)];
}

function clientName({ name, renamedFrom }: SentHeader): string {
  return renamedFrom ?? name;
}
