// What `simulate` says is what the wire carries. Two thousand triples here; ten times as many behind `npm run fuzz:wire`.
import { expect, it } from 'vitest';
import { compareWithWire } from './simulator-equals-wire.js';

/** Another one each time; to see a failure again, give the one that was printed. */
const SEED = Number(process.env['MCPGW_WIRE_SEED'] ?? Math.floor(Math.random() * 1e9));
const PROCESSES = Number(process.env['MCPGW_WIRE_PROCESSES'] ?? 20);

it(
  'is what the upstream receives, for 100 random requests under each of many configurations',
  {
    timeout: PROCESSES * 15_000,
  },
  async () => {
    const run = { seed: SEED, processes: PROCESSES, requestsEach: 100, byCommand: 50 };
    const { triples, allowed, differences } = await compareWithWire(run);
    process.stdout.write(`seed ${SEED}: ${triples} triples, ${allowed} allowed, ${differences.length} differences\n`);
    expect(`seed ${SEED}: ${differences.slice(0, 3).join('\n\n')}`).toBe(`seed ${SEED}: `);
    expect(triples).toBe(PROCESSES * 100);
    // Neither all of them pass nor none: the comparison is about something.
    expect(allowed).toBeGreaterThan(triples / 100);
    expect(allowed).toBeLessThan(triples * 0.95);
  },
);
