import { startUpstream } from '../../../test/support/upstream-server.js';
import { right, wrong, type Row } from '../row.js';
import { isEcho, said } from '../said.js';

export const refusedLater: Row = {
  name: 'the server refuses in the middle of a session (401), and takes the credentials again later',
  right: 'the call gets an error, the bridge stays, and the next call works.',
  source: 'MCP 2025-11-25, "Authorization", "Error Handling"; docs/guide/serve.md, "What the host sees"',
  run: async (start) => {
    let isRefusing = false;
    const upstream = await startUpstream({
      era: '2025',
      intercept: (_, response) => {
        if (isRefusing) response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end();
        return isRefusing;
      },
    });
    try {
      const host = await start(upstream.url);
      await host.open();
      const before = await host.call('before', 'echo', { text: 'before' });
      if (!isEcho(before, 'before')) return wrong(said(host, 'a call before it', before));
      isRefusing = true;
      const refused = await host.call('refused', 'echo', { text: 'refused' });
      if (refused?.error === undefined) return wrong(said(host, 'the call', refused));
      isRefusing = false;
      const after = await host.call('after', 'echo', { text: 'after' });
      return isEcho(after, 'after') ? right : wrong(said(host, 'the next call', after));
    } finally {
      await upstream.close();
    }
  },
};
