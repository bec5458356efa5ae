// The only place where a decision passes or refuses a message. Asks who is calling and what the policy says, anew
// for each message, and turns a refusal into the JSON-RPC error that the host gets (spec: serve).
import { McpgwError } from '../errors.js';
import type { Log } from '../log.js';
import { decide, type CallerVerdict, type Decision } from '../policy/decide.js';
import type { HeaderField, ServerPolicy } from '../policy/model.js';
import { principalKey, type Principal } from '../policy/principal.js';
import { judgeCaller, type CallerSources } from './caller.js';
import { headersFromMeta, withoutHeadersKey } from './client-headers.js';
import { INTERNAL_ERROR, INVALID_PARAMS, UNAUTHORIZED, type Params, type RpcError } from './json-rpc.js';
import { wireHeaders } from './outbound-headers.js';

export interface EnforcerOptions {
  readonly server: ServerPolicy;
  readonly sources: CallerSources;
  /** Headers of the session, in rising priority: configuration, environment, command line. */
  readonly clientHeaders: readonly HeaderField[];
  readonly log: Log;
}

export type Enforced =
  | {
      readonly verdict: 'pass';
      /** Policy headers, names and values in turn; the transport's own are not among them. */
      readonly headers: readonly string[];
      /** Whose request this is; sessions compare it. */
      readonly principal: string;
      /** The message as it may go on. */
      readonly text: string;
    }
  | { readonly verdict: 'refuse'; readonly error: RpcError };

export interface Enforcer {
  /** Judges one message of the host, or (without one) what the gateway itself sends for the session. Never rejects. */
  readonly check: (message?: { readonly params: Params | undefined; readonly text: string }) => Promise<Enforced>;
}

export function createEnforcer({ server, sources, clientHeaders, log }: EnforcerOptions): Enforcer {
  /** The last decision for session headers alone: it holds as long as the caller is the same verified one. */
  let last: { readonly principal: Principal; readonly passed: Enforced } | undefined;

  const check: Enforcer['check'] = async (message) => {
    const brought = headersFromMeta(message?.params);
    if (brought.kind === 'invalid') return refuse(INVALID_PARAMS, brought.message);
    const client = brought.kind === 'headers' ? [...clientHeaders, ...brought.headers] : clientHeaders;
    const caller = await judge(sources, client);
    const text = message?.text ?? '';
    if (brought.kind === 'none' && caller.verdict === 'accepted' && last?.passed.verdict === 'pass') {
      if (isSamePrincipal(last.principal, caller.principal)) return { ...last.passed, text };
    }
    const decision = decide({ server, caller, client });
    if (decision.verdict !== 'allow') return refusal({ decision, server: server.name, log });
    const passed: Enforced = {
      verdict: 'pass',
      headers: wireHeaders(decision.headers),
      principal: principalKey(decision.principal),
      text: brought.kind === 'headers' && brought.carriesHeadersKey ? withoutHeadersKey(text) : text,
    };
    if (brought.kind === 'none') last = { principal: decision.principal, passed };
    return passed;
  };
  return { check };
}

/** Trouble on the way to a verdict is never a pass and never a crash: it is "could not be decided". */
async function judge(sources: CallerSources, client: readonly HeaderField[]): Promise<CallerVerdict> {
  try {
    return await judgeCaller(sources, client);
  } catch (error) {
    const why = error instanceof McpgwError ? error.message : 'an unexpected error';
    return { verdict: 'undecided', message: `Token could not be verified: ${why}` };
  }
}

/** The same token with the same claims, by identity: a verifier hands out one claims object for one verified token. */
function isSamePrincipal(a: Principal, b: Principal): boolean {
  if (a.kind === 'anonymous' || b.kind === 'anonymous') return a.kind === b.kind;
  if (a.kind !== b.kind || a.token.reveal() !== b.token.reveal()) return false;
  const claimsOf = (principal: Principal): unknown => ('claims' in principal ? principal.claims : undefined);
  return claimsOf(a) === claimsOf(b);
}

interface RefusalInput {
  readonly decision: Exclude<Decision, { readonly verdict: 'allow' }>;
  readonly server: string;
  readonly log: Log;
}

function refusal({ decision, server, log }: RefusalInput): Enforced {
  if (decision.verdict === 'undecided') {
    log.error(decision.message, { server });
    return refuse(INTERNAL_ERROR, decision.message, { server, reason: 'undecided', retryable: true });
  }
  log.warn(`refused: ${decision.message}`, {
    server,
    reason: decision.reason,
    details: decision.details.join('; ') || undefined,
  });
  const hint = decision.login === undefined ? '' : ` (run: ${decision.login})`;
  return refuse(UNAUTHORIZED, `${decision.message}${hint}`, {
    error: 'unauthorized',
    error_description: decision.message,
    ...(decision.login === undefined ? {} : { login: decision.login }),
  });
}

function refuse(code: number, message: string, data?: unknown): Enforced {
  return { verdict: 'refuse', error: { code, message, ...(data === undefined ? {} : { data }) } };
}
