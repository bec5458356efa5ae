import { startUpstream } from '../../../test/support/upstream-server.js';
import { right, wrong, type Row } from '../row.js';
import { isEcho, said } from '../said.js';

const LINES = ['this is not JSON', '{"jsonrpc":"2.0","id":null,"method":"ping"}', '[]'];

export const badLine: Row = {
  name: 'bad lines on stdin: no JSON, an id of null, an empty batch',
  right: 'errors -32700, -32600 and -32600, without an id, and the session goes on.',
  source: 'JSON-RPC 2.0, "Error object"; MCP 2025-11-25, "Requests": an id must not be null, and there are no batches',
  run: async (start) => {
    const upstream = await startUpstream({ era: '2025' });
    try {
      const host = await start(upstream.url);
      await host.open();
      for (const line of LINES) host.send(line);
      const after = await host.call('after', 'echo', { text: 'after' });
      if (!isEcho(after, 'after')) return wrong(said(host, 'the next call', after));
      const codes = host.lines.flatMap(({ error }) => (error === undefined ? [] : [error.code]));
      if (String(codes) === '-32700,-32600,-32600') return right;
      return wrong(codes.length === 0 ? 'they get no answer' : `they get ${codes.join(', ')}`);
    } finally {
      await upstream.close();
    }
  },
};
