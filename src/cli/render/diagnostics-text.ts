// Diagnostics for people: one line each (`path:line:column severity code message`), the help below it, and on a
// terminal the source around the place. Nothing that the source holds in secret is shown.
import type { Diagnostic, Severity } from '../../diagnostics/diagnostic.js';
import type { UnsupportedKey } from '../../policy/model.js';
import { countOf, type FileReport } from './file-report.js';
import { maskedText } from './masked-text.js';

export interface TextStyle {
  readonly color: boolean;
  /** With the source around each place, and the JSON pointer. */
  readonly frames: boolean;
  /** Diagnostics alone: neither notes nor a summary. */
  readonly quiet: boolean;
}

/** Everything about the files; `""` when there is nothing to say. */
export function diagnosticsText(reports: readonly FileReport[], style: TextStyle): string {
  const lines = reports.flatMap((report) => [
    ...report.diagnostics.flatMap((diagnostic) => diagnosticLines(diagnostic, { report, style })),
    ...(style.quiet ? [] : report.unsupported.map((key) => unsupportedLine(report.file, key))),
  ]);
  return [...lines, ...(style.quiet ? [] : [summaryLine(reports)])].join('\n');
}

const COLORS: Readonly<Record<Severity | 'dim', number>> = { error: 31, warning: 33, note: 36, dim: 2 };

interface Surroundings {
  readonly report: FileReport;
  readonly style: TextStyle;
}

function diagnosticLines(diagnostic: Diagnostic, { report, style }: Surroundings): readonly string[] {
  const { file, place, severity, code, message, help, pointer } = diagnostic;
  const colored = style.color ? `\u001B[${COLORS[severity]}m${severity}\u001B[0m` : severity;
  const line = `${file}:${place.line}:${place.column} ${colored} ${code} ${oneLine(message)}`;
  const helpLines = help === undefined ? [] : [`  help: ${oneLine(help)}`];
  if (!style.frames) return [line, ...helpLines];
  const at = pointer === '' ? [] : [dim(`  at ${oneLine(pointer)}`, style)];
  return [line, ...at, ...frame(diagnostic, { report, style }), ...helpLines, ''];
}

function frame({ place }: Diagnostic, { report, style }: Surroundings): readonly string[] {
  if (report.text === undefined) return [];
  const text = report.text.replace(/^\uFEFF/, '');
  const isBroken = report.diagnostics.some((diagnostic) => diagnostic.code === 'MCPGW100');
  const source = maskedText(text, { isBroken }).split(/\r\n|\r|\n/)[place.line - 1];
  if (source === undefined) return [];
  // A long line is shown from a little before the place.
  const skipped = place.column > 100 ? place.column - 40 : 0;
  const shown = oneLine(source.slice(skipped, skipped + 120).replaceAll('\t', ' '));
  const until = place.endLine === place.line ? place.endColumn : source.length + 1;
  const width = Math.max(1, Math.min(until - place.column, 120 - (place.column - 1 - skipped)));
  const gutter = String(place.line).length;
  return [
    dim(`  ${place.line} | `, style) + shown,
    dim(`  ${' '.repeat(gutter)} | `, style) + ' '.repeat(place.column - 1 - skipped) + '^'.repeat(width),
  ];
}

function unsupportedLine(file: string, { key, pointer }: UnsupportedKey): string {
  return `${file}: note: not supported yet by this version: ${oneLine(key)} (${oneLine(pointer)})`;
}

function summaryLine(reports: readonly FileReport[]): string {
  const { errors, warnings } = countOf(reports);
  const files = plural(reports.length, 'file');
  if (errors + warnings === 0) return `${files}: no errors, no warnings`;
  return `${files}: ${plural(errors, 'error')}, ${plural(warnings, 'warning')}`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function dim(text: string, { color }: TextStyle): string {
  return color ? `\u001B[${COLORS.dim}m${text}\u001B[0m` : text;
}

/** Names come from the file: no control character of theirs reaches the terminal. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
