// Which names the upstream has listed, to whom: with tool rules, a name that it lists to nobody is no tool
// (docs/decisions/0008). Learnt from the lists that the host asks for; for a name that none of them had, the gateway
// asks itself, every page.
import { ask } from '../ask.js';
import type { Waiting } from '../call.js';
import { INTERNAL_ERROR, isObject, METHOD_NOT_FOUND, type Params, type RpcError } from '../json-rpc.js';
import type { Exchange } from '../streamable-http.js';
import type { Upstream } from '../upstream.js';

/** How the gateway asks for a list on behalf of a request: with its session, envelope and headers. */
export interface ListAsker {
  readonly upstream: Upstream;
  readonly send: (
    request: ListRequest,
    onMessage: (text: string) => Promise<void> | undefined,
    waiting: Waiting,
  ) => Exchange;
  /** Takes what the upstream says beside the answer. */
  readonly passOn: (text: string) => Promise<void> | undefined;
}

export interface ListRequest {
  readonly id: string;
  /** Without `_meta`, which is the asker's business. */
  readonly params: Params;
}

export interface ListedTools {
  /** What one page said. A first page starts over: what was listed before may be gone. */
  readonly learn: (caller: string, page: { readonly names: readonly string[]; readonly isFirst: boolean }) => void;
  /** The upstream says that its tools have changed. */
  readonly forget: () => void;
  /** Whether the tool exists for the caller; asks when that is not known. Never rejects for what the upstream does. */
  readonly look: (question: Look) => Promise<Looked>;
}

export interface Look {
  readonly caller: string;
  /** Those of the call: another tenant's list may be another one. */
  readonly headers: readonly string[];
  readonly tool: string;
  readonly asker: ListAsker;
}

export type Looked = 'listed' | 'unknown' | { readonly error: RpcError };

/** Callers that are remembered; the one that listed longest ago is forgotten first, and asked for again. */
const CALLERS_AT_MOST = 256;
const NAMES_AT_MOST = 100_000;
const PAGES_AT_MOST = 1_000;
const PAGE_TIMEOUT_MS = 30_000;

export function rememberListedTools(): ListedTools {
  const known = new Map<string, Set<string>>();
  /** Questions under way, by caller and headers: what one is told says nothing to another. */
  const asked = new Map<string, Promise<KnownNames>>();
  /** Counts the changes of the upstream's tools: an answer from before one is not remembered. */
  let changes = 0;
  let asks = 0;
  /** No id is used twice in a session (2025-11-25, "Requests"); no host's own begins like this. */
  const nextId = (): string => `mcpgw:tools:${++asks}`;

  const remember = (caller: string, names: Set<string>): void => {
    known.delete(caller);
    known.set(caller, names);
    const [oldest] = known.keys();
    if (known.size > CALLERS_AT_MOST && oldest !== undefined) known.delete(oldest);
  };
  const askAll = async (caller: string, asker: ListAsker): Promise<KnownNames> => {
    const before = changes;
    const list = await wholeList(asker, nextId);
    if ('error' in list) return list;
    const names = new Set(list.entries.map(nameOf).filter((name) => name !== undefined));
    if (changes === before) remember(caller, names);
    return { names };
  };
  return {
    learn: (caller, { names, isFirst }) => {
      const before = isFirst ? undefined : known.get(caller);
      const all = before ?? new Set();
      for (const name of names) if (all.size < NAMES_AT_MOST) all.add(name);
      remember(caller, all);
    },
    forget: () => {
      changes++;
      known.clear();
    },
    look: async ({ caller, headers, tool, asker }) => {
      if (known.get(caller)?.has(tool) === true) return 'listed';
      const question = JSON.stringify([caller, headers]);
      const underWay = asked.get(question) ?? askAll(caller, asker).finally(() => asked.delete(question));
      asked.set(question, underWay);
      const list = await underWay;
      if ('error' in list) return list;
      return list.names.has(tool) ? 'listed' : 'unknown';
    },
  };
}

type KnownNames = { readonly names: Set<string> } | { readonly error: RpcError };

export type WholeList = { readonly entries: readonly Params[] } | { readonly error: RpcError };

/** Every page, one after the other; of an upstream that has no such method, none. Never rejects. */
export async function wholeList(asker: ListAsker, nextId: () => string): Promise<WholeList> {
  const entries: Params[] = [];
  const cursors = new Set<string>();
  let cursor: string | undefined;
  for (let page = 0; page < PAGES_AT_MOST; page++) {
    const request = { id: nextId(), params: cursor === undefined ? {} : { cursor } };
    const answer = await ask({
      ...asker,
      id: request.id,
      send: (onMessage, waiting) => asker.send(request, onMessage, waiting),
      timeoutMs: PAGE_TIMEOUT_MS,
      late: 'did not list its tools in time',
    });
    if ('error' in answer) return answer.error.code === METHOD_NOT_FOUND ? { entries } : answer;
    const { tools, nextCursor } = answer.result;
    if (!Array.isArray(tools)) return { error: notUnderstood(asker.upstream.name) };
    for (const tool of tools) if (isObject(tool)) entries.push(tool);
    if (typeof nextCursor !== 'string' || nextCursor === '') return { entries };
    if (cursors.has(nextCursor) || entries.length > NAMES_AT_MOST) break;
    cursors.add(nextCursor);
    cursor = nextCursor;
  }
  return { error: notUnderstood(asker.upstream.name) };
}

function nameOf({ name }: Params): string | undefined {
  return typeof name === 'string' ? name : undefined;
}

/** A list of tools that says nothing: nothing of it is shown, and no call goes on because of it. */
export function notUnderstood(server: string): RpcError {
  return {
    code: INTERNAL_ERROR,
    message: `the upstream ${server} sent a list of tools that is not understood`,
    data: { server, reason: 'not-mcp', retryable: false },
  };
}
