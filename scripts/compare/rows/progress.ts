import { startUpstream } from '../../../test/support/upstream-server.js';
import { right, wrong, type Row } from '../row.js';
import { said } from '../said.js';

const STEPS = 5;

export const progress: Row = {
  name: 'a tool reports progress',
  right: 'each report reaches the host before the result, with the token of the host.',
  source: 'MCP 2025-11-25, "Progress"',
  run: async (start) => {
    const upstream = await startUpstream({ era: '2025', stepMs: 100 });
    try {
      const host = await start(upstream.url);
      await host.open();
      const params = { name: 'count_down', arguments: { n: STEPS }, _meta: { progressToken: 'mine' } };
      host.send({ jsonrpc: '2.0', id: 'count', method: 'tools/call', params });
      const answer = await host.answer('count');
      if (answer?.result === undefined) return wrong(said(host, 'the call', answer));
      const before = host.lines.slice(0, host.lines.indexOf(answer));
      const reports = before.filter(({ method, params: it }) => {
        return method === 'notifications/progress' && it?.['progressToken'] === 'mine';
      });
      return reports.length === STEPS ? right : wrong(`${reports.length} of ${STEPS} reports come before the result`);
    } finally {
      await upstream.close();
    }
  },
};
