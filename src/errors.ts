// A failed action as one class with a closed set of codes, and what each code means for the exit status.
// Bad input is a Diagnostic (diagnostics/diagnostic.ts), a bug is a plain Error; neither passes through here.

/** Every way an action can fail, with the process exit code that it leads to (spec: cli, "exit code"). */
export const EXIT_CODES = {
  /** The question was wrong: flags, files, names. */
  USAGE: 2,
  UNREADABLE_FILE: 2,
  INVALID_CONFIG: 2,
  UNTRUSTED_CONFIG: 2,
  UNKNOWN_SERVER: 2,
  /** The answer is no. */
  TOKEN_REJECTED: 1,
  LOGIN_REFUSED: 1,
  LOGIN_REQUIRED: 1,
  /** It could not be decided or done. */
  NETWORK: 3,
  TIMEOUT: 3,
  IDP_FAILED: 3,
  UPSTREAM_FAILED: 3,
  STORE_UNAVAILABLE: 3,
  STORE_INSECURE: 3,
  STORE_CORRUPT: 3,
  IO: 3,
  INTERRUPTED: 130,
} as const;

export type ErrorCode = keyof typeof EXIT_CODES;

export interface McpgwErrorOptions {
  /** What to do about it: one sentence, printed behind `hint: `. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** Facts for `--json`. Never a secret. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** An action that failed: one sentence that says what failed, on what, and why. The message never holds a secret. */
export class McpgwError extends Error {
  override readonly name = 'McpgwError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: McpgwErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.details = options.details ?? {};
  }

  /** 1: the answer is no. 2: the question was wrong. 3: could not be decided or done. 130: interrupted. */
  get exitCode(): 1 | 2 | 3 | 130 {
    return EXIT_CODES[this.code];
  }
}

/** The system's own code (`ENOENT`, `ECONNREFUSED`, …) of an error or of the nearest cause that has one. */
export function systemCode(error: unknown): string | undefined {
  for (let current = error, depth = 0; current instanceof Error && depth < 8; current = current.cause, depth++) {
    if ('code' in current && typeof current.code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(current.code)) {
      return current.code;
    }
  }
  return undefined;
}

/** A file that cannot be read, as an error that says which and why. */
export function unreadableFile(file: string, error: unknown): McpgwError {
  return new McpgwError('UNREADABLE_FILE', `cannot read ${file}: ${whyUnreadable(error)}`, { cause: error });
}

/** Why a file could not be read, in words. */
export function whyUnreadable(error: unknown): string {
  const code = systemCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'there is no such file';
  if (code === 'EACCES') return 'permission denied';
  if (code === 'EFBIG') return 'it is larger than 64 MiB';
  return code === 'EISDIR' ? 'it is a directory' : (code ?? 'unknown reason');
}
