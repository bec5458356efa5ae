// Page one of the access to an upstream: the token of its stored login, and what is done when the upstream refuses it:
// refreshed, else a login anew where somebody may be asked, else what to run; with a 403 for its scope, a login with more
// (spec: login, "Step-up"; serve, "Keeping it working").
import { Secret } from '../../secret/secret.js';
import { createLoginSource, type LoginSourceOptions, type ReadyLogin } from '../access-token.js';
import { unionOfScopes } from '../scope-to-ask.js';
import { createSharedLogin, type SharedLoginOptions, type Wish } from '../shared-login.js';
import { bearerChallenge, type BearerChallenge } from './challenge.js';

/** As gateway/upstream-access.ts asks for it. */
export interface Access {
  readonly headers: readonly [{ readonly name: 'Authorization'; readonly value: Secret }];
}

export interface AccessRefusal {
  readonly status: number;
  readonly challenge: string | undefined;
  readonly used: { readonly headers: readonly unknown[] } | undefined;
  readonly attempt: number;
  readonly isAwaited: boolean;
}

export interface LoginNeeded {
  readonly kind: 'login-required';
  readonly message: string;
  readonly command: string;
}

export interface AccessSource {
  readonly current: () => Promise<Access | undefined>;
  readonly renew: (refusal: AccessRefusal) => Promise<Access | LoginNeeded | undefined>;
  readonly accepted: (used: object) => void;
}

export interface AccessSourceOptions extends LoginSourceOptions, SharedLoginOptions {
  /** That makes the login. */
  readonly command: string;
}

/** After a refused token that was just got, so long no other is. */
const IN_VAIN_MS = 30_000;

export function createAccessSource(options: AccessSourceOptions): AccessSource {
  const { target, host, log, serverName } = options;
  const source = createLoginSource(options);
  const shared = createSharedLogin({ ...options, onDone: () => source.lookAgain() });
  const isOwnClient = target.server.grant === 'client_credentials';
  let shown: { readonly login: ReadyLogin; readonly access: Access } | undefined;
  const loginOf = new WeakMap<object, ReadyLogin>();
  /** What a refresh gave because of a refusal: refused at once, the next one would be, too. */
  const renewed = new WeakSet<object>();
  /** What a login that was just made gave. */
  const justMade = new WeakSet<object>();
  /** Until then, a refresh because of a refusal would be refused, too. */
  let refreshAgainAtMs = Number.NEGATIVE_INFINITY;
  /** What the latest login asked for. */
  let asked: readonly string[] = [];

  const accessOf = (login: ReadyLogin): Access => {
    if (shown?.login === login) return shown.access;
    const value = new Secret(`Bearer ${login.token.reveal()}`);
    const access: Access = { headers: [{ name: 'Authorization', value }] };
    loginOf.set(access, login);
    shown = { login, access };
    return access;
  };
  const loginNeeded = (message: string, command = options.command): LoginNeeded => ({
    kind: 'login-required',
    message,
    command,
  });

  const logInNow = async (wish: Wish): Promise<void> => {
    const { scopes } = await shared.logIn(wish);
    asked = unionOfScopes(wish.moreScope, scopes.join(' ')).split(' ');
  };

  /** What there is now, when it is another token than the refused one. */
  const otherThan = async (refused: ReadyLogin | undefined, mayRefresh: boolean): Promise<Access | undefined> => {
    const refreshed = refused !== undefined && mayRefresh;
    const login = refreshed ? await source.refreshNow(refused.token) : await source.current();
    if (login.kind !== 'ready' || login.token.reveal() === refused?.token.reveal()) return undefined;
    const access = accessOf(login);
    if (refreshed) renewed.add(access);
    return access;
  };

  const renew = async (refusal: AccessRefusal): Promise<Access | LoginNeeded | undefined> => {
    const challenge = bearerChallenge(refusal.challenge);
    const refused = refusal.used && loginOf.get(refusal.used);
    if (refusal.status === 403) return widen(challenge, refused, refusal);
    await shared.underWay();
    const { used, attempt } = refusal;
    const isInVain = attempt > 1 && used !== undefined && (renewed.has(used) || justMade.has(used));
    if (isInVain) {
      // The upstream does not want what its authorization server gives: asking for more of it at each message is no help.
      refreshAgainAtMs = host.now() + IN_VAIN_MS;
      if (justMade.has(used)) shared.cameToNothing();
    }
    const other = await otherThan(refused, !isInVain && host.now() >= refreshAgainAtMs);
    if (other !== undefined) return other;
    if (shared.mayAsk(refusal.isAwaited)) {
      // A challenge for a token that was refused may say nothing of the scope: then it is what the login had.
      await logInNow({ challenge, moreScope: refused?.scopes.join(' ') });
      const fresh = await otherThan(refused, false);
      if (fresh !== undefined) justMade.add(fresh);
      if (fresh !== undefined) return fresh;
    }
    return loginNeeded(
      `the upstream ${serverName} ${refused === undefined ? 'wants a login' : 'no longer accepts the login'}`,
    );
  };

  /** A refresh cannot widen: the token with more takes a login anew. */
  const widen = async (
    challenge: BearerChallenge | undefined,
    refused: ReadyLogin | undefined,
    { isAwaited }: AccessRefusal,
  ): Promise<Access | LoginNeeded | undefined> => {
    const required = unionOfScopes(challenge?.scope);
    if (required === '') return undefined;
    const words = required.split(' ');
    const granted = refused?.scopes ?? [];
    // Somebody may have made a login with more elsewhere.
    source.lookAgain();
    const login = await source.current();
    const isOther = login.kind === 'ready' && login.token.reveal() !== refused?.token.reveal();
    if (isOther && words.every((word) => login.scopes.includes(word))) return accessOf(login);
    // It was asked for, and the upstream says the same: another login would not help.
    if (words.every((word) => granted.includes(word) || asked.includes(word))) {
      log.warn('the upstream wants a scope that its login has, or was not given', {
        server: serverName,
        scope: required,
      });
      return undefined;
    }
    const moreScope = unionOfScopes(granted.join(' '), required);
    if (isOwnClient) {
      const wider = await source.widen(moreScope);
      asked = moreScope.split(' ');
      return wider.kind === 'ready' ? accessOf(wider) : undefined;
    }
    if (shared.mayAsk(isAwaited)) {
      await logInNow({ challenge, moreScope });
      return otherThan(refused, false);
    }
    const flags = words.every((word) => /^[\w.:/-]+$/.test(word))
      ? words.map((word) => ` --scope ${word}`).join('')
      : '';
    return loginNeeded(
      `the upstream ${serverName} wants more scope than its login has: ${required}`,
      `${options.command.replace(/ --upstream$/, '')} --upstream${flags}`,
    );
  };

  return {
    current: async () => {
      // What is missing, the upstream asks for when it needs it: some of what it does may be open to all.
      const login = await source.current();
      return login.kind === 'ready' ? accessOf(login) : undefined;
    },
    renew,
    accepted: (used) => {
      renewed.delete(used);
      justMade.delete(used);
    },
  };
}
