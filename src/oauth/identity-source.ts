// The caller's own login for a running `serve` that may ask for it: made when it is missing (`--interactive`).
import type { CurrentLogin, LoginSource } from './access-token.js';
import { createSharedLogin, type SharedLoginOptions } from './shared-login.js';

export interface InteractiveOptions extends SharedLoginOptions {
  readonly source: LoginSource;
}

/** Rejects as `LoginSource` and `logIn` do. */
export function loginWhenMissing({ source, ...options }: InteractiveOptions): () => Promise<CurrentLogin> {
  const shared = createSharedLogin(options);
  return async () => {
    await shared.underWay();
    const login = await source.current();
    if (login.kind === 'ready' || !shared.mayAsk(true)) return login;
    await shared.logIn({});
    source.lookAgain();
    return source.current();
  };
}
