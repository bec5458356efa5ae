import { startUpstream } from '../../../test/support/upstream-server.js';
import { right, wrong, type Row } from '../row.js';
import { isEcho, said } from '../said.js';

export const restart: Row = {
  name: 'the server is restarted',
  right: 'the next call of the host is answered as if nothing had been.',
  source: 'MCP 2025-11-25, "Session Management": a client that gets 404 must start a new session',
  run: async (start) => {
    const first = await startUpstream({ era: '2025' });
    const port = Number(new URL(first.url).port);
    const host = await start(first.url);
    await host.open();
    const before = await host.call('before', 'echo', { text: 'before' });
    await first.close();
    if (!isEcho(before, 'before')) return wrong(said(host, 'a call before it', before));
    const second = await startUpstream({ era: '2025', port });
    try {
      const after = await host.call('after', 'echo', { text: 'after' });
      return isEcho(after, 'after') ? right : wrong(said(host, 'the next call', after));
    } finally {
      await second.close();
    }
  },
};
