// `mcpgw test <file…>`: runs policy tests, offline, with the functions that `serve` runs (spec: policy-tests).
import { McpgwError } from '../../errors.js';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import type { OutputOptions } from '../options/output.js';
import { runFiles, type TestRunResult } from '../policy-tests/run-files.js';

export interface TestOptions extends OutputOptions {
  readonly format?: TestFormat;
  /** Tells which rules no test made decide. */
  readonly coverage?: boolean;
}

type TestFormat = 'text' | 'json' | 'junit';

/**
 * Exit 0: every test passed. 1: one failed, or could not be decided.
 *
 * @throws McpgwError USAGE (two forms of output; mistakes in a test file, with their places), and what loadPolicy throws
 */
export async function test(context: CommandContext, args: readonly string[], options: TestOptions): Promise<ExitCode> {
  const format = formatOf(options);
  const result = await runFiles(context.host, args);
  await print(result, { context, format, coverage: options.coverage ?? false });
  const isPassed = result.files.every(({ results }) => results.every(({ mismatches }) => mismatches.length === 0));
  return isPassed ? EXIT.OK : EXIT.NO;
}

function formatOf({ json = false, format, coverage = false }: TestOptions): TestFormat {
  if (json && format !== undefined && format !== 'json') {
    throw new McpgwError('USAGE', `--json and --format ${format} ask for two forms of one output`, {
      hint: 'give one of them',
    });
  }
  if (coverage && format === 'junit') {
    throw new McpgwError('USAGE', '--coverage has no place in the format junit', { hint: 'use --format text or json' });
  }
  return json ? 'json' : (format ?? 'text');
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
