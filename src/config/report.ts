// Findings → diagnostics: with file, line and column, in reading order. Loaded only when there is something to say.
import { inReadingOrder, type Diagnostic, type Severity } from '../diagnostics/diagnostic.js';
import type { Finding } from './finding.js';
import type { LintFinding } from './lint.js';
import type { ParsedConfig } from './parse.js';
import { pointerOf } from './path.js';
import { unusedSilencer } from './rules/unused-silencer.js';
import { applySilencers, silencersIn, type UselessSilencer } from './silencers.js';
import { placesIn, type Places } from './places.js';

/** More than the first few tell nothing: a parser that has lost its way reports every token. */
const SYNTAX_LIMIT = 20;

export function syntaxDiagnostics(parsed: ParsedConfig, file: string): readonly Diagnostic[] {
  const places = placesIn(parsed.text, parsed.root);
  const repeats = parsed.duplicates.map((finding) => diagnosticOf(finding, { severity: 'error', file, places }));
  return inReadingOrder([...syntaxOf(parsed, { file, places }), ...repeats]);
}

function syntaxOf({ syntax, root }: ParsedConfig, { file, places }: Omit<Setting, 'severity'>): readonly Diagnostic[] {
  const nothing = { offset: 0, length: 0, message: 'the document is empty' };
  const problems = syntax.length === 0 && root === undefined ? [nothing] : syntax;
  return problems.slice(0, SYNTAX_LIMIT).map(({ offset, length, message }) => ({
    code: 'MCPGW100',
    severity: 'error',
    file,
    place: places.ofRange(offset, length),
    pointer: '',
    message,
  }));
}

export interface ReportOptions {
  readonly parsed: ParsedConfig;
  readonly file: string;
  readonly errors: readonly Finding[];
  /** What rules found: silencers in the text take it back. */
  readonly warnings: readonly LintFinding[];
  /** Severity of a silencer that silences nothing; undefined where that is not to be told. */
  readonly useless: 'warning' | 'error' | undefined;
  /** False: what stands on a line with a secret reference is not known for sure. */
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
  { parsed, file, useless: severity, resolved }: ReportOptions,
): readonly Diagnostic[] {
  if (severity === undefined || useless.length === 0) return [];
  const lines = resolved ? [] : parsed.text.split(/\r\n|\r|\n/);
  return useless
    .filter(({ silencer }) => lines[(silencer.line ?? 0) - 1]?.includes('${') !== true)
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

function diagnosticOf({ code, path, part, message, help }: Finding, { severity, file, places }: Setting): Diagnostic {
  const diagnostic = { code, severity, file, place: places.at(path, part), pointer: pointerOf(path), message };
  return help === undefined ? diagnostic : { ...diagnostic, help };
}
