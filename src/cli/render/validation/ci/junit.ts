// Diagnostics as test results: a suite for each file, a failed test for each finding that makes it invalid, and one
// passed test for a file without any. What does not fail (warnings, unless --strict) is told in `system-out`.
import type { Diagnostic } from '../../../../diagnostics/diagnostic.js';
import { helpUri } from '../../../../diagnostics/help-uri.js';
import { fails, type FileReport } from '../file-report.js';
import { findingNames } from './finding-names.js';
import { junitXml, type TestCase, type TestSuite } from '../../junit-xml.js';
import { isStandardInput } from './source-root.js';
import { visibleText } from '../../../../diagnostics/visible-text.js';

export function junitReport(reports: readonly FileReport[], strict: boolean): string {
  return junitXml(
    'mcpgw validate',
    reports.map((report) => suiteOf(report, strict)),
  );
}

function suiteOf(report: FileReport, strict: boolean): TestSuite {
  const { diagnostics } = report;
  const file = visibleText(report.file);
  const names = findingNames(diagnostics);
  const failed = diagnostics.flatMap((diagnostic, index) =>
    fails([diagnostic], strict) ? [failedCase(diagnostic, { report, name: names[index] ?? diagnostic.code })] : [],
  );
  const said = diagnostics.filter((diagnostic) => !fails([diagnostic], strict)).map(tell);
  const passed: TestCase = { name: 'is valid', className: file, outcome: { kind: 'passed' }, ...fileOf(report.file) };
  return {
    name: file,
    ...fileOf(report.file),
    cases: failed.length > 0 ? failed : [passed],
    ...(said.length > 0 && { output: said.join('\n') }),
  };
}

interface Naming {
  readonly report: FileReport;
  readonly name: string;
}

function failedCase(diagnostic: Diagnostic, { report, name }: Naming): TestCase {
  const { code, message, place } = diagnostic;
  return {
    name: visibleText(name),
    className: visibleText(report.file),
    ...fileOf(report.file),
    line: place.line,
    outcome: {
      // A file that could not be read has not been judged.
      kind: report.text === undefined ? 'error' : 'failure',
      type: code,
      message: visibleText(message),
      details: `${tell(diagnostic)}\n${helpUri(code)}`,
    },
  };
}

function tell({ file, place, severity, code, message, help, pointer }: Diagnostic): string {
  const first = `${file}:${place.line}:${place.column} ${severity} ${code} ${message}`;
  const lines = [
    first,
    ...(pointer === '' ? [] : [`  at ${pointer}`]),
    ...(help === undefined ? [] : [`  help: ${help}`]),
  ];
  return lines.map(visibleText).join('\n');
}

function fileOf(file: string): { readonly file?: string } {
  return isStandardInput(file) ? {} : { file: visibleText(file) };
}
