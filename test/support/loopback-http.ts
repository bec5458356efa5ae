// A real HTTP server on a free port of 127.0.0.1 whose answers a test sets as it goes, and which counts its requests.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export interface LoopbackHttp {
  readonly origin: string;
  /** Paths of all requests, in order. */
  readonly requests: readonly string[];
  /** From now on requests are answered like this. */
  readonly answerWith: (answer: Answer) => void;
  readonly close: () => Promise<void>;
}

export async function startLoopbackHttp(first: Answer): Promise<LoopbackHttp> {
  let answer = first;
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has an address with a port');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    requests,
    answerWith: (next) => {
      answer = next;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export function json(body: unknown, headers: Readonly<Record<string, string>> = {}, status = 200): Answer {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
}

export function raw(body: string | Uint8Array, headers: Readonly<Record<string, string>> = {}, status = 200): Answer {
  return (_request, response) => {
    response.writeHead(status, headers).end(body);
  };
}
