// Findings → diagnostics: with file, line and column, in reading order. Loaded only when there is something to say.
import { inReadingOrder, type Diagnostic, type Place, type Severity } from '../diagnostics/diagnostic.js';
import type { Finding } from './finding.js';
import type { LintFinding } from './lint.js';
import type { ParsedConfig } from './parse.js';
import { shownPointerOf } from './path.js';
import { unusedSilencer } from './rules/unused-silencer.js';
import { applySilencers, silencersIn, type UselessSilencer } from './silencers.js';
import { placesIn, type Places } from './places.js';
import { syntaxProblems } from './syntax.js';

/** Of a document that cannot be judged further. */
export function syntaxDiagnostics(parsed: ParsedConfig, file: string): readonly Diagnostic[] {
  const places = placesIn(parsed.text, parsed.root);
  const problems = syntaxOf(parsed, { file, places });
  // Behind the first of them, what stands in one object is the parser's guess.
  const [first] = problems;
  const repeats = parsed.duplicates
    .map((finding) => diagnosticOf(finding, { severity: 'error', file, places }))
    .filter(({ place }) => first === undefined || isBefore(place, first.place));
  return inReadingOrder([...problems, ...repeats]);
}

function syntaxOf(
  { text, root, syntax }: ParsedConfig,
  { file, places }: Omit<Setting, 'severity'>,
): readonly Diagnostic[] {
  const isEmpty = root === undefined && syntax.every(({ offset }) => offset === text.length);
  const problems = isEmpty
    ? [{ offset: text.length, length: 0, message: 'the document is empty' }]
    : syntaxProblems(text, syntax);
  return problems.map(({ offset, length, message }): Diagnostic => ({
    code: 'MCPGW100',
    severity: 'error',
    file,
    place: places.ofRange(offset, length),
    pointer: '',
    message,
  }));
}

function isBefore(a: Place, b: Place): boolean {
  return a.line < b.line || (a.line === b.line && a.column < b.column);
}

export interface ReportOptions {
  readonly parsed: ParsedConfig;
  readonly file: string;
  readonly errors: readonly Finding[];
  /** What rules found: silencers in the text take it back. */
  readonly warnings: readonly LintFinding[];
  /** Severity of a silencer that silences nothing; undefined where that is not to be told. */
  readonly useless: Severity | undefined;
  /** False: some references have no value, so a silencer that finds nothing here may find something elsewhere. */
  readonly resolved: boolean;
}

export function diagnosticsOf(options: ReportOptions): readonly Diagnostic[] {
  const { parsed, file, errors, warnings } = options;
  const places = placesIn(parsed.text, parsed.root);
  const found = warnings.map((finding) => diagnosticOf(finding, { severity: finding.severity, file, places }));
  const silencers = silencersIn({ text: parsed.text, placeOf: places.ofRange });
  const { diagnostics, useless } = applySilencers({ silencers, diagnostics: found });
  return inReadingOrder([
    ...syntaxOf(parsed, { file, places }),
    ...errors.map((finding) => diagnosticOf(finding, { severity: 'error', file, places })),
    ...diagnostics,
    ...uselessDiagnostics(useless, options),
  ]);
}

function uselessDiagnostics(
  useless: readonly UselessSilencer[],
  { file, useless: severity, resolved }: ReportOptions,
): readonly Diagnostic[] {
  if (severity === undefined) return [];
  return useless
    .filter(({ isMistaken }) => resolved || isMistaken)
    .map(({ silencer, message, help = unusedSilencer.help }) => ({
      code: unusedSilencer.code,
      severity,
      file,
      place: silencer.place,
      pointer: '',
      message,
      help,
    }));
}

interface Setting {
  readonly severity: Severity;
  readonly file: string;
  readonly places: Places;
}

function diagnosticOf(finding: Finding, { severity, file, places }: Setting): Diagnostic {
  const { code, path, part, message } = finding;
  const place = places.at(path, part);
  const help = helpOf(finding, { place, places });
  const diagnostic = { code, severity, file, place, pointer: shownPointerOf(path), message };
  return help === undefined ? diagnostic : { ...diagnostic, help };
}

function helpOf(
  { help, firstOffset }: Finding,
  { place, places }: { place: Place; places: Places },
): string | undefined {
  if (help === undefined || firstOffset === undefined) return help;
  const { line, column } = places.ofRange(firstOffset, 0);
  return `${help}: the first one is in ${line === place.line ? `this line, column ${column}` : `line ${line}`}`;
}
