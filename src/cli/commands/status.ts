// `mcpgw status`: the logins that the configuration needs, and which of them are good. Asks no network.
import { visibleText } from '../../diagnostics/visible-text.js';
import { openLoginStores } from '../../store/credential-store.js';
import { namedServer, neededLogins, upstreamOption, type KindOptions } from '../choose-logins.js';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { loadPolicy } from '../load-policy.js';
import { loginRows, type LoginRow } from '../login-row.js';
import type { OutputOptions } from '../options/output.js';
import type { PolicyOptions } from '../options/policy.js';
import type { StoreOptions } from '../options/store.js';

/** Also for a configuration that nobody named: what is shown is sent nowhere. Exit 1: a login is missing or expired beyond refresh. Exit 3: one is stored and cannot be opened. */
export async function status(
  context: CommandContext,
  args: readonly string[],
  options: OutputOptions & PolicyOptions & StoreOptions & Pick<KindOptions, 'url'>,
): Promise<ExitCode> {
  const { host, log } = context;
  const { policy } = await loadPolicy(host, options);
  const stores = openLoginStores({ host, log, choice: options.credentialStore });
  const choice = { policy, server: namedServer(args, options.server), url: upstreamOption(options.url) };
  const rows: LoginRow[] = [];
  for (const login of neededLogins(choice)) {
    rows.push(...(await loginRows({ host, stores, login })));
  }
  const order = policy.servers.map(({ name }) => name);
  rows.sort((a, b) => order.indexOf(a.server) - order.indexOf(b.server));
  if (context.json) await context.printJson({ version: 1, logins: rows });
  else await context.print(rows.length === 0 ? 'no login is needed' : renderTable(rows, host.now()));
  for (const { server, problem } of rows) if (problem !== undefined) context.note(visibleText(`${server}: ${problem}`));
  return exitCodeOf(rows);
}

function exitCodeOf(rows: readonly LoginRow[]): ExitCode {
  if (rows.some(({ state }) => state === 'unreadable')) return EXIT.UNDECIDED;
  return rows.some(({ state }) => state === 'missing' || state === 'expired') ? EXIT.NO : EXIT.OK;
}

const HEADINGS = ['SERVER', 'KIND', 'STATE', 'SUBJECT', 'EXPIRES', 'REFRESH', 'SCOPES', 'STORED IN', 'ISSUER'];

function renderTable(rows: readonly LoginRow[], nowMs: number): string {
  const lines = [HEADINGS, ...rows.map((row) => cells(row, nowMs).map(visibleText))];
  const widths = HEADINGS.map((_heading, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function cells(row: LoginRow, nowMs: number): readonly string[] {
  return [
    row.server,
    row.kind,
    row.state,
    row.subject ?? '-',
    row.expires_at === null ? '-' : describeExpiry(Date.parse(row.expires_at) - nowMs),
    row.can_refresh ? 'yes' : 'no',
    row.scopes.join(' ') || '-',
    row.stored_in ?? '-',
    row.issuer,
  ];
}

/** `in 59 min`, `12 s ago`. */
function describeExpiry(remainingMs: number): string {
  const seconds = Math.abs(Math.round(remainingMs / 1000));
  const amount =
    seconds < 120
      ? `${seconds} s`
      : seconds < 7200
        ? `${Math.round(seconds / 60)} min`
        : seconds < 172_800
          ? `${Math.round(seconds / 3600)} h`
          : `${Math.round(seconds / 86_400)} d`;
  return remainingMs >= 0 ? `in ${amount}` : `${amount} ago`;
}
