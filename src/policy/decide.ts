// May this request go on, and with which headers? The whole policy on one page, from values alone: `serve` asks it
// for every message, `simulate` shows its answer.
import type { HeaderField, ServerPolicy } from './model.js';
import type { Principal, TokenReason, TokenVerdict } from './principal.js';
import { discloseIdentity } from './identity/disclose.js';
import { mergeHeaders, type MergedHeaders } from './headers/merge.js';
import { toolVerdict, type ToolQuestion, type ToolRule } from './tools.js';

/** Why a request was refused although no token was: stable, as those of tokens are. */
export const REQUEST_REASONS = ['LOGIN_REQUIRED', 'TOOL_NOT_ALLOWED', 'NO_IDENTITY', 'IDENTITY_TOO_LARGE'] as const;
/** Why a request was refused: stable, for audit lines, policy tests and `--json`. */
export type DenyReason = TokenReason | (typeof REQUEST_REASONS)[number];

/** What was found out about the caller: the token's verdict, or that a login is what is missing. */
export type CallerVerdict =
  | TokenVerdict
  | { readonly verdict: 'login-required'; readonly message: string; readonly login: string };

export type Decision =
  | { readonly verdict: 'allow'; readonly principal: Principal; readonly headers: MergedHeaders }
  | {
      readonly verdict: 'deny';
      readonly reason: DenyReason;
      /** For the caller: neither token nor claim values. */
      readonly message: string;
      readonly details: readonly string[];
      /** The command that would help, when a login is what is missing. */
      readonly login?: string;
      /** The rule that denies, when it is about a tool. */
      readonly toolRule?: ToolRule;
    }
  | { readonly verdict: 'undecided'; readonly message: string };

export interface DecideInput {
  readonly server: ServerPolicy;
  readonly caller: CallerVerdict;
  /** The client's headers in rising priority. */
  readonly client: readonly HeaderField[];
  /** The tool that the request calls; undefined where it calls none. */
  readonly tool?: string | undefined;
}

export function decide({ server, caller, client, tool }: DecideInput): Decision {
  switch (caller.verdict) {
    case 'undecided':
      return caller;
    case 'login-required':
      return {
        verdict: 'deny',
        reason: 'LOGIN_REQUIRED',
        message: caller.message,
        details: [],
        login: caller.login,
      };
    case 'rejected':
      return { verdict: 'deny', reason: caller.reason, message: caller.message, details: caller.details };
    case 'accepted': {
      const identity = discloseIdentity(server.identity, caller.principal);
      if (identity.kind === 'refused') {
        return { verdict: 'deny', reason: identity.reason, message: identity.message, details: [] };
      }
      // Last: whatever else refuses the caller does so for a tool that does not exist, too.
      const denied =
        tool === undefined ? undefined : toolDenial({ tools: server.tools, principal: caller.principal, tool });
      if (denied !== undefined) return denied;
      const header = identity.kind === 'header' ? identity.header : undefined;
      return {
        verdict: 'allow',
        principal: caller.principal,
        headers: mergeHeaders({ client, server, identity: header }),
      };
    }
  }
}

/** The message is that of MCP for a tool that does not exist: nobody learns which tools others have. */
function toolDenial(question: ToolQuestion): Decision | undefined {
  const verdict = toolVerdict(question);
  if (verdict.verdict === 'allowed') return undefined;
  const { rule: toolRule, detail } = verdict;
  return {
    verdict: 'deny',
    reason: 'TOOL_NOT_ALLOWED',
    message: unknownTool(question.tool),
    details: [detail],
    toolRule,
  };
}

/** MCP 2025-11-25 and 2026-07-28, "Tools", "Error Handling". */
export function unknownTool(tool: string): string {
  return `Unknown tool: ${tool}`;
}
