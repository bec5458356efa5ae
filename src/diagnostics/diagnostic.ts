// One finding about a document: what is wrong, where, how bad, and what to do. Values only; printing is the
// business of cli/render/.
import type { DiagnosticCode } from './codes.js';

export type Severity = 'error' | 'warning' | 'note';

/** A place in a text. Lines and columns count from 1; columns count UTF-16 units, as editors do. */
export interface Place {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  /** The file as the user named it; `<stdin>` for standard input. */
  readonly file: string;
  readonly place: Place;
  /** RFC 6901; `""` is the whole document. */
  readonly pointer: string;
  /** One sentence. Never holds a secret. */
  readonly message: string;
  /** What to do, where one thing is worth saying ("did you mean `requiredClaims`?"). */
  readonly help?: string;
}

/** Document order, errors before warnings at the same place. */
export function inReadingOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const rank = { error: 0, warning: 1, note: 2 } as const;
  return diagnostics.toSorted(
    (a, b) =>
      a.place.line - b.place.line ||
      a.place.column - b.place.column ||
      rank[a.severity] - rank[b.severity] ||
      a.code.localeCompare(b.code),
  );
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error');
}
