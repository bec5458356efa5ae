// May this request go on, and with which headers? The whole policy on one page, from values alone: `serve` asks it
// for every message, `simulate` shows its answer. Where an identity has to be signed, the answer waits for whoever holds
// the key (gateway/signed-decision.ts).
import type { HeaderField, ServerPolicy } from './model.js';
import { subjectOfPrincipal, type Principal, type Subject, type TokenReason, type TokenVerdict } from './principal.js';
import { ruleName, toolRuleName } from './rule-name.js';
import { discloseIdentity, type IdentityToSign } from './identity/disclose.js';
import { mergeHeaders, type MergedHeaders } from './headers/merge.js';
import type { Secret } from '../secret/secret.js';
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
  | {
      readonly verdict: 'allow';
      readonly principal: Principal;
      readonly headers: MergedHeaders;
      /** Until when the same headers may be sent again for the same caller; milliseconds since the epoch. */
      readonly freshUntilMs: number;
    }
  | {
      readonly verdict: 'deny';
      readonly reason: DenyReason;
      /** For the caller: neither token nor claim values. */
      readonly message: string;
      readonly details: readonly string[];
      /** The rule that decided (policy/rule-name.ts). */
      readonly rule: string;
      /** Whose token it is, where somebody vouched for that. */
      readonly subject?: Subject | undefined;
      /** The command that would help, when a login is what is missing. */
      readonly login?: string;
      /** The rule that denies, when it is about a tool. */
      readonly toolRule?: ToolRule;
    }
  | { readonly verdict: 'undecided'; readonly message: string };

/** A decision that waits for a signature: whoever holds the key signs, and hands it over. */
export interface Unsigned {
  readonly verdict: 'to-sign';
  readonly toSign: IdentityToSign;
  readonly signed: (signature: SignedToken) => Decision;
}

export interface SignedToken {
  readonly token: Secret;
  /** Until when the same may be sent again; milliseconds since the epoch. */
  readonly freshUntilMs: number;
}

export interface DecideInput {
  readonly server: ServerPolicy;
  readonly caller: CallerVerdict;
  /** The client's headers in rising priority. */
  readonly client: readonly HeaderField[];
  /** What authenticates the gateway itself now, beside what the configuration states. */
  readonly access?: readonly HeaderField[] | undefined;
  /** The tool that the request calls; undefined where it calls none. */
  readonly tool?: string | undefined;
}

export function decide({ server, caller, client, access, tool }: DecideInput): Decision | Unsigned {
  switch (caller.verdict) {
    case 'undecided':
      return caller;
    case 'login-required':
      return {
        verdict: 'deny',
        reason: 'LOGIN_REQUIRED',
        message: caller.message,
        details: [],
        rule: ruleName.login,
        login: caller.login,
      };
    case 'rejected':
      return { ...caller, verdict: 'deny' };
    case 'accepted': {
      const { principal } = caller;
      const allowed = (identity: HeaderField | undefined, freshUntilMs = Infinity): Decision =>
        // Last: whatever else refuses the caller does so for a tool that does not exist, too.
        (tool === undefined ? undefined : toolDenial({ tools: server.tools, principal, tool })) ?? {
          verdict: 'allow',
          principal,
          headers: mergeHeaders({ client, server, access, identity }),
          freshUntilMs,
        };
      const disclosure = discloseIdentity({ policy: server.identity, principal, url: server.url });
      switch (disclosure.kind) {
        case 'none':
          return allowed(undefined);
        case 'header':
          return allowed(disclosure.header);
        case 'refused':
          return {
            verdict: 'deny',
            reason: disclosure.reason,
            message: disclosure.message,
            details: [],
            rule: ruleName.identity,
            subject: subjectOfPrincipal(principal),
          };
        case 'to-sign': {
          const { toSign } = disclosure;
          const signed: Unsigned['signed'] = ({ token, freshUntilMs }) =>
            allowed({ name: toSign.headerName, value: token }, freshUntilMs);
          return { verdict: 'to-sign', toSign, signed };
        }
      }
    }
  }
}

export interface AllowedInput {
  readonly server: Pick<ServerPolicy, 'tools' | 'tokenRules'>;
  readonly tool: string | undefined;
}

/** The rule that let an allowed request through, for records; undefined where none had to be satisfied. */
export function allowingRule({ server, tool }: AllowedInput): string | undefined {
  const { tools, tokenRules } = server;
  if (tool !== undefined) {
    const authorization = tools.authorization.find(({ glob }) => glob.covers(tool));
    if (authorization !== undefined) return ruleName.authorization(authorization.glob.source);
    const allowed = tools.allowed?.find((glob) => glob.covers(tool));
    if (allowed !== undefined) return ruleName.allowed(allowed.source);
  }
  return tokenRules === undefined ? undefined : ruleName.validation;
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
    rule: toolRuleName(toolRule),
    subject: subjectOfPrincipal(question.principal),
    toolRule,
  };
}

/** MCP 2025-11-25 and 2026-07-28, "Tools", "Error Handling". */
export function unknownTool(tool: string): string {
  return `Unknown tool: ${tool}`;
}
