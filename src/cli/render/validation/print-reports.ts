// Prints what `validate` found in the form that was asked for, and nothing else. A format is loaded when it is wanted.
import { McpgwError } from '../../../errors.js';
import { VERSION } from '../../../version.js';
import type { CommandContext } from '../../context.js';
import type { FileReport } from './file-report.js';
import { sourceRootOf } from './ci/source-root.js';

export type ReportFormat = 'text' | 'json' | 'sarif' | 'github' | 'junit';

/**
 * `--json` is another word for `--format json`.
 *
 * @throws McpgwError USAGE when two forms are asked for, or one that has no place for `--show-resolved`
 */
export function reportFormat({ json = false, format, showResolved = false }: FormatOptions): ReportFormat {
  if (json && format !== undefined && format !== 'json') {
    throw new McpgwError('USAGE', `--json and --format ${format} ask for two forms of one output`, {
      hint: 'give one of them',
    });
  }
  const chosen = json ? 'json' : (format ?? 'text');
  if (!showResolved || chosen === 'text' || chosen === 'json') return chosen;
  throw new McpgwError('USAGE', `--show-resolved has no place in the format ${chosen}`, {
    hint: 'use --format text or json',
  });
}

export interface FormatOptions {
  readonly json?: boolean;
  readonly format?: ReportFormat;
  readonly showResolved?: boolean;
}

export interface PrintOptions {
  readonly context: CommandContext;
  readonly format: ReportFormat;
  /** Warnings fail, too. */
  readonly strict: boolean;
}

export async function printReports(reports: readonly FileReport[], options: PrintOptions): Promise<void> {
  const { context, format, strict } = options;
  const sources = sourceRootOf(context.host);
  switch (format) {
    case 'text':
      return printText(reports, context);
    case 'json': {
      const { diagnosticsDocument } = await import('./diagnostics-json.js');
      return context.printJson(diagnosticsDocument(reports, strict));
    }
    case 'sarif': {
      const { sarifLog } = await import('./ci/sarif.js');
      return context.printJson(sarifLog(reports, { version: VERSION, sources }));
    }
    case 'github': {
      const { githubCommands } = await import('./ci/github.js');
      return printUnlessEmpty(context, githubCommands(reports, { sources, quiet: context.quiet }));
    }
    case 'junit': {
      const { junitReport } = await import('./ci/junit.js');
      return context.print(junitReport(reports, strict));
    }
  }
}

async function printText(reports: readonly FileReport[], context: CommandContext): Promise<void> {
  const { host, quiet } = context;
  const { diagnosticsText } = await import('./diagnostics-text.js');
  const color = context.color.stdout;
  const { isTTY, columns } = host.stdio.stdout;
  const frames = isTTY === true ? await framesFor(reports, { color, columns }) : undefined;
  await printUnlessEmpty(context, diagnosticsText(reports, { color, frames, quiet }));
  const shown = reports.filter(({ resolved }) => resolved !== undefined);
  if (shown.length === 0) return;
  const { resolvedText } = await import('./resolved-text.js');
  for (const report of shown) await context.print(resolvedText(report, quiet));
}

async function framesFor(reports: readonly FileReport[], style: { color: boolean; columns: number | undefined }) {
  if (reports.every(({ diagnostics }) => diagnostics.length === 0)) return undefined;
  const { codeFrames } = await import('./frame/code-frame.js');
  return codeFrames(reports, style);
}

async function printUnlessEmpty(context: CommandContext, text: string): Promise<void> {
  if (text !== '') await context.print(text);
}
