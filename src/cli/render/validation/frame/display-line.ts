// A line of a file as a terminal shows it, and where on the screen a part of it stands: tabs, wide and combining
// characters, and what is escaped because it cannot be seen. A long line is cut to a window around the part, in time
// that does not depend on its length.
import { escapedCharacter, visibleText } from '../../../../diagnostics/visible-text.js';

export interface DisplayedLine {
  readonly text: string;
  /** Cells before the marked part. */
  readonly indent: number;
  /** Cells of the marked part, at least one. */
  readonly width: number;
  /** The line begins before what is shown. */
  readonly isCutBefore: boolean;
}

export interface DisplayOptions {
  /** The marked part in UTF-16 units from the start of the line; behind its end for a place at the end. */
  readonly from: number;
  readonly to: number;
  /** Cells to use at most. */
  readonly columns: number;
  /** 2 for a character that East Asian terminals show at double width. */
  readonly cellsOf: (codePoint: number) => number;
}

export function displayLine(line: string, options: DisplayOptions): DisplayedLine {
  const { from, to, columns } = options;
  const near = nearby(line, options);
  const cells = cellsIn(line.slice(near.start, near.end), { start: near.start, cellsOf: options.cellsOf });
  const isMarked = (cell: Cell): boolean => cell.end > from && cell.start < Math.max(to, from + 1);
  const first = cells.findIndex((cell) => cell.end > from);
  const window = windowAround(cells, { mark: first === -1 ? cells.length : first, columns: columns - 2 });
  const shown = cells.slice(window.first, window.last);
  const isCutBefore = (shown[0]?.start ?? near.start) > 0;
  const isCutBehind = (shown.at(-1)?.end ?? near.end) < line.length;
  const before = shown.filter((cell) => cell.end <= from);
  return {
    text: `${isCutBefore ? CUT : ''}${shown.map(({ text }) => text).join('')}${isCutBehind ? CUT : ''}`,
    indent: widthOf(before) + (isCutBefore ? 1 : 0),
    width: Math.max(1, widthOf(shown.filter(isMarked))),
    isCutBefore,
  };
}

const CUT = '…';

/** What is looked at: no character takes less than one cell for long, so this holds more than a window. */
function nearby(line: string, { from, columns }: DisplayOptions): { readonly start: number; readonly end: number } {
  const reach = columns * (MARKS_SHOWN + 2);
  return { start: wholeAt(line, Math.max(0, from - reach)), end: wholeAt(line, Math.min(line.length, from + reach)) };
}

/** The offset, or the one before when it would cut a surrogate pair in two. */
function wholeAt(line: string, offset: number): number {
  const isInside = /[\uD800-\uDBFF]/.test(line.charAt(offset - 1)) && /[\uDC00-\uDFFF]/.test(line.charAt(offset));
  return isInside ? offset - 1 : offset;
}

/** One character as it is shown, with the offsets of what it stands for. */
interface Cell {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly width: number;
}

const TAB = '    ';

/** More combining marks than this on one character are no writing. */
const MARKS_SHOWN = 3;

function cellsIn(
  text: string,
  { start, cellsOf }: { readonly start: number; readonly cellsOf: DisplayOptions['cellsOf'] },
): readonly Cell[] {
  const cells: Cell[] = [];
  let offset = start;
  let marks = MARKS_SHOWN;
  for (const character of text) {
    const isMark = COMBINING.test(character);
    marks = isMark ? marks + 1 : 0;
    const shown = shownCharacter(character, isMark && marks > MARKS_SHOWN);
    const isAsIs = shown === character;
    const width = isAsIs ? (isMark ? 0 : cellsOf(character.codePointAt(0) ?? 0)) : shown.length;
    cells.push({ start: offset, end: offset + character.length, text: shown, width });
    offset += character.length;
  }
  return cells;
}

/** Drawn over the character before: marks, and the vowels and final consonants of decomposed Hangul. */
const COMBINING = /^[\p{Mn}\p{Me}\u1160-\u11ff\ud7b0-\ud7ff]$/u;

function shownCharacter(character: string, isExcess: boolean): string {
  if (character === '\t') return TAB;
  return isExcess ? escapedCharacter(character) : visibleText(character);
}

interface Window {
  /** Index of the first cell, and behind the last. */
  readonly first: number;
  readonly last: number;
}

/** All of the cells where they fit; else those around the mark, with a third of the room before it. */
function windowAround(
  cells: readonly Cell[],
  { mark, columns }: { readonly mark: number; readonly columns: number },
): Window {
  const fits = (first: number, last: number): boolean => widthOf(cells.slice(first, last)) <= columns;
  if (fits(0, cells.length)) return { first: 0, last: cells.length };
  let first = mark;
  let used = 0;
  while (first > 0 && used + widthAt(cells, first - 1) <= columns / 3) used += widthAt(cells, --first);
  let last = mark;
  while (last < cells.length && used + widthAt(cells, last) <= columns) used += widthAt(cells, last++);
  // Near the end of the line there is room left over.
  while (first > 0 && used + widthAt(cells, first - 1) <= columns) used += widthAt(cells, --first);
  // A mark without its character would be drawn over the sign of the cut.
  while (first > 0 && first < mark && widthAt(cells, first) === 0) first += 1;
  return { first, last };
}

function widthAt(cells: readonly Cell[], index: number): number {
  return cells[index]?.width ?? 0;
}

function widthOf(cells: readonly Cell[]): number {
  return cells.reduce((sum, { width }) => sum + width, 0);
}
