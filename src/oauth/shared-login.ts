// Logins that a running `serve` makes: one at a time, whoever wants it, and none for a while after one that came to
// nothing. A client of its own needs nobody; a person is only asked where that is allowed (`--interactive`).
import type { Credential } from '../store/credential.js';
import { logIn, type LogInOptions } from './login.js';

/** How a person is asked. */
export type Screen = Pick<LogInOptions, 'show' | 'showCode'> & { readonly end: () => void };

export interface SharedLoginOptions extends Pick<
  LogInOptions,
  'target' | 'store' | 'records' | 'host' | 'log' | 'timeoutMs' | 'signal'
> {
  /** Undefined: persons log in elsewhere. */
  readonly openScreen: (() => Screen) | undefined;
  /** A login was made; told before anybody who waits for it. */
  readonly onDone?: (() => void) | undefined;
}

export type Wish = Pick<LogInOptions, 'challenge' | 'moreScope'>;

export interface SharedLogin {
  /** Whether a login may be made now. `isAwaited`: somebody waits for it. */
  readonly mayAsk: (isAwaited: boolean) => boolean;
  /** What a login gave is refused: nobody is asked for another one for a while. */
  readonly cameToNothing: () => void;
  /** Resolves when the one under way has ended, however. */
  readonly underWay: () => Promise<void>;
  /** What the login asked for is that of whoever came first. Rejects as `logIn` does. */
  readonly logIn: (wish: Wish) => Promise<Credential>;
}

/** After a login that came to nothing, nobody is asked again for so long. */
const ASK_AGAIN_MS = 30_000;

export function createSharedLogin(options: SharedLoginOptions): SharedLogin {
  const { target, host, openScreen } = options;
  let asking: Promise<Credential> | undefined;
  let failedAtMs = Number.NEGATIVE_INFINITY;

  const perform = async (wish: Wish): Promise<Credential> => {
    const screen = openScreen?.();
    try {
      const { show, showCode } = screen ?? NOBODY;
      const { credential } = await logIn({ ...options, ...wish, flow: undefined, port: undefined, show, showCode });
      options.onDone?.();
      return credential;
    } catch (error) {
      failedAtMs = host.now();
      throw error;
    } finally {
      screen?.end();
    }
  };
  return {
    mayAsk: (isAwaited) => {
      if (host.now() - failedAtMs <= ASK_AGAIN_MS) return false;
      return target.server.grant === 'client_credentials' || (openScreen !== undefined && isAwaited);
    },
    cameToNothing: () => {
      failedAtMs = host.now();
    },
    underWay: async () => {
      await asking?.catch(() => undefined);
    },
    logIn: (wish) =>
      (asking ??= perform(wish).finally(() => {
        asking = undefined;
      })),
  };
}

const nobody = (): Promise<never> => Promise.reject(new Error('nobody may be asked to log in'));
const NOBODY = { show: nobody, showCode: nobody };
