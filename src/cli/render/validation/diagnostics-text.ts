// Diagnostics for people: one line each (`path:line:column severity code message`), the help below it, and on a
// terminal the JSON pointer and the source around the place (frame/code-frame.ts, which masks what may be secret).
import type { Diagnostic } from '../../../diagnostics/diagnostic.js';
import type { FileReport } from './file-report.js';
import type { FramesOf } from './frame/code-frame.js';
import { paintIf, type Paint } from '../paint.js';
import { summaryLine } from './summary-line.js';
import { visibleText } from '../../../diagnostics/visible-text.js';

export interface TextStyle {
  readonly color: boolean;
  /** With the source around each place, and the JSON pointer. */
  readonly frames: FramesOf | undefined;
  /** Diagnostics alone, without a summary. */
  readonly quiet: boolean;
}

/** Everything about the files; `""` when there is nothing to say. */
export function diagnosticsText(reports: readonly FileReport[], style: TextStyle): string {
  const paint = paintIf(style.color);
  const lines = reports.flatMap((report) => {
    const frameOf = style.frames?.(report);
    return report.diagnostics.flatMap((diagnostic) => diagnosticLines(diagnostic, { paint, frameOf }));
  });
  return [...lines, ...(style.quiet ? [] : [summaryLine(reports)])].join('\n');
}

interface Surroundings {
  readonly paint: Paint;
  readonly frameOf: ReturnType<FramesOf> | undefined;
}

function diagnosticLines(diagnostic: Diagnostic, { paint, frameOf }: Surroundings): readonly string[] {
  const { file, place, severity, code, message, help, pointer } = diagnostic;
  const at = `${visibleText(file)}:${place.line}:${place.column}`;
  const line = `${at} ${paint(severity, severity)} ${code} ${visibleText(message)}`;
  const helpLines = help === undefined ? [] : [`  help: ${visibleText(help)}`];
  if (frameOf === undefined) return [line, ...helpLines];
  const pointerLines = pointer === '' ? [] : [paint(`  at ${visibleText(pointer)}`, 'dim')];
  return [line, ...pointerLines, ...frameOf(diagnostic), ...helpLines, ''];
}
