import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ONLINE_LIMITS, openNetwork } from '../../../../src/cli/online/exchange/network.js';
import { raw } from '../../../support/loopback-http.js';
import { askOnline, brief, startSite } from '../../../support/online-stage.js';

describe('the network of one run', () => {
  it('asks at most six at a time, and each URL once', async () => {
    const waiting: (() => void)[] = [];
    let asked = 0;
    const fetch: typeof globalThis.fetch = () => {
      asked++;
      return new Promise((resolve) => waiting.push(() => resolve(Response.json({}))));
    };
    const network = openNetwork({ host: { fetch, now: () => 0 } });
    const urls = Array.from({ length: 20 }, (_, index) => `https://idp.example.com/${index % 10}#${index}`);
    const answers = Promise.all(urls.map((url) => network.document(url)));
    for (const expected of [6, 10]) {
      await turn();
      expect(asked).toBe(expected);
      for (const answer of waiting.splice(0)) answer();
      await turn();
    }
    expect((await answers).every(({ ok }) => ok)).toBe(true);
    expect(asked).toBe(10);
  });

  it('asks nobody any more once the run has taken its time', async () => {
    const site = await startSite();
    site.on('/a', raw('', {}, 405));
    let now = 0;
    const config = {
      mcpServers: { a: { url: `${site.origin}/a`, jwt_validation: { jwksUri: `${site.origin}/jwks` } } },
    };
    const found = await askOnline(config, { now: () => (now += ONLINE_LIMITS.runMs) });
    expect(brief(found)).toEqual([
      'MCPGW201 error /mcpServers/a/url',
      'MCPGW201 error /mcpServers/a/jwt_validation/jwksUri',
    ]);
    expect(found[0]?.message).toContain('was not asked any more: the run took too long');
    expect(site.calls).toEqual([]);
  });
});
