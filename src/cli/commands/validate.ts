// `mcpgw validate <file…>`: every error and warning of configurations, with their places (spec: cli). Reads files and
// the environment (references), runs no command, and sends nothing.
import * as path from 'node:path';
import { checkConfig } from '../../config/check.js';
import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { McpgwError, unreadableFile } from '../../errors.js';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import type { OutputOptions } from '../options/output.js';
import { fails, type FileReport } from '../render/file-report.js';
import { printReports, reportFormat, type ReportFormat } from '../render/print-reports.js';

export interface ValidateOptions extends OutputOptions {
  readonly format?: ReportFormat;
  /** Warnings fail, too. */
  readonly strict?: boolean;
  /** False for `--no-resolve`: secret references are checked for form alone. */
  readonly resolve?: boolean;
  readonly stdinFilename?: string;
}

/**
 * Exit 0: valid. 1: errors, or warnings with `--strict`. 2: a file could not be read.
 *
 * @throws McpgwError USAGE when standard input is named twice, or two forms of output are asked for
 */
export async function validate(
  context: CommandContext,
  args: readonly string[],
  options: ValidateOptions,
): Promise<ExitCode> {
  if (args.filter((name) => name === '-').length > 1) {
    throw new McpgwError('USAGE', 'standard input can only be read once', { hint: 'give - one time' });
  }
  const format = reportFormat(options);
  const reports: FileReport[] = [];
  for (const name of args) reports.push(await reportOf(name, { context, options }));
  const strict = options.strict ?? false;
  await printReports(reports, { context, format, strict });
  if (reports.some((report) => report.text === undefined)) return EXIT.USAGE;
  return reports.some((report) => fails(report.diagnostics, strict)) ? EXIT.NO : EXIT.OK;
}

interface Call {
  readonly context: CommandContext;
  readonly options: ValidateOptions;
}

async function reportOf(name: string, call: Call): Promise<FileReport> {
  const { host } = call.context;
  const file = name === '-' ? (call.options.stdinFilename ?? '<stdin>') : name;
  const text = await readConfig(name, call);
  if (typeof text !== 'string') {
    return { file, text: undefined, diagnostics: [unreadable(file, text.message)], unsupported: [] };
  }
  const { policy, diagnostics } = await checkConfig({
    host,
    file,
    text,
    directory: name === '-' ? host.cwd : path.dirname(path.resolve(host.cwd, name)),
    resolveReferences: call.options.resolve ?? true,
    // Who names a file on the command line says that they trust it.
    trusted: true,
    lint: true,
  });
  return { file, text, diagnostics, unsupported: policy?.unsupported ?? [] };
}

/** The text, or why there is none. */
async function readConfig(name: string, { context: { host } }: Call): Promise<string | McpgwError> {
  try {
    if (name !== '-') return await host.files.readText(path.resolve(host.cwd, name));
    const chunks: Buffer[] = [];
    for await (const chunk of host.stdio.stdin) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks).toString('utf8');
  } catch (error) {
    return unreadableFile(name === '-' ? 'standard input' : name, error);
  }
}

function unreadable(file: string, message: string): Diagnostic {
  const place = { line: 1, column: 1, endLine: 1, endColumn: 1 };
  return { code: 'MCPGW116', severity: 'error', file, place, pointer: '', message };
}
