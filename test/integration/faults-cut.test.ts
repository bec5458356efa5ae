// The connection is cut at every boundary of a message, in both eras and both forms of an answer. Counted at the server: a
// call that may do harm runs once at most, one answer comes for each request, and the next call works.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Crossing, Fault } from '../support/fault-proxy.js';
import { KINDS, startFaultStage, type FaultStage } from '../support/fault-stage.js';

type Cut = (crossing: Crossing) => Fault;

const BEFORE_THE_ANSWER: readonly (readonly [string, Cut])[] = [
  ['before a byte of the request', () => ({ kind: 'cut-request', bytes: 0, how: 'fin' })],
  ['before a byte of the request, by a reset', () => ({ kind: 'cut-request', bytes: 0, how: 'reset' })],
  ['after the first byte of the request', () => ({ kind: 'cut-request', bytes: 1 })],
  ['after the head of the request', ({ headBytes }) => ({ kind: 'cut-request', bytes: headBytes })],
  ['before the last byte of the request', ({ bytes }) => ({ kind: 'cut-request', bytes: bytes - 1, how: 'fin' })],
  ['after the request', ({ bytes }) => ({ kind: 'cut-request', bytes, how: 'fin' })],
  ['after the request, by a reset', ({ bytes }) => ({ kind: 'cut-request', bytes, how: 'reset' })],
  ['before a byte of the answer', () => ({ kind: 'cut-answer', bytes: 0 })],
  ['before a byte of the answer, in good order', () => ({ kind: 'cut-answer', bytes: 0, how: 'fin' })],
  ['after the first byte of the answer', () => ({ kind: 'cut-answer', bytes: 1, how: 'fin' })],
  ['within the head of the answer', () => ({ kind: 'cut-answer', bytes: 40 })],
  ['after the head of the answer', () => ({ kind: 'cut-at-boundary', boundary: 0 })],
];

const WITHIN_A_STREAM: readonly (readonly [string, Cut])[] = [
  ['after the first event, in good order', () => ({ kind: 'cut-at-boundary', boundary: 1, how: 'fin' })],
  ['after the first event, by a reset', () => ({ kind: 'cut-at-boundary', boundary: 1, how: 'reset' })],
];

const AFTER_THE_ANSWER: readonly (readonly [string, Cut])[] = [
  ['after the event with the answer', () => ({ kind: 'cut-at-boundary', boundary: 2, how: 'fin' })],
];

describe.each(KINDS)('a server of %s (%s), and a connection that is cut', (era, kind) => {
  let stage: FaultStage;
  let calls = 0;
  beforeAll(async () => {
    stage = await startFaultStage({ era, kind });
  });
  afterAll(() => stage.close());

  /** Cuts the first attempt alone. */
  const cutOnce = async (tool: string, cut: Cut) => {
    const id = `${tool}-${++calls}`;
    let isCut = false;
    stage.proxy.plan((crossing) => {
      if (isCut || crossing.body.id !== id) return undefined;
      isCut = true;
      return cut(crossing);
    });
    const line = await stage.call(id, tool);
    const next = `next-${++calls}`;
    expect(await stage.call(next, 'add')).toHaveProperty('result');
    expect(stage.server.runs(next)).toBe(1);
    expect(stage.host.answers(id)).toHaveLength(1);
    return { line, runs: stage.server.runs(id) };
  };
  const cuts = [...BEFORE_THE_ANSWER, ...(kind === 'SSE' ? WITHIN_A_STREAM : [])];

  it.each(cuts)('%s: a call that may do harm runs once at most, and the host is told so', async (_where, cut) => {
    const { line, runs } = await cutOnce('add', cut);
    expect(runs).toBeLessThanOrEqual(1);
    expect(line.error).toMatchObject({
      code: -32_603,
      message: expect.stringContaining('the request may have run') as string,
      data: { server: 'demo', retryable: false },
    });
  });

  it.each(cuts)('%s: a call that only reads is sent once more', async (_where, cut) => {
    const { line, runs } = await cutOnce('echo', cut);
    expect(line).toHaveProperty('result');
    expect([1, 2]).toContain(runs);
  });

  if (kind === 'SSE') {
    it.each(AFTER_THE_ANSWER)('%s: the answer counts', async (_where, cut) => {
      expect(await cutOnce('add', cut)).toMatchObject({ line: { result: {} }, runs: 1 });
      expect(await cutOnce('echo', cut)).toMatchObject({ line: { result: {} }, runs: 1 });
    });
  }
  if (kind !== 'SDK') {
    it('a call that is idempotent is sent once more', async () => {
      const { line, runs } = await cutOnce('put', () => ({ kind: 'cut-answer', bytes: 0 }));
      expect(line).toHaveProperty('result');
      expect(runs).toBe(2);
    });
  }

  it('again and again: a call that only reads is an error after the second time, and may be tried again', async () => {
    const id = `twice-${++calls}`;
    stage.proxy.plan(({ body }) => (body.id === id ? { kind: 'cut-answer', bytes: 0 } : undefined));
    const { error } = await stage.call(id, 'echo');
    expect(error).toMatchObject({ code: -32_603, data: { retryable: true } });
    expect(stage.server.runs(id)).toBe(2);
    expect(await stage.call(`next-${++calls}`, 'add')).toHaveProperty('result');
  });

  it.each(['tools/list', 'ping'])('a %s is sent once more', async (method) => {
    const id = `read-${++calls}`;
    let isCut = false;
    stage.proxy.plan(({ body }) => {
      if (isCut || body.id !== id) return undefined;
      isCut = true;
      return { kind: 'cut-answer', bytes: 0 };
    });
    const sent = (): number => stage.proxy.crossings.filter(({ body }) => body.id === id).length;
    await stage.ask(id, method);
    expect(sent()).toBe(2);
    expect(stage.host.answers(id)).toHaveLength(1);
  });
});
