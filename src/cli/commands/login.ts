// `mcpgw login`: performs the logins that the configuration needs and that are not already good, one after the other.
import { McpgwError, type ErrorCode } from '../../errors.js';
import type { Host } from '../../host.js';
import { createLoginSource } from '../../oauth/access-token.js';
import { loginKey } from '../../oauth/login-key.js';
import { knownServer, statedServer } from '../../oauth/login-target.js';
import { logIn } from '../../oauth/login.js';
import { unionOfScopes } from '../../oauth/scope-to-ask.js';
import { askUpstream, type UpstreamAnswer } from '../../oauth/upstream/ask-upstream.js';
import { visibleText } from '../../diagnostics/visible-text.js';
import { openLoginStores, type LoginStores, type StoredCredential } from '../../store/credential-store.js';
import { subjectOf } from '../../store/credential.js';
import {
  namedKind,
  namedServer,
  upstreamOption,
  neededLogins,
  noLogin,
  refuseUntrusted,
  type KindOptions,
  type LoginChoice,
  type NeededLogin,
} from '../choose-logins.js';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { loadPolicy } from '../load-policy.js';
import { createLoginScreen } from '../login-screen.js';
import { loginNetwork } from '../login-network.js';
import { storedRow } from '../login-row.js';
import type { OutputOptions } from '../options/output.js';
import type { PolicyOptions } from '../options/policy.js';
import type { StoreOptions } from '../options/store.js';

export interface LoginOptions extends OutputOptions, PolicyOptions, StoreOptions, KindOptions {
  /** Also those of servers that may need none. */
  readonly all?: boolean;
  readonly force?: boolean;
  /** On another device, with a code. */
  readonly device?: boolean;
  /** Asked for beside what the configuration and the upstream ask for. */
  readonly scope?: readonly string[];
  /** A number as commander gives it: text. */
  readonly port?: string;
  /** Seconds; default 300. */
  readonly timeout?: string;
  /** False for `--no-browser`. */
  readonly browser?: boolean;
}

/** @throws McpgwError USAGE, UNTRUSTED_CONFIG, LOGIN_REFUSED, TIMEOUT, NETWORK, IDP_FAILED, STORE_*, INTERRUPTED */
export async function login(
  context: CommandContext,
  args: readonly string[],
  options: LoginOptions,
): Promise<ExitCode> {
  const { host, log } = context;
  if (options.device === true && (options.port !== undefined || options.browser === false)) {
    const flag = options.port === undefined ? '--no-browser' : '--port';
    throw new McpgwError('USAGE', `${flag} is for logins in a browser of this machine, and --device is not one`, {
      hint: 'leave one of them out',
    });
  }
  const settings: Settings = {
    flow: options.device === true ? ('device' as const) : undefined,
    port: wholeNumber(options.port, { flag: '--port', most: 65_535 }),
    timeoutMs: (wholeNumber(options.timeout, { flag: '--timeout', most: 86_400 }) ?? 300) * 1000,
    openBrowser: options.browser !== false,
    isForced: options.force === true,
    moreScope: options.scope?.join(' ') || undefined,
    isUpstreamNamed: options.upstream === true,
  };
  const loaded = await loadPolicy(host, options);
  const choice = {
    policy: loaded.policy,
    server: namedServer(args, options.server),
    kind: namedKind(options),
    url: upstreamOption(options.url),
  };
  const logins = chosenLogins(choice, options.all === true);
  if (logins.length === 0) throw noLogin(choice);
  refuseUntrusted(loaded);
  const stores = openLoginStores({ host, log, choice: options.credentialStore });
  if (options.credentialStore === 'none') log.warn('--credential-store none: this login ends with this command');
  const rows = [];
  for (const needed of logins) {
    const network = await loginNetwork({ host, log, loaded, needed });
    const task: Task = { context: { ...context, host: network }, stores, needed, ...settings };
    const good = settings.isForced ? undefined : await findGood(task);
    const stored = good ?? (await performLogin(task));
    const { servers, target } = needed;
    if (stored === undefined) {
      context.note(`${servers.join(', ')}: the upstream asks for no login`);
      continue;
    }
    if (!context.json) say(context, stored, { isNew: good === undefined, servers });
    const action = good === undefined ? 'logged-in' : 'none';
    const { kind, grant } = target.server;
    const isOwnClient = grant === 'client_credentials';
    const rowOf = (server: string) => storedRow({ server, kind, isOwnClient, stored, nowMs: host.now() });
    rows.push(...servers.map((server) => ({ ...rowOf(server), action })));
  }
  if (context.json) await context.printJson({ version: 1, logins: rows });
  return EXIT.OK;
}

/** An upstream that may want no login is asked by `--upstream`, by `--all`, and where there is no other login to make. */
function chosenLogins(choice: LoginChoice, isAll: boolean): readonly NeededLogin[] {
  const all = neededLogins(choice);
  if (isAll || choice.kind === 'upstream') return all;
  const certain = all.filter(({ isMaybe }) => !isMaybe);
  return certain.length === 0 ? all : certain;
}

