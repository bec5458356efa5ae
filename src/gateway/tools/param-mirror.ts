// Which parameters of which tool an upstream of 2026-07-28 wants repeated as headers. A stdio host knows nothing of that:
// it is learnt from the lists that pass, and asked for before the first call of a tool that none of them had. Tools whose
// annotations are invalid are hidden (spec: eras, "Mcp-Param-*").
import type { Log } from '../../log.js';
import type { Screen } from '../call.js';
import type { Params } from '../json-rpc.js';
import { wholeList, type ListAsker } from './listed-tools.js';
import { paramHeadersOf, type ParamHeader } from './param-headers.js';
import { viewedList } from './viewed-list.js';

export interface ParamMirrorOptions {
  readonly server: string;
  readonly log: Log;
}

export interface CallLook {
  /** Whose list it is. */
  readonly caller: string;
  readonly tool: string;
  readonly asker: ListAsker;
  /** What is known has turned out to be wrong. */
  readonly isWrong?: boolean;
}

export interface ParamMirror {
  /** What of the call goes into headers; `hidden`: the tool is not to be used. Never rejects. */
  readonly paramsOf: (look: CallLook) => Promise<readonly ParamHeader[] | 'hidden'>;
  /** Learns from a page of a list and hides what is invalid, before the policy's own screen sees it. */
  readonly screen: (page: ListPage) => Screen;
  readonly forget: () => void;
}

export interface ListPage {
  readonly caller: string;
  readonly isFirst: boolean;
  /** What looks at it after this. */
  readonly next: Screen | undefined;
}

type Known = Map<string, readonly ParamHeader[] | 'hidden'>;

/** Callers that are remembered; the one whose list is oldest is forgotten first. */
const CALLERS_AT_MOST = 256;
const TOOLS_AT_MOST = 100_000;
const NONE: readonly ParamHeader[] = [];

export function createParamMirror({ server, log }: ParamMirrorOptions): ParamMirror {
  const known = new Map<string, Known>();
  const asking = new Map<string, Promise<Known>>();
  /** Counts what has made earlier answers worthless. */
  let changes = 0;
  let asks = 0;
  const nextId = (): string => `mcpgw:params:${++asks}`;

  const remember = (caller: string, tools: Known): Known => {
    known.delete(caller);
    known.set(caller, tools);
    const [oldest] = known.keys();
    if (known.size > CALLERS_AT_MOST && oldest !== undefined) known.delete(oldest);
    return tools;
  };
  const learn = (tools: Known, entries: readonly unknown[]): void => {
    for (const entry of entries) {
      const { name, inputSchema } = entry as { readonly name?: unknown; readonly inputSchema?: unknown };
      if (typeof name !== 'string' || tools.size >= TOOLS_AT_MOST) continue;
      const found = paramHeadersOf(inputSchema);
      if (found.kind === 'invalid') log.warn('hid a tool', { server, tool: name.slice(0, 128), why: found.why });
      tools.set(name, found.kind === 'invalid' ? 'hidden' : found.params.length === 0 ? NONE : found.params);
    }
  };
  const askAll = async (caller: string, asker: ListAsker): Promise<Known> => {
    const before = changes;
    const tools: Known = new Map();
    const list = await wholeList(asker, nextId);
    if ('error' in list) {
      // The upstream says itself what is wrong with a call that lacks a header.
      log.debug('the tools could not be listed before a call', { server, why: list.error.message });
      return tools;
    }
    learn(tools, list.entries);
    return changes === before ? remember(caller, tools) : tools;
  };
  const askShared = (caller: string, asker: ListAsker): Promise<Known> => {
    const underWay = asking.get(caller) ?? askAll(caller, asker).finally(() => asking.delete(caller));
    asking.set(caller, underWay);
    return underWay;
  };

  return {
    paramsOf: async ({ caller, tool, asker, isWrong = false }) => {
      const before = isWrong ? undefined : known.get(caller)?.get(tool);
      if (before !== undefined) return before;
      const tools = await askShared(caller, asker);
      const found = tools.get(tool) ?? NONE;
      // Of a tool that it does not list, the upstream says so itself, each time, and is not asked for its list again.
      if (!tools.has(tool) && tools.size < TOOLS_AT_MOST) tools.set(tool, found);
      return found;
    },
    screen: ({ caller, isFirst, next }) => {
      return (answer) => {
        const tools = (isFirst ? undefined : known.get(caller)) ?? new Map<string, readonly ParamHeader[] | 'hidden'>();
        const seen = withoutHidden(answer, tools, learn);
        remember(caller, tools);
        if (next === undefined) return { text: seen.text };
        return next(seen.text === answer.text ? answer : seen);
      };
    },
    forget: () => {
      changes++;
      known.clear();
    },
  };
}

type ListAnswer = Parameters<Screen>[0];

/** A list that is not understood is left as it is: whoever has rules for tools judges it. */
function withoutHidden(
  answer: ListAnswer,
  tools: Known,
  learn: (tools: Known, entries: readonly unknown[]) => void,
): ListAnswer {
  const entries = (answer.result as Params | undefined)?.['tools'];
  if (!Array.isArray(entries)) return answer;
  learn(
    tools,
    entries.filter((entry) => typeof entry === 'object' && entry !== null),
  );
  if (!entries.some((entry: unknown) => tools.get(nameOf(entry)) === 'hidden')) return answer;
  try {
    const list = viewedList(answer, { isShown: (tool) => tools.get(tool) !== 'hidden', isPersonal: false });
    if (list.kind !== 'list') return answer;
    const message = JSON.parse(list.text) as { readonly result?: unknown };
    return { text: list.text, result: message.result };
  } catch {
    return answer;
  }
}

function nameOf(entry: unknown): string {
  const name = typeof entry === 'object' && entry !== null ? (entry as Params)['name'] : undefined;
  return typeof name === 'string' ? name : '';
}
