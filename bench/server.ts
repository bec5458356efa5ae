// A minimal MCP server (2025-11-25) without the SDK, so that the server is not what is measured: `echo` answers with
// its text as one JSON body, `big` with a text of so many bytes. Runs as a process of its own and prints its URL.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: {
    readonly name?: string;
    readonly arguments?: { readonly text?: string; readonly bytes?: number };
  };
}

const texts = new Map<number, string>();
/** Some 5 MB. */
const TOOLS = Array.from({ length: 5_000 }, (_, index) => ({
  name: `tool_${index}`,
  description: 'what this tool does, at some length. '.repeat(20),
  inputSchema: { type: 'object', properties: { text: { type: 'string' }, count: { type: 'integer' } } },
}));

const server = createServer((request, response) => {
  if (request.method !== 'POST') {
    response.writeHead(request.method === 'DELETE' ? 200 : 405).end();
    return;
  }
  /** How many tools it has. */
  const count = Number(/\?tools=(\d+)/.exec(request.url ?? '')?.[1] ?? TOOLS.length);
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const message = JSON.parse(Buffer.concat(chunks).toString()) as Message; // what the bench sends
    if (message.id === undefined) {
      response.writeHead(202).end();
      return;
    }
    const body = JSON.stringify({ jsonrpc: '2.0', id: message.id, result: resultOf(message, count) });
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      ...(message.method === 'initialize' ? { 'mcp-session-id': 'bench' } : {}),
    });
    response.end(body);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo; // a TCP server has one
  process.stdout.write(`http://127.0.0.1:${port}/mcp\n`);
});
// Ends with whoever started it.
process.stdin.resume().once('end', () => process.exit(0));

function resultOf(message: Message, count: number): unknown {
  if (message.method === 'initialize') {
    return {
      protocolVersion: '2025-11-25',
      capabilities: { tools: {} },
      serverInfo: { name: 'bench-server', version: '1.0.0' },
    };
  }
  if (message.method === 'tools/list') return { tools: TOOLS.slice(0, count) };
  const { text = '', bytes } = message.params?.arguments ?? {};
  return { content: [{ type: 'text', text: bytes === undefined ? text : textOf(bytes) }] };
}

function textOf(bytes: number): string {
  const known =
    texts.get(bytes) ?? 'some text, as a tool might print it. '.repeat(Math.ceil(bytes / 37)).slice(0, bytes);
  texts.set(bytes, known);
  return known;
}
