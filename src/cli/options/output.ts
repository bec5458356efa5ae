// The flags that every command has: how much is said, and in which form.
import { Option, type Command } from 'commander';

export interface OutputOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: number;
  readonly logFormat?: 'text' | 'json';
  /** False for `--no-color`; commander's default is true. */
  readonly color?: boolean;
}

export function addOutputOptions(command: Command): Command {
  return command
    .option('-q, --quiet', 'say nothing but the result and errors')
    .addOption(
      new Option('-v, --verbose', 'say more on stderr (-vv: even more, with stack traces)')
        .default(0)
        .argParser((_value, previous: number) => previous + 1),
    )
    .addOption(
      new Option('--log-format <format>', 'form of log lines on stderr').choices(['text', 'json']).default('text'),
    )
    .option('--no-color', 'no colour (NO_COLOR and FORCE_COLOR are honoured too)');
}

export function addJsonOption(command: Command): Command {
  return command.option('--json', 'print one JSON document on stdout, for success and failure alike', false);
}
