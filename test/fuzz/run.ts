// `npm run fuzz [-- --count 100000] [--seed n] [--only index]`: inputs of every kind through the whole check of
// configurations, and long ones through what is shown of them. Exit 1 when one breaks a promise or takes too long; what is printed is enough to repeat it.
import { parseArgs } from 'node:util';
import { schemaValidator } from '../support/schema-validator.js';
import { growthFailures } from './growth.js';
import { inputOf, type FuzzInput } from './inputs.js';
import { checked, judgeInput } from './judge-input.js';
import { readSources } from './sources.js';

/** CPU time that one check of one input may take. */
const LIMIT_MS = 200;
/** After so many failures there is enough to do. */
const ENOUGH = 20;

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: process.env['FUZZ_COUNT'] ?? '100000' },
    seed: { type: 'string', default: process.env['FUZZ_SEED'] ?? String(Date.now() % 1_000_000) },
    only: { type: 'string' },
  },
});
const [count, seed] = [Number(values.count), Number(values.seed)];
const sources = readSources();
const schema = schemaValidator();
console.log(`seed ${seed}, ${count} inputs${schema === undefined ? ', no JSON Schema to compare with' : ''}`);

const growth = values.only === undefined ? await growthFailures() : [];
for (const failure of growth) console.log(failure);

const verdicts = new Map<string, number>();
let slowest = { index: -1, cpuMs: 0 };
let failed = growth.length;
let wider = 0;
const indices = values.only === undefined ? Array.from({ length: count }, (_, index) => index) : [Number(values.only)];
for (const index of indices) {
  const input = inputOf({ seed, index, sources });
  if (values.only !== undefined) console.log(input.text);
  const judgement = await judgeInput(input, schema);
  const cpuMs = judgement.verdict === 'failed' ? 0 : await cpuTimeOf(input);
  const tooLong = cpuMs > LIMIT_MS ? [`takes ${cpuMs.toFixed(0)} ms of CPU`] : [];
  if (cpuMs > slowest.cpuMs) slowest = { index, cpuMs };
  const key = `${input.kind}: ${judgement.verdict}`;
  verdicts.set(key, (verdicts.get(key) ?? 0) + 1);
  if (judgement.schemaIsWider) wider += 1;
  const failures = [...judgement.failures, ...tooLong];
  if (failures.length > 0) {
    failed += 1;
    console.log(
      `\ninput ${index} (${input.kind}): ${failures.join('; ')}\n  repeat: npm run fuzz -- --seed ${seed} --only ${index}`,
    );
    if (values.only === undefined) console.log(`  ${JSON.stringify(input).slice(0, 600)}`);
    if (failed >= ENOUGH) break;
  }
  if (index % 10_000 === 9999) console.log(`${index + 1} inputs, ${failed} failures`);
}

for (const [key, times] of [...verdicts].toSorted(([a], [b]) => a.localeCompare(b)))
  console.log(`${String(times).padStart(8)}  ${key}`);
if (schema !== undefined) console.log(`${String(wider).padStart(8)}  refused, although the JSON Schema accepts them`);
console.log(`slowest: input ${slowest.index}, ${slowest.cpuMs.toFixed(1)} ms of CPU`);
console.log(failed === 0 ? 'no failures' : `${failed} failures`);
process.exitCode = failed === 0 ? 0 : 1;

/** Of the check itself. What seems too long is measured again: a collection of garbage or a compiler may have been at work. */
async function cpuTimeOf(input: FuzzInput): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 5 && least > LIMIT_MS; attempt++) {
    const before = process.cpuUsage();
    await checked(input, true);
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}
