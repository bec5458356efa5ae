// Policy tests for people: a line a test, what was expected and what came for those that failed, a summary, and the rules
// that no test made decide.
import { visibleText } from '../../../diagnostics/visible-text.js';
import type { ConfigCoverage, TestRunResult } from '../../policy-tests/run-files.js';
import { paintIf } from '../paint.js';

export interface TestsTextOptions {
  readonly color: boolean;
  /** Nothing of tests that passed. */
  readonly quiet: boolean;
  readonly coverage: boolean;
}

/** Empty when there is nothing to say. */
export function testsText({ files, coverage }: TestRunResult, options: TestsTextOptions): string {
  const paint = paintIf(options.color);
  const results = files.flatMap(({ file, results: own }) => own.map((result) => ({ file, result })));
  const lines = results.flatMap(({ file, result: { test, mismatches } }) => {
    const name = visibleText(test.name);
    if (mismatches.length === 0) return options.quiet ? [] : [`ok    ${name}`];
    const { line, column } = test.place;
    return [
      `${paint('FAIL', 'error')}  ${name}  ${paint(`(${visibleText(file)}:${line}:${column})`, 'dim')}`,
      ...mismatches.flatMap(({ what, expected, got }) => [
        `      ${visibleText(what)}`,
        `        expected  ${visibleText(expected)}`,
        `        got       ${visibleText(got)}`,
      ]),
    ];
  });
  const failed = results.filter(({ result }) => result.mismatches.length > 0).length;
  const summary = `${results.length} ${results.length === 1 ? 'test' : 'tests'}: ${results.length - failed} passed, ${failed} failed`;
  const isSilent = options.quiet && failed === 0;
  return [...lines, ...(isSilent ? [] : [summary]), ...(options.coverage ? coverage.flatMap(coverageLines) : [])].join(
    '\n',
  );
}

function coverageLines({ config, rules }: ConfigCoverage): readonly string[] {
  const open = rules.filter(({ decided }) => !decided);
  const count = `${rules.length - open.length} of ${rules.length} ${rules.length === 1 ? 'rule' : 'rules'} decided`;
  return [
    `${visibleText(config)}: ${count}`,
    ...open.map(({ server, rule }) => `  no test  ${visibleText(`${server}  ${rule}`)}`),
  ];
}
