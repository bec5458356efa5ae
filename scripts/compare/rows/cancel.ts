import { startUpstream } from '../../../test/support/upstream-server.js';
import { PATIENCE_MS } from '../bridge-host.js';
import { right, wrong, type Row } from '../row.js';
import { isEcho, said } from '../said.js';

export const cancel: Row = {
  name: 'the host cancels a call',
  right: 'the tool is aborted at the server, the call gets no answer, and the session goes on.',
  source: 'MCP 2025-11-25, "Cancellation"',
  run: async (start) => {
    const upstream = await startUpstream({ era: '2025' });
    try {
      const host = await start(upstream.url);
      await host.open();
      host.send({ jsonrpc: '2.0', id: 'wait', method: 'tools/call', params: { name: 'wait', arguments: {} } });
      await upstream.waitFor(({ toolCalls }) => toolCalls.includes('wait'), PATIENCE_MS);
      host.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'wait' } });
      const isAborted = await upstream
        .waitFor(({ cancelled }) => cancelled.includes('wait'), PATIENCE_MS)
        .then(
          () => true,
          () => false,
        );
      if (!isAborted) return wrong('the tool runs on at the server');
      const after = await host.call('after', 'echo', { text: 'after' });
      if (!isEcho(after, 'after')) return wrong(said(host, 'the next call', after));
      return host.lines.some(({ id }) => id === 'wait') ? wrong('the call is answered all the same') : right;
    } finally {
      await upstream.close();
    }
  },
};
