import { startUpstream } from '../../../test/support/upstream-server.js';
import { right, type Row } from '../row.js';
import { endOf } from '../end.js';

export const eof: Row = {
  name: 'the host closes stdin',
  right: 'the bridge ends the session at the server (DELETE) and itself, within 5 seconds.',
  source: 'MCP 2025-11-25, "Lifecycle", "Shutdown", and "Session Management"',
  run: async (start) => {
    const upstream = await startUpstream({ era: '2025' });
    try {
      const host = await start(upstream.url);
      await host.open();
      await host.call('call', 'echo', { text: 'text' });
      host.child.stdin.end();
      return (await endOf(host, upstream)) ?? right;
    } finally {
      await upstream.close();
    }
  },
};
