// The only place where a decision passes, hides or refuses a message. Asks who is calling and what the policy says, anew
// for each message, and turns a refusal into the JSON-RPC error that the host gets (spec: serve).
import { McpgwError } from '../errors.js';
import type { Log } from '../log.js';
import { unknownTool, type CallerVerdict, type Decision } from '../policy/decide.js';
import { canonicalName } from '../policy/headers/header-name.js';
import type { HeaderField, ServerPolicy } from '../policy/model.js';
import { principalKey, subjectKey, type Principal } from '../policy/principal.js';
import { hasToolRules, toolVerdict } from '../policy/tools.js';
import type { Screen } from './call.js';
import { judgeCaller, type CallerSources } from './caller.js';
import { headersFromMeta, withoutHeadersKey } from './client-headers.js';
import {
  INTERNAL_ERROR,
  INVALID_PARAMS,
  INVALID_REQUEST,
  UNAUTHORIZED,
  type Params,
  type RpcError,
} from './json-rpc.js';
import { notUnderstood, rememberListedTools, type ListAsker } from './tools/listed-tools.js';
import { wireHeaders } from './outbound-headers.js';
import { signedDecision, type SignIdentity } from './signed-decision.js';
import { isAmbiguous } from './ambiguous-message.js';
import { viewedList, type ListAnswer } from './tools/viewed-list.js';

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
  /** Of a call that goes on only when this resolves with no error: the tool may not exist. */
  readonly confirm?: (asker: ListAsker) => Promise<RpcError | undefined>;
  /** What of the result the caller may see; all when undefined. */
  readonly screen?: Screen;
}

export interface Refused {
  readonly verdict: 'refuse';
  readonly error: RpcError;
}

export type Enforced = Passed | Refused;

/** What is judged: a message of the host, or what the gateway itself sends for a session. */
export interface Judged {
  readonly kind?: 'request' | 'notification';
  readonly method?: string;
  readonly params?: Params | undefined;
  readonly text?: string;
  /** The credential of the session's caller, for messages that bring none of their own. */
  readonly credential?: HeaderField | undefined;
}

export interface Enforcer {
  /** Never rejects. */
  readonly check: (message: Judged) => Promise<Enforced>;
  /** The upstream has said that its list of tools is another one now. */
  readonly toolsChanged: () => void;
}

export function createEnforcer({ server, sources, clientHeaders, sign, now, log }: EnforcerOptions): Enforcer {
  const headerKey = canonicalName(server.tokenRules?.headerKey ?? 'Authorization');
  const hasRules = hasToolRules(server.tools);
  const listed = rememberListedTools();
  /** The last decision for session headers alone: it holds as long as the caller is the same verified one. */
  let last: { readonly principal: Principal; readonly passed: Passed; readonly freshUntilMs: number } | undefined;

  const check = async (message: Judged): Promise<Enforced> => {
    const { params, text = '', credential } = message;
    const called = hasRules ? calledTool(message) : undefined;
    if (typeof called === 'object') return called;
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
      isSamePrincipal(last.principal, caller.principal) &&
      (called === undefined || isThere(called, caller.principal))
    ) {
      return withTools({ ...last.passed, text }, { message, called, principal: caller.principal });
    }
    const ownCredential = own.findLast((header) => canonicalName(header.name) === headerKey);
    const isGatewaysOwn = ownCredential === undefined && credential === undefined;
    // The gateway's own source (a token file, a login) stays the same caller when it renews a token without a subject.
    const callerKey = (principal: Principal): string =>
      isGatewaysOwn ? (subjectKey(principal) ?? 'gateway') : principalKey(principal);
    const decision = await signedDecision({ server, caller, client, tool: called, sign });
    if (decision.verdict !== 'allow') return refusal({ decision, server: server.name, called, log });
    const goesOn = carriesKey ? withoutHeadersKey(text) : text;
    if (goesOn === undefined) return refuse(INVALID_PARAMS, 'a member of _meta stands in the message twice');
    const { principal } = decision;
    const passed: Passed = {
      verdict: 'pass',
      headers: wireHeaders(decision.headers),
      principal: callerKey(principal),
      credential: ownCredential,
      text: goesOn,
    };
    if (isPlain) last = { principal, passed, freshUntilMs: decision.freshUntilMs };
    return withTools(passed, { message, called, principal });
  };

  const isThere = (tool: string, principal: Principal): boolean =>
    toolVerdict({ tools: server.tools, principal, tool }).verdict === 'allowed';

  /** With tool rules, a call waits for word that its tool exists, and a list is shown to this caller's eyes. */
  const withTools = (passed: Passed, { message, called, principal }: ToolRequest): Passed => {
    const { principal: caller, headers } = passed;
    if (called !== undefined) {
      return {
        ...passed,
        confirm: async (asker) => {
          const found = await listed.look({ caller, headers, tool: called, asker });
          if (found === 'listed') return undefined;
          return found === 'unknown' ? unknownToolError(called) : found.error;
        },
      };
    }
    if (!hasRules || message.method !== 'tools/list') return passed;
    const isFirst = message.params?.['cursor'] === undefined;
    const view = {
      isShown: (tool: string) => isThere(tool, principal),
      isPersonal: server.tools.authorization.length > 0,
    };
    const seen = (answer: ListAnswer): ReturnType<Screen> => {
      const list = viewedList(answer, view);
      if (list.kind === 'interim') return { text: answer.text };
      if (list.kind === 'not-understood') throw new Error('no list of tools is in it');
      if (list.nameless > 0) log.warn('hid tools without a name', { server: server.name, count: list.nameless });
      listed.learn(caller, { names: list.names, isFirst });
      return { text: list.text };
    };
    const screen: Screen = (answer) => {
      try {
        return seen(answer);
      } catch (error) {
        log.warn('hid a list of tools that is not understood', { server: server.name, cause: String(error) });
        return { error: notUnderstood(server.name) };
      }
    };
    return { ...passed, screen };
  };

  return {
    check: (message) =>
      check(message).catch((error: unknown) => {
        log.error('a message could not be judged', { server: server.name, cause: String(error) });
        return refuse(INTERNAL_ERROR, 'the gateway could not judge this message');
      }),
    toolsChanged: listed.forget,
  };
}

