// `mcpgw test <file…>`: runs policy tests, offline, with the functions that `serve` runs (spec: policy-tests).
import * as path from 'node:path';
import { McpgwError } from '../../errors.js';
import type { Host } from '../../host.js';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { reportFailure } from '../failure.js';
import type { OutputOptions } from '../options/output.js';
import { runFiles, type TestRunResult } from '../policy-tests/run-files.js';

export interface TestOptions extends OutputOptions {
  readonly format?: TestFormat;
  /** Tells which rules no test made decide. */
  readonly coverage?: boolean;
  /** Runs the tests again whenever a file has changed. */
  readonly watch?: boolean;
}

type TestFormat = 'text' | 'json' | 'junit';

/**
 * Exit 0: every test passed. 1: one failed, or could not be decided. With `--watch`, 130: it runs until it is interrupted.
 *
 * @throws McpgwError USAGE (two forms of output; mistakes in a test file, with their places), and what loadPolicy throws
 */
export async function test(context: CommandContext, args: readonly string[], options: TestOptions): Promise<ExitCode> {
  const printing = { context, format: formatOf(options), coverage: options.coverage ?? false };
  if (options.watch === true) return watchTests(args, printing);
  return runTests(context.host, args, printing);
}

async function runTests(host: Host, names: readonly string[], printing: PrintOptions): Promise<ExitCode> {
  const result = await runFiles(host, names);
  await print(result, printing);
  const isPassed = result.files.every(({ results }) => results.every(({ mismatches }) => mismatches.length === 0));
  return isPassed ? EXIT.OK : EXIT.NO;
}

async function watchTests(names: readonly string[], printing: PrintOptions): Promise<ExitCode> {
  const { host, note } = printing.context;
  const { watch } = await import('../policy-tests/watch.js');
  await watch({
    host,
    onChange: (file) => note(`${path.relative(host.cwd, file)} has changed`),
    run: async (noting) => {
      try {
        await runTests(noting, names, printing);
      } catch (error) {
        // Half of what is written down is a mistake until the rest is written.
        if (!(error instanceof McpgwError)) throw error;
        await reportFailure(host, error);
      }
    },
  });
  return EXIT.INTERRUPTED;
}

function formatOf({ json = false, format, coverage = false, watch = false }: TestOptions): TestFormat {
  if (json && format !== undefined && format !== 'json') {
    throw new McpgwError('USAGE', `--json and --format ${format} ask for two forms of one output`, {
      hint: 'give one of them',
    });
  }
  if (coverage && format === 'junit') {
    throw new McpgwError('USAGE', '--coverage has no place in the format junit', { hint: 'use --format text or json' });
  }
  const chosen = json ? 'json' : (format ?? 'text');
  if (watch && chosen !== 'text') {
    throw new McpgwError('USAGE', `--watch has no place in the format ${chosen}, which is one document`);
  }
  return chosen;
}

interface PrintOptions {
  readonly context: CommandContext;
  readonly format: TestFormat;
  readonly coverage: boolean;
}

async function print(result: TestRunResult, { context, format, coverage }: PrintOptions): Promise<void> {
  switch (format) {
    case 'text': {
      const { testsText } = await import('../render/policy-tests/text.js');
      const text = testsText(result, { color: context.color.stdout, quiet: context.quiet, coverage });
      return text === '' ? undefined : context.print(text);
    }
    case 'json': {
      const { testsJson } = await import('../render/policy-tests/json.js');
      return context.printJson(testsJson(result, coverage));
    }
    case 'junit': {
      const { testsJunit } = await import('../render/policy-tests/junit.js');
      return context.print(testsJunit(result.files));
    }
  }
}
