// The entries of one server's list, as the host sees them among those of others: each under a name that leads back to its
// server, all else to the letter. What could be read in two ways is not shown: it could name an entry that is another's.
import type { Log } from '../../log.js';
import { hasTwin, isAmbiguous } from '../ambiguous-message.js';
import { INTERNAL_ERROR, isObject, type Params } from '../json-rpc.js';
import { entriesOf, type EntryEdit } from './edited-text.js';
import type { MemberAnswer } from './member.js';
import type { ShownNames } from './shown-names.js';
import type { ShownUris } from './shown-uris.js';

/** What a host lists anew when it is told that it has changed. */
export type Listed = 'tools' | 'prompts' | 'resources';

export const LISTED: readonly Listed[] = ['tools', 'prompts', 'resources'];

export interface Kind {
  /** In the result. */
  readonly key: string;
  /** What an entry is called by. */
  readonly member: 'name' | 'uri' | 'uriTemplate';
  readonly what: Listed;
}

export const KINDS = {
  'tools/list': { key: 'tools', member: 'name', what: 'tools' },
  'prompts/list': { key: 'prompts', member: 'name', what: 'prompts' },
  'resources/list': { key: 'resources', member: 'uri', what: 'resources' },
  'resources/templates/list': { key: 'resourceTemplates', member: 'uriTemplate', what: 'resources' },
} as const satisfies Record<string, Kind>;

export type ListMethod = keyof typeof KINDS;

export function isListMethod(method: string): method is ListMethod {
  return Object.hasOwn(KINDS, method);
}

/** Which lists a notification says to be other ones now. */
export function listChangedBy({ method }: Params): Listed | undefined {
  return LISTED.find((what) => method === `notifications/${what}/list_changed`);
}

/** The answer, or the error that stands for one that is no list. */
export function understood({ key }: Kind, server: string, answer: MemberAnswer): MemberAnswer {
  if (answer.kind !== 'result') return answer;
  if (Array.isArray(answer.result[key]) && !isAmbiguous(answer.text)) return answer;
  const data = { server, reason: 'not-mcp', retryable: false };
  const message = `the upstream ${server} sent a list of ${key} that is not understood`;
  return { kind: 'error', error: { code: INTERNAL_ERROR, message, data } };
}

export interface Learning {
  readonly uris: ShownUris;
  readonly server: string;
  readonly answer: MemberAnswer;
}

/** Whose they are: known of all before any is named, since a URI that two servers have is shown for neither as it is. */
export function learnEntries({ key, member }: Kind, { uris, server, answer }: Learning): void {
  if (answer.kind !== 'result' || member === 'name') return;
  const learn = member === 'uri' ? uris.learn : uris.learnTemplate;
  for (const entry of entriesIn(answer.result, key)) {
    const value = valueOf(entry, member);
    if (value !== undefined) learn(server, value);
  }
}

export interface Naming extends Omit<Learning, 'answer'> {
  readonly names: ShownNames;
  readonly log: Log;
  /** Understood. */
  readonly answer: Extract<MemberAnswer, { readonly kind: 'result' }>;
}

/** The texts of the entries. */
export function namedEntries({ key, member }: Kind, { names, uris, log, server, answer }: Naming): readonly string[] {
  const shown = { name: names.shown, uri: uris.shown, uriTemplate: uris.shownTemplate }[member];
  const seen = new Set<string>();
  const edits: EntryEdit[] = [];
  const entries = entriesIn(answer.result, key);
  for (const [index, entry] of entries.entries()) {
    const own = valueOf(entry, member);
    const by = own === undefined ? undefined : shown(server, own);
    if (by === undefined || seen.has(by)) continue;
    seen.add(by);
    edits.push({ index, member, by });
  }
  if (edits.length < entries.length) log.warn(`hid ${key} without a name, or with one twice`, { server });
  try {
    return entriesOf(answer.text, key, edits);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    log.warn(`hid a list of ${key} that is nested too deep to be looked into`, { server });
    return [];
  }
}

function entriesIn(result: Params, key: string): readonly unknown[] {
  const list = result[key];
  return Array.isArray(list) ? list : [];
}

function valueOf(entry: unknown, member: string): string | undefined {
  if (!isObject(entry) || hasTwin(entry, member)) return undefined;
  const value = entry[member];
  return typeof value === 'string' ? value : undefined;
}
