// HTTP on one side, `mcpgw serve` on the other: lets the suite's server scenarios, which speak HTTP alone, see what a host
// sees on stdio. A child for each 2025 session; 2026-07-28 shares children, each taking requests whose id is free there.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { randomUUID } from 'node:crypto';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { startConversation, type Conversation, type Message } from './conversation.js';

export interface Relay {
  readonly url: string;
  /** Ends the children, and resolves when they are gone. */
  readonly close: () => Promise<void>;
}

const STATELESS = '2026-07-28';
const VERSION_KEY = 'io.modelcontextprotocol/protocolVersion';
const ENVELOPE = {
  [VERSION_KEY]: STATELESS,
  'io.modelcontextprotocol/clientInfo': { name: 'relay', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

export async function startRelay(start: () => ChildProcessWithoutNullStreams): Promise<Relay> {
  const all: Conversation[] = [];
  const sessions = new Map<string, Conversation>();
  const stateless: Conversation[] = [];
  const open = (): Conversation => {
    const conversation = startConversation(start());
    all.push(conversation);
    return conversation;
  };
  /** A host of this revision says so with its first request; what comes then may be as wrong as it likes. */
  const openStateless = async (): Promise<Conversation> => {
    const conversation = open();
    stateless.push(conversation);
    await conversation.own({ jsonrpc: '2.0', id: 'relay', method: 'tools/list', params: { _meta: ENVELOPE } });
    return conversation;
  };

  const post = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const text = await bodyOf(request);
    const message = JSON.parse(text) as Message;
    const id = request.headers['mcp-session-id'];
    const version = request.headers['mcp-protocol-version'];
    if (typeof id === 'string') {
      const conversation = sessions.get(id);
      if (conversation === undefined) response.writeHead(404).end();
      else conversation.post({ message, text, response, statusOf: () => 200 });
      return;
    }
    if (message.method === 'initialize' && version !== STATELESS) {
      const session = randomUUID();
      const conversation = open();
      sessions.set(session, conversation);
      response.setHeader('mcp-session-id', session);
      conversation.post({ message, text, response, statusOf: () => 200 });
      return;
    }
    const said = message.params?._meta?.[VERSION_KEY];
    if (said !== undefined && said !== version) {
      // No header reaches stdio: that they agree is the relay's to say.
      const error = { code: -32_020, message: 'the header is not what the body says' };
      response.writeHead(400, JSON_TYPE).end(JSON.stringify({ jsonrpc: '2.0', id: message.id, error }));
      return;
    }
    const conversation = stateless.find((one) => one.isFree(message.id)) ?? (await openStateless());
    conversation.post({ message, text, response, statusOf: statelessStatus });
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method === 'POST') return post(request, response);
    const id = request.headers['mcp-session-id'];
    const conversation = typeof id === 'string' ? sessions.get(id) : undefined;
    if (request.method === 'GET' && conversation !== undefined) conversation.listen(response);
    else if (request.method === 'DELETE' && conversation !== undefined) {
      sessions.delete(String(id));
      await conversation.end();
      response.writeHead(200).end();
    } else response.writeHead(conversation === undefined ? 404 : 405).end();
  };

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has an address with a port');
  return {
    url: `http://127.0.0.1:${address.port}/mcp`,
    close: async () => {
      await Promise.all(all.map((conversation) => conversation.end()));
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const JSON_TYPE = { 'content-type': 'application/json' };

/** What an error is in HTTP (2026-07-28, "Streamable HTTP"). */
function statelessStatus({ error }: Message): number {
  if (error === undefined) return 200;
  return error.code === -32_601 ? 404 : 400;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
