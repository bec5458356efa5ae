// The short form of `npm run soak`: some thousand calls with faults, and each way in which a host ends a bridge.
import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../support/cli.js';
import { endOneBridge, runSoak, WAYS, type SoakOptions } from './soak.js';

let sandbox: Sandbox;
let options: SoakOptions;
beforeEach(async () => {
  sandbox = await createSandbox();
  let configs = 0;
  options = {
    calls: 2_000,
    servers: 3,
    serversPerProcess: 1,
    atOnce: 8,
    seed: 1,
    oneFaultIn: 20,
    start: async (config) => sandbox.start(['serve', '-c', await sandbox.file(`soak-${configs++}.json`, config)]),
  };
});
afterEach(() => sandbox.remove());

describe.skipIf(!existsSync('/proc/self/status'))('many calls to three servers with faults', () => {
  it.each([
    ['of a process each', 1],
    ['behind one endpoint', 3],
  ])('%s are answered once each, and leave neither files nor sockets nor sessions behind', async (_, perProcess) => {
    const { tally, faults, growth, endings } = await runSoak({ ...options, serversPerProcess: perProcess });
    expect(faults.size).toBeGreaterThan(8);
    expect(tally.results + tally.errors + tally.cancelled).toBeGreaterThanOrEqual(options.calls);
    expect(tally.results).toBeGreaterThan(options.calls * 0.9);
    expect(tally.errors).toBeGreaterThan(0);
    expect(tally.surplus).toBe(0);
    for (const { warm, end } of growth) {
      expect(end.files - warm.files).toBeLessThanOrEqual(options.atOnce);
      expect(end.sockets - warm.sockets).toBeLessThanOrEqual(options.atOnce);
    }
    expect(growth).toHaveLength(options.servers / perProcess);
    expect(endings).toHaveLength(options.servers / perProcess);
    for (const ending of endings) expect(ending).toMatchObject({ code: 0, sessionsLeft: 0, isLeft: false });
  });
});

describe('a bridge with calls under way', () => {
  it.each(WAYS)('ends by %s, ends its session at the server, and is gone', async (way) => {
    expect(await endOneBridge(options, way, 'quick')).toMatchObject({ way, code: 0, sessionsLeft: 0, isLeft: false });
  });

  it.each(WAYS)('ends by %s although the calls are never answered', async (way) => {
    expect(await endOneBridge(options, way, 'stuck')).toMatchObject({ way, code: 0, sessionsLeft: 0, isLeft: false });
  });
});
