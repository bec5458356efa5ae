import { setTimeout as sleep } from 'node:timers/promises';
import { startUpstream } from '../../../test/support/upstream-server.js';
import { right, wrong, type Row } from '../row.js';
import { isEcho, said } from '../said.js';

/** Calls, a second apart, after the server has come. */
const CALLS = 10;

export const downAtStart: Row = {
  name: 'the server is down when the host starts, and comes later',
  right: 'the opening message is answered, and calls work once the server is there, with no restart.',
  source: 'docs/guide/serve.md, "When the server is not there"',
  run: async (start) => {
    const gone = await startUpstream({ era: '2025' });
    await gone.close();
    const host = await start(gone.url);
    const opening = await host.open();
    if (opening?.result === undefined) return wrong(said(host, 'initialize', opening));
    const upstream = await startUpstream({ era: '2025', port: Number(new URL(gone.url).port) });
    try {
      for (let call = 1; ; call++) {
        const answer = await host.call(`call-${call}`, 'echo', { text: 'there' });
        if (isEcho(answer, 'there')) return right;
        if (call === CALLS || answer === undefined)
          return wrong(said(host, 'a call to the server that is there now', answer));
        await sleep(1_000);
      }
    } finally {
      await upstream.close();
    }
  },
};
