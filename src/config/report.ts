// Findings → diagnostics: with file, line and column, in reading order. Loaded only when there is something to say.
import { inReadingOrder, type Diagnostic, type Place, type Severity } from '../diagnostics/diagnostic.js';
import type { Finding } from './finding.js';
import type { LintFinding } from './lint.js';
import type { ParsedConfig } from './parse.js';
import { pointerOf } from './path.js';
import { placesIn, type Places } from './places.js';
import { syntaxProblems } from './syntax.js';

export function syntaxDiagnostics(parsed: ParsedConfig, file: string): readonly Diagnostic[] {
  const places = placesIn(parsed.text, parsed.root);
  const isEmpty = parsed.root === undefined && parsed.syntax.every(({ offset }) => offset === parsed.text.length);
  const problems = isEmpty
    ? [{ offset: parsed.text.length, length: 0, message: 'the document is empty' }]
    : syntaxProblems(parsed.text, parsed.syntax);
  const diagnostics = problems.map(({ offset, length, message }): Diagnostic => ({
    code: 'MCPGW100',
    severity: 'error',
    file,
    place: places.ofRange(offset, length),
    pointer: '',
    message,
  }));
  // Behind the first of them, what stands in one object is the parser's guess.
  const first = diagnostics[0];
  const repeats = parsed.duplicates
    .map((finding) => diagnosticOf(finding, { severity: 'error', file, places }))
    .filter(({ place }) => first === undefined || isBefore(place, first.place));
  return inReadingOrder([...diagnostics, ...repeats]);
}

function isBefore(a: Place, b: Place): boolean {
  return a.line < b.line || (a.line === b.line && a.column < b.column);
}

export interface ReportOptions {
  readonly parsed: ParsedConfig;
  readonly file: string;
  readonly errors: readonly Finding[];
  readonly warnings: readonly LintFinding[];
}

export function diagnosticsOf({ parsed, file, errors, warnings }: ReportOptions): readonly Diagnostic[] {
  const places = placesIn(parsed.text, parsed.root);
  return inReadingOrder([
    ...errors.map((finding) => diagnosticOf(finding, { severity: 'error', file, places })),
    ...warnings.map((finding) => diagnosticOf(finding, { severity: finding.severity, file, places })),
  ]);
}

interface Setting {
  readonly severity: Severity;
  readonly file: string;
  readonly places: Places;
}

function diagnosticOf({ code, path, part, message, help }: Finding, { severity, file, places }: Setting): Diagnostic {
  const diagnostic = { code, severity, file, place: places.at(path, part), pointer: pointerOf(path), message };
  return help === undefined ? diagnostic : { ...diagnostic, help };
}
