// A server that says as much as it is let: numbered pieces, as events of one stream or as many JSON answers. Counts what it
// has got rid of, to see whether it is held back.
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';

export interface FloodServer {
  readonly url: string;
  /** Bytes that have left for the client so far. */
  readonly sentBytes: () => number;
  /** Resolves when it has stopped getting rid of anything although there is more. */
  readonly blocked: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface Flood {
  readonly pieces: number;
  readonly pieceBytes: number;
}

interface Message {
  readonly id?: number | string;
  readonly method?: string;
}

const POLL_MS = 20;
/** So often nothing has moved. */
const STILL = 25;

export async function startFloodServer({ pieces, pieceBytes }: Flood): Promise<FloodServer> {
  const padding = 'x'.repeat(pieceBytes);
  let sent = 0;
  const write = async (response: ServerResponse, text: string): Promise<void> => {
    if (!response.write(text)) await once(response, 'drain');
    sent += text.length;
  };
  const stream = async (id: Message['id'], response: ServerResponse): Promise<void> => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (let n = 0; n < pieces; n++) {
      const params = { level: 'info', data: { n, padding } };
      await write(response, `data: ${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params })}\n\n`);
    }
    response.end(`data: ${JSON.stringify({ jsonrpc: '2.0', id, result: { content: [] } })}\n\n`);
  };
  const body = async (id: Message['id'], response: ServerResponse): Promise<void> => {
    response.writeHead(200, { 'content-type': 'application/json' });
    await write(response, JSON.stringify({ jsonrpc: '2.0', id, result: { content: [], padding } }));
    response.end();
  };
  const answer = (message: Message, response: ServerResponse): Promise<void> => {
    const json = (result: object, headers: Record<string, string> = {}): Promise<void> => {
      response.writeHead(200, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id, result }));
      return Promise.resolve();
    };
    switch (message.method) {
      case 'initialize':
        return json({ protocolVersion: '2025-11-25', capabilities: {}, serverInfo: INFO }, { 'mcp-session-id': 's' });
      case 'stream':
        return stream(message.id, response);
      case 'body':
        return body(message.id, response);
      case undefined:
      default:
        response.writeHead(202).end();
        return Promise.resolve();
    }
  };
  const server = createServer((request, response) => {
    if (request.method !== 'POST') {
      response.writeHead(request.method === 'DELETE' ? 200 : 405).end();
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => {
      const message = JSON.parse(Buffer.concat(chunks).toString()) as Message; // what the test has sent
      answer(message, response).catch(() => response.destroy());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has an address with a port');
  return {
    url: `http://127.0.0.1:${address.port}/mcp`,
    sentBytes: () => sent,
    blocked: () =>
      new Promise((resolve) => {
        let [last, still] = [0, 0];
        const timer = setInterval(() => {
          still = sent > 0 && sent === last ? still + 1 : 0;
          last = sent;
          if (still < STILL) return;
          clearInterval(timer);
          resolve();
        }, POLL_MS);
      }),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const INFO = { name: 'flood', version: '1.0.0' };
