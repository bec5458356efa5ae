// An MCP host for tests: a real SDK client that starts a command and speaks to it over a stdio pipe, in a pinned era
// (SDK 2.4 in 2025-11-25 or 2026-07-28, or SDK 1.x). Collects stderr; errors are thrown as the SDK throws them.

import { Client, type ClientCapabilities } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as V1Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as V1StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js';

export type HostEra = '2025' | '2026' | 'v1-sdk';

export interface HostOptions<Era extends HostEra = HostEra> {
  readonly command: string;
  readonly args?: readonly string[];
  /** Added to the few variables the SDK inherits (HOME, PATH, ...). */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly era: Era;
  /** What the host declares; register handlers on `client`. None by default. */
  readonly capabilities?: HostCapabilities;
  /**
   * 2026 only. `sibling`, the default, is what SDK hosts do: `server/discover` goes to a process of its own, which is
   * killed after it, and the second process sees ordinary requests only. `in-place` sends both to one process.
   */
  readonly probe?: 'sibling' | 'in-place';
  /** The longest line the client takes; the SDK's own limit is 10 MiB, and a longer one ends the connection. */
  readonly maxLineBytes?: number;
}

/** The capabilities that both SDK versions declare alike. */
export type HostCapabilities = Pick<ClientCapabilities, 'elicitation' | 'roots' | 'sampling'>;

export interface Progress {
  readonly progress: number;
  readonly total?: number | undefined;
  readonly message?: string | undefined;
}

export interface CallOptions {
  readonly onprogress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
  /** Sent as `params._meta` (merged with what the SDK adds). */
  readonly meta?: Readonly<Record<string, unknown>>;
  readonly timeoutMs?: number;
}

export interface ToolResult {
  readonly content: readonly { readonly type: string; readonly text?: unknown }[];
  readonly isError?: boolean | undefined;
  readonly structuredContent?: unknown;
  readonly _meta?: Readonly<Record<string, unknown>> | undefined;
}

export interface ListedTool {
  readonly name: string;
  readonly description?: string | undefined;
  readonly inputSchema: Readonly<Record<string, unknown>>;
}

export interface Host<RawClient = Client | V1Client> {
  /** The SDK's own client, for everything else. */
  readonly client: RawClient;
  /** The process this host speaks to; null once it has gone. */
  readonly pid: () => number | null;
  /** Everything the process has written to stderr so far. */
  readonly stderr: () => string;
  /** What the SDK reported out of band. A stdout line that is not JSON: 1.x reports it, 2.4 skips it in silence. */
  readonly errors: readonly Error[];
  listTools(): Promise<readonly ListedTool[]>;
  callTool(name: string, args?: Readonly<Record<string, unknown>>, options?: CallOptions): Promise<ToolResult>;
  close(): Promise<void>;
}

/** Not the SDK's own class, so that the SDK does not probe on a sibling process. */
class OneProcessTransport extends StdioClientTransport {}

const CLIENT_INFO = { name: 'test-host', version: '1.0.0' };

/** Starts the command and connects; the promise rejects with the SDK's error when the handshake fails. */
export async function startHost(options: HostOptions<'v1-sdk'>): Promise<Host<V1Client>>;
export async function startHost(options: HostOptions<'2025' | '2026'>): Promise<Host<Client>>;
export async function startHost(options: HostOptions): Promise<Host>;
export async function startHost(options: HostOptions): Promise<Host> {
  return options.era === 'v1-sdk' ? startV1(options) : startV2(options);
}

async function startV2(options: HostOptions): Promise<Host<Client>> {
  const client = new Client(CLIENT_INFO, {
    capabilities: options.capabilities ?? {},
    versionNegotiation: { mode: options.era === '2026' ? { pin: '2026-07-28' } : 'legacy' },
  });
  const Transport = options.probe === 'in-place' ? OneProcessTransport : StdioClientTransport;
  const transport = oneByOne(new Transport(spawnParameters(options)));
  const { stderr, errors } = observe(client, transport.stderr);
  await connectOrShow(async () => client.connect(transport), stderr);
  return {
    client,
    pid: () => transport.pid,
    stderr,
    errors,
    listTools: async () => (await client.listTools()).tools,
    callTool: async (name, args, callOptions) =>
      client.callTool(callParams(name, args, callOptions), requestOptions(callOptions)),
    close: async () => client.close(),
  };
}

