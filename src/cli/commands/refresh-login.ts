// The hidden `mcpgw refresh-login`: what a running mcpgw starts in order to refresh a login in a process of its own
// (oauth/refresh-aside.ts). Reads one request from stdin, prints one answer.
import { answerRefresh } from '../../oauth/refresh-aside.js';
import { openLoginStores } from '../../store/credential-store.js';
import type { Host } from '../../host.js';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';

export async function refreshLogin(context: CommandContext): Promise<ExitCode> {
  const { host, log } = context;
  const parts: Buffer[] = [];
  for await (const part of host.stdio.stdin) parts.push(Buffer.from(part as Uint8Array)); // no encoding is set
  const input = Buffer.concat(parts).toString('utf8');
  const open = (choice: Parameters<typeof openLoginStores>[0]['choice']) =>
    openLoginStores({ host, log, choice }).store;
  // Whoever asked may be gone: then nobody reads it, and the login is kept all the same.
  await context.print(await answerRefresh({ input, host: await hostFor(input, host), log, open }));
  return EXIT.OK;
}

/** Nothing of TLS is loaded for requests that bring none. */
async function hostFor(input: string, host: Host): Promise<Host> {
  if (!input.includes('"tls"')) return host;
  return (await import('../tls-host.js')).hostOfRequest(host, input);
}
