// Diagnostics for programs: the document that `validate --json` prints. Fields are only ever added.
import type { Diagnostic } from '../../../diagnostics/diagnostic.js';
import { countOf, fails, type FileReport } from './file-report.js';

export interface DiagnosticsDocument {
  readonly version: 1;
  /** No file has an error; with `--strict`, no warning either. */
  readonly valid: boolean;
  readonly files: readonly FileDocument[];
  readonly summary: { readonly files: number; readonly errors: number; readonly warnings: number };
}

export interface FileDocument {
  readonly file: string;
  readonly valid: boolean;
  readonly diagnostics: readonly DiagnosticDocument[];
  /** With `--show-resolved`, of a file without errors: what mcpgw made of it, secrets masked. */
  readonly resolved?: Readonly<Record<string, unknown>>;
}

export interface DiagnosticDocument {
  readonly code: string;
  readonly severity: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly pointer: string;
  readonly message: string;
  readonly help?: string;
}

export function diagnosticsDocument(reports: readonly FileReport[], strict: boolean): DiagnosticsDocument {
  const files = reports.map(({ file, diagnostics, resolved }): FileDocument => ({
    file,
    valid: !fails(diagnostics, strict),
    diagnostics: diagnostics.map(diagnosticDocument),
    ...(resolved !== undefined && { resolved }),
  }));
  return {
    version: 1,
    valid: files.every((file) => file.valid),
    files,
    summary: { files: files.length, ...countOf(reports) },
  };
}

function diagnosticDocument({ code, severity, place, pointer, message, help }: Diagnostic): DiagnosticDocument {
  const document = { code, severity, ...place, pointer, message };
  return help === undefined ? document : { ...document, help };
}
