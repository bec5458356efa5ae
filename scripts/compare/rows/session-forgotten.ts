import { startUpstream } from '../../../test/support/upstream-server.js';
import { right, wrong, type Row } from '../row.js';
import { isEcho, said } from '../said.js';

export const sessionForgotten: Row = {
  name: 'the server has forgotten the session (404)',
  right: 'another one is opened, and the call goes on.',
  source: 'MCP 2025-11-25, "Session Management": a client that gets 404 must start a new session',
  run: async (start) => {
    const upstream = await startUpstream({ era: '2025' });
    try {
      const host = await start(upstream.url);
      await host.open();
      const before = await host.call('before', 'echo', { text: 'before' });
      if (!isEcho(before, 'before')) return wrong(said(host, 'a call before it', before));
      await upstream.dropSessions();
      const after = await host.call('after', 'echo', { text: 'after' });
      return isEcho(after, 'after') ? right : wrong(said(host, 'the next call', after));
    } finally {
      await upstream.close();
    }
  },
};
