// A server of revision 2025-11-25 that is good most of the time: `echo` answers with its text. Once in so many requests,
// chosen by a seed, something else happens. Counts the sessions that were opened and ended.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { randomOf, type Random } from '../fuzz/random.js';

export interface FaultyServer {
  readonly url: string;
  /** Sessions that were opened, and neither forgotten nor ended. */
  readonly openSessions: () => number;
  readonly ended: () => number;
  /** How often each fault has happened. */
  readonly faults: ReadonlyMap<string, number>;
  readonly close: () => Promise<void>;
}

export interface FaultyOptions {
  readonly seed: number;
  /** One call in so many meets a fault; 0: none does. */
  readonly oneFaultIn: number;
}

interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: { readonly name?: string; readonly arguments?: { readonly text?: string } };
}

interface Exchange {
  readonly message: Message;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export async function startFaultyServer({ seed, oneFaultIn }: FaultyOptions): Promise<FaultyServer> {
  const sessions = new Set<string>();
  const faults = new Map<string, number>();
  let [count, opened, ended] = [0, 0, 0];

  const answer = (exchange: Exchange): void => {
    const { message, request, response } = exchange;
    const session = String(request.headers['mcp-session-id'] ?? '');
    if (message.method === 'initialize') {
      const id = `session-${++opened}`;
      sessions.add(id);
      const result = { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: INFO };
      json(exchange, { result }, { 'mcp-session-id': id });
      return;
    }
    if (!sessions.has(session)) {
      response.writeHead(404).end();
      return;
    }
    if (message.id === undefined) {
      response.writeHead(202).end();
      return;
    }
    if (message.params?.name === STUCK_TOOL) return;
    const random = randomOf(seed, count++);
    if (oneFaultIn === 0 || message.method !== 'tools/call' || !random.once(oneFaultIn)) return good(exchange, random);
    const name = random.pick(Object.keys(FAULTS));
    faults.set(name, (faults.get(name) ?? 0) + 1);
    if (name === 'forgets the session') sessions.delete(session);
    FAULTS[name]?.(exchange);
  };

  const server = createServer((request, response) => {
    response.on('error', () => undefined);
    if (request.method === 'DELETE') {
      if (sessions.delete(String(request.headers['mcp-session-id']))) ended++;
      response.writeHead(200).end();
      return;
    }
    if (request.method !== 'POST') {
      response.writeHead(405).end();
      return;
    }
    const chunks: Buffer[] = [];
    request.on('error', () => undefined);
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => {
      const message = JSON.parse(Buffer.concat(chunks).toString()) as Message; // what the soak has sent
      answer({ message, request, response });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has an address with a port');
  return {
    url: `http://127.0.0.1:${address.port}/mcp`,
    openSessions: () => sessions.size,
    ended: () => ended,
    faults,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Is never answered. */
export const STUCK_TOOL = 'stuck';

const INFO = { name: 'faulty', version: '1.0.0' };
const EVENTS = { 'content-type': 'text/event-stream' };

function resultText({ id, params }: Message): string {
  const result = { content: [{ type: 'text', text: params?.arguments?.text ?? '' }] };
  return JSON.stringify({ jsonrpc: '2.0', id, result });
}

function json({ message, response }: Exchange, members: object, headers: Record<string, string> = {}): void {
  response.writeHead(200, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id, ...members }));
}

function good({ message, response }: Exchange, random: Random): void {
  if (!random.once(3)) {
    response.writeHead(200, { 'content-type': 'application/json' }).end(resultText(message));
    return;
  }
  response.writeHead(200, EVENTS);
  for (let n = random.below(4); n > 0; n--) {
    const params = { level: 'info', data: 'still at it' };
    response.write(`data: ${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params })}\n\n`);
  }
  response.end(`data: ${resultText(message)}\n\n`);
}

/** What goes wrong; the host is to get an error, or the result, once. */
const FAULTS: Readonly<Record<string, (exchange: Exchange) => void>> = {
  'forgets the session': ({ response }) => response.writeHead(404).end(),
  'is out of order (500)': ({ response }) =>
    response.writeHead(500, { 'content-type': 'text/html' }).end('<h1>Oops</h1>'),
  'has no time (503)': ({ response }) => response.writeHead(503, { 'retry-after': '0' }).end(),
  'breaks the connection before the head': ({ response }) => response.destroy(),
  'breaks the connection in the body': ({ message, response }) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100000' });
    response.write(resultText(message).slice(0, 20), () => response.destroy());
  },
  'breaks the connection in a stream': ({ response }) => {
    response.writeHead(200, EVENTS).write(': nothing yet\n\n', () => response.destroy());
  },
  'answers with no JSON': ({ response }) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"jsonrpc":');
  },
  'answers with a page': ({ response }) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Hello</p>'),
  'answers something else': (exchange) => json({ ...exchange, message: { id: 'something else' } }, { result: {} }),
  'ends a stream without a result': ({ response }) => response.writeHead(200, EVENTS).end(),
  'never answers': () => undefined,
};
