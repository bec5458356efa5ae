// `mcpgw validate <file…>`: every error and warning of configurations, with their places (spec: cli). Reads files and
// the environment (references), runs no command, and sends nothing unless `--online` asks for it.
import * as path from 'node:path';
import { checkConfig, type CheckedConfig } from '../../config/check.js';
import { inReadingOrder, type Diagnostic } from '../../diagnostics/diagnostic.js';
import { McpgwError, unreadableFile } from '../../errors.js';
import type { Host } from '../../host.js';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import type { CheckedFile } from '../online/with-online.js';
import type { OutputOptions } from '../options/output.js';
import { failsForGood, fails } from '../render/validation/file-report.js';
import { printReports, reportFormat, type ReportFormat } from '../render/validation/print-reports.js';
import { isReadableByOthers } from '../readable-by-others.js';

export interface ValidateOptions extends OutputOptions {
  readonly format?: ReportFormat;
  /** Warnings fail, too. */
  readonly strict?: boolean;
  /** False for `--no-resolve`: secret references are checked for form alone. */
  readonly resolve?: boolean;
  /** Prints what mcpgw made of each file, too. */
  readonly showResolved?: boolean;
  readonly stdinFilename?: string;
  /** What the configurations name is asked, too. */
  readonly online?: boolean;
}

/**
 * Exit 0: valid. 1: errors, or warnings with `--strict`. 2: a file could not be read. 3: with `--online`, nothing worse
 * than that something could not be decided.
 *
 * @throws McpgwError USAGE when standard input is named twice, two forms of output are asked for, or one that has no place
 * for what is to be shown
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
  const files: CheckedFile[] = [];
  for (const name of args) files.push(await checkedFile(name, { context, options }));
  const reports = options.online === true ? await askedOnline(files, context) : files.map(({ report }) => report);
  const strict = options.strict ?? false;
  await printReports(reports, { context, format, strict });
  if (reports.some((report) => report.text === undefined)) return EXIT.USAGE;
  if (reports.some((report) => failsForGood(report.diagnostics, strict))) return EXIT.NO;
  return reports.some((report) => fails(report.diagnostics, strict)) ? EXIT.UNDECIDED : EXIT.OK;
}

async function askedOnline(files: readonly CheckedFile[], context: CommandContext) {
  if (context.spinner) context.note('asking what the configurations name …');
  const { withOnlineFindings } = await import('../online/with-online.js');
  return withOnlineFindings(files, context.host);
}

interface Call {
  readonly context: CommandContext;
  readonly options: ValidateOptions;
}

async function checkedFile(name: string, call: Call): Promise<CheckedFile> {
  const { host } = call.context;
  const file = name === '-' ? (call.options.stdinFilename ?? '<stdin>') : name;
  const text = await readConfig(name, call);
  if (typeof text !== 'string') {
    const diagnostics = [unreadable(file, text.message)];
    return { report: { file, text: undefined, diagnostics }, config: undefined };
  }
  const directory = path.dirname(path.resolve(host.cwd, file));
  const config = await checkConfig({
    host,
    file,
    text,
    // The name of standard input says where its `${file:…}` references are relative to, too.
    directory,
    resolveReferences: call.options.resolve ?? true,
    // Who names a file on the command line says that they trust it.
    trusted: true,
    lint: true,
    isReadableByOthers: async () => name !== '-' && isReadableByOthers(host, name),
    isKeyReadableByOthers: (written) => isReadableByOthers(host, path.resolve(directory, written)),
    hasSigningKey: async () => (await import('../signing-key.js')).hasSigningKey(host),
  });
  const { policy, source } = config;
  const ofTls = call.options.resolve === false ? [] : await tlsDiagnostics(config, { host, directory });
  const diagnostics = ofTls.length === 0 ? config.diagnostics : inReadingOrder([...config.diagnostics, ...ofTls]);
  const report = { file, text, diagnostics };
  if (ofTls.length > 0) return { report, config: undefined };
  if (call.options.showResolved !== true || policy === undefined || source === undefined) return { report, config };
  const { resolvedView } = await import('../../config/resolved-view.js');
  return { report: { ...report, resolved: resolvedView({ source, policy }) }, config };
}

/** What is wrong with the files of `tls`; they are looked up as secret references are. */
async function tlsDiagnostics(
  { policy, source }: CheckedConfig,
  where: { readonly host: Host; readonly directory: string },
): Promise<readonly Diagnostic[]> {
  if (source === undefined || policy?.servers.some(({ hasTls }) => hasTls) !== true) return [];
  const { tlsFindings } = await import('../../config/tls-files.js');
  const findings = await tlsFindings(source.layout, { files: where.host.files, directory: where.directory });
  return findings.length === 0 ? [] : source.diagnosticsOf(findings);
}

/** Of standard input; as of a file. */
const MOST_BYTES = 64 * 1024 * 1024;

/** The text, or why there is none. */
async function readConfig(name: string, { context: { host } }: Call): Promise<string | McpgwError> {
  try {
    if (name !== '-') return await host.files.readText(path.resolve(host.cwd, name));
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of host.stdio.stdin) {
      const bytes = Buffer.from(chunk);
      chunks.push(bytes);
      length += bytes.length;
      if (length > MOST_BYTES) throw Object.assign(new Error('too large'), { code: 'EFBIG' });
    }
    return Buffer.concat(chunks).toString('utf8');
  } catch (error) {
    return unreadableFile(name === '-' ? 'standard input' : name, error);
  }
}

function unreadable(file: string, message: string): Diagnostic {
  const place = { line: 1, column: 1, endLine: 1, endColumn: 1 };
  return { code: 'MCPGW116', severity: 'error', file, place, pointer: '', message };
}
