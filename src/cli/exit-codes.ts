// What the process says when it ends (spec: cli). McpgwError maps its own codes onto these.

export const EXIT = {
  /** Done; the config is valid, the token is accepted. */
  OK: 0,
  /** The answer is no. */
  NO: 1,
  /** The question was wrong. */
  USAGE: 2,
  /** It could not be decided or done. */
  UNDECIDED: 3,
  /** SIGINT. */
  INTERRUPTED: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
