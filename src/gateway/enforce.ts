// The only place where a decision passes, hides or refuses a message. Asks who is calling and what the policy says, anew
// for each message, and turns a refusal into the JSON-RPC error that the host gets (spec: serve).
import { McpgwError } from '../errors.js';
import type { Log } from '../log.js';
import { allowingRule, type CallerVerdict } from '../policy/decide.js';
import { canonicalName } from '../policy/headers/header-name.js';
import { mergeHeaders, type MergedHeaders } from '../policy/headers/merge.js';
import type { HeaderField, ServerPolicy } from '../policy/model.js';
import { principalKey, subjectKey, subjectOfPrincipal, type Principal } from '../policy/principal.js';
import { hasToolRules } from '../policy/tools.js';
import { reveal } from '../secret/secret.js';
import { aboutRequest } from './about-request.js';
import type { Screen } from './call.js';
import { judgeCaller, type CallerSources } from './caller.js';
import { isAmbiguous } from './ambiguous-message.js';
import { HEADERS_META_KEY, headersFromMeta, withoutHeadersKey } from './client-headers.js';
import { INTERNAL_ERROR, INVALID_PARAMS, type Params, type RequestId, type RpcError } from './json-rpc.js';
import { wireHeaders } from './outbound-headers.js';
import { factsOfRefusal, logLifted, malformed, refusal, refuse, type DecisionFacts, type Refused } from './refusal.js';
import { signedDecision, type SignIdentity } from './signed-decision.js';
import type { PolicyHeaders, UpstreamAccess, UpstreamAccessSource } from './upstream-access.js';
import { calledTool, createToolGate, type Confirm } from './tools/tool-gate.js';

export interface EnforcerOptions {
  readonly server: ServerPolicy;
  readonly sources: CallerSources;
  /** What authenticates the gateway itself and changes with time; undefined where nothing does. */
  readonly access?: UpstreamAccessSource | undefined;
  /** Headers of the session, in rising priority: configuration, environment, command line. */
  readonly clientHeaders: readonly HeaderField[];
  /** Signs the identity of `jwt_header`; undefined where nothing has to be signed. */
  readonly sign?: SignIdentity | undefined;
  /** Lifts refusals, and logs them (spec: serve, `--shadow`). */
  readonly shadow?: boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: Log;
}

export interface Passed {
  readonly verdict: 'pass';
  /** The policy's; the transport's own are not among them. */
  readonly headers: PolicyHeaders;
  /** Whose request this is; sessions compare it. */
  readonly principal: string;
  /** The token header that the message itself brought: what the session's own requests of this caller carry, too. */
  readonly credential: HeaderField | undefined;
  /** The message as it may go on. */
  readonly text: string;
  /** Of a call that goes on only when this resolves with no error: the tool may not exist. */
  readonly confirm?: Confirm;
  /** What of the result the caller may see; all when undefined. */
  readonly screen?: Screen;
  readonly facts: DecisionFacts;
  /** In shadow mode: nobody vouches for the caller, and nothing of what goes on says who it is. */
  readonly isNobodys: boolean;
  /** Told once how the message ended, where somebody keeps records (audit.ts). */
  readonly ended?: (ending: Ending) => void;
}

export type Enforced = Passed | Refused;

/** How a message that went on ended. */
export interface Ending {
  /**
   * The host's answer: a result, an error, or none because the host has cancelled or the message has no answer.
   * `dropped`: the message went nowhere, since its caller has no session.
   */
  readonly outcome: 'result' | 'error' | 'cancelled' | 'none' | 'dropped';
  readonly answerBytes: number;
}

/** Of what has no answer. */
export const NO_ANSWER: Ending = { outcome: 'none', answerBytes: 0 };

/** What is judged: a message of the host, or what the gateway itself sends for a session, which has no kind. */
export interface Judged {
  /** Of a request. */
  readonly id?: RequestId;
  readonly kind?: 'request' | 'notification' | 'response';
  readonly method?: string;
  readonly params?: Params | undefined;
  readonly text?: string;
  /** Nobody has asked: a refusal is no news. */
  readonly isQuiet?: boolean;
  /** The credential of the session's caller, for messages that bring none of their own. */
  readonly credential?: HeaderField | undefined;
}

