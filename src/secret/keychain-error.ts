// The operating system's credential store gave no answer: which of its few ways of failing it was. What the library
// behind it says is never repeated, because it may quote what it was given.
import { McpgwError } from '../errors.js';

export type KeychainProblem =
  /** There is no library for it here, or its native part cannot be loaded. */
  | 'not-loadable'
  /** It did not answer in time: a window that nobody sees may be asking for a password. */
  | 'no-answer'
  /** It said no: there is no service, or the service refused. */
  | 'refused';

const WHY: Readonly<Record<KeychainProblem, string>> = {
  'not-loadable': 'its library cannot be loaded',
  'no-answer': 'it does not answer',
  refused: 'it cannot be reached, or refuses',
};

/** Code STORE_UNAVAILABLE. The hint is left to whoever knows what the store was asked for. */
export class KeychainError extends McpgwError {
  readonly problem: KeychainProblem;

  constructor(problem: KeychainProblem) {
    super('STORE_UNAVAILABLE', `the system's credential store cannot be used: ${WHY[problem]}`);
    this.problem = problem;
  }
}
