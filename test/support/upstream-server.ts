// A remote MCP server for tests: the real SDK server over Streamable HTTP on 127.0.0.1, in one era or in both.
// It records every HTTP request, every tool handler that really started and every handler that was aborted.
// Tools: echo, headers, count_down, wait, add; one resource (memo://greeting) and one prompt (greet).

import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { NodeStreamableHTTPServerTransport, toNodeHandler, toWebRequest } from '@modelcontextprotocol/node';
import { McpServer as V1McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport as V1Transport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { createMcpHandler, isLegacyRequest, McpServer, type ServerContext } from '@modelcontextprotocol/server';
import { z } from 'zod';

export type UpstreamEra = '2025' | '2026' | 'both' | 'v1-sdk';

export interface RecordedRequest {
  /** HTTP method. */
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Header names in lower case; a repeated header is joined with ', '. */
  readonly headers: Readonly<Record<string, string>>;
  /** Names and values as they came, in order, for tests that care about case or repetition. */
  readonly rawHeaders: readonly string[];
  /** The parsed body; absent when there was none or it was not JSON. */
  readonly body?: unknown;
  /** `method` of a single JSON-RPC request or notification. */
  readonly rpcMethod?: string;
  /** The status of the answer, once its head is written. */
  readonly status: number | undefined;
  /** True once the connection has gone before the answer was complete. */
  readonly aborted: boolean;
}

export interface UpstreamOptions {
  readonly era: UpstreamEra;
  /** Where it listens; a free port by default. */
  readonly port?: number;
  /** Pause between the steps of `count_down`, 5 ms by default. */
  readonly stepMs?: number;
  /** Another server than the one with the tools above, built for each 2025 session and each 2026 request. */
  readonly build?: () => McpServer;
  /** Sees each request first; when it answers itself (401, 503, ...) it returns true. */
  readonly intercept?: (request: RecordedRequest, response: ServerResponse) => boolean | Promise<boolean>;
}

export interface Upstream {
  readonly url: string;
  readonly requests: RecordedRequest[];
  /** The name of every tool whose handler was entered, in order. */
  readonly toolCalls: string[];
  /** The name of every tool whose handler was aborted before it had finished (cancel, closed stream, ended session). */
  readonly cancelled: string[];
  /** Resolves when the predicate holds; rejects after `timeoutMs` (5 s) with what was recorded so far. */
  waitFor(predicate: (upstream: Upstream) => boolean, timeoutMs?: number): Promise<void>;
  /** Tells every 2025 session and every 2026 listener that the tool list has changed. */
  notifyToolsChanged(): Promise<void>;
  /** The same of the list of prompts. */
  notifyPromptsChanged(): Promise<void>;
  /** Forgets all 2025 sessions, as a restarted server would: their next request gets 404. */
  dropSessions(): Promise<void>;
  close(): Promise<void>;
}

/** What a tool handler needs, whichever SDK calls it. */
interface Call {
  readonly tool: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly progressToken: string | number | undefined;
  notify(notification: ProgressNotification): Promise<void>;
}

interface ProgressNotification {
  method: 'notifications/progress';
  params: { progressToken: string | number; progress: number; total: number };
}

interface TextResult {
  [key: string]: unknown;
  content: { type: 'text'; text: string }[];
}

type NodeHandler = (req: IncomingMessage, res: ServerResponse, body: unknown) => Promise<void>;

/** One 2025 session: how to hand it a request, notify it and end it. */
interface Session {
  readonly handle: NodeHandler;
  toolsChanged(): void | Promise<void>;
  promptsChanged(): void | Promise<void>;
  close(): Promise<void>;
}

/** Creates a session; `register` is told its id before the id reaches the client. */
type OpenSession = (register: (id: string) => void) => Promise<Session>;

const RESOURCE_URI = 'memo://greeting';
const SERVER_INFO = { name: 'upstream', version: '1.0.0' };
const CAPABILITIES = { tools: { listChanged: true }, resources: { listChanged: true }, prompts: { listChanged: true } };
const ECHO = { text: z.string() };
const COUNT_DOWN = { n: z.number().int().min(0) };
const ADD = { a: z.number(), b: z.number() };
const GREET = { name: z.string() };

const text = (value: string): TextResult => ({ content: [{ type: 'text', text: value }] });

/** The tools themselves, shared by both SDK versions. */
class Tools {
  readonly started: string[] = [];
  readonly cancelled: string[] = [];
  readonly #stepMs: number;
  #closing = false;

  constructor(stepMs: number) {
    this.#stepMs = stepMs;
  }

  /** From here on aborted handlers are the test's own clean-up, not cancellations. */
  stopRecording(): void {
    this.#closing = true;
  }

  echo(call: Call, args: { text: string }): TextResult {
    this.started.push(call.tool);
    return text(args.text);
  }

  add(call: Call, args: { a: number; b: number }): TextResult {
    this.started.push(call.tool);
    return text(String(args.a + args.b));
  }

  headers(call: Call): TextResult {
    this.started.push(call.tool);
    return text(JSON.stringify(call.headers));
  }

  async countDown(call: Call, args: { n: number }): Promise<TextResult> {
    this.started.push(call.tool);
    for (let step = 1; step <= args.n; step += 1) {
      if (call.progressToken !== undefined) {
        await call.notify({
          method: 'notifications/progress',
          params: { progressToken: call.progressToken, progress: step, total: args.n },
        });
      }
      await sleep(this.#stepMs);
      if (call.signal.aborted) {
        this.#recordCancel(call.tool);
        return text('aborted');
      }
    }
    return text('liftoff');
  }

  async wait(call: Call): Promise<TextResult> {
    this.started.push(call.tool);
    if (!call.signal.aborted) {
      await new Promise<void>((resolve) => {
        call.signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    this.#recordCancel(call.tool);
    return text('aborted');
  }

  #recordCancel(tool: string): void {
    if (!this.#closing) {
      this.cancelled.push(tool);
    }
  }
}

function call(tool: string, context: ServerContext): Call {
  const { _meta: meta, signal, notify } = context.mcpReq;
  return {
    tool,
    headers: Object.fromEntries(context.http?.req?.headers ?? []),
    signal,
    progressToken: meta?.progressToken,
    notify: async (notification) => notify(notification),
  };
}

function buildServer(tools: Tools): McpServer {
  const server = new McpServer(SERVER_INFO, { capabilities: CAPABILITIES });
  server.registerTool(
    'echo',
    { description: 'Gives the text back', inputSchema: z.object(ECHO), annotations: { readOnlyHint: true } },
    (args, context) => tools.echo(call('echo', context), args),
  );
  server.registerTool('add', { description: 'Adds two numbers', inputSchema: z.object(ADD) }, (args, context) =>
    tools.add(call('add', context), args),
  );
  server.registerTool('headers', { description: 'The HTTP headers of this call, as JSON' }, (context) =>
    tools.headers(call('headers', context)),
  );
  server.registerTool(
    'count_down',
    { description: 'Counts n steps and reports progress', inputSchema: z.object(COUNT_DOWN) },
    async (args, context) => tools.countDown(call('count_down', context), args),
  );
  server.registerTool('wait', { description: 'Runs until it is cancelled' }, async (context) =>
    tools.wait(call('wait', context)),
  );
  server.registerResource('greeting', RESOURCE_URI, { mimeType: 'text/plain' }, (uri) => ({
    contents: [{ uri: uri.href, mimeType: 'text/plain', text: 'Hello from upstream' }],
  }));
  server.registerPrompt('greet', { description: 'Greets', argsSchema: z.object(GREET) }, ({ name }) => ({
    messages: [{ role: 'user', content: { type: 'text', text: `Hello, ${name}` } }],
  }));
  return server;
}

/** The part of the 1.x handler context that is used here. */
interface V1Context {
  readonly signal: AbortSignal;
  readonly _meta?: { progressToken?: string | number | undefined } | undefined;
  readonly requestInfo?: { headers: Record<string, string | string[] | undefined> } | undefined;
  sendNotification(notification: ProgressNotification): Promise<void>;
}

function v1Call(tool: string, context: V1Context): Call {
  const { _meta: meta, signal, requestInfo } = context;
  return {
    tool,
    headers: flatHeaders(requestInfo?.headers ?? {}),
    signal,
    progressToken: meta?.progressToken,
    notify: async (notification) => context.sendNotification(notification),
  };
}

function buildV1Server(tools: Tools): V1McpServer {
  const server = new V1McpServer(SERVER_INFO, { capabilities: CAPABILITIES });
  server.registerTool(
    'echo',
    { description: 'Gives the text back', inputSchema: ECHO, annotations: { readOnlyHint: true } },
    (args, context) => tools.echo(v1Call('echo', context), args),
  );
  server.registerTool('add', { description: 'Adds two numbers', inputSchema: ADD }, (args, context) =>
    tools.add(v1Call('add', context), args),
  );
  server.registerTool('headers', { description: 'The HTTP headers of this call, as JSON' }, (context) =>
    tools.headers(v1Call('headers', context)),
  );
  server.registerTool(
    'count_down',
    { description: 'Counts n steps and reports progress', inputSchema: COUNT_DOWN },
    async (args, context) => tools.countDown(v1Call('count_down', context), args),
  );
  server.registerTool('wait', { description: 'Runs until it is cancelled' }, async (context) =>
    tools.wait(v1Call('wait', context)),
  );
  server.registerResource('greeting', RESOURCE_URI, { mimeType: 'text/plain' }, (uri) => ({
    contents: [{ uri: uri.href, mimeType: 'text/plain', text: 'Hello from upstream' }],
  }));
  server.registerPrompt('greet', { description: 'Greets', argsSchema: GREET }, ({ name }) => ({
    messages: [{ role: 'user', content: { type: 'text', text: `Hello, ${name}` } }],
  }));
  return server;
}

function sessionOpener({ tools, era, build }: Opener): OpenSession {
  if (era === 'v1-sdk') {
    return async (register) => {
      const server = buildV1Server(tools);
      const transport = new V1Transport({ sessionIdGenerator: () => randomUUID(), onsessioninitialized: register });
      await server.connect(transport);
      return {
        handle: async (req, res, body) => transport.handleRequest(req, res, body),
        toolsChanged: () => server.sendToolListChanged(),
        promptsChanged: () => server.sendPromptListChanged(),
        close: async () => server.close(),
      };
    };
  }
  return async (register) => {
    const server = build();
    const transport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: register,
    });
    await server.connect(transport);
    return {
      handle: async (req, res, body) => transport.handleRequest(req, res, body),
      toolsChanged: () => server.sendToolListChanged(),
      promptsChanged: () => server.sendPromptListChanged(),
      close: async () => server.close(),
    };
  };
}

interface Opener {
  readonly tools: Tools;
  readonly era: UpstreamEra;
  readonly build: () => McpServer;
}

/** Routes 2025 traffic. A request without a session gets a fresh transport, which refuses all but `initialize`. */
class Sessions {
  readonly #byId = new Map<string, Session>();
  readonly #open: OpenSession;

  constructor(open: OpenSession) {
    this.#open = open;
  }

  readonly handle: NodeHandler = async (req, res, body) => {
    const id = req.headers['mcp-session-id'];
    if (typeof id === 'string') {
      const session = this.#byId.get(id);
      if (session === undefined) {
        const error = { jsonrpc: '2.0', error: { code: -32001, message: 'Session not found' }, id: null };
        res.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify(error));
        return;
      }
      await session.handle(req, res, body);
      return;
    }
    let registered = false;
    const session: Session = await this.#open((newId) => {
      registered = true;
      this.#byId.set(newId, session);
    });
    await session.handle(req, res, body);
    if (!registered) {
      await session.close();
    }
  };

  async toolsChanged(): Promise<void> {
    await Promise.all([...this.#byId.values()].map(async (session) => session.toolsChanged()));
  }

  async promptsChanged(): Promise<void> {
    await Promise.all([...this.#byId.values()].map(async (session) => session.promptsChanged()));
  }

  async closeAll(): Promise<void> {
    const sessions = [...this.#byId.values()];
    this.#byId.clear();
    await Promise.all(sessions.map(async (session) => session.close()));
  }
}

/** Starts a server of the given era on a free port of 127.0.0.1. */
export async function startUpstream(options: UpstreamOptions): Promise<Upstream> {
  const { era, stepMs = 5, intercept } = options;
  const tools = new Tools(stepMs);
  const build = options.build ?? ((): McpServer => buildServer(tools));
  const sessions = new Sessions(sessionOpener({ tools, era, build }));
  const modern = createMcpHandler(build, { legacy: 'reject' });
  const serveModern = toNodeHandler(modern);
  const serve: NodeHandler = async (req, res, body) => {
    const legacy =
      era === 'both'
        ? await isLegacyRequest(await toWebRequest(nodeRequest(req), body), body)
        : era === '2025' || era === 'v1-sdk';
    await (legacy ? sessions.handle(req, res, body) : serveModern(nodeRequest(req), res, body));
  };

  const requests: RecordedRequest[] = [];
  const http = createServer((req, res) => {
    void (async () => {
      const body = parseJson(await readAll(req));
      const recorded = record(req, res, body);
      requests.push(recorded);
      if (intercept !== undefined && (await intercept(recorded, res))) {
        return;
      }
      await serve(req, res, body);
    })().catch((error: unknown) => res.destroy(error instanceof Error ? error : new Error(String(error))));
  });
  await new Promise<void>((resolve) => http.listen(options.port ?? 0, '127.0.0.1', resolve));
  const address = http.address();
  if (address === null || typeof address === 'string') {
    throw new Error('upstream: no port');
  }

  const upstream: Upstream = {
    url: `http://127.0.0.1:${address.port}/mcp`,
    requests,
    toolCalls: tools.started,
    cancelled: tools.cancelled,
    waitFor: async (predicate, timeoutMs = 5000) => waitFor(upstream, predicate, timeoutMs),
    notifyToolsChanged: async () => {
      modern.notify.toolsChanged();
      await sessions.toolsChanged();
    },
    notifyPromptsChanged: async () => {
      modern.notify.promptsChanged();
      await sessions.promptsChanged();
    },
    dropSessions: async () => sessions.closeAll(),
    close: async () => {
      tools.stopRecording();
      const closed = new Promise<void>((resolve) => {
        http.close(() => resolve());
      });
      await Promise.all([sessions.closeAll(), modern.close()]);
      http.closeAllConnections();
      await closed;
    },
  };
  return upstream;
}

async function waitFor(
  upstream: Upstream,
  predicate: (upstream: Upstream) => boolean,
  timeoutMs: number,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!predicate(upstream)) {
    if (Date.now() > deadline) {
      const seen = upstream.requests.map(
        (request) => `${request.method} ${request.rpcMethod ?? ''} ${request.status ?? '-'}`,
      );
      const { toolCalls, cancelled } = upstream;
      throw new Error(
        `upstream: waited ${timeoutMs} ms in vain; saw ${JSON.stringify({ seen, toolCalls, cancelled })}`,
      );
    }
    await sleep(5);
  }
}

function record(req: IncomingMessage, res: ServerResponse, body: unknown): RecordedRequest {
  const rpcMethod = isRecord(body) && typeof body['method'] === 'string' ? body['method'] : undefined;
  const currentStatus = (): number | undefined => (res.headersSent ? res.statusCode : undefined);
  let aborted = false;
  let statusAtAbort: number | undefined;
  // The SDK goes on writing to a response nobody reads any more (499), so the state is kept as it was at this moment.
  res.once('close', () => {
    aborted = !res.writableEnded;
    statusAtAbort = currentStatus();
  });
  return {
    method: req.method ?? '',
    path: req.url ?? '',
    headers: flatHeaders(req.headers),
    rawHeaders: req.rawHeaders,
    ...(body !== undefined && { body }),
    ...(rpcMethod !== undefined && { rpcMethod }),
    get status() {
      return aborted ? statusAtAbort : currentStatus();
    },
    get aborted() {
      return aborted;
    },
  };
}

/** The request as @modelcontextprotocol/node declares it; node's own type fails exactOptionalPropertyTypes there. */
function nodeRequest(req: IncomingMessage): Parameters<typeof toWebRequest>[0] {
  return {
    method: req.method ?? 'GET',
    url: req.url ?? '/',
    headers: req.headers,
    [Symbol.asyncIterator]: () => req[Symbol.asyncIterator](),
  };
}

function flatHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) {
      flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
    }
  }
  return flat;
}

async function readAll(req: IncomingMessage): Promise<string> {
  req.setEncoding('utf8');
  let all = '';
  for await (const chunk of req) {
    all += String(chunk);
  }
  return all;
}

function parseJson(source: string): unknown {
  if (source === '') {
    return undefined;
  }
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
