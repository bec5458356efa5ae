// The caller's own login for a running `serve` that may ask for it: made when it is missing (`--interactive`).
import type { CurrentLogin, LoginSource } from './access-token.js';
import { createSharedLogin, type SharedLoginOptions } from './shared-login.js';

export interface InteractiveOptions extends SharedLoginOptions {
  readonly source: LoginSource;
}

/** Rejects as `LoginSource` and `logIn` do. */
/** `isAwaited`: the host waits for what needs the login; for nothing else anybody is asked. */
export function loginWhenMissing({
  source,
  ...options
}: InteractiveOptions): (isAwaited: boolean) => Promise<CurrentLogin> {
  const shared = createSharedLogin({ ...options, onDone: () => source.lookAgain() });
  return async (isAwaited) => {
    await shared.underWay();
    const login = await source.current();
    if (login.kind === 'ready' || !shared.mayAsk(isAwaited)) return login;
    await shared.logIn({});
    return source.current();
  };
}
