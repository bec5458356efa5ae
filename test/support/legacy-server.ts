// A remote MCP server that speaks HTTP+SSE alone (2024-11-05): the transport and the server of the SDK's first line, on
// 127.0.0.1. It can be killed and started again at the same port. Tools: echo, add, headers, count_down, ask_model, wait,
// notify.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { SetLevelRequestSchema, SubscribeRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';

export interface LegacyRequestSeen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** Of the JSON-RPC message. */
  readonly rpcMethod: string | undefined;
  /** Of the session; of a GET, undefined. */
  readonly sessionId: string | undefined;
}

export interface LegacyServerOptions {
  /** What `POST /sse` is answered with. Default: 404, as a router says that has no such route. */
  readonly postStatus?: number | undefined;
  /** Answers and returns true, or leaves it to the server. */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export interface LegacyServer {
  readonly url: string;
  readonly requests: readonly LegacyRequestSeen[];
  /** Tools whose handlers have started, and those that were cancelled. */
  readonly started: readonly string[];
  readonly cancelled: readonly string[];
  /** Requests that set something in a session, by session. */
  readonly settings: readonly (readonly [session: string, method: string, value: string])[];
  /** Streams that stand. */
  readonly streams: () => number;
  /** Resolves when the predicate holds; looked at whenever something has happened. */
  readonly until: (predicate: () => boolean) => Promise<void>;
  /** Drops every connection, and takes none. */
  readonly kill: () => Promise<void>;
  /** At the same port. */
  readonly restart: () => Promise<void>;
  /** `tools/list_changed` to every session. */
  readonly toolsChanged: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function startLegacyServer(options: LegacyServerOptions = {}): Promise<LegacyServer> {
  const requests: LegacyRequestSeen[] = [];
  const started: string[] = [];
  const cancelled: string[] = [];
  const settings: [string, string, string][] = [];
  const sessions = new Map<string, { readonly transport: SSEServerTransport; readonly server: McpServer }>();
  const waiting = new Set<() => void>();
  const changed = (): void => {
    for (const look of waiting) look();
  };
  const noted = (list: string[], entry: string): void => {
    list.push(entry);
    changed();
  };

  const openStream = async (response: ServerResponse): Promise<void> => {
    const transport = new SSEServerTransport('/messages', response);
    const { sessionId } = transport;
    const server = buildServer({
      onStart: (tool) => noted(started, tool),
      onCancel: (tool) => noted(cancelled, tool),
      onSetting: (method, value) => {
        settings.push([sessionId, method, value]);
        changed();
      },
    });
    sessions.set(sessionId, { transport, server });
    response.once('close', () => {
      sessions.delete(sessionId);
      changed();
    });
    await server.connect(transport);
    changed();
  };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const body = request.method === 'POST' ? await bodyOf(request) : undefined;
    const sessionId = searchParams.get('sessionId') ?? undefined;
    requests.push({
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      rpcMethod: body?.['method'] as string | undefined, // the SDK has written it, or the gateway passed it on
      sessionId,
    });
    changed();
    if (options.intercept?.(request, response) === true) return;
    if (pathname === '/sse' && request.method === 'GET') return openStream(response);
    if (pathname === '/messages' && request.method === 'POST') {
      const session = sessions.get(sessionId ?? '');
      if (session !== undefined) return session.transport.handlePostMessage(request, response, body);
      response.writeHead(400).end('No transport found for sessionId');
      return;
    }
    const status = pathname === '/sse' ? (options.postStatus ?? 404) : 404;
    response.writeHead(status, { 'content-type': 'text/html' }).end(`Cannot ${request.method} ${pathname}`);
  };

  let http: Server;
  let port = 0;
  const listen = async (): Promise<void> => {
    http = createServer((request, response) => {
      response.on('error', () => undefined);
      handle(request, response).catch(() => response.destroy());
    });
    http.listen(port, '127.0.0.1');
    await once(http, 'listening');
    const address = http.address();
    if (address === null || typeof address === 'string') throw new Error('a TCP server has an address with a port');
    port = address.port;
  };
  const kill = async (): Promise<void> => {
    const closed = once(http, 'close');
    http.close();
    http.closeAllConnections();
    await closed;
    sessions.clear();
  };
  await listen();
  return {
    url: `http://127.0.0.1:${port}/sse`,
    requests,
    started,
    cancelled,
    settings,
    streams: () => sessions.size,
    until: (predicate) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!predicate()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    kill,
    restart: listen,
    toolsChanged: async () => {
      await Promise.all([...sessions.values()].map(({ server }) => server.server.sendToolListChanged()));
    },
    close: async () => {
      if (http.listening) await kill();
    },
  };
}

interface Watch {
  readonly onStart: (tool: string) => void;
  readonly onCancel: (tool: string) => void;
  readonly onSetting: (method: string, value: string) => void;
}

function buildServer({ onStart, onCancel, onSetting }: Watch): McpServer {
  const server = new McpServer(
    { name: 'legacy', version: '1.0.0' },
    { capabilities: { tools: { listChanged: true }, logging: {}, resources: { subscribe: true } } },
  );
  const text = (value: unknown): { content: { type: 'text'; text: string }[] } => ({
    content: [{ type: 'text', text: typeof value === 'string' ? value : JSON.stringify(value) }],
  });
  server.registerTool('echo', { inputSchema: { text: z.string() } }, (args) => {
    onStart('echo');
    return text(args.text);
  });
  server.registerTool('add', { inputSchema: { a: z.number(), b: z.number() } }, ({ a, b }) => {
    onStart('add');
    return text(String(a + b));
  });
  server.registerTool('headers', {}, ({ requestInfo }) => text(requestInfo?.headers ?? {}));
  server.registerTool(
    'count_down',
    { inputSchema: { n: z.number() } },
    async ({ n }, { _meta: meta, sendNotification }) => {
      onStart('count_down');
      const progressToken = meta?.progressToken;
      for (let progress = 1; progress <= n; progress++) {
        if (progressToken === undefined) break;
        const params = { progressToken, progress, total: n };
        await sendNotification({ method: 'notifications/progress', params });
      }
      return text(`counted ${n}`);
    },
  );
  server.registerTool('ask_model', { inputSchema: { question: z.string() } }, async ({ question }) => {
    onStart('ask_model');
    const { content } = await server.server.createMessage({
      messages: [{ role: 'user', content: { type: 'text', text: question } }],
      maxTokens: 10,
    });
    return text(content);
  });
  server.registerTool('wait', {}, async ({ signal }) => {
    onStart('wait');
    await once(signal, 'abort');
    onCancel('wait');
    return text('cancelled');
  });
  server.registerTool('notify', {}, async () => {
    onStart('notify');
    await server.server.sendLoggingMessage({ level: 'info', data: 'said unasked' });
    return text('said');
  });
  server.server.setRequestHandler(SetLevelRequestSchema, ({ params }) => {
    onSetting('logging/setLevel', params.level);
    return {};
  });
  server.server.setRequestHandler(SubscribeRequestSchema, ({ params }) => {
    onSetting('resources/subscribe', params.uri);
    return {};
  });
  return server;
}

async function bodyOf(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer); // a stream without an encoding gives buffers
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>; // the gateway sends objects
}
