// The MCP server of the quickstart: the official SDK over Streamable HTTP on 127.0.0.1. Its one tool greets whoever
// the gateway says is calling, and it remembers the headers of the last tool call.
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';

export interface QuickstartServer {
  readonly origin: string;
  /** Headers of the last `tools/call`, as they came. */
  readonly received: () => IncomingHttpHeaders;
  readonly close: () => Promise<void>;
}

export async function startMcpServer(): Promise<QuickstartServer> {
  let received: IncomingHttpHeaders = {};
  const handle = toNodeHandler(createMcpHandler(() => greeter(() => received)));
  const server = createServer((request, response) => {
    if (request.headers['mcp-method'] === 'tools/call') received = request.headers;
    // A request that a server receives always has a method and a URL; Node's type is that of answers, too.
    void handle(request as Parameters<typeof handle>[0], response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a TCP server has one
  return {
    origin: `http://127.0.0.1:${port}`,
    received: () => received,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function greeter(received: () => IncomingHttpHeaders): McpServer {
  const server = new McpServer({ name: 'quickstart-server', version: '1.0.0' });
  server.registerTool(
    'greet',
    { description: 'Greets the caller.', inputSchema: z.object({ greeting: z.string() }) },
    ({ greeting }) => {
      const claims = JSON.parse(String(received()['x-user-claims'] ?? '{}')) as { sub?: string; email?: string };
      const text = `${greeting}, ${claims.sub ?? 'stranger'} <${claims.email ?? 'unknown'}>!`;
      return { content: [{ type: 'text', text }] };
    },
  );
  return server;
}
