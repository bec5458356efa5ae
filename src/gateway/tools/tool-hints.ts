// Which requests do no harm when they run twice: what only reads, and calls of tools that say so of themselves in the list
// that this caller was shown (MCP, "ToolAnnotations": `readOnlyHint`, `idempotentHint`, both false where they are missing).
// Learnt from the lists that pass; never asked for.
import type { Screen } from '../call.js';
import { isObject, type RpcRequest } from '../json-rpc.js';
import type { Repeat } from '../repeat.js';

export interface ToolHints {
  readonly repeatOf: (request: Pick<RpcRequest, 'method' | 'params'>, caller: string) => Repeat;
  /** Learns from the answer when it is a list of tools, and leaves it to `next`. */
  readonly screen: (request: Pick<RpcRequest, 'method' | 'params'>, view: ListView) => Screen | undefined;
  /** The upstream says that its tools have changed. */
  readonly forget: () => void;
}

export interface ListView {
  /** Whose list it is. */
  readonly caller: string;
  /** What looks at it after this. */
  readonly next: Screen | undefined;
}

const READING: ReadonlySet<string> = new Set([
  'ping',
  'server/discover',
  'tools/list',
  'prompts/list',
  'prompts/get',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'completion/complete',
]);

/** Callers that are remembered; the one that listed longest ago is forgotten first. */
const CALLERS_AT_MOST = 256;
const TOOLS_AT_MOST = 100_000;

export function createToolHints(): ToolHints {
  /** By caller and name: whether a call of it does no harm. */
  const known = new Map<string, Map<string, boolean>>();
  /** Counts the changes of the upstream's tools: a list that was asked for before one teaches nothing. */
  let changes = 0;

  const learn = (caller: string, entries: readonly unknown[], isFirst: boolean): void => {
    const tools = (isFirst ? undefined : known.get(caller)) ?? new Map<string, boolean>();
    for (const entry of entries) {
      const name = isObject(entry) ? entry['name'] : undefined;
      if (typeof name !== 'string' || !isObject(entry) || tools.size >= TOOLS_AT_MOST) continue;
      // A name that stands there twice is as harmless as its worse entry.
      tools.set(name, isHarmless(entry['annotations']) && tools.get(name) !== false);
    }
    known.delete(caller);
    known.set(caller, tools);
    const [oldest] = known.keys();
    if (known.size > CALLERS_AT_MOST && oldest !== undefined) known.delete(oldest);
  };

  return {
    repeatOf: ({ method, params }, caller) => {
      if (READING.has(method)) return 'harmless';
      if (method !== 'tools/call') return 'if-not-run';
      const name = params?.['name'];
      return typeof name === 'string' && known.get(caller)?.get(name) === true ? 'harmless' : 'if-not-run';
    },
    screen: ({ method, params }, { caller, next }) => {
      if (method !== 'tools/list') return next;
      const isFirst = params?.['cursor'] === undefined;
      const before = changes;
      return (answer) => {
        const entries = isObject(answer.result) ? answer.result['tools'] : undefined;
        if (Array.isArray(entries) && changes === before) learn(caller, entries, isFirst);
        return next === undefined ? { text: answer.text } : next(answer);
      };
    },
    forget: () => {
      changes++;
      known.clear();
    },
  };
}

function isHarmless(annotations: unknown): boolean {
  return isObject(annotations) && (annotations['readOnlyHint'] === true || annotations['idempotentHint'] === true);
}
