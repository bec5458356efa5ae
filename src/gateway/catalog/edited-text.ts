// Changes single members of a JSON text and leaves all else to the letter: printing it again would change numbers
// (docs/decisions/0004).
import { elementsOf, placeOf } from '../json-places.js';
import { findNodeAtLocation, parseTree, type JSONPath, type Node } from 'jsonc-parser';

export interface Edit {
  readonly at: JSONPath;
  /** A text takes the place of the value. */
  readonly by: string;
}

/**
 * INVARIANT: the text is JSON and not ambiguous, and it has the members that change.
 *
 * @throws RangeError for a text that is nested too deep to be looked into
 */
export function edited(text: string, edits: readonly Edit[]): string {
  if (edits.length === 0) return text;
  const tree = parseTree(text);
  return spliced(
    text,
    edits.map(({ at, by }) => ({ node: nodeAt(tree, at), by })),
  );
}

export interface EntryEdit {
  readonly index: number;
  /** Which member of the entry. */
  readonly member: string;
  readonly by: string;
}

/** The texts of some entries of `result.<key>`, each with one member changed; the same invariant, at any depth. */
export function entriesOf(text: string, key: string, entries: readonly EntryEdit[]): readonly string[] {
  if (entries.length === 0) return [];
  const list = placeOf(text, ['result', key]);
  const places = list === undefined ? [] : elementsOf(text, list);
  return entries.map(({ index, member, by }) => {
    const entry = places[index];
    const value = entry && placeOf(text, [member], entry.start);
    if (entry === undefined || value === undefined) throw new Error('a member that was read a moment ago is there');
    return `${text.slice(entry.start, value.start)}${JSON.stringify(by)}${text.slice(value.end, entry.end)}`;
  });
}

function spliced(text: string, edits: readonly { readonly node: Node; readonly by: string }[]): string {
  // From the end, so that what comes before keeps its place.
  return edits
    .toSorted((a, b) => b.node.offset - a.node.offset)
    .reduce(
      (so, { node, by }) => so.slice(0, node.offset) + JSON.stringify(by) + so.slice(node.offset + node.length),
      text,
    );
}

function nodeAt(tree: Node | undefined, at: JSONPath): Node {
  const node = tree && findNodeAtLocation(tree, at);
  if (node === undefined) throw new Error('a member that was read a moment ago is there');
  return node;
}
