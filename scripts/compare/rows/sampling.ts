import { buildEverything } from '../../../test/conformance/everything/server.js';
import { startUpstream } from '../../../test/support/upstream-server.js';
import { right, wrong, type Row } from '../row.js';
import { said } from '../said.js';

const unchanging = { toolsChanged: () => Promise.resolve(), promptsChanged: () => Promise.resolve() };

export const sampling: Row = {
  name: 'a tool asks the model of the host (sampling)',
  right: 'the request reaches the host, and its answer the tool.',
  source: 'MCP 2025-11-25, "Sampling"',
  run: async (start) => {
    const upstream = await startUpstream({ era: '2025', build: () => buildEverything(unchanging) });
    try {
      const host = await start(upstream.url);
      await host.open({ sampling: {} });
      const params = { name: 'test_sampling', arguments: { prompt: 'What is the capital of France?' } };
      host.send({ jsonrpc: '2.0', id: 'call', method: 'tools/call', params });
      const asked = await host.line(({ method, id }) => method === 'sampling/createMessage' || id === 'call');
      if (asked?.method === undefined) {
        const isError = asked?.result?.['isError'] === true;
        return wrong(isError ? 'the tool may not ask' : said(host, 'the call', asked));
      }
      const content = { type: 'text', text: 'Paris' };
      host.send({ jsonrpc: '2.0', id: asked.id, result: { role: 'assistant', content, model: 'a model' } });
      const answer = await host.answer('call');
      return JSON.stringify(answer?.result ?? {}).includes('Paris') ? right : wrong(said(host, 'the call', answer));
    } finally {
      await upstream.close();
    }
  },
};