interface ToolRequest {
  readonly message: Judged;
  /** The tool that is called, where one is and there are tool rules. */
  readonly called: string | undefined;
  readonly principal: Principal;
}

/** The tool that a message calls; undefined when it calls none; refused when two readers could read two calls. */
function calledTool({ kind, method, params, text = '' }: Judged): string | Refused | undefined {
  if (isAmbiguous(text))
    return refuse(INVALID_REQUEST, 'a member of the message stands in it twice, or in other letters');
  if (method !== 'tools/call') return undefined;
  if (kind !== 'request') return refuse(INVALID_REQUEST, 'a call of a tool is a request');
  const name = params?.['name'];
  return typeof name === 'string' ? name : refuse(INVALID_PARAMS, 'a call names its tool: params.name is a text');
}

/** The same for a tool that does not exist and for one that is not there for this caller. */
function unknownToolError(tool: string): RpcError {
  return { code: INVALID_PARAMS, message: unknownTool(tool) };
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
  readonly called: string | undefined;
  readonly log: Log;
}

/** Of a tool's name in the log: the host may have written anything. */
const SHOWN_NAME_LENGTH = 128;

function refusal({ decision, server, called, log }: RefusalInput): Refused {
  if (decision.verdict === 'undecided') {
    log.error(decision.message, { server });
    return refuse(INTERNAL_ERROR, decision.message, { server, reason: 'undecided', retryable: true });
  }
  const { reason } = decision;
  const details = decision.details.join('; ') || undefined;
  if (reason === 'TOOL_NOT_ALLOWED' && called !== undefined) {
    log.warn('refused a call', { server, reason, details, tool: called.slice(0, SHOWN_NAME_LENGTH) });
    return { verdict: 'refuse', error: unknownToolError(called) };
  }
  log.warn(`refused: ${decision.message}`, { server, reason, details });
  const hint = decision.login === undefined ? '' : ` (run: ${decision.login})`;
  return refuse(UNAUTHORIZED, `${decision.message}${hint}`, {
    error: 'unauthorized',
    error_description: decision.message,
    ...(decision.login === undefined ? {} : { login: decision.login }),
  });
}

function refuse(code: number, message: string, data?: unknown): Refused {
  return { verdict: 'refuse', error: { code, message, ...(data === undefined ? {} : { data }) } };
}