export interface Enforcer {
  /** Never rejects. */
  readonly check: (message: Judged) => Promise<Enforced>;
  /** The upstream has said that its list of tools is another one now. */
  readonly toolsChanged: () => void;
}

export function createEnforcer(options: EnforcerOptions): Enforcer {
  const { server, sources, access: accessSource, clientHeaders, sign, shadow = false, now, log } = options;
  const headerKey = canonicalName(server.tokenRules?.headerKey ?? 'Authorization');
  const hasRules = hasToolRules(server.tools);
  const gate = createToolGate({ server: server.name, tools: server.tools, log, shadow });
  /** The last decision for session headers alone: it holds as long as the caller is the same verified one. */
  let last: { readonly principal: Principal; readonly passed: Passed; readonly freshUntilMs: number } | undefined;

  const check = async (message: Judged): Promise<Enforced> => {
    const { params, text = '', credential } = message;
    const called = hasRules ? calledTool(message) : undefined;
    if (typeof called === 'object') {
      if (!shadow) return malformed(called);
      aboutRequest(log, message.id).warn(`shadow: would refuse: ${called.message}`, { server: server.name });
    }
    const lifted = typeof called === 'object' ? malformed(called).facts : undefined;
    const tool = typeof called === 'string' ? called : undefined;
    const brought = headersFromMeta(params);
    if (brought.kind === 'invalid') return malformed({ code: INVALID_PARAMS, message: brought.message });
    const own = brought.kind === 'headers' ? brought.headers : [];
    const carriesKey = brought.kind === 'headers' && brought.carriesHeadersKey;
    // Of two members of one name, another reader may see the one whose headers are not cut out here.
    if (!carriesKey && isLeftIn(text)) return malformed(TWICE);
    const isPlain = own.length === 0 && credential === undefined && !carriesKey;
    const client = isPlain
      ? clientHeaders
      : [...clientHeaders, ...(credential === undefined ? [] : [credential]), ...own];
    const caller = await judge(sources, client, message.kind === 'request');
    // Nobody whom the policy refuses makes the gateway renew what it has.
    const isSent = caller.verdict === 'accepted' || shadow;
    const access = accessSource === undefined || !isSent ? undefined : await accessSource.current();
    if (
      isPlain &&
      last !== undefined &&
      now() < last.freshUntilMs &&
      caller.verdict === 'accepted' &&
      last.passed.headers.access === access &&
      isSamePrincipal(last.principal, caller.principal) &&
      (tool === undefined || gate.isThere(tool, caller.principal))
    ) {
      const passed = withText(last.passed, text);
      return hasRules ? withTools(passed, { message, tool, principal: caller.principal, lifted }) : passed;
    }
    return judgeAnew({ message, caller, client, access, tool, lifted, own, carriesKey, isPlain });
  };

  const judgeAnew = async (input: JudgedAnew): Promise<Enforced> => {
    const { message, caller, client, access, tool, lifted, own, carriesKey, isPlain } = input;
    const { text = '', credential } = message;
    const decision = await signedDecision({ server, caller, client, access: access?.headers, tool, sign });
    if (decision.verdict !== 'allow' && !shadow) {
      const quiet = message.isQuiet === true ? { ...log, warn: log.debug, error: log.debug } : log;
      return refusal({ decision, server: server.name, tool, log: aboutRequest(quiet, message.id) });
    }
    const goesOn = carriesKey ? withoutHeadersKey(text) : text;
    if (goesOn === undefined || (carriesKey && isLeftIn(goesOn))) return malformed(TWICE);
    const ownCredential = own.findLast((header) => canonicalName(header.name) === headerKey);
    // The gateway's own source (a token file, a login) stays the same caller when it renews a token without a subject.
    const isGatewaysOwn = ownCredential === undefined && credential === undefined;
    const keyOf = (principal: Principal): string =>
      isGatewaysOwn ? (subjectKey(principal) ?? 'gateway') : principalKey(principal);
    const passing = { verdict: 'pass', credential: ownCredential, text: goesOn } as const;
    if (decision.verdict !== 'allow') {
      logLifted({ decision, server: server.name, tool, log: aboutRequest(log, message.id) });
      // INVARIANT: what is lifted is the refusal. Where nobody vouches for the caller, nothing says who it is.
      const isCaller = caller.verdict === 'accepted';
      const withoutTool = isCaller
        ? await signedDecision({ server, caller, client, access: access?.headers, sign })
        : decision;
      // A token that is not good is passed on to nobody, not even where `forward_headers` names its header.
      const rest = isCaller ? client : client.filter(({ name }) => canonicalName(name) !== headerKey);
      const merged = (): MergedHeaders =>
        mergeHeaders({ client: rest, server, access: access?.headers, identity: undefined });
      const headers = withoutTool.verdict === 'allow' ? withoutTool.headers : merged();
      const refusedKey = ['refused', reveal((ownCredential ?? credential)?.value ?? '')];
      const principal = isCaller ? keyOf(caller.principal) : JSON.stringify(refusedKey);
      const facts = factsOfRefusal(decision);
      return { ...passing, headers: { list: wireHeaders(headers), access }, principal, facts, isNobodys: !isCaller };
    }
    const { principal } = decision;
    const passed: Passed = {
      ...passing,
      headers: { list: wireHeaders(decision.headers), access },
      principal: keyOf(principal),
      facts: { decision: 'allow', rule: allowingRule({ server, tool }), subject: subjectOfPrincipal(principal) },
      isNobodys: false,
    };
    if (isPlain) last = { principal, passed, freshUntilMs: decision.freshUntilMs };
    return hasRules ? withTools(passed, { message, tool, principal, lifted }) : passed;
  };

  /** A call waits for word that its tool exists, and a list is shown to this caller's eyes. */
  const withTools = (passed: Passed, { message, tool, principal, lifted }: ToolRequest): Passed => {
    const facts = lifted ?? { ...passed.facts, rule: allowingRule({ server, tool }) };
    const caller = { principal, key: passed.principal, headers: passed.headers.list, requestId: message.id };
    if (tool !== undefined) return { ...passed, facts, confirm: gate.confirm(tool, caller) };
    if (message.method !== 'tools/list') return { ...passed, facts };
    return { ...passed, facts, screen: gate.screen(caller, message.params?.['cursor'] === undefined) };
  };

  return {
    check: (message) =>
      check(message).catch((error: unknown) => {
        const lines = aboutRequest(log, message.id);
        if (error instanceof McpgwError) {
          const why = `the access to the upstream ${server.name} could not be renewed: ${error.message}`;
          return refusal({
            decision: { verdict: 'undecided', message: why },
            server: server.name,
            tool: undefined,
            log: lines,
          });
        }
        lines.error('a message could not be judged', { server: server.name, cause: String(error) });
        const failure = { code: INTERNAL_ERROR, message: 'the gateway could not judge this message' };
        return refuse(failure, { decision: 'undecided', reason: 'FAILED' });
      }),
    toolsChanged: gate.forget,
  };
}

