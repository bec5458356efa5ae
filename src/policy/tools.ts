// May this principal list and call this tool? (spec: config, "Server entry", `tools` and `tool_authorization`). Names are
// those of the upstream, compared exactly. Claims count only where something verified them.
import { mismatchedRules } from './required-claims.js';
import type { ToolAuthorization, ToolPolicy } from './model.js';
import type { Claims, Principal } from './principal.js';

/** The rule that a denial came from. */
export type ToolRule =
  | { readonly kind: 'blocked'; readonly glob: string }
  /** `tools.allowed` is there, and no entry of it covers the tool. */
  | { readonly kind: 'not-allowed' }
  /** An entry of `tool_authorization`, and the claims that do not satisfy it; none where the caller has no claims. */
  | { readonly kind: 'authorization'; readonly glob: string; readonly claims: readonly string[] };

export type ToolVerdict =
  | { readonly verdict: 'allowed' }
  | {
      readonly verdict: 'denied';
      readonly rule: ToolRule;
      /** The rule in words, for people who look into it: never for the caller, and no claim's value. */
      readonly detail: string;
    };

export interface ToolQuestion {
  readonly tools: ToolPolicy;
  readonly principal: Principal;
  /** The tool's name. */
  readonly tool: string;
}

const ALLOWED: ToolVerdict = { verdict: 'allowed' };

/** The first rule that denies decides: `blocked`, `allowed`, then the entries of `tool_authorization` in their order. */
export function toolVerdict({ tools, principal, tool }: ToolQuestion): ToolVerdict {
  const blocked = tools.blocked.find((glob) => glob.covers(tool));
  if (blocked !== undefined) {
    const detail = `tools.blocked has ${JSON.stringify(blocked.source)}`;
    return { verdict: 'denied', rule: { kind: 'blocked', glob: blocked.source }, detail };
  }
  if (tools.allowed !== undefined && !tools.allowed.some((glob) => glob.covers(tool))) {
    return { verdict: 'denied', rule: { kind: 'not-allowed' }, detail: 'no entry of tools.allowed covers the tool' };
  }
  const claims = 'claims' in principal ? principal.claims : undefined;
  for (const entry of tools.authorization) {
    if (!entry.glob.covers(tool)) continue;
    const denied = denialBy(entry, claims);
    if (denied !== undefined) return denied;
  }
  return ALLOWED;
}

/** False where every tool is there for everybody: then no message is looked into for the sake of tools. */
export function hasToolRules({ allowed, blocked, authorization }: ToolPolicy): boolean {
  return allowed !== undefined || blocked.length > 0 || authorization.length > 0;
}

/** Whoever has no verified claims satisfies no entry, not even one that asks for nothing. */
function denialBy({ glob, rules }: ToolAuthorization, claims: Claims | undefined): ToolVerdict | undefined {
  const unmet = claims === undefined ? [] : [...new Set(mismatchedRules(claims, rules).map(({ claim }) => claim))];
  if (claims !== undefined && unmet.length === 0) return undefined;
  const entry = `tool_authorization[${JSON.stringify(glob.source)}]`;
  const detail =
    claims === undefined ? `${entry} needs verified claims` : `${entry} is not satisfied by: ${unmet.join(', ')}`;
  return { verdict: 'denied', rule: { kind: 'authorization', glob: glob.source, claims: unmet }, detail };
}
