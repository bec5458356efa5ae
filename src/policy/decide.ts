// May this request go on, and with which headers? The whole policy on one page, from values alone: `serve` asks it
// for every message, `simulate` shows its answer.
import type { HeaderField, ServerPolicy } from './model.js';
import type { Principal, TokenReason, TokenVerdict } from './principal.js';
import { discloseIdentity } from './identity/disclose.js';
import { mergeHeaders, type MergedHeaders } from './headers/merge.js';

/** Why a request was refused: stable, for audit lines, policy tests and `--json`. */
export type DenyReason = TokenReason | 'LOGIN_REQUIRED' | 'NO_IDENTITY' | 'IDENTITY_TOO_LARGE';

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
    }
  | { readonly verdict: 'undecided'; readonly message: string };

export interface DecideInput {
  readonly server: ServerPolicy;
  readonly caller: CallerVerdict;
  /** The client's headers in rising priority. */
  readonly client: readonly HeaderField[];
}

export function decide({ server, caller, client }: DecideInput): Decision {
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
      const header = identity.kind === 'header' ? identity.header : undefined;
      return {
        verdict: 'allow',
        principal: caller.principal,
        headers: mergeHeaders({ client, server, identity: header }),
      };
    }
  }
}
