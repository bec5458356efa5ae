// Test files that cannot be run as they are: every mistake with its place, for `file:line:column error message` lines.
import { McpgwError } from '../../errors.js';
import type { Problem } from './yaml-source.js';

export interface PlacedProblem extends Problem {
  readonly file: string;
}

/** Exit 2: nothing was judged. */
export class UnusableTestsError extends McpgwError {
  readonly problems: readonly PlacedProblem[];

  constructor(problems: readonly PlacedProblem[]) {
    const files = [...new Set(problems.map(({ file }) => file))];
    const count = `${problems.length} ${problems.length === 1 ? 'mistake' : 'mistakes'}`;
    super('USAGE', `no test was run: ${count} in ${files.join(', ')}`, { details: { problems } });
    this.problems = problems;
  }
}
