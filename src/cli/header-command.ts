// `header_command`: a program of the user's whose output authenticates the gateway at an upstream. Run when its headers
// are needed first, when their time is up, and when the upstream refuses them (spec: config, "Server entry").
import { McpgwError } from '../errors.js';
import type { UpstreamAccess, UpstreamAccessSource } from '../gateway/upstream-access.js';
import type { Host } from '../host.js';
import { isHeaderName, isHeaderValue } from '../policy/headers/header-name.js';
import { isTransportName } from '../policy/headers/protected.js';
import type { HeaderCommand } from '../policy/model.js';
import { Secret } from '../secret/secret.js';

export interface HeaderCommandOptions {
  readonly command: HeaderCommand;
  readonly host: Pick<Host, 'now' | 'runProgram'>;
  /** Of the configuration. */
  readonly directory: string;
  /** Nobody needs its headers any more. */
  readonly signal: AbortSignal;
}

const LARGEST_OUTPUT_BYTES = 64 * 1024;

export function createHeaderCommand({ command, host, directory, signal }: HeaderCommandOptions): UpstreamAccessSource {
  let held: { readonly access: UpstreamAccess; readonly untilMs: number } | undefined;
  let running: Promise<UpstreamAccess> | undefined;

  const run = async (): Promise<UpstreamAccess> => {
    const { command: words, timeoutMs, ttlSeconds = Infinity } = command;
    const startedAtMs = host.now();
    const outcome = await host.runProgram({
      command: words,
      cwd: directory,
      timeoutMs,
      maxBytes: LARGEST_OUTPUT_BYTES,
      signal,
    });
    if (outcome.kind === 'failed') throw failed(outcome.why);
    const access = { headers: readHeaders(outcome.stdout) };
    held = { access, untilMs: startedAtMs + ttlSeconds * 1000 };
    return access;
  };
  const runShared = (): Promise<UpstreamAccess> =>
    (running ??= run().finally(() => {
      running = undefined;
    }));

  return {
    current: async () => (held !== undefined && host.now() < held.untilMs ? held.access : runShared()),
    renew: async ({ status, used, attempt }) => {
      // Once for a request; with a 403 the program would print the same.
      if (status !== 401 || attempt > 1) return undefined;
      return held !== undefined && held.access !== used ? held.access : runShared();
    },
  };
}

/** Nothing of the output is in an error: it is made of secrets. */
function readHeaders(stdout: string): UpstreamAccess['headers'] {
  let value: unknown;
  try {
    value = JSON.parse(stdout);
  } catch {
    throw failed('did not print JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw failed('did not print a JSON object');
  return Object.entries(value).map(([name, text], index) => {
    const which = isHeaderName(name) ? `the header ${name}` : `member ${index + 1} of its output`;
    if (!isHeaderName(name)) throw failed(`printed no header: the name of ${which} is none`);
    if (typeof text !== 'string' || !isHeaderValue(text))
      throw failed(`printed no header: the value of ${which} is none`);
    if (isTransportName(name.toLowerCase())) throw failed(`printed ${which}, which belongs to the connection`);
    return { name, value: new Secret(text) };
  });
}

function failed(why: string): McpgwError {
  return new McpgwError('IO', `header_command ${why}`, { hint: 'run it by hand to see what it says' });
}
