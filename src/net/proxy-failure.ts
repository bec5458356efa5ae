// What fails between this machine and a server when a proxy stands there. The message names the proxy by its origin and
// says what it did; credentials are never in it.

export interface ProxyFailureFacts {
  /** In the form of the system's codes: `PROXY_407`, `PROXY_ECONNREFUSED`. */
  readonly code: string;
  /** One clause. */
  readonly message: string;
  readonly cause?: unknown;
}

export class ProxyFailure extends Error {
  override readonly name = 'ProxyFailure';
  readonly code: string;

  constructor({ code, message, cause }: ProxyFailureFacts) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