interface Settings {
  readonly flow: 'device' | undefined;
  readonly port: number | undefined;
  readonly timeoutMs: number;
  readonly openBrowser: boolean;
  readonly isForced: boolean;
  readonly moreScope: string | undefined;
  readonly isUpstreamNamed: boolean;
}

interface Task extends Settings {
  readonly context: CommandContext;
  readonly stores: LoginStores;
  readonly needed: NeededLogin;
}

/** What a new login repairs: one that cannot be opened, and one that the provider does not refresh. */
const REPAIRABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['STORE_UNAVAILABLE', 'LOGIN_REFUSED', 'IDP_FAILED']);

/** The stored login when it is good, after a refresh if need be. One that is of no use is replaced, and said. */
async function findGood({ context, stores, needed, moreScope }: Task): Promise<StoredCredential | undefined> {
  const { host, log } = context;
  const { target, servers } = needed;
  // A client of its own asks anew in any case: it needs nobody.
  if (target.server.grant === 'client_credentials') return undefined;
  try {
    const found = await createLoginSource({ target, ...stores, host, log, serverName: servers[0] }).current();
    const provider = await knownServer(target, stores.records);
    if (found.kind !== 'ready' || provider === undefined) return undefined;
    const stored = await stores.store.read(loginKey(provider));
    const isEnough = moreScope?.split(' ').every((scope) => stored?.credential.scopes.includes(scope)) ?? true;
    return isEnough ? stored : undefined;
  } catch (error) {
    if (!(error instanceof McpgwError) || !REPAIRABLE.has(error.code)) throw error;
    context.note(`${error.message}; logging in anew`);
    return undefined;
  }
}

/** Undefined: the upstream wants no login. */
async function performLogin(task: Task): Promise<StoredCredential | undefined> {
  const { context, stores, needed, flow, port, timeoutMs, openBrowser, isForced } = task;
  const { host, log } = context;
  const { target } = needed;
  const asked = await askedUpstream(task);
  // Some want one for a part of what they do alone: who says so by a flag is believed.
  const isMeant = isForced || task.moreScope !== undefined || task.isUpstreamNamed;
  if (needed.isMaybe && asked?.wantsLogin === false && !isMeant) return undefined;
  const granted = await scopesSoFar(task);
  const screen = createLoginScreen({ context, target, openBrowser, timeoutMs });
  const interruption = interruptible(host);
  try {
    return await logIn({
      target,
      ...stores,
      host,
      log,
      flow,
      port,
      timeoutMs,
      signal: interruption.signal,
      challenge: asked?.challenge,
      moreScope: unionOfScopes(task.moreScope, granted) || undefined,
      registersAnew: isForced,
      show: screen.show,
      showCode: screen.showCode,
    });
  } finally {
    interruption.stop();
    screen.end();
  }
}

/** What the upstream says of itself; of one that is not there, nothing, where nothing is needed. */
async function askedUpstream({ context, needed }: Task): Promise<UpstreamAnswer | undefined> {
  const { target } = needed;
  if (target.url === undefined) return undefined;
  try {
    return await askUpstream(target.url, context.host);
  } catch (error) {
    if (statedServer(target) === undefined) throw error;
    return undefined;
  }
}

/** More scope is asked for beside what the login has: the new one takes the old one's place. */
async function scopesSoFar({ stores, needed, moreScope }: Task): Promise<string | undefined> {
  if (moreScope === undefined) return undefined;
  try {
    const provider = await knownServer(needed.target, stores.records);
    const stored = provider && (await stores.store.read(loginKey(provider)));
    return stored?.credential.scopes.join(' ');
  } catch (error) {
    // What cannot be opened any more is replaced.
    if (error instanceof McpgwError && error.code === 'STORE_UNAVAILABLE') return undefined;
    throw error;
  }
}

/** Ctrl-C, and being asked to end otherwise, as an AbortSignal. Once: the second time ends the process at once. */
function interruptible(host: Host): { signal: AbortSignal; stop: () => void } {
  const controller = new AbortController();
  const stop = host.onSignal(() => {
    stop();
    controller.abort(new McpgwError('INTERRUPTED', 'the login was interrupted'));
  });
  return { signal: controller.signal, stop };
}

interface Outcome {
  readonly isNew: boolean;
  readonly servers: readonly string[];
}

function say(context: CommandContext, { credential, storedIn }: StoredCredential, { isNew, servers }: Outcome): void {
  const who = subjectOf(credential);
  const as = who === undefined ? '' : ` as ${visibleText(who)}`;
  context.note(
    `${isNew ? 'logged in' : 'already logged in'} at ${visibleText(credential.issuer)}${as} (for ${servers.join(', ')})`,
  );
  if (isNew) context.note(`stored in: ${storedIn}`);
}

function wholeNumber(text: string | undefined, { flag, most }: { flag: string; most: number }): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= most) return number;
  throw new McpgwError('USAGE', `${flag} is not a number from 1 to ${most}: ${text}`);
}