/** The same decision about another message. Member by member: every call comes here. */
function withText({ headers, principal, credential, facts, isNobodys }: Passed, text: string): Passed {
  return { verdict: 'pass', headers, principal, credential, text, facts, isNobodys };
}

/** Whether headers that only the gateway is to see may still stand in a message, where another reader would find them. */
function isLeftIn(text: string): boolean {
  return text.includes(HEADERS_META_KEY) && isAmbiguous(text);
}

const TWICE: RpcError = { code: INVALID_PARAMS, message: 'a member of the message stands in it twice' };

/** What is known of a message once its caller is. */
interface JudgedAnew {
  readonly message: Judged;
  readonly caller: CallerVerdict;
  readonly client: readonly HeaderField[];
  readonly access: UpstreamAccess | undefined;
  readonly tool: string | undefined;
  readonly lifted: DecisionFacts | undefined;
  /** Headers that the message itself brought. */
  readonly own: readonly HeaderField[];
  readonly carriesKey: boolean;
  /** The headers are the session's alone: the decision holds for the next message of the same caller. */
  readonly isPlain: boolean;
}

interface ToolRequest {
  readonly message: Judged;
  /** The tool that is called, where one is and there are tool rules. */
  readonly tool: string | undefined;
  readonly principal: Principal;
  /** What would have been refused before anybody was asked, in shadow mode. */
  readonly lifted: DecisionFacts | undefined;
}

/** Trouble on the way to a verdict is never a pass and never a crash: it is "could not be decided". */
async function judge(
  sources: CallerSources,
  client: readonly HeaderField[],
  isAwaited: boolean,
): Promise<CallerVerdict> {
  try {
    return await judgeCaller(sources, client, isAwaited);
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
