// How a failure is told: one sentence on stderr, a hint where there is one, one JSON document with `--json`; a stack
// trace only for those who ask with -vv. Decides the exit code.
import { CommanderError } from 'commander';
import { McpgwError } from '../errors.js';
import type { Host } from '../host.js';
import { withoutSecrets } from '../secret/redact.js';
import { writeResult } from './context.js';
import { EXIT } from './exit-codes.js';
import { InvalidConfigError } from './load-policy.js';
import { UnusableTestsError } from './policy-tests/unusable-tests.js';
import { diagnosticsText } from './render/validation/diagnostics-text.js';
import { jsonText } from './render/json-text.js';
import { visibleText } from '../diagnostics/visible-text.js';

/** Prints what went wrong and gives the exit code for it. */
export async function reportFailure(host: Host, error: unknown): Promise<number> {
  if (error instanceof CommanderError) return reportUsage(host, error);
  const known = error instanceof McpgwError;
  const message = known
    ? error.message
    : `unexpected failure: ${error instanceof Error ? error.message : String(error)}`;
  const hint = known ? error.hint : 'this is a bug of mcpgw: run again with -vv and report what it prints';
  const facts = { message, ...(hint === undefined ? {} : { hint }), ...(known ? error.details : {}) };
  const isTold = wantsJson(host) && (await writeJson(host, { code: known ? error.code : 'UNEXPECTED', ...facts }));
  if (!isTold) {
    // Files and servers are called what somebody else called them.
    const words = [`error: ${message}`, ...(hint === undefined ? [] : [`hint: ${hint}`])].map(visibleText);
    host.stdio.stderr.write(withoutSecrets(`${[...diagnosticsOf(error), ...words].join('\n')}\n`));
  }
  if (isVerbose(host) && error instanceof Error) host.stdio.stderr.write(withoutSecrets(`${stackOf(error)}\n`));
  return known ? error.exitCode : EXIT.UNDECIDED;
}

function diagnosticsOf(error: unknown): readonly string[] {
  if (error instanceof UnusableTestsError) {
    return error.problems.map(({ file, line, column, message }) =>
      visibleText(`${file}:${line}:${column} error ${message}`),
    );
  }
  if (!(error instanceof InvalidConfigError)) return [];
  const report = { file: error.file, text: undefined, diagnostics: error.diagnostics };
  return [diagnosticsText([report], { color: false, frames: undefined, quiet: true })];
}

/** commander has printed its own words already: help is an answer, everything else a wrong question. */
async function reportUsage(host: Host, error: CommanderError): Promise<number> {
  if (error.exitCode === 0) return EXIT.OK;
  if (wantsJson(host)) {
    await writeJson(host, { code: 'USAGE', message: error.message.replace(/^error: /, '') });
  }
  return EXIT.USAGE;
}

/** The command line may be what is wrong, so its words are looked at as they are. */
function wantsJson(host: Host): boolean {
  // The stdout of `serve` is the MCP channel, whatever else its command line says.
  if (host.args[0] === 'serve') return false;
  const words = flagWords(host);
  if (words.includes('--json')) return true;
  // The last one counts, as everywhere.
  const last = words.findLastIndex((word) => word === '--format' || word.startsWith('--format='));
  return words[last] === '--format=json' || (words[last] === '--format' && words[last + 1] === 'json');
}

/** As createContext counts: `-v -v`, `-vv`, `-qvv` and `--verbose --verbose` say the same. */
function isVerbose(host: Host): boolean {
  const count = flagWords(host)
    .map((word) => (word === '--verbose' ? 1 : /^-[qv]+$/.test(word) ? word.split('v').length - 1 : 0))
    .reduce((sum, each) => sum + each, 0);
  return host.env['MCPGW_LOG'] === 'debug' || count >= 2;
}

/** What stands behind `--` is no flag. */
function flagWords({ args }: Host): readonly string[] {
  const end = args.indexOf('--');
  return end === -1 ? args : args.slice(0, end);
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by: ${stackOf(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}

/** False when stdout does not take it: stderr has to do, then. */
async function writeJson(host: Host, error: Readonly<Record<string, unknown>>): Promise<boolean> {
  // Text by text: in the JSON itself, a replacement could break the document.
  const text = jsonText({ version: 1, error }, (_key, value) =>
    typeof value === 'string' ? withoutSecrets(value) : value,
  );
  return (await writeResult(host.stdio.stdout, `${text}\n`)) === undefined;
}
