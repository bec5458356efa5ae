// `mcpgw login`: performs the logins that the configuration needs and that are not already good, one after the other.
import { McpgwError, type ErrorCode } from '../../errors.js';
import type { Host } from '../../host.js';
import { createIdentitySource } from '../../oauth/access-token.js';
import { authorityName, identityKey } from '../../oauth/identity-key.js';
import { logIn } from '../../oauth/login.js';
import { visibleText } from '../../diagnostics/visible-text.js';
import { openCredentialStore, type CredentialStore, type StoredCredential } from '../../store/credential-store.js';
import { subjectOf } from '../../store/credential.js';
import { namedServer, neededLogins, noLogin, refuseUntrusted, type NeededLogin } from '../choose-logins.js';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { loadPolicy } from '../load-policy.js';
import { createLoginScreen } from '../login-screen.js';
import { storedRow } from '../login-row.js';
import type { OutputOptions } from '../options/output.js';
import type { PolicyOptions } from '../options/policy.js';
import type { StoreOptions } from '../options/store.js';

export interface LoginOptions extends OutputOptions, PolicyOptions, StoreOptions {
  readonly force?: boolean;
  /** On another device, with a code. */
  readonly device?: boolean;
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
  const limits = {
    flow: options.device === true ? ('device' as const) : undefined,
    port: wholeNumber(options.port, { flag: '--port', most: 65_535 }),
    timeoutMs: (wholeNumber(options.timeout, { flag: '--timeout', most: 86_400 }) ?? 300) * 1000,
    openBrowser: options.browser !== false,
  };
  const loaded = await loadPolicy(host, options);
  const choice = { policy: loaded.policy, server: namedServer(args, options.server) };
  const logins = neededLogins(choice);
  if (logins.length === 0) throw noLogin(choice);
  refuseUntrusted(loaded);
  const store = openCredentialStore({ host, log, choice: options.credentialStore });
  if (options.credentialStore === 'none') log.warn('--credential-store none: this login ends with this command');
  const rows = [];
  for (const needed of logins) {
    const good = options.force === true ? undefined : await findGood({ context, store, needed });
    const stored = good ?? (await performLogin({ context, store, needed, ...limits }));
    if (!context.json) say(context, stored, { isNew: good === undefined, servers: needed.servers });
    const action = good === undefined ? 'logged-in' : 'none';
    rows.push(...needed.servers.map((server) => ({ ...storedRow({ server, stored, nowMs: host.now() }), action })));
  }
  if (context.json) await context.printJson({ version: 1, logins: rows });
  return EXIT.OK;
}

interface Task {
  readonly context: CommandContext;
  readonly store: CredentialStore;
  readonly needed: NeededLogin;
}

/** What a new login repairs: one that cannot be opened, and one that the provider does not refresh. */
const REPAIRABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['STORE_UNAVAILABLE', 'LOGIN_REFUSED', 'IDP_FAILED']);

/** The stored login when it is good, after a refresh if need be. One that is of no use is replaced, and said. */
async function findGood({ context, store, needed }: Task): Promise<StoredCredential | undefined> {
  const { host, log } = context;
  const { provider, servers } = needed;
  try {
    const found = await createIdentitySource({ provider, store, host, log, serverName: servers[0] }).current();
    return found.kind === 'ready' ? await store.read(identityKey(provider)) : undefined;
  } catch (error) {
    if (!(error instanceof McpgwError) || !REPAIRABLE.has(error.code)) throw error;
    context.note(`${error.message}; logging in anew`);
    return undefined;
  }
}

interface LoginTask extends Task {
  readonly flow: 'device' | undefined;
  readonly port: number | undefined;
  readonly timeoutMs: number;
  readonly openBrowser: boolean;
}

async function performLogin({
  context,
  store,
  needed,
  flow,
  port,
  timeoutMs,
  openBrowser,
}: LoginTask): Promise<StoredCredential> {
  const { host, log } = context;
  const { provider } = needed;
  const screen = createLoginScreen({ context, where: authorityName(provider), openBrowser, timeoutMs });
  const interruption = interruptible(host);
  try {
    const { signal } = interruption;
    const { show, showCode } = screen;
    return await logIn({ provider, store, host, log, flow, port, timeoutMs, signal, show, showCode });
  } finally {
    interruption.stop();
    screen.end();
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
