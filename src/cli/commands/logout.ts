// `mcpgw logout`: revokes and deletes stored logins. What could not be revoked is said, and deleted all the same.
import { McpgwError } from '../../errors.js';
import { authorityName } from '../../oauth/login-key.js';
import { logOut, type LogoutReport } from '../../oauth/logout.js';
import { openLoginStores } from '../../store/credential-store.js';
import {
  namedKind,
  namedServer,
  upstreamOption,
  neededLogins,
  noLogin,
  oneLogin,
  refuseUntrusted,
  type KindOptions,
  type NeededLogin,
} from '../choose-logins.js';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { loadPolicy } from '../load-policy.js';
import { loginNetwork } from '../login-network.js';
import type { OutputOptions } from '../options/output.js';
import type { PolicyOptions } from '../options/policy.js';
import type { StoreOptions } from '../options/store.js';

export interface LogoutOptions extends OutputOptions, PolicyOptions, StoreOptions, KindOptions {
  readonly all?: boolean;
}

/** Exit 0 also when nobody was logged in, or when the provider could not be told. Exit 2 for a file nobody named. */
export async function logout(
  context: CommandContext,
  args: readonly string[],
  options: LogoutOptions,
): Promise<ExitCode> {
  const { host, log } = context;
  const loaded = await loadPolicy(host, options);
  const choice = {
    policy: loaded.policy,
    server: namedServer(args, options.server),
    kind: namedKind(options),
    url: upstreamOption(options.url),
  };
  if (options.all === true && choice.server !== undefined) {
    throw new McpgwError('USAGE', `both --all and the server "${choice.server}" are given`, {
      hint: 'give one of them',
    });
  }
  // Of one server, both of its logins.
  const logins = options.all === true || choice.server !== undefined ? neededLogins(choice) : [oneLogin(choice)];
  if (logins.length === 0) throw noLogin(choice);
  refuseUntrusted(loaded);
  const stores = openLoginStores({ host, log, choice: options.credentialStore });
  const reports = [];
  for (const login of logins) {
    const network = await loginNetwork({ host, log, loaded, needed: login });
    const report = await logOut({ target: login.target, ...stores, host: network, log });
    // Perhaps there is nothing to log in to; then nobody wants to hear of it.
    if (!report.wasLoggedIn && login.isMaybe && logins.length > 1) continue;
    if (!context.json) say(context, login, report);
    reports.push(toJson(login, report));
  }
  if (context.json) await context.printJson({ version: 1, logouts: reports });
  return EXIT.OK;
}

function say(context: CommandContext, { target }: NeededLogin, report: LogoutReport): void {
  const where = authorityName(target.server);
  if (!report.wasLoggedIn) return context.note(`nobody was logged in at ${where}`);
  context.note(`logged out at ${where}`);
  for (const { token, reason } of report.notRevoked) {
    context.note(`the ${token.replace('_', ' ')} was deleted here and could not be revoked: ${reason}`);
  }
}

function toJson({ servers, target }: NeededLogin, report: LogoutReport) {
  return {
    servers,
    kind: target.server.kind,
    issuer: authorityName(target.server),
    was_logged_in: report.wasLoggedIn,
    revoked: report.revoked,
    not_revoked: report.notRevoked,
  };
}
