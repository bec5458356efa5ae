// Many processes, one login: tokens that live 2 s, refresh tokens that rotate, and a server that ends a login when it sees
// an old one again. Exactly one refresh each time, whoever dies meanwhile.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../support/cli.js';
import { startIdentityProvider, type RunningIdentityProvider } from '../support/identity-provider.js';
import { call, startLineHost, type LineHost } from '../support/line-host.js';
import { startProtectedUpstream, type ProtectedUpstream } from '../support/protected-upstream.js';

const PROCESSES = 5;
const CALLS = Number(process.env['MCPGW_REFRESH_CALLS'] ?? 1000);

const cleanups: (() => Promise<unknown>)[] = [];
let sandbox: Sandbox;
let idp: RunningIdentityProvider;
let upstream: ProtectedUpstream;
let config: string;
/** Called when a refresh has reached the server, and when its answer is about to leave. */
let onRefresh: (moment: 'asked' | 'answered') => void | Promise<void>;

beforeEach(async () => {
  onRefresh = () => undefined;
  sandbox = await createSandbox();
  cleanups.push(() => sandbox.remove());
  idp = await startIdentityProvider({
    registration: true,
    resources: true,
    accessTokenLifetimeSeconds: 2,
    onTokenRequest: (moment) => onRefresh(moment),
  });
  cleanups.push(() => idp.close());
  upstream = await startProtectedUpstream({ era: '2025', idp: () => idp, challengeScope: 'mcp:read' });
  cleanups.push(() => upstream.close());
  config = await sandbox.file('gateway.json', { mcpServers: { demo: { url: upstream.url, auth_type: 'oauth_auto' } } });
  expect(await sandbox.run(['login', '-c', config])).toMatchObject({ code: 0 });
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

function start(): LineHost {
  const host = startLineHost(sandbox, ['-c', config]);
  cleanups.push(async () => {
    host.child.kill('SIGKILL');
    await host.exited;
  });
  return host;
}

/** Calls one after the other; each must be answered with a result. */
async function callAway(host: LineHost, count: number, pauseMs: number): Promise<number> {
  await host.open();
  for (let id = 1; id <= count; id++) {
    host.send(call(id, 'headers'));
    expect(await host.answer(id)).toMatchObject({ result: {} });
    await sleep(pauseMs);
  }
  return count;
}

function expectOneRefreshEach(): void {
  expect(idp.refusedRefreshes()).toBe(0);
  expect(idp.refreshes()).toBeGreaterThan(0);
  // Each refresh gave a token that is another one, and no token was got in two ways.
  expect(new Set(upstream.tokens).size).toBeLessThanOrEqual(idp.refreshes() + 1);
  expect(idp.requests.filter((request) => request === 'GET /auth')).toHaveLength(1);
}

describe('many processes with one login', () => {
  it(`refresh it once each time, over ${CALLS} calls of ${PROCESSES} serves and token commands`, async () => {
    const over = new AbortController();
    const tokens = (async () => {
      let count = 0;
      while (!over.signal.aborted) {
        expect(await sandbox.run(['token', '-c', config])).toMatchObject({ code: 0, stderr: '' });
        count++;
      }
      return count;
    })();
    const hosts = Array.from({ length: PROCESSES }, start);
    const made = await Promise.all(hosts.map((host) => callAway(host, CALLS / PROCESSES, 40)));
    over.abort();
    expect(await tokens).toBeGreaterThan(0);
    expect(made.reduce((sum, count) => sum + count, 0)).toBe(CALLS);
    expect(upstream.toolCalls).toHaveLength(CALLS);
    expectOneRefreshEach();
  });

  it.each([
    ['asked', 0],
    ['answered', 0],
    ['answered', 5],
    ['answered', 25],
  ] as const)(
    'lose nothing when serves are killed (-9) while a refresh was just %s, %i ms on',
    async (when, laterMs) => {
      let victims = 0;
      const hosts = new Set(Array.from({ length: PROCESSES }, start));
      const [last] = hosts;
      if (last === undefined) throw new Error('no process');
      onRefresh = async (moment) => {
        if (moment !== when || hosts.size === 1) return;
        if (laterMs > 0) await sleep(laterMs);
        // All but one, whichever of them it is that refreshes.
        for (const host of hosts) {
          if (host === last) continue;
          hosts.delete(host);
          victims++;
          host.child.kill('SIGKILL');
          await host.exited;
        }
      };
      const others = [...hosts].filter((host) => host !== last).map((host) => callAway(host, 1000, 20).catch(() => 0));
      await callAway(last, 100, 40);
      await Promise.all(others);
      expect(victims).toBe(PROCESSES - 1);
      expect(await sandbox.run(['token', '-c', config])).toMatchObject({ code: 0 });
      expectOneRefreshEach();
    },
  );
});
