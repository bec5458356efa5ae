// The short form of `npm run soak -- backpressure`: 40 MB, and a host that reads nothing until the server gets rid of
// nothing any more. Memory is what Linux says.
import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../support/cli.js';
import { runBackpressure, type BackpressureResult } from './backpressure.js';

const MEBIBYTE = 1024 * 1024;
/** Together 40 MiB. */
const EVENTS = { pieces: 40, pieceBytes: MEBIBYTE };
/** Together 240 MiB: where they are all taken at once, the bridge needs three times as much. */
const BODIES = { pieces: 60, pieceBytes: 4 * MEBIBYTE };

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await createSandbox();
});
afterEach(() => sandbox.remove());

async function run(form: 'stream' | 'body', era: '2025' | '2026'): Promise<BackpressureResult> {
  const config = await sandbox.file('bare.json', {});
  return runBackpressure({
    ...(form === 'stream' ? EVENTS : BODIES),
    form,
    era,
    start: (args) => sandbox.start(['serve', '-c', config, ...args]),
    until: (server) => server.blocked(),
  });
}

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

describe.skipIf(!existsSync('/proc/self/status')).each(['2025', '2026'] as const)(
  'a host of revision %s that reads nothing',
  (era) => {
    it('holds back a stream of events, and gets all of it in order', async () => {
      const { takenBytes, peakBytes, arrived } = await run('stream', era);
      expect(takenBytes).toBeLessThan((EVENTS.pieces * EVENTS.pieceBytes) / 2);
      expect(peakBytes).toBeLessThan(150 * MEBIBYTE);
      expect(arrived).toEqual(numbers(EVENTS.pieces));
    });

    it('has many answers wait in their sockets, and gets each of them', async () => {
      const { peakBytes, arrived } = await run('body', era);
      expect(peakBytes).toBeLessThan(300 * MEBIBYTE);
      expect(arrived.toSorted((a, b) => a - b)).toEqual(numbers(BODIES.pieces));
    });
  },
);
