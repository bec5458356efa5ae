// What `validate` found out about one file: what every format of its output is made from.
import { UNDECIDED_CODE } from '../../../diagnostics/codes.js';
import { hasErrors, type Diagnostic } from '../../../diagnostics/diagnostic.js';

export interface FileReport {
  /** As the user named it. */
  readonly file: string;
  /** Undefined when it could not be read. */
  readonly text: string | undefined;
  /** In reading order. */
  readonly diagnostics: readonly Diagnostic[];
  /** What mcpgw made of it, secrets masked; where that was asked for and the file has no error. */
  readonly resolved?: Readonly<Record<string, unknown>>;
}

export interface DiagnosticCounts {
  readonly errors: number;
  readonly warnings: number;
}

export function countOf(reports: readonly FileReport[]): DiagnosticCounts {
  const severities = reports.flatMap((report) => report.diagnostics.map((diagnostic) => diagnostic.severity));
  return {
    errors: severities.filter((severity) => severity === 'error').length,
    warnings: severities.filter((severity) => severity === 'warning').length,
  };
}

/** Whether the diagnostics of a file make it invalid. */
export function fails(diagnostics: readonly Diagnostic[], strict: boolean): boolean {
  return hasErrors(diagnostics) || (strict && diagnostics.some((diagnostic) => diagnostic.severity === 'warning'));
}

/** Whether they do so beyond doubt: what could not be decided is not counted. */
export function failsForGood(diagnostics: readonly Diagnostic[], strict: boolean): boolean {
  return fails(
    diagnostics.filter(({ code }) => code !== UNDECIDED_CODE),
    strict,
  );
}
