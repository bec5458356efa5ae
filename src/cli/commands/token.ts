// `mcpgw token`: prints a valid access token of a login, refreshed if need be.
import { McpgwError } from '../../errors.js';
import { createLoginSource } from '../../oauth/access-token.js';
import { openLoginStores } from '../../store/credential-store.js';
import {
  namedKind,
  namedServer,
  oneLogin,
  upstreamOption,
  refuseUntrusted,
  type KindOptions,
} from '../choose-logins.js';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { loadPolicy } from '../load-policy.js';
import { loginNetwork } from '../login-network.js';
import type { OutputOptions } from '../options/output.js';
import type { PolicyOptions } from '../options/policy.js';
import type { StoreOptions } from '../options/store.js';

export interface TokenCommandOptions extends OutputOptions, PolicyOptions, StoreOptions, KindOptions {
  /** The whole header line instead of the token alone. */
  readonly header?: boolean;
}

/** Exit 1 (LOGIN_REQUIRED) when a person has to log in first. Exit 2 (UNTRUSTED_CONFIG) for a file nobody named. */
export async function token(
  context: CommandContext,
  args: readonly string[],
  options: TokenCommandOptions,
): Promise<ExitCode> {
  const { host, log } = context;
  const loaded = await loadPolicy(host, options);
  const choice = {
    policy: loaded.policy,
    server: namedServer(args, options.server),
    kind: namedKind(options),
    url: upstreamOption(options.url),
  };
  const needed = oneLogin(choice);
  const { servers, target } = needed;
  refuseUntrusted(loaded);
  const [server] = servers;
  const stores = openLoginStores({ host, log, choice: options.credentialStore });
  const network = await loginNetwork({ host, log, loaded, needed });
  const login = await createLoginSource({ target, ...stores, host: network, log, serverName: server }).current();
  if (login.kind === 'login-required') {
    throw new McpgwError('LOGIN_REQUIRED', login.message, { hint: login.command, details: { server } });
  }
  // The one place where a token is printed: it is the result that was asked for.
  const value = login.token.reveal();
  if (context.json) {
    await context.printJson({
      version: 1,
      server,
      kind: target.server.kind,
      token_type: 'Bearer',
      access_token: value,
      expires_at: login.expiresAtMs === undefined ? null : new Date(login.expiresAtMs).toISOString(),
    });
  } else {
    await context.print(options.header === true ? `Authorization: Bearer ${value}` : value);
  }
  return EXIT.OK;
}
