// The only place where a decision passes or refuses a message. Asks who is calling and what the policy says, anew
// for each message, and turns a refusal into the JSON-RPC error that the host gets (spec: serve).
import { McpgwError } from '../errors.js';
import type { Log } from '../log.js';
import type { CallerVerdict, Decision } from '../policy/decide.js';
import { canonicalName } from '../policy/headers/header-name.js';
import type { HeaderField, ServerPolicy } from '../policy/model.js';
import { principalKey, subjectKey, type Principal } from '../policy/principal.js';
import { judgeCaller, type CallerSources } from './caller.js';
import { headersFromMeta, withoutHeadersKey } from './client-headers.js';
import { INTERNAL_ERROR, INVALID_PARAMS, UNAUTHORIZED, type Params, type RpcError } from './json-rpc.js';
import { wireHeaders } from './outbound-headers.js';
import { signedDecision, type SignIdentity } from './signed-decision.js';

export interface EnforcerOptions {
  readonly server: ServerPolicy;
  readonly sources: CallerSources;
  /** Headers of the session, in rising priority: configuration, environment, command line. */
  readonly clientHeaders: readonly HeaderField[];
  /** Signs the identity of `jwt_header`; undefined where nothing has to be signed. */
  readonly sign?: SignIdentity | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: Log;
}

export interface Passed {
  readonly verdict: 'pass';
  /** Policy headers, names and values in turn; the transport's own are not among them. */
  readonly headers: readonly string[];
  /** Whose request this is; sessions compare it. */
  readonly principal: string;
  /** The token header that the message itself brought: what the session's own requests of this caller carry, too. */
  readonly credential: HeaderField | undefined;
  /** The message as it may go on. */
  readonly text: string;
}

export type Enforced = Passed | { readonly verdict: 'refuse'; readonly error: RpcError };

/** What is judged: a message of the host, or what the gateway itself sends for a session. */
export interface Judged {
  readonly params?: Params | undefined;
  readonly text?: string;
  /** The credential of the session's caller, for messages that bring none of their own. */
  readonly credential?: HeaderField | undefined;
}

export interface Enforcer {
  /** Never rejects. */
  readonly check: (message: Judged) => Promise<Enforced>;
}

export function createEnforcer({ server, sources, clientHeaders, sign, now, log }: EnforcerOptions): Enforcer {
  const headerKey = canonicalName(server.tokenRules?.headerKey ?? 'Authorization');
  /** The last decision for session headers alone: it holds as long as the caller is the same verified one. */
  let last: { readonly principal: Principal; readonly passed: Passed; readonly freshUntilMs: number } | undefined;

  const check = async ({ params, text = '', credential }: Judged): Promise<Enforced> => {
    const brought = headersFromMeta(params);
    if (brought.kind === 'invalid') return refuse(INVALID_PARAMS, brought.message);
    const own = brought.kind === 'headers' ? brought.headers : [];
    const carriesKey = brought.kind === 'headers' && brought.carriesHeadersKey;
    const isPlain = own.length === 0 && credential === undefined && !carriesKey;
    const client = isPlain
      ? clientHeaders
      : [...clientHeaders, ...(credential === undefined ? [] : [credential]), ...own];
    const caller = await judge(sources, client);
    if (
      isPlain &&
      last !== undefined &&
      now() < last.freshUntilMs &&
      caller.verdict === 'accepted' &&
      isSamePrincipal(last.principal, caller.principal)
    ) {
      return { ...last.passed, text };
    }
    const decision = await signedDecision({ server, caller, client, sign });
    if (decision.verdict !== 'allow') return refusal({ decision, server: server.name, log });
    const goesOn = carriesKey ? withoutHeadersKey(text) : text;
    if (goesOn === undefined) return refuse(INVALID_PARAMS, 'a member of _meta stands in the message twice');
    const ownCredential = own.findLast((header) => canonicalName(header.name) === headerKey);
    const isGatewaysOwn = ownCredential === undefined && credential === undefined;
    const passed: Passed = {
      verdict: 'pass',
      headers: wireHeaders(decision.headers),
      // The gateway's own source (a token file, a login) stays the same caller when it renews a token without a subject.
      principal: isGatewaysOwn ? (subjectKey(decision.principal) ?? 'gateway') : principalKey(decision.principal),
      credential: ownCredential,
      text: goesOn,
    };
    if (isPlain) last = { principal: decision.principal, passed, freshUntilMs: decision.freshUntilMs };
    return passed;
  };

  return {
    check: (message) =>
      check(message).catch((error: unknown) => {
        log.error('a message could not be judged', { server: server.name, cause: String(error) });
        return refuse(INTERNAL_ERROR, 'the gateway could not judge this message');
      }),
  };
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
