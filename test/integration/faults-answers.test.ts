// What stands between bridge and server answers in its place: 404, 429 and 503 with and without `Retry-After`, 5xx, another
// content type, half a stream, events twice, nothing at all. One answer for each request, what may do harm never twice.
import { afterEach, describe, expect, it } from 'vitest';
import { wireAnswer, type Fault } from '../support/fault-proxy.js';
import { startFaultStage, type FaultStage, type StageOptions } from '../support/fault-stage.js';

let stage: FaultStage;
afterEach(() => stage.close());

/** Gives these, one after the other, to the attempts of one call; those after them pass. */
async function withFaults(options: StageOptions, id: string, ...faults: readonly Fault[]): Promise<void> {
  stage = await startFaultStage(options);
  const left = [...faults];
  stage.proxy.plan(({ body }) => (body.id === id ? left.shift() : undefined));
}

const attempts = (id: string): number => stage.proxy.crossings.filter(({ body }) => body.id === id).length;
const says = (status: number, headers: Readonly<Record<string, string>> = {}, body = ''): Fault => ({
  kind: 'answer',
  text: wireAnswer(status, headers, body),
});

/** The call has one answer, and the next one works. */
async function goesOn(id: string): Promise<void> {
  expect(await stage.call('next', 'add')).toHaveProperty('result');
  expect(stage.server.runs('next')).toBe(1);
  expect(stage.host.answers(id)).toHaveLength(1);
}

const inAnHour = (): string => new Date(Date.now() + 3_600_000).toUTCString();

