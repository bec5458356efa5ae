// Diagnostics as workflow commands of GitHub Actions, which shows them as annotations. Escapes as @actions/core does:
// a file's name or a key can neither end its place in a command nor begin a command of its own.
import {
  isOnlineCode,
  isRuleCode,
  ONLINE_CODES,
  RULE_CODES,
  type DiagnosticCode,
} from '../../../../diagnostics/codes.js';
import type { Diagnostic, Severity } from '../../../../diagnostics/diagnostic.js';
import { ERROR_FACTS } from '../../../../diagnostics/error-facts.js';
import type { FileReport } from '../file-report.js';
import { isStandardInput, stepsFromRoot, type SourceRoot } from './source-root.js';
import { summaryLine } from '../summary-line.js';
import { visibleText } from '../../../../diagnostics/visible-text.js';

export interface GithubOptions {
  readonly sources: SourceRoot;
  /** Diagnostics alone, without a summary. */
  readonly quiet: boolean;
}

export function githubCommands(reports: readonly FileReport[], { sources, quiet }: GithubOptions): string {
  const commands = reports.flatMap(({ diagnostics }) =>
    diagnostics.map((diagnostic) => diagnosticCommand(diagnostic, sources)),
  );
  return [...commands, ...(quiet ? [] : [summaryLine(reports)])].join('\n');
}

const COMMANDS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', note: 'notice' };

function diagnosticCommand({ file, place, severity, code, message, help }: Diagnostic, sources: SourceRoot): string {
  const { line, column, endLine, endColumn } = place;
  const lines = [visibleText(message), ...(help === undefined ? [] : [`help: ${visibleText(help)}`])];
  // GitHub takes columns only of what begins and ends on one line.
  const columns: readonly Property[] = endLine === line ? [['endColumn', endColumn]] : [];
  const start: readonly Property[] = endLine === line ? [['col', column]] : [];
  const region: readonly Property[] = [['line', line], ...start, ['endLine', endLine], ...columns];
  const places = isStandardInput(file) ? [] : [...fileProperty(file, sources), ...region];
  const where = isStandardInput(file) ? `${file}:${line}:${column} ` : '';
  return command({
    name: COMMANDS[severity],
    properties: [...places, ['title', `${code} ${codeName(code)}`]],
    message: where + lines.join('\n'),
  });
}

type Property = readonly [name: string, value: string | number];

function fileProperty(file: string, sources: SourceRoot): readonly Property[] {
  if (isStandardInput(file)) return [];
  return [['file', visibleControls(stepsFromRoot(file, sources)?.join('/') ?? file)]];
}

function codeName(code: DiagnosticCode): string {
  if (isOnlineCode(code)) return ONLINE_CODES[code];
  return isRuleCode(code) ? RULE_CODES[code] : ERROR_FACTS[code].name;
}

interface Command {
  readonly name: string;
  readonly properties: readonly Property[];
  readonly message: string;
}

function command({ name, properties, message }: Command): string {
  const list = properties.map(([key, value]) => `${key}=${escapeProperty(String(value))}`);
  return `::${name} ${list.join(',')}::${escapeData(message)}`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** The file must be found by its name, so only what a terminal could obey is taken out. */
function visibleControls(name: string): string {
  return name.replace(/[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, visibleText);
}
