// Reports as `validate` makes them, from texts: what the formats are tested with.
import type { FileReport } from '../../../../../../src/cli/render/validation/file-report.js';
import type { Diagnostic } from '../../../../../../src/diagnostics/diagnostic.js';
import { checkText } from '../../../../config/check-text.js';

export async function reportOf(text: string, file = 'mcpgw.json'): Promise<FileReport> {
  const { diagnostics } = await checkText(text, { file, lint: true });
  return { file, text, diagnostics };
}

export function unreadReport(file: string): FileReport {
  const place = { line: 1, column: 1, endLine: 1, endColumn: 1 };
  const message = `cannot read ${file}: there is no such file`;
  const diagnostic: Diagnostic = { code: 'MCPGW116', severity: 'error', file, place, pointer: '', message };
  return { file, text: undefined, diagnostics: [diagnostic] };
}

export const BAD = '{\n  "timeout_ms": 0,\n  "heders": {}\n}';
export const GOOD = '{ "timeout_ms": 5 }';
export const WARNING = '{ "forward_headers": { "mode": "all-except", "headers": [] } }';
export const NOTE =
  '{ "forward_headers": { "mode": "all-except", "headers": [] }, "lint": { "all-except-mode": "note" } }';

/** Keys and names that try to be something else. */
export const NASTY = [
  '::error file=x::pwned',
  'a::b,c:d%0A%25',
  'line\nbreak\r\n::add-mask::x',
  ']]><script>&lt;"\'',
  '\u0000\u0001\u001b[2J\u007f\u0085',
  '\ud800 lone \udc00',
  '\u202egnp.exe\u2066\u200b\ufeff',
  '[click](https://evil.example)',
  '{0} {1}',
  '🔑\u{1F468}\u200D\u{1F469}',
  '\uFFFE\uFFFF',
  '../../etc/passwd',
  '%SRCROOT%',
  ' ',
  '',
];
