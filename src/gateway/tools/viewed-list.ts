// The result of `tools/list` without the tools that are not there for this caller: their entries are cut out of the
// text, all else stays to the letter. What is not understood is not shown.
import { elementsOf, placeOf } from '../json-places.js';
import { isObject } from '../json-rpc.js';
import { isAmbiguous } from '../ambiguous-message.js';

export interface ListAnswer {
  /** The whole message. */
  readonly text: string;
  /** Its result, parsed. */
  readonly result: unknown;
}

export interface ListView {
  readonly isShown: (tool: string) => boolean;
  /** The list depends on who asks: nobody may keep it for others (spec: eras, `cacheScope`). */
  readonly isPersonal: boolean;
}

export type ViewedList =
  | {
      readonly kind: 'list';
      readonly text: string;
      /** Every name of the page, shown or not. */
      readonly names: readonly string[];
      /** Entries that were hidden because nobody can say which tool they are. */
      readonly nameless: number;
    }
  /** An interim result (2026-07-28, `resultType`) that lists nothing. */
  | { readonly kind: 'interim' }
  | { readonly kind: 'not-understood' };

export function viewedList({ text, result }: ListAnswer, { isShown, isPersonal }: ListView): ViewedList {
  if (!isObject(result) || isAmbiguous(text)) return { kind: 'not-understood' };
  const tools = result['tools'];
  if (tools === undefined && result['resultType'] === 'input_required') return { kind: 'interim' };
  if (!Array.isArray(tools)) return { kind: 'not-understood' };
  const names = tools.map(nameOf);
  const shown = names.map((name) => name !== undefined && isShown(name));
  const changes = [
    ...(shown.includes(false) ? [{ at: ['result', 'tools'], keep: shown }] : []),
    ...(isPersonal && result['cacheScope'] === 'public' ? [{ at: ['result', 'cacheScope'], put: '"private"' }] : []),
  ];
  return {
    kind: 'list',
    text: changes.length === 0 ? text : changed(text, changes),
    names: names.filter((name) => name !== undefined),
    nameless: names.filter((name) => name === undefined).length,
  };
}

function nameOf(entry: unknown): string | undefined {
  const name = isObject(entry) ? entry['name'] : undefined;
  return typeof name === 'string' ? name : undefined;
}

/** What becomes of one member: another value, or the same array with some elements alone. */
type Change = { readonly at: readonly string[] } & ({ readonly put: string } | { readonly keep: readonly boolean[] });

/** INVARIANT: the text is JSON and not ambiguous, and it has the members that change. */
function changed(text: string, changes: readonly Change[]): string {
  const places = changes.map((change) => {
    const place = placeOf(text, change.at);
    if (place === undefined) throw new Error('a member that was read a moment ago is there');
    if ('put' in change) return { ...place, by: change.put };
    const kept = elementsOf(text, place).filter((_element, index) => change.keep[index] === true);
    return { ...place, by: `[${kept.map(({ start, end }) => text.slice(start, end)).join(',')}]` };
  });
  // From the end, so that what comes before keeps its place.
  return places
    .toSorted((a, b) => b.start - a.start)
    .reduce((so, { start, end, by }) => so.slice(0, start) + by + so.slice(end), text);
}
