// How a failure is told: one sentence on stderr, a hint where there is one, one JSON document with `--json`; a stack
// trace only for those who ask with -vv. Decides the exit code.
import { CommanderError } from 'commander';
import { McpgwError } from '../errors.js';
import type { Host } from '../host.js';
import { redact } from '../secret/redact.js';
import { EXIT } from './exit-codes.js';
import { InvalidConfigError } from './load-policy.js';
import { diagnosticsText } from './render/diagnostics-text.js';

/** Prints what went wrong and gives the exit code for it. */
export async function reportFailure(host: Host, error: unknown): Promise<number> {
  if (error instanceof CommanderError) return reportUsage(host, error);
  const known = error instanceof McpgwError;
  const message = known
    ? error.message
    : `unexpected failure: ${error instanceof Error ? error.message : String(error)}`;
  const hint = known ? error.hint : 'this is a bug of mcpgw: run again with -vv and report what it prints';
  if (wantsJson(host)) {
    await writeJson(host, {
      version: 1,
      error: {
        code: known ? error.code : 'UNEXPECTED',
        message: redact(message),
        ...(hint === undefined ? {} : { hint }),
        ...(known ? error.details : {}),
      },
    });
  } else {
    const lines = [...diagnosticsOf(error), `error: ${message}`, ...(hint === undefined ? [] : [`hint: ${hint}`])];
    host.stdio.stderr.write(redact(`${lines.join('\n')}\n`));
  }
  if (isVerbose(host) && error instanceof Error) host.stdio.stderr.write(redact(`${stackOf(error)}\n`));
  return known ? error.exitCode : EXIT.UNDECIDED;
}

function diagnosticsOf(error: unknown): readonly string[] {
  if (!(error instanceof InvalidConfigError)) return [];
  const report = { file: error.file, text: undefined, diagnostics: error.diagnostics, unsupported: [] };
  return [diagnosticsText([report], { color: false, frames: false, quiet: true })];
}

/** commander has printed its own words already: help is an answer, everything else a wrong question. */
async function reportUsage(host: Host, error: CommanderError): Promise<number> {
  if (error.exitCode === 0) return EXIT.OK;
  if (wantsJson(host)) {
    await writeJson(host, { version: 1, error: { code: 'USAGE', message: error.message.replace(/^error: /, '') } });
  }
  return EXIT.USAGE;
}

/** The command line may be what is wrong, so its words are looked at as they are. */
function wantsJson(host: Host): boolean {
  return host.args.includes('--json') || host.args.join(' ').includes('--format json');
}

function isVerbose(host: Host): boolean {
  return host.env['MCPGW_LOG'] === 'debug' || host.args.some((word) => /^-v{2,}$/.test(word));
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by: ${stackOf(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}

function writeJson(host: Host, value: unknown): Promise<void> {
  return new Promise((resolve) => {
    host.stdio.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`, () => resolve());
  });
}
