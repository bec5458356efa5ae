// Where a finding stands in the text: path → line and column.
import type { Node } from 'jsonc-parser';
import type { Place } from '../diagnostics/diagnostic.js';
import type { Path } from './path.js';

export interface Places {
  /** The place of the member's key or value; of the nearest ancestor when there is none. */
  readonly at: (path: Path, part: 'key' | 'value') => Place;
  readonly ofRange: (offset: number, length: number) => Place;
}

export function placesIn(text: string, root: Node | undefined): Places {
  const starts = lineStarts(text);
  const propertyOf = propertyFinder();
  const ofRange = (offset: number, length: number): Place => {
    const from = positionOf(starts, Math.min(offset, text.length));
    const to = positionOf(starts, Math.min(offset + length, text.length));
    return { line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
  };
  return {
    ofRange,
    at: (path, part) => {
      const node = root === undefined ? undefined : nodeAt(root, { path, part, propertyOf });
      return ofRange(node?.offset ?? 0, node?.length ?? 0);
    },
  };
}

interface Search {
  readonly path: Path;
  readonly part: 'key' | 'value';
  readonly propertyOf: (object: Node, key: string) => Node | undefined;
}

function nodeAt(root: Node, { path, part, propertyOf }: Search): Node {
  let node = root;
  for (const [depth, step] of path.entries()) {
    const property = typeof step === 'string' ? propertyOf(node, step) : undefined;
    if (property !== undefined && part === 'key' && depth === path.length - 1) return property.children?.[0] ?? node;
    const next = typeof step === 'number' ? node.children?.[step] : property?.children?.[1];
    if (next === undefined) return node;
    node = next;
  }
  return node;
}

/** Reads each object once, however many findings are in it. */
function propertyFinder(): Search['propertyOf'] {
  const known = new Map<Node, ReadonlyMap<unknown, Node>>();
  return (object, key) => {
    const properties = known.get(object) ?? propertiesOf(object);
    known.set(object, properties);
    return properties.get(key);
  };
}

/** By name; the last one of a name: its value is the one that counts, and a duplicate is reported where it repeats. */
function propertiesOf(object: Node): ReadonlyMap<unknown, Node> {
  const properties = (object.children ?? []).filter(({ type }) => type === 'property');
  return new Map(properties.map((property) => [property.children?.[0]?.value as unknown, property]));
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (const { index, 0: lineBreak } of text.matchAll(/\r\n|\r|\n/g)) starts.push(index + lineBreak.length);
  return starts;
}

function positionOf(starts: readonly number[], offset: number): { line: number; column: number } {
  let low = 0;
  for (let high = starts.length; high - low > 1;) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
}
