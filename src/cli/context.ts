// What every command gets: the Host, a log, and how to print. stdout carries the result and nothing else; all the
// rest goes to stderr.
import { McpgwError, systemCode } from '../errors.js';
import type { Host } from '../host.js';
import { visibleText } from '../diagnostics/visible-text.js';
import { createLog, type Log, type LogLevel } from '../log.js';
import { withoutSecrets } from '../secret/redact.js';
import type { OutputOptions } from './options/output.js';
import { jsonText } from './render/json-text.js';

export interface CommandContext {
  readonly host: Host;
  readonly log: Log;
  /** One JSON document on stdout, for success and failure alike. */
  readonly json: boolean;
  readonly quiet: boolean;
  /** How often `-v` was given; `MCPGW_LOG=debug` counts as two. */
  readonly verbosity: number;
  readonly color: { readonly stdout: boolean; readonly stderr: boolean };
  /** True when progress may be drawn on stderr: a TTY, no CI, neither `--quiet` nor `--json`. */
  readonly spinner: boolean;
  /**
   * Writes the result to stdout, with a newline at the end when there is none. Resolves when it is written, or when
   * its reader has gone away.
   *
   * @throws McpgwError IO when it cannot be written
   */
  readonly print: (text: string) => Promise<void>;
  /** Writes one JSON document to stdout. */
  readonly printJson: (value: unknown) => Promise<void>;
  /** Writes a line to stderr, redacted, and without what would steer a terminal, unless `--quiet`. */
  readonly note: (text: string) => void;
}

export function createContext(host: Host, options: OutputOptions): CommandContext {
  const verbosity = Math.max(options.verbose ?? 0, host.env['MCPGW_LOG'] === 'debug' ? 2 : 0);
  const quiet = options.quiet ?? false;
  const json = options.json ?? false;
  const print = async (text: string): Promise<void> => {
    const error = await writeResult(host.stdio.stdout, text.endsWith('\n') ? text : `${text}\n`);
    // A reader that has gone away (`| head`) has read what it wanted.
    if (error === undefined || systemCode(error) === 'EPIPE') return;
    throw new McpgwError('IO', `the result could not be written: ${systemCode(error) ?? 'unknown reason'}`, {
      cause: error,
    });
  };
  return {
    host,
    log: createLog({ host, level: logLevel(quiet, verbosity), format: options.logFormat ?? 'text' }),
    json,
    quiet,
    verbosity,
    color: {
      stdout: wantsColor(host, options, host.stdio.stdout.isTTY),
      stderr: wantsColor(host, options, host.stdio.stderr.isTTY),
    },
    // A terminal that does not say how wide it is (0 columns) would be cleared for ever.
    spinner: isTerminal(host.stdio.stderr) && !isSet(host.env['CI']) && !quiet && !json,
    print,
    printJson: (value) => print(jsonText(value)),
    note: (text) => {
      if (!quiet) host.stdio.stderr.write(`${visibleText(withoutSecrets(text))}\n`);
    },
  };
}

/** Writes to the stream and resolves when that is done: with the error, when it could not be. */
export function writeResult(stream: Host['stdio']['stdout'], text: string): Promise<Error | undefined> {
  return new Promise((resolve) => {
    try {
      stream.write(text, (error) => resolve(error ?? undefined));
    } catch (error) {
      // Files and devices are written at once, and some versions of Node throw what the callback should get.
      resolve(error instanceof Error ? error : new Error(String(error)));
    }
  });
}

/** One that something can be drawn on. */
function isTerminal({ isTTY, columns }: Host['stdio']['stderr']): boolean {
  return isTTY === true && columns !== 0;
}

function logLevel(quiet: boolean, verbosity: number): LogLevel {
  if (quiet) return 'error';
  if (verbosity >= 2) return 'debug';
  return verbosity === 1 ? 'info' : 'warn';
}

/** `--no-color`, then `NO_COLOR`, then `FORCE_COLOR`, then whether the stream is a TTY. */
function wantsColor(host: Host, options: OutputOptions, isTTY: boolean | undefined): boolean {
  if (options.color === false || isSet(host.env['NO_COLOR'])) return false;
  const force = host.env['FORCE_COLOR'];
  if (force !== undefined) return force !== '0' && force !== 'false';
  return isTTY === true && host.env['TERM'] !== 'dumb';
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}
