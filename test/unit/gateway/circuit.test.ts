// A circuit by its own clock: what opens it, what does not, the one trial, and what closes it.
import { beforeEach, describe, expect, it } from 'vitest';
import { Circuit, CircuitOpen } from '../../../src/gateway/circuit.js';
import type { AnswerHead, ExchangeEnd } from '../../../src/gateway/streamable-http.js';

const log = { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined };
const refusedConnection: ExchangeEnd = {
  kind: 'failed',
  error: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }),
  maySent: false,
  stream: undefined,
};
const head = (status: number): AnswerHead => ({
  status,
  retryAfter: undefined,
  sessionId: undefined,
  contentType: '',
  wwwAuthenticate: undefined,
});
const answer: ExchangeEnd = { kind: 'complete', head: head(200), stream: undefined };
const status = (code: number, body = ''): ExchangeEnd => ({ kind: 'refused', head: head(code), body });

let nowMs: number;
let circuit: Circuit;
let sent: number;

interface Running {
  readonly end: Promise<ExchangeEnd>;
  readonly mayTry: () => boolean;
  readonly ends: (ended: ExchangeEnd) => Promise<void>;
  readonly answers: (code: number) => void;
}

function start(): Running {
  let finish: (ended: ExchangeEnd) => void = () => undefined;
  let heads: (it: AnswerHead) => void = () => undefined;
  let may: () => boolean = () => false;
  const { end } = circuit.exchange({
    onHead: undefined,
    inWords: ({ kind }) => `it ${kind}`,
    send: (onHead, mayTry) => {
      sent++;
      heads = onHead;
      may = mayTry;
      return { end: new Promise((resolve) => (finish = resolve)), abort: () => undefined };
    },
  });
  return {
    end,
    mayTry: () => may(),
    ends: async (ended) => {
      finish(ended);
      await end;
    },
    answers: (code) => heads(head(code)),
  };
}

async function run(ended: ExchangeEnd, times = 1): Promise<void> {
  for (let time = 0; time < times; time++) await start().ends(ended);
}

/** The message of a request that fails at once; undefined: it is sent. */
async function refusal(): Promise<CircuitOpen | undefined> {
  const before = sent;
  const running = start();
  if (sent > before) {
    await running.ends({ kind: 'aborted' });
    return undefined;
  }
  const ended = await running.end;
  return ended.kind === 'failed' && ended.error instanceof CircuitOpen ? ended.error : undefined;
}

beforeEach(() => {
  nowMs = Date.parse('2026-11-26T10:00:00Z');
  circuit = new Circuit({ now: () => nowMs, log, server: 'demo' });
  sent = 0;
});

describe('a circuit opens', () => {
  it('at the fifth failure in 30 s, and says since when and why', async () => {
    await run(refusedConnection, 4);
    expect(await refusal()).toBeUndefined();
    nowMs += 5_000;
    await run(refusedConnection);
    const error = await refusal();
    expect(error?.message).toBe(
      'is known to be down since 2026-11-26T10:00:00.000Z: it failed; it is tried again in 10 s',
    );
    expect(error?.retryAfterMs).toBe(10_000);
    expect(sent).toBe(6);
  });

  it('for 5xx that are no JSON-RPC answer', async () => {
    await run(status(502), 5);
    expect(await refusal()).toBeDefined();
  });

  it.each<[string, ExchangeEnd]>([
    ['an answer', answer],
    ['404', status(404)],
    ['401', status(401)],
    ['429', status(429)],
    ['a 5xx that is a JSON-RPC answer', status(500, '{"error":{"code":-32603,"message":"x"}}')],
    ['a request that was given up', { kind: 'aborted' }],
    ['a lack of open files', { ...refusedConnection, error: Object.assign(new Error('x'), { code: 'EMFILE' }) }],
    ['a login that is missing', { kind: 'withheld', error: { code: -31401, message: 'x' } }],
  ])('not for %s', async (_what, ended) => {
    await run(ended, 20);
    expect(await refusal()).toBeUndefined();
  });

  it('not when the five are further apart', async () => {
    for (let time = 0; time < 20; time++) {
      await run(refusedConnection);
      nowMs += 7_500;
    }
    expect(await refusal()).toBeUndefined();
  });

  it('not when it answers between them', async () => {
    for (let time = 0; time < 20; time++) {
      await run(refusedConnection, 4);
      await run(answer);
    }
    expect(await refusal()).toBeUndefined();
  });

  it('not when what it began to answer breaks off', async () => {
    for (let time = 0; time < 20; time++) {
      const running = start();
      running.answers(200);
      await running.ends({ ...refusedConnection, maySent: true });
    }
    expect(await refusal()).toBeUndefined();
  });
});

describe('an open circuit', () => {
  beforeEach(() => run(refusedConnection, 5));

  it('refuses for 10 s, then lets one trial pass', async () => {
    nowMs += 9_999;
    expect((await refusal())?.retryAfterMs).toBe(1);
    nowMs += 1;
    const trial = start();
    expect(await refusal()).toBeDefined();
    trial.answers(200);
    expect(await refusal()).toBeUndefined();
  });

  it('is open for 10 s more when the trial fails', async () => {
    nowMs += 10_000;
    await run(refusedConnection);
    expect((await refusal())?.retryAfterMs).toBe(10_000);
    expect((await refusal())?.message).toContain('since 2026-11-26T10:00:00.000Z');
    nowMs += 10_000;
    await run(status(404));
    expect(await refusal()).toBeUndefined();
  });

  it('lets another trial pass when the first was given up, or says nothing for 10 s', async () => {
    nowMs += 10_000;
    await run({ kind: 'aborted' });
    const second = start();
    expect(sent).toBe(7);
    expect(await refusal()).toBeDefined();
    nowMs += 10_000;
    const third = start();
    expect(sent).toBe(8);
    await second.ends(answer);
    await third.ends(answer);
    expect(await refusal()).toBeUndefined();
  });

  it('is closed by an answer to what was under way', async () => {
    circuit = new Circuit({ now: () => nowMs, log, server: 'demo' });
    const before = start();
    await run(refusedConnection, 5);
    expect(before.mayTry()).toBe(false);
    before.answers(200);
    expect(await refusal()).toBeUndefined();
  });

  it('lasts no longer because a clock was set back', async () => {
    nowMs -= 3_600_000;
    expect(await refusal()).toBeUndefined();
  });

  it('counts five failures anew once it was closed', async () => {
    nowMs += 10_000;
    await run(answer);
    await run(refusedConnection, 4);
    expect(await refusal()).toBeUndefined();
    await run(refusedConnection);
    expect(await refusal()).toBeDefined();
  });
});
