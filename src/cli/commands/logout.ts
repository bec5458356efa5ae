// `mcpgw logout`: revokes and deletes stored logins. What could not be revoked is said, and deleted all the same.
import { McpgwError } from '../../errors.js';
import { authorityName } from '../../oauth/identity-key.js';
import { logOut, type LogoutReport } from '../../oauth/logout.js';
import { openCredentialStore } from '../../store/credential-store.js';
import { namedServer, neededLogins, noLogin, oneLogin, refuseUntrusted, type NeededLogin } from '../choose-logins.js';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { loadPolicy } from '../load-policy.js';
import type { OutputOptions } from '../options/output.js';
import type { PolicyOptions } from '../options/policy.js';
import type { StoreOptions } from '../options/store.js';

export interface LogoutOptions extends OutputOptions, PolicyOptions, StoreOptions {
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
  const choice = { policy: loaded.policy, server: namedServer(args, options.server) };
  if (options.all === true && choice.server !== undefined) {
    throw new McpgwError('USAGE', `both --all and the server "${choice.server}" are given`, {
      hint: 'give one of them',
    });
  }
  const logins = options.all === true ? neededLogins(choice) : [oneLogin(choice)];
  if (logins.length === 0) throw noLogin(choice);
  refuseUntrusted(loaded);
  const store = openCredentialStore({ host, log, choice: options.credentialStore });
  const reports = [];
  for (const login of logins) {
    const report = await logOut({ provider: login.provider, store, host, log });
    if (!context.json) say(context, login, report);
    reports.push(toJson(login, report));
  }
  if (context.json) await context.printJson({ version: 1, logouts: reports });
  return EXIT.OK;
}

function say(context: CommandContext, { provider }: NeededLogin, report: LogoutReport): void {
  const where = authorityName(provider);
  if (!report.wasLoggedIn) return context.note(`nobody was logged in at ${where}`);
  context.note(`logged out at ${where}`);
  for (const { token, reason } of report.notRevoked) {
    context.note(`the ${token.replace('_', ' ')} was deleted here and could not be revoked: ${reason}`);
  }
}

function toJson({ servers, provider }: NeededLogin, report: LogoutReport) {
  return {
    servers,
    kind: 'identity',
    issuer: authorityName(provider),
    was_logged_in: report.wasLoggedIn,
    revoked: report.revoked,
    not_revoked: report.notRevoked,
  };
}
