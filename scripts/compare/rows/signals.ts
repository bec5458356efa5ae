import { startUpstream } from '../../../test/support/upstream-server.js';
import { endOf } from '../end.js';
import { right, type Row } from '../row.js';

export const signals: readonly Row[] = (['SIGTERM', 'SIGHUP', 'SIGINT'] as const).map((signal) => ({
  name: `the bridge gets ${signal}`,
  right: 'it ends the session at the server (DELETE) and itself, within 5 seconds.',
  source: 'MCP 2025-11-25, "Lifecycle", "Shutdown", and "Session Management"',
  run: async (start) => {
    const upstream = await startUpstream({ era: '2025' });
    try {
      const host = await start(upstream.url);
      await host.open();
      await host.call('call', 'echo', { text: 'text' });
      host.child.kill(signal);
      return (await endOf(host, upstream)) ?? right;
    } finally {
      await upstream.close();
    }
  },
}));
