// A bad network by chance: random faults at random bytes, several calls at once, a server that is restarted in between. The
// same seed makes the same run. Whatever happens, each request has one answer, what may do harm runs once at most, and once
// the network is good again the next call works. `npm run fuzz:faults` makes many runs.
import { describe, expect, it } from 'vitest';
import { randomOf, type Random } from '../fuzz/random.js';
import { wireAnswer, type Crossing, type Fault } from '../support/fault-proxy.js';
import { KINDS, startFaultStage, type FaultStage } from '../support/fault-stage.js';

const RUNS = Number(process.env['MCPGW_FAULT_RUNS'] ?? 6);
const SEED = Number(process.env['MCPGW_FAULT_SEED'] ?? 20_261_126);
const STEPS = 10;
/** Fewer than open the circuit; a good call follows each step. */
const CALLS_AT_ONCE = 4;
/** More than any answer of these servers has. */
const ANSWER_BYTES = 500;

const ENDINGS = ['fin', 'reset'] as const;

function randomFault(random: Random, { bytes }: Crossing): Fault {
  const how = random.pick(ENDINGS);
  switch (random.below(8)) {
    case 0:
      return { kind: 'cut-request', bytes: random.below(bytes + 1), how };
    case 1:
    case 2:
      return { kind: 'cut-answer', bytes: random.below(ANSWER_BYTES), how };
    case 3:
      return { kind: 'cut-at-boundary', boundary: random.below(3), how };
    case 4:
      return { kind: 'stall', bytes: random.below(ANSWER_BYTES) };
    case 5:
      return { kind: 'half-open' };
    case 6:
      return { kind: 'answer', text: wireAnswer(random.pick([429, 503]), { 'retry-after': random.pick(['0', '60']) }) };
    default:
      return { kind: 'answer', text: wireAnswer(random.pick([404, 429, 500, 502, 503, 504]), {}) };
  }
}

/** One step: some calls at once, of which any may meet a fault, and perhaps a restart; then a good call. */
async function step(stage: FaultStage, random: Random, at: number): Promise<readonly Sent[]> {
  stage.proxy.plan((crossing) => (random.once(3) ? undefined : randomFault(random, crossing)));
  const sent = Array.from({ length: 1 + random.below(CALLS_AT_ONCE) }, (_, index) => ({
    id: `${at}-${index}`,
    tool: random.pick(['add', 'echo']),
  }));
  for (const { id, tool } of sent) stage.send(id, tool);
  if (random.once(3)) {
    await stage.proxy.down();
    if (random.once(2)) await stage.server.forgetSessions();
    await stage.proxy.up();
  }
  await Promise.all(sent.map(({ id }) => stage.host.answer(id)));
  stage.proxy.plan(() => undefined);
  const good = { id: `${at}-good`, tool: 'add' };
  expect(await stage.call(good.id, good.tool)).toMatchObject({ result: {} });
  return [...sent, good];
}

interface Sent {
  readonly id: string;
  readonly tool: string;
}

describe('a bad network', () => {
  it.each(Array.from({ length: RUNS }, (_, run) => run))(
    `never has a call run twice that may do harm, nor an answer come twice or not at all (seed ${SEED}, run %d)`,
    { timeout: 120_000 },
    async (run) => {
      const random = randomOf(SEED, run);
      const [era, kind] = KINDS[run % KINDS.length] ?? random.pick(KINDS);
      const stage = await startFaultStage({ era, kind, config: { timeout_ms: 1_500 } });
      try {
        const sent: Sent[] = [];
        for (let at = 0; at < STEPS; at++) sent.push(...(await step(stage, random, at)));
        for (const { id, tool } of sent) {
          const answers = stage.host.answers(id);
          const runs = stage.server.runs(id);
          expect([id, answers.length]).toEqual([id, 1]);
          expect([id, runs <= (tool === 'echo' ? 2 : 1)]).toEqual([id, true]);
          if (answers[0]?.error === undefined) expect([id, runs > 0]).toEqual([id, true]);
        }
        expect((await stage.host.end()).code).toBe(0);
      } finally {
        await stage.close();
      }
    },
  );
});
