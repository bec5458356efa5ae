// Findings → diagnostics: with file, line and column, in reading order. Loaded only when there is something to say.
import { inReadingOrder, type Diagnostic, type Severity } from '../diagnostics/diagnostic.js';
import type { Finding } from './finding.js';
import type { LintFinding } from './lint.js';
import type { ParsedConfig } from './parse.js';
import { shownPointerOf } from './path.js';
import { placesIn, type Places } from './places.js';

/** More than the first few tell nothing: a parser that has lost its way reports every token. */
const SYNTAX_LIMIT = 20;

export function syntaxDiagnostics(parsed: ParsedConfig, file: string): readonly Diagnostic[] {
  const places = placesIn(parsed.text, parsed.root);
  const problems =
    parsed.syntax.length > 0 ? parsed.syntax : [{ offset: 0, length: 0, message: 'the document is empty' }];
  const diagnostics = problems.slice(0, SYNTAX_LIMIT).map(({ offset, length, message }): Diagnostic => ({
    code: 'MCPGW100',
    severity: 'error',
    file,
    place: places.ofRange(offset, length),
    pointer: '',
    message,
  }));
  const repeats = parsed.duplicates.map((finding) => diagnosticOf(finding, { severity: 'error', file, places }));
  return inReadingOrder([...diagnostics, ...repeats]);
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
  const diagnostic = { code, severity, file, place: places.at(path, part), pointer: shownPointerOf(path), message };
  return help === undefined ? diagnostic : { ...diagnostic, help };
}
