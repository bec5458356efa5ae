// Puts together what authenticates the gateway at an upstream and changes with time: a `header_command`, or a login of
// src/oauth, for the gateway, which knows neither. Nothing is loaded before it is needed.
import * as path from 'node:path';
import type { AccessTokenSource } from '../gateway/caller.js';
import type { UpstreamAccessSource } from '../gateway/upstream-access.js';
import type { LoginTarget } from '../oauth/login-target.js';
import type { Screen } from '../oauth/shared-login.js';
import type { AccessSource } from '../oauth/upstream/access-source.js';
import type { ServerPolicy } from '../policy/model.js';
import type { LoginStores } from '../store/credential-store.js';
import type { CommandContext } from './context.js';
import type { LoadedPolicy } from './load-policy.js';
import type { StoreOptions } from './options/store.js';

export interface AccessWiring {
  readonly context: CommandContext;
  readonly loaded: Pick<LoadedPolicy, 'file' | 'trusted'>;
  readonly server: ServerPolicy;
  /** Of the upstream. */
  readonly url: string;
  readonly options: StoreOptions;
  /** A person may be asked to log in: `--interactive`. */
  readonly isInteractive: boolean;
  /** Ends a login under way. */
  readonly signal: AbortSignal;
}

/** How long a person may take. */
const PATIENCE_MS = 300_000;

/** @throws McpgwError UNTRUSTED_CONFIG when the server needs a login and nobody named the configuration */
export async function upstreamAccessOf(wiring: AccessWiring): Promise<UpstreamAccessSource | undefined> {
  const { context, loaded, server, url } = wiring;
  const { host } = context;
  if (server.headerCommand !== undefined) {
    const { createHeaderCommand } = await import('./header-command.js');
    const directory = path.dirname(path.resolve(host.cwd, loaded.file));
    return createHeaderCommand({ command: server.headerCommand, host, directory, signal: wiring.signal });
  }
  const access = server.upstreamAccess;
  if (access === undefined) return undefined;
  const load = (): Promise<AccessSource> => loginAccess(wiring, { server: access.server, url });
  if (access.when === 'always') {
    const { refuseUntrusted } = await import('./choose-logins.js');
    refuseUntrusted(loaded);
    return load();
  }
  // Most upstreams that nobody says anything about want no login: nothing is loaded before one does.
  let loading: Promise<AccessSource> | undefined;
  let source: AccessSource | undefined;
  return {
    current: async () => (await loading)?.current(),
    renew: async (refusal) => {
      const isAsked = /\bbearer\b/i.test(refusal.challenge ?? '');
      if (!loaded.trusted || (loading === undefined && !isAsked)) return undefined;
      const made = await (loading ??= load().then((loadedSource) => (source = loadedSource)));
      return made.renew(refusal);
    },
    accepted: (used) => source?.accepted(used),
  };
}

async function loginAccess(
  { context, server, options, ...more }: AccessWiring,
  target: LoginTarget,
): Promise<AccessSource> {
  const { host, log } = context;
  const { createAccessSource } = await import('../oauth/upstream/access-source.js');
  const stores = await loginStores(context, options);
  const openScreen = more.isInteractive ? await screenFor(context, target) : undefined;
  const { signal } = more;
  // Of a server with an identity login, the command alone makes that one.
  const upstream = server.identityProvider === undefined ? '' : ' --upstream';
  const elsewhere = target.url === undefined || target.url === server.url ? '' : ` --url ${shownUrl(target.url)}`;
  const command = `mcpgw login ${shellWord(server.name)}${upstream}${elsewhere}`;
  return createAccessSource({
    target,
    ...stores,
    refreshesAhead: true,
    host,
    log,
    serverName: server.name,
    command,
    openScreen,
    timeoutMs: PATIENCE_MS,
    signal,
  });
}

async function screenFor(context: CommandContext, target: LoginTarget): Promise<() => Screen> {
  const { createLoginScreen } = await import('./login-screen.js');
  // The host reads stderr, if anybody does: nothing is drawn there, and stdin is the host's.
  return () =>
    createLoginScreen({ context: { ...context, spinner: false }, target, openBrowser: true, timeoutMs: PATIENCE_MS });
}

/** As a shell takes it for one word. */
function shellWord(text: string): string {
  return /^[\w.:/@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** What stands behind a question mark may be a secret. */
function shownUrl(url: string): string {
  return new URL(url).search === '' ? url : '<the same>';
}

/** One for all that a command does. */
async function loginStores(
  { host, log }: CommandContext,
  { credentialStore: choice }: StoreOptions,
): Promise<LoginStores> {
  const { openLoginStores } = await import('../store/credential-store.js');
  return openLoginStores({ host, log, choice });
}

/** The caller's own login; with `--interactive` it is made when it is missing. */
export async function identityLoginOf(wiring: Omit<AccessWiring, 'url'>): Promise<AccessTokenSource | undefined> {
  const { context, loaded, server, options, isInteractive, signal } = wiring;
  const { host, log } = context;
  const provider = server.identityProvider;
  if (provider === undefined) return undefined;
  const [{ refuseUntrusted }, { createLoginSource }] = await Promise.all([
    import('./choose-logins.js'),
    import('../oauth/access-token.js'),
  ]);
  refuseUntrusted(loaded);
  const stores = await loginStores(context, options);
  const target: LoginTarget = { server: provider, url: undefined };
  const source = createLoginSource({ target, ...stores, refreshesAhead: true, host, log, serverName: server.name });
  if (!isInteractive) return () => source.current();
  const openScreen = await screenFor(context, target);
  const { loginWhenMissing } = await import('../oauth/identity-source.js');
  return loginWhenMissing({ source, target, ...stores, host, log, openScreen, timeoutMs: PATIENCE_MS, signal });
}