/**
 * Both SDKs handle an answer at once and a notification a moment later, so that of a piece of stdout that holds both the
 * answer overtakes the progress before it. This host takes messages one after the other, as they stand.
 */
function oneByOne<Taking extends { onmessage?: unknown }>(transport: Taking): Taking {
  let take: ((...given: readonly unknown[]) => void) | undefined;
  let taken = Promise.resolve();
  const queue = (...given: readonly unknown[]): void => {
    taken = taken.then(async () => {
      take?.(...given);
      // As many turns as a notification needs on its way to its handler, and some more.
      for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    });
  };
  Object.defineProperty(transport, 'onmessage', {
    get: () => (take === undefined ? undefined : queue),
    set: (handler: typeof take) => {
      take = handler;
    },
  });
  return transport;
}

async function startV1(options: HostOptions): Promise<Host<V1Client>> {
  const client = new V1Client(CLIENT_INFO, { capabilities: options.capabilities ?? {} });
  const transport = oneByOne(new V1StdioClientTransport(spawnParameters(options)));
  const { stderr, errors } = observe(client, transport.stderr);
  await connectOrShow(async () => client.connect(transport), stderr);
  return {
    client,
    pid: () => transport.pid,
    stderr,
    errors,
    listTools: async () => (await client.listTools()).tools,
    callTool: async (name, args, callOptions) =>
      client.request(
        { method: 'tools/call', params: callParams(name, args, callOptions) },
        CallToolResultSchema,
        requestOptions(callOptions),
      ),
    close: async () => client.close(),
  };
}

interface SpawnParameters {
  command: string;
  args: string[];
  env: Record<string, string>;
  cwd?: string;
  maxBufferSize?: number;
  stderr: 'pipe';
}

function spawnParameters(options: HostOptions): SpawnParameters {
  const { command, args = [], env = {}, cwd, maxLineBytes } = options;
  return {
    command,
    args: [...args],
    env: { ...env },
    ...(cwd !== undefined && { cwd }),
    ...(maxLineBytes !== undefined && { maxBufferSize: maxLineBytes }),
    stderr: 'pipe',
  };
}

interface Observed {
  readonly stderr: () => string;
  readonly errors: Error[];
}

/** Must run before `connect`, so that nothing written early is lost. */
function observe(
  client: Client | V1Client,
  stderr: { on(event: 'data', listener: (chunk: Buffer) => void): unknown } | null,
): Observed {
  const chunks: Buffer[] = [];
  const errors: Error[] = [];
  stderr?.on('data', (chunk) => chunks.push(chunk));
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the client is no EventTarget
  client.onerror = (error) => errors.push(error);
  return { stderr: () => Buffer.concat(chunks).toString('utf8'), errors };
}

/** A failed handshake leaves no host to ask, so what the process said goes to the test's own stderr. */
async function connectOrShow(connect: () => Promise<void>, stderr: () => string): Promise<void> {
  try {
    await connect();
  } catch (error) {
    process.stderr.write(stderr());
    throw error;
  }
}

interface CallParams {
  name: string;
  arguments: Record<string, unknown>;
  _meta?: Record<string, unknown>;
}

function callParams(
  name: string,
  args: Readonly<Record<string, unknown>> | undefined,
  options: CallOptions | undefined,
): CallParams {
  return { name, arguments: { ...args }, ...(options?.meta !== undefined && { _meta: { ...options.meta } }) };
}

interface RequestOptions {
  onprogress?: (progress: Progress) => void;
  signal?: AbortSignal;
  timeout?: number;
}

function requestOptions(options: CallOptions | undefined): RequestOptions {
  return {
    ...(options?.onprogress !== undefined && { onprogress: options.onprogress }),
    ...(options?.signal !== undefined && { signal: options.signal }),
    ...(options?.timeoutMs !== undefined && { timeout: options.timeoutMs }),
  };
}
