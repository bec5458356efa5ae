// What `validate` found, in one line for people.
import { countOf, type FileReport } from './file-report.js';

export function summaryLine(reports: readonly FileReport[]): string {
  const { errors, warnings } = countOf(reports);
  const files = plural(reports.length, 'file');
  if (errors + warnings === 0) return `${files}: no errors, no warnings`;
  return `${files}: ${plural(errors, 'error')}, ${plural(warnings, 'warning')}`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
