// The source around a diagnostic, as rustc shows it: the line, its number, and carets under the place. Shows nothing
// that may be a credential. What is the same for all diagnostics of a file is done once.
import type { Diagnostic } from '../../../../diagnostics/diagnostic.js';
import type { FileReport } from '../file-report.js';
import { paintIf, type Paint } from '../../paint.js';
import { displayLine, type DisplayOptions } from './display-line.js';
import { maskedText } from './masked-text.js';

export interface FrameStyle {
  readonly color: boolean;
  /** Cells of the terminal's line; 120 when it does not say. */
  readonly columns: number | undefined;
}

/** Gives the lines of the frame for each diagnostic of a report; none where there is no source. */
export type FramesOf = (report: FileReport) => (diagnostic: Diagnostic) => readonly string[];

/** Loads the widths of characters only when a file has more than ASCII in it. */
export async function codeFrames(reports: readonly FileReport[], style: FrameStyle): Promise<FramesOf> {
  const isPlain = reports.every(({ text }) => text === undefined || !/[^\0-\x7F]/.test(text));
  const { eastAsianWidth } = isPlain ? { eastAsianWidth: () => 1 } : await import('get-east-asian-width');
  const drawing = {
    columns: Math.min(160, Math.max(40, style.columns || 120)),
    cellsOf: (codePoint: number): number => eastAsianWidth(codePoint),
    paint: paintIf(style.color),
  };
  return (report) => {
    const lines = linesOf(report);
    return (diagnostic) => frame(diagnostic, { lines, ...drawing });
  };
}

/** The lines as the parser counts them, which knows no other line breaks and leaves a byte order mark out. */
function linesOf({ text, diagnostics }: FileReport): readonly string[] {
  if (text === undefined) return [];
  const isBroken = diagnostics.some(({ code }) => code === 'MCPGW100');
  return maskedText(text.replace(/^\uFEFF/, ''), { isBroken }).split(/\r\n|\r|\n/);
}

interface Drawing {
  readonly lines: readonly string[];
  readonly columns: number;
  readonly cellsOf: DisplayOptions['cellsOf'];
  readonly paint: Paint;
}

function frame({ place, pointer, severity }: Diagnostic, drawing: Drawing): readonly string[] {
  const { lines, cellsOf, paint } = drawing;
  const source = lines[place.line - 1];
  if (source === undefined) return [];
  const gutter = String(place.line).length;
  const columns = drawing.columns - gutter - '   | '.length;
  const endsHere = place.endLine === place.line;
  const to = endsHere ? place.endColumn - 1 : source.length;
  const shown = displayLine(source, { from: place.column - 1, to, columns, cellsOf });
  const row = (label: string, text: string): string =>
    `${paint(`  ${label.padStart(gutter)} |`, 'dim')} ${text}`.trimEnd();
  // Where no pointer says what is meant, the line before helps: it is where a comma or a quote is missing.
  const before = pointer === '' && !shown.isCutBefore ? lineBefore(lines, place.line) : undefined;
  return [
    ...(before === undefined
      ? []
      : [row(String(before.number), displayLine(before.text, { from: 0, to: 0, columns, cellsOf }).text)]),
    row(String(place.line), shown.text),
    row(
      '',
      ' '.repeat(shown.indent) +
        paint('^'.repeat(shown.width), severity) +
        (endsHere ? '' : ` to line ${place.endLine}`),
    ),
  ];
}

/** The nearest line before that says anything. */
function lineBefore(
  lines: readonly string[],
  line: number,
): { readonly number: number; readonly text: string } | undefined {
  const index = lines.slice(Math.max(0, line - 1 - BLANK_LINES), line - 1).findLastIndex((text) => text.trim() !== '');
  if (index === -1) return undefined;
  const number = Math.max(0, line - 1 - BLANK_LINES) + index + 1;
  return { number, text: lines[number - 1] ?? '' };
}

/** Behind more blank lines than this, the line before is somewhere else. */
const BLANK_LINES = 20;
