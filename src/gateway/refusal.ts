// A refusal in words: the JSON-RPC error that the host gets, the line in the log, and what is recorded of it (spec: serve,
// code table). In shadow mode the line alone.
import type { Log } from '../log.js';
import type { Decision } from '../policy/decide.js';
import type { Subject } from '../policy/principal.js';
import { INTERNAL_ERROR, loginRequired, UNAUTHORIZED, type RpcError } from './json-rpc.js';
import { unknownToolError } from './tools/tool-gate.js';

export interface Refused {
  readonly verdict: 'refuse';
  readonly error: RpcError;
  readonly facts: DecisionFacts;
}

/** What was decided, for records. */
export interface DecisionFacts {
  /** What the policy said, also where a refusal was lifted. */
  readonly decision: 'allow' | 'deny' | 'undecided';
  readonly reason?: string | undefined;
  /** The rule that decided (policy/rule-name.ts); undefined where no rule had to. */
  readonly rule?: string | undefined;
  readonly subject?: Subject | undefined;
}

export type Refusal = Exclude<Decision, { readonly verdict: 'allow' }>;

export interface RefusalInput {
  readonly decision: Refusal;
  readonly server: string;
  readonly tool: string | undefined;
  readonly log: Log;
}

/** Of a tool's name in the log: the host may have written anything. */
const SHOWN_NAME_LENGTH = 128;
/** Of a message, which may name the tool. */
const SHOWN_MESSAGE_LENGTH = 256;

export function refusal({ decision, server, tool, log }: RefusalInput): Refused {
  const facts = factsOfRefusal(decision);
  if (decision.verdict === 'undecided') {
    log.error(decision.message, { server });
    const data = { server, reason: 'undecided', retryable: true };
    return refuse({ code: INTERNAL_ERROR, message: decision.message, data }, facts);
  }
  const { reason } = decision;
  const details = decision.details.join('; ') || undefined;
  if (reason === 'TOOL_NOT_ALLOWED' && tool !== undefined) {
    log.warn('refused a call', { server, reason, details, tool: tool.slice(0, SHOWN_NAME_LENGTH) });
    return refuse(unknownToolError(tool), facts);
  }
  log.warn(`refused: ${decision.message}`, { server, reason, details });
  const { message, login } = decision;
  const data = { error: 'unauthorized', error_description: message };
  const error =
    login === undefined ? { code: UNAUTHORIZED, message, data } : loginRequired({ message, command: login });
  return refuse(error, facts);
}

export function logLifted({ decision, server, tool, log }: RefusalInput): void {
  const reason = decision.verdict === 'deny' ? decision.reason : 'UNDECIDED';
  const rule = decision.verdict === 'deny' ? decision.rule : undefined;
  const details = decision.verdict === 'deny' ? decision.details.join('; ') || undefined : undefined;
  const shown = tool?.slice(0, SHOWN_NAME_LENGTH);
  log.warn(`shadow: would refuse: ${decision.message.slice(0, SHOWN_MESSAGE_LENGTH)}`, {
    server,
    reason,
    rule,
    details,
    tool: shown,
  });
}

export function factsOfRefusal(decision: Refusal): DecisionFacts {
  if (decision.verdict === 'undecided') return { decision: 'undecided', reason: 'UNDECIDED' };
  const { reason, rule, subject } = decision;
  return { decision: 'deny', reason, rule, subject };
}

/** What is no message that the policy could be asked about. */
export function malformed(error: RpcError): Refused {
  return refuse(error, { decision: 'deny', reason: 'INVALID_MESSAGE' });
}

export function refuse(error: RpcError, facts: DecisionFacts): Refused {
  return { verdict: 'refuse', error, facts };
}
