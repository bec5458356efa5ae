// What tool rules do to messages (spec: config, "Server entry"): which tool a message calls, a call that waits for word
// that its tool exists, and a list shown to its caller's eyes.
import type { Log } from '../../log.js';
import { unknownTool } from '../../policy/decide.js';
import type { ToolPolicy } from '../../policy/model.js';
import type { Principal } from '../../policy/principal.js';
import { toolVerdict } from '../../policy/tools.js';
import { aboutRequest } from '../about-request.js';
import { isAmbiguous } from '../ambiguous-message.js';
import type { Screen } from '../call.js';
import type { Judged } from '../enforce.js';
import { INVALID_PARAMS, INVALID_REQUEST, type RequestId, type RpcError } from '../json-rpc.js';
import { notUnderstood, rememberListedTools, type ListAsker } from './listed-tools.js';
import { viewedList, type ListAnswer } from './viewed-list.js';

export interface ToolGateOptions {
  readonly server: string;
  readonly tools: ToolPolicy;
  readonly log: Log;
  /** Hides nothing, and logs what it would hide. */
  readonly shadow: boolean;
}

/** Of a message, which names a tool as long as the host likes. */
const SHOWN_LENGTH = 256;

export interface Caller {
  readonly principal: Principal;
  /** What sessions compare. */
  readonly key: string;
  /** Policy headers of the message. */
  readonly headers: readonly string[];
  /** Of the message, for the log. */
  readonly requestId: RequestId | undefined;
}

/** Whether a call that the policy allows goes on. */
export type Confirm = (asker: ListAsker) => Promise<Confirmation>;

export type Confirmation =
  | { readonly verdict: 'listed' }
  /** It does not; in shadow mode it does, and this is what it would have got. */
  | { readonly verdict: 'refused' | 'lifted'; readonly error: RpcError };

export interface ToolGate {
  readonly isThere: (tool: string, principal: Principal) => boolean;
  /** Of a call: whether the upstream lists the tool to this caller. */
  readonly confirm: (tool: string, caller: Caller) => Confirm;
  /** What of a list of tools this caller may see. */
  readonly screen: (caller: Caller, isFirstPage: boolean) => Screen;
  /** The upstream has said that its list of tools is another one now. */
  readonly forget: () => void;
}

export function createToolGate({ server, tools, log, shadow }: ToolGateOptions): ToolGate {
  const listed = rememberListedTools();
  const isThere: ToolGate['isThere'] = (tool, principal) =>
    toolVerdict({ tools, principal, tool }).verdict === 'allowed';

  const seen = (answer: ListAnswer, caller: Caller, isFirst: boolean): ReturnType<Screen> => {
    const { principal, key } = caller;
    const lines = aboutRequest(log, caller.requestId);
    const isShown = (tool: string): boolean => isThere(tool, principal);
    const list = viewedList(answer, { isShown, isPersonal: tools.authorization.length > 0 });
    if (list.kind === 'interim') return { text: answer.text };
    if (list.kind === 'not-understood') throw new Error('no list of tools is in it');
    const hidden = list.names.filter((name) => !isShown(name)).length + list.nameless;
    if (shadow) {
      if (hidden > 0) lines.warn('shadow: would hide tools', { server, count: hidden });
      return { text: answer.text, hidden };
    }
    if (list.nameless > 0) lines.warn('hid tools without a name', { server, count: list.nameless });
    listed.learn(key, { names: list.names, isFirst });
    return { text: list.text, hidden };
  };

  return {
    isThere,
    confirm:
      (tool, { key, headers, requestId }) =>
      async (asker) => {
        const found = await listed.look({ caller: key, headers, tool, asker });
        if (found === 'listed') return { verdict: 'listed' };
        const error = found === 'unknown' ? unknownToolError(tool) : found.error;
        if (!shadow) return { verdict: 'refused', error };
        aboutRequest(log, requestId).warn(`shadow: would refuse: ${error.message.slice(0, SHOWN_LENGTH)}`, { server });
        return { verdict: 'lifted', error };
      },
    screen: (caller, isFirstPage) => (answer) => {
      try {
        return seen(answer, caller, isFirstPage);
      } catch (error) {
        const lines = aboutRequest(log, caller.requestId);
        if (shadow) {
          lines.warn('shadow: would hide a list of tools that is not understood', { server, cause: String(error) });
          return { text: answer.text, isLifted: true };
        }
        lines.warn('hid a list of tools that is not understood', { server, cause: String(error) });
        return { error: notUnderstood(server) };
      }
    },
    forget: listed.forget,
  };
}

/** The tool that a message calls; undefined when it calls none; an error when two readers could read two calls. */
export function calledTool({ kind, method, params, text = '' }: Judged): string | RpcError | undefined {
  if (isAmbiguous(text)) {
    return { code: INVALID_REQUEST, message: 'a member of the message stands in it twice, or in other letters' };
  }
  if (method !== 'tools/call') return undefined;
  if (kind !== 'request') return { code: INVALID_REQUEST, message: 'a call of a tool is a request' };
  const name = params?.['name'];
  return typeof name === 'string'
    ? name
    : { code: INVALID_PARAMS, message: 'a call names its tool: params.name is a text' };
}

/** The same for a tool that does not exist and for one that is not there for this caller. */
export function unknownToolError(tool: string): RpcError {
  return { code: INVALID_PARAMS, message: unknownTool(tool) };
}
