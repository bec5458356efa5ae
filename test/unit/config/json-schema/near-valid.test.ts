import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearValidConfigs } from './near-valid.js';
import { disagreement, verdictsOn } from './verdicts.js';

const ENV = { A: 'a', URL: 'https://a.example' };

test('no configuration that we accept is refused by the JSON Schema', async () => {
  const counts = { accepted: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(nearValidConfigs(), async (config) => {
      const verdicts = await verdictsOn(JSON.stringify(config), ENV);
      counts[verdicts.ours.length === 0 ? 'accepted' : 'refused'] += 1;
      expect(disagreement(verdicts)).toBeUndefined();
    }),
    { numRuns: 3000, seed: 202_012 },
  );
  // Made to be near the border: enough on either side of it.
  expect(counts.accepted).toBeGreaterThan(500);
  expect(counts.refused).toBeGreaterThan(500);
});
