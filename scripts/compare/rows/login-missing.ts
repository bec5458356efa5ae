import { startIdentityProvider } from '../../../test/support/identity-provider.js';
import { startProtectedUpstream } from '../../../test/support/protected-upstream.js';
import { right, wrong, type Row } from '../row.js';
import { said } from '../said.js';

/** Longer than a bridge waits that waits for a login; hosts give up after a minute. */
const LOGIN_MS = 45_000;

export const loginMissing: Row = {
  name: 'the server wants a login (401), and nobody is there for it',
  right:
    'the opening message is answered within 45 seconds, and so is a call, with an error that says what to do; the bridge stays.',
  source: 'docs/guide/serve.md, "When the server is not there": a host shows nothing of a bridge that does not answer',
  isWaiting: true,
  run: async (start) => {
    const idp = await startIdentityProvider({ registration: true, resources: true });
    const upstream = await startProtectedUpstream({ era: '2025', idp: () => idp });
    try {
      const host = await start(upstream.url);
      const opening = await host.open({}, LOGIN_MS);
      const browser = host.hasOpenedBrowser() ? 'opens a browser; ' : '';
      if (opening?.result === undefined) return wrong(browser + said(host, 'initialize', opening));
      const called = await host.call('call', 'echo', { text: 'text' });
      const isTold = called?.error !== undefined && /log ?in|unauthorized|401/i.test(JSON.stringify(called.error));
      return isTold && host.isRunning() ? right : wrong(browser + said(host, 'a call', called));
    } finally {
      await upstream.close();
      await idp.close();
    }
  },
};