describe.each(['2025', '2026'] as const)('a server of %s', (era) => {
  const server: StageOptions = { era, kind: 'JSON' };

  it.each([429, 503])(
    'that says %d and when to come again is asked again then, and the call runs once',
    async (code) => {
      await withFaults(server, 'a', says(code, { 'retry-after': '1' }), says(code, { 'retry-after': '0' }));
      expect(await stage.call('a', 'add')).toHaveProperty('result');
      expect([attempts('a'), stage.server.runs('a')]).toEqual([3, 1]);
      await goesOn('a');
    },
  );

  it.each([429, 503])('that says %d again and again is left to the host', async (code) => {
    const later = says(code, { 'retry-after': '0' });
    await withFaults(server, 'a', later, later, later);
    expect(await stage.call('a', 'add')).toMatchObject({
      error: { code: -32_603, data: { reason: `http-${code}`, retryable: true, retry_after_seconds: 0 } },
    });
    expect([attempts('a'), stage.server.runs('a')]).toEqual([3, 0]);
    await goesOn('a');
  });

  it.each([429, 503])('that says %d for longer than a call may wait is not waited for', async (code) => {
    await withFaults(server, 'a', says(code, { 'retry-after': '30' }));
    expect(await stage.call('a', 'echo')).toMatchObject({
      error: { data: { reason: `http-${code}`, retryable: true, retry_after_seconds: 30 } },
    });
    expect(attempts('a')).toBe(1);
    await goesOn('a');
  });

  it('that says 429 with a date is understood', async () => {
    await withFaults(server, 'a', says(429, { 'retry-after': inAnHour() }));
    const { error } = await stage.call('a', 'add');
    const seconds = Number(error?.data?.['retry_after_seconds']);
    expect(seconds).toBeGreaterThan(3_500);
    expect(seconds).toBeLessThanOrEqual(3_600);
  });

  it('that says 429 without a time is left to the host', async () => {
    await withFaults(server, 'a', says(429));
    expect(await stage.call('a', 'echo')).toMatchObject({ error: { data: { reason: 'http-429', retryable: true } } });
    expect(attempts('a')).toBe(1);
    await goesOn('a');
  });

  it('that asks to wait gets nothing of a call that is cancelled meanwhile', async () => {
    stage = await startFaultStage(server);
    const asked = new Promise<void>((resolve) => {
      let isOther = false;
      stage.proxy.plan(({ body }) => {
        if (body.id === 'a') {
          resolve();
          return says(429, { 'retry-after': '1' });
        }
        if (body.id !== 'b' || isOther) return undefined;
        isOther = true;
        return says(429, { 'retry-after': '2' });
      });
    });
    stage.send('a', 'add');
    await asked;
    stage.host.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'a' } });
    // The cancelled call would have come again before this one does.
    expect(await stage.call('b', 'add')).toHaveProperty('result');
    expect([attempts('a'), stage.server.runs('a')]).toEqual([1, 0]);
    expect(stage.host.answers('a')).toEqual([]);
  });

  it('that asks to wait gets a notification, too, when it is time', async () => {
    stage = await startFaultStage(server);
    const again = new Promise<void>((resolve) => {
      let times = 0;
      stage.proxy.plan(({ body }) => {
        if (body.method !== 'notifications/roots/list_changed') return undefined;
        if (++times === 1) return says(429, { 'retry-after': '2' });
        resolve();
        return undefined;
      });
    });
    stage.host.send({ jsonrpc: '2.0', method: 'notifications/roots/list_changed' });
    expect(await stage.call('a', 'add')).toHaveProperty('result');
    await again;
  });

  it('that asks to wait is not waited for longer than timeout_ms', async () => {
    await withFaults({ ...server, config: { timeout_ms: 700 } }, 'a', says(429, { 'retry-after': '5' }));
    expect(await stage.call('a', 'add')).toMatchObject({ error: { data: { reason: 'timeout' } } });
    await goesOn('a');
    expect(attempts('a')).toBe(1);
  });

  it.each([500, 502, 503, 504])(
    'behind something that says %d: a call that may do harm is not repeated',
    async (code) => {
      await withFaults(server, 'a', says(code, { 'content-type': 'text/html' }, '<p>sorry</p>'));
      expect(await stage.call('a', 'add')).toMatchObject({
        error: { code: -32_603, data: { reason: `http-${code}` } },
      });
      expect([attempts('a'), stage.server.runs('a')]).toEqual([1, 0]);
      await goesOn('a');
    },
  );

  it.each([502, 503, 504])('behind something that says %d: a call that only reads is sent once more', async (code) => {
    await withFaults(server, 'a', says(code));
    expect(await stage.call('a', 'echo')).toHaveProperty('result');
    expect([attempts('a'), stage.server.runs('a')]).toEqual([2, 1]);
    await goesOn('a');
  });

  it.each(['add', 'echo'])('that says 503 with an error of JSON-RPC has answered: %s', async (tool) => {
    const body = '{"jsonrpc":"2.0","id":"a","error":{"code":-32050,"message":"tired"}}';
    await withFaults(server, 'a', says(503, { 'content-type': 'application/json' }, body));
    expect(await stage.call('a', tool)).toMatchObject({ error: { code: -32_050, message: 'tired' } });
    expect(attempts('a')).toBe(1);
    await goesOn('a');
  });

  it.each(['add', 'echo'])('that answers with a page has answered: %s', async (tool) => {
    await withFaults(server, 'a', says(200, { 'content-type': 'text/html' }, '<p>log in</p>'));
    expect(await stage.call('a', tool)).toMatchObject({ error: { data: { reason: 'not-mcp', retryable: false } } });
    expect(attempts('a')).toBe(1);
    await goesOn('a');
  });

  it('that says 404: a session is opened anew, where there are sessions, and the call runs once at most', async () => {
    await withFaults(server, 'a', says(404));
    const line = await stage.call('a', 'add');
    expect(Object.hasOwn(line, 'result')).toBe(era === '2025');
    expect(stage.server.runs('a')).toBe(era === '2025' ? 1 : 0);
    await goesOn('a');
  });

  it('whose stream ends within an event gives no result, and the call is not repeated', async () => {
    const text =
      'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n' +
      'data: {"jsonrpc":"2.0","id":"a","result":{"content":[]}}';
    await withFaults(server, 'a', { kind: 'answer', text });
    expect(await stage.call('a', 'add')).toMatchObject({ error: { code: -32_603, data: { retryable: false } } });
    expect(attempts('a')).toBe(1);
    await goesOn('a');
  });

  it('whose stream stops within a chunk gives no result: what only reads is sent once more', async () => {
    const text =
      'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n' +
      '40\r\ndata: {"jsonrpc":"2.0","id":"a","resu';
    await withFaults(server, 'a', { kind: 'answer', text });
    expect(await stage.call('a', 'echo')).toHaveProperty('result');
    expect([attempts('a'), stage.server.runs('a')]).toEqual([2, 1]);
    await goesOn('a');
  });

  it('whose events come twice gives one answer', async () => {
    const event = (message: object): string => `data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`;
    const said = event({ method: 'notifications/message', params: { level: 'info', data: 'x' } });
    const answer = event({ id: 'a', result: { content: [{ type: 'text', text: 'once' }] } });
    const stream = said + said + answer + answer + said;
    await withFaults(server, 'a', says(200, { 'content-type': 'text/event-stream' }, stream));
    expect(await stage.call('a', 'add')).toMatchObject({ result: { content: [{ text: 'once' }] } });
    await goesOn('a');
  });

  it.each<[string, Fault]>([
    ['says nothing', { kind: 'stall', bytes: 0 }],
    ['stops within the head of its answer', { kind: 'stall', bytes: 20 }],
    ['does not get the request', { kind: 'half-open' }],
  ])('that %s: the call ends with timeout_ms, and the others go on', async (_what, fault) => {
    await withFaults({ ...server, config: { timeout_ms: 1_000 } }, 'a', fault);
    stage.send('a', 'add');
    expect(await stage.call('b', 'add')).toHaveProperty('result');
    expect(await stage.host.answer('a')).toMatchObject({ error: { data: { reason: 'timeout' } } });
    expect(attempts('a')).toBe(1);
    expect(stage.server.runs('a')).toBeLessThanOrEqual(1);
    await goesOn('a');
  });

  it('that says nothing: the call waits without timeout_ms, until the host cancels it', async () => {
    await withFaults(server, 'a', { kind: 'half-open' });
    stage.send('a', 'add');
    for (const id of ['b', 'c', 'd']) expect(await stage.call(id, 'add')).toHaveProperty('result');
    stage.host.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'a' } });
    expect(await stage.call('e', 'add')).toHaveProperty('result');
    expect(stage.host.answers('a')).toEqual([]);
    expect((await stage.host.end()).code).toBe(0);
  });
});
