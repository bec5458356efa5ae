import { setTimeout as sleep } from 'node:timers/promises';
import { McpServer } from '@modelcontextprotocol/server';
import { text } from '../../../test/conformance/everything/content.js';
import { startUpstream } from '../../../test/support/upstream-server.js';
import { right, wrong, type Row } from '../row.js';
import { said } from '../said.js';

const CALL_MS = 70_000;

function build(): McpServer {
  const server = new McpServer({ name: 'slow', version: '1.0.0' }, { capabilities: { tools: {} } });
  server.registerTool('slow', { description: 'Takes its time' }, async () => {
    await sleep(CALL_MS);
    return text('done');
  });
  return server;
}

export const longCall: Row = {
  name: 'a call takes 70 seconds and reports no progress',
  right: 'its result comes: how long a host waits is for the host to say.',
  source: 'MCP 2025-11-25, "Timeouts": they are the sender\'s; docs/guide/serve.md',
  isWaiting: true,
  run: async (start) => {
    const upstream = await startUpstream({ era: '2025', build });
    try {
      const host = await start(upstream.url);
      await host.open();
      host.send({ jsonrpc: '2.0', id: 'slow', method: 'tools/call', params: { name: 'slow', arguments: {} } });
      const answer = await host.answer('slow', CALL_MS + 20_000);
      return answer?.result === undefined ? wrong(said(host, 'the call', answer)) : right;
    } finally {
      await upstream.close();
    }
  },
};
