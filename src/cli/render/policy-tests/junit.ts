// Policy tests as JUnit XML: a suite a file. A test that could not be decided is an error, not a failure.
import { visibleText } from '../../../diagnostics/visible-text.js';
import type { FileResult } from '../../policy-tests/run-files.js';
import type { TestResult } from '../../policy-tests/run-test.js';
import { junitXml, type TestOutcome } from '../junit-xml.js';

export function testsJunit(files: readonly FileResult[]): string {
  return junitXml(
    'mcpgw test',
    files.map(({ file, results }) => ({
      name: visibleText(file),
      file: visibleText(file),
      cases: results.map((result) => ({
        name: visibleText(result.test.name),
        className: visibleText(file),
        file: visibleText(file),
        line: result.test.place.line,
        outcome: outcomeOf(result),
      })),
    })),
  );
}

function outcomeOf({ decision, mismatches }: TestResult): TestOutcome {
  const lines = mismatches.map(({ what, expected, got }) => visibleText(`${what}: expected ${expected}, got ${got}`));
  const [first] = lines;
  if (first === undefined) return { kind: 'passed' };
  const isUndecided = decision.verdict === 'undecided';
  return {
    kind: isUndecided ? 'error' : 'failure',
    type: isUndecided ? 'undecided' : 'expectation',
    message: first,
    details: lines.join('\n'),
  };
}
