// A remote MCP server of revision 2025-11-25 that misbehaves on purpose: a test scripts what each message is answered
// with; what it does not script is answered as a good server would. Records every exchange.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export interface Received {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** The parsed body, `{}` where there is none. */
  readonly body: { readonly id?: unknown; readonly method?: string; readonly [member: string]: unknown };
  readonly text: string;
  readonly response: ServerResponse;
  /** True once the client has gone or the answer is complete. */
  readonly closed: () => boolean;
}

/** Answers and returns true, or leaves it to the good server. */
export type Script = (received: Received) => boolean | void;

export interface ScriptedUpstream {
  readonly url: string;
  readonly received: readonly Received[];
  readonly script: (script: Script) => void;
  /** Resolves with the first exchange for which the predicate holds, now or later. */
  readonly request: (predicate: (received: Received) => boolean) => Promise<Received>;
  /** Resolves when the predicate over everything so far holds; looked at on every request and every end of one. */
  readonly until: (predicate: (received: readonly Received[]) => boolean) => Promise<void>;
  readonly close: () => Promise<void>;
}

export function json(response: ServerResponse, body: unknown, headers: Record<string, string> = {}): true {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(text);
  return true;
}

/** Starts an event stream and writes messages; the stream stays open. */
export function stream(response: ServerResponse, ...messages: readonly unknown[]): true {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
  for (const message of messages) {
    response.write(`data: ${typeof message === 'string' ? message : JSON.stringify(message)}\n\n`);
  }
  return true;
}

export function resultOf(received: Received, text = 'ok'): object {
  return { jsonrpc: '2.0', id: received.body.id, result: { content: [{ type: 'text', text }] } };
}

export async function startScriptedUpstream(first: Script = () => undefined): Promise<ScriptedUpstream> {
  let script = first;
  const received: Received[] = [];
  const waiting = new Set<() => void>();
  const changed = (): void => {
    for (const look of waiting) look();
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    let closed = false;
    const one: Received = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: text === '' ? {} : (JSON.parse(text) as Received['body']),
      text,
      response,
      closed: () => closed,
    };
    response.on('error', () => undefined);
    response.once('close', () => {
      closed = true;
      changed();
    });
    received.push(one);
    if (script(one) !== true) answerWell(one);
    changed();
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has an address with a port');
  const until: ScriptedUpstream['until'] = (predicate) =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!predicate(received)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  return {
    url: `http://127.0.0.1:${address.port}/mcp`,
    received,
    script: (next) => {
      script = next;
    },
    until,
    request: async (predicate) => {
      await until((all) => all.some(predicate));
      const found = received.find(predicate);
      if (found === undefined) throw new Error('what was there a moment ago is there');
      return found;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function answerWell(received: Received): void {
  const { method, body, response } = received;
  if (method === 'GET') response.writeHead(405).end();
  else if (method === 'DELETE') response.writeHead(200).end();
  else if (body.method === 'initialize') {
    const result = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'scripted', version: '1' } };
    json(response, { jsonrpc: '2.0', id: body.id, result }, { 'mcp-session-id': 's-1' });
  } else if (body.id === undefined || body.method === undefined) response.writeHead(202).end();
  else json(response, resultOf(received));
}

/** What the policy sent: all headers but those that HTTP and the MCP transport set themselves. */
export function policyHeaders(received: Received | undefined): readonly (readonly [string, string])[] {
  return Object.entries(received?.headers ?? {})
    .filter(([name]) => !OF_THE_TRANSPORT.has(name))
    .map(([name, value]) => [name, String(value)] as const);
}

const OF_THE_TRANSPORT: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'content-length',
  'content-type',
  'accept',
  'transfer-encoding',
  'mcp-protocol-version',
  'mcp-method',
  'mcp-name',
]);
