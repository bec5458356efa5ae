// A server that goes away: killed and restarted between calls and during one, unreachable, without a name; the circuit that
// fails calls at once while it is known to be down; connections that died while the machine slept.
import { afterEach, describe, expect, it } from 'vitest';
import { startFaultProxy, type FaultProxy } from '../support/fault-proxy.js';
import { ENVELOPE, KINDS, startFaultStage, type FaultStage } from '../support/fault-stage.js';
import { startHostHere, type HostHere } from '../support/host-here.js';
import { startScriptedUpstream, stream, type Received, type ScriptedUpstream } from '../support/scripted-upstream.js';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function stageOf(...[era, kind]: (typeof KINDS)[number]): Promise<FaultStage> {
  const stage = await startFaultStage({ era, kind });
  cleanups.push(stage.close);
  return stage;
}

describe.each(KINDS)('a server of %s (%s) that is killed and restarted', (era, kind) => {
  it('between two calls: the second runs, once', async () => {
    const stage = await stageOf(era, kind);
    expect(await stage.call(1, 'add')).toHaveProperty('result');
    await stage.proxy.down();
    await stage.server.forgetSessions();
    await stage.proxy.up();
    expect(await stage.call(2, 'add')).toHaveProperty('result');
    expect(stage.server.runs(2)).toBe(1);
    expect(stage.host.answers(2)).toHaveLength(1);
  });

  it('and is back while a call is tried: it runs, once', async () => {
    const stage = await stageOf(era, kind);
    await stage.proxy.down();
    await stage.server.forgetSessions();
    stage.send(1, 'add');
    await new Promise((resolve) => setTimeout(resolve, 400));
    await stage.proxy.up();
    expect(await stage.host.answer(1)).toHaveProperty('result');
    expect(stage.server.runs(1)).toBe(1);
  });

  it.each([
    ['add', 1],
    ['echo', 2],
  ] as const)('during a call of %s: it runs %d times at most, and the next one works', async (tool, atMost) => {
    const stage = await stageOf(era, kind);
    const cut = new Promise<void>((resolve) => {
      stage.proxy.plan(({ body }) => {
        if (body.id !== 1) return undefined;
        stage.proxy.plan(() => undefined);
        resolve();
        return { kind: 'stall', bytes: 0 };
      });
    });
    stage.send(1, tool);
    await cut;
    while (stage.server.runs(1) === 0) await new Promise((resolve) => setImmediate(resolve));
    await stage.proxy.down();
    await stage.server.forgetSessions();
    await stage.proxy.up();
    const line = await stage.host.answer(1);
    expect(Object.hasOwn(line, 'result')).toBe(tool === 'echo');
    expect(await stage.call(2, 'add')).toHaveProperty('result');
    expect(stage.server.runs(1)).toBeLessThanOrEqual(atMost);
    expect(stage.server.runs(2)).toBe(1);
    expect(stage.host.answers(1)).toHaveLength(1);
  });
});

describe('a server that cannot be reached', () => {
  it('is tried for about 2 s, then the host is told, and may try again', async () => {
    const stage = await stageOf('2026', 'JSON');
    await stage.proxy.down();
    expect(await stage.call(1, 'add')).toMatchObject({
      error: { code: -32_603, data: { reason: 'ECONNREFUSED', retryable: true } },
    });
    await stage.proxy.up();
    expect(await stage.call(2, 'add')).toHaveProperty('result');
    expect([stage.server.runs(1), stage.server.runs(2)]).toEqual([0, 1]);
  });

  it('because its name is not known is an error that says so', async () => {
    const host = await startHostHere({
      mcpServers: { demo: { url: 'http://nowhere.invalid/mcp', allow_insecure_http: true } },
    });
    cleanups.push(host.end);
    expect(await host.open()).toMatchObject({
      result: { instructions: expect.stringMatching(/could not be reached \((?:ENOTFOUND|EAI_AGAIN)\)/) as string },
    });
    expect(await host.call(1)).toMatchObject({
      error: {
        code: -32_603,
        data: { reason: expect.stringMatching(/^(?:ENOTFOUND|EAI_AGAIN)$/) as string, retryable: true },
      },
    });
  });
});

interface Here {
  readonly host: HostHere;
  readonly upstream: ScriptedUpstream;
  readonly proxy: FaultProxy;
}

async function here(script: (received: Received) => boolean | void = () => undefined): Promise<Here> {
  const upstream = await startScriptedUpstream(script);
  const proxy = await startFaultProxy(() => upstream.url);
  const host = await startHostHere({ mcpServers: { demo: { url: proxy.url } } });
  cleanups.push(upstream.close, proxy.close, host.end);
  return { host, upstream, proxy };
}

const callsOf = ({ proxy }: Here): number => proxy.crossings.filter(({ body }) => body.method === 'tools/call').length;
const HOUR_MS = 3_600_000;

describe('a server that is known to be down', () => {
  it('fails calls at once for 10 s, then one is tried, and its answer lets all pass again', async () => {
    const stage = await here();
    const { host, proxy } = stage;
    await host.open();
    await proxy.down();
    await Promise.all([1, 2, 3, 4, 5].map((id) => host.call(id)));
    await host.stderrMatching(/the upstream is down/);
    await proxy.up();
    expect(await host.call(6)).toMatchObject({
      error: {
        code: -32_603,
        message: expect.stringMatching(/is known to be down since .*could not be reached \(ECONNREFUSED\)/) as string,
        data: {
          server: 'demo',
          reason: 'circuit-open',
          retryable: true,
          retry_after_seconds: expect.any(Number) as number,
        },
      },
    });
    expect(callsOf(stage)).toBe(0);
    host.advance(10_000);
    expect(await host.call(7)).toHaveProperty('result');
    expect(await host.call(8)).toHaveProperty('result');
    await host.stderrMatching(/the upstream answers again/);
  });

  it('is left alone for 10 s more when the trial fails', async () => {
    const stage = await here();
    const { host, proxy } = stage;
    await host.open();
    proxy.plan(({ body }) => (body.method === 'tools/call' ? { kind: 'cut-answer', bytes: 0 } : undefined));
    for (const id of [1, 2, 3, 4, 5])
      expect(await host.call(id)).toMatchObject({ error: { data: { retryable: false } } });
    host.advance(10_000);
    expect(await host.call(6)).toMatchObject({ error: { data: { retryable: false } } });
    expect(callsOf(stage)).toBe(6);
    proxy.plan(() => undefined);
    expect(await host.call(7)).toMatchObject({ error: { data: { reason: 'circuit-open' } } });
    host.advance(10_000);
    expect(await host.call(8)).toHaveProperty('result');
  });

  it('is not one that says no, or whose calls were given up', async () => {
    const { host, upstream } = await here();
    await host.open();
    upstream.script(({ body, response }) => {
      if (body.method !== 'tools/call') return false;
      if (Number(body.id) < 10) response.writeHead(429).end();
      else return Number(body.id) < 20;
      return true;
    });
    for (const id of [1, 2, 3, 4, 5, 6]) await host.call(id);
    for (const id of [11, 12, 13, 14, 15, 16]) {
      host.send({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'echo' } });
      await upstream.request(({ body }) => body.id === id);
      host.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id } });
    }
    expect(await host.call(20)).toHaveProperty('result');
  });
});

describe('after a sleep', () => {
  it.each(['2025', '2026'])('a call does not go over connections that died without a word (%s)', async (era) => {
    const meta = era === '2026' ? ENVELOPE : undefined;
    const stage = await here(({ response }) => {
      // It says that connections may idle for long.
      response.setHeader('keep-alive', 'timeout=600');
    });
    const { host, proxy } = stage;
    if (meta === undefined) await host.open();
    expect(await host.call(1, 'echo', meta)).toHaveProperty('result');
    proxy.freeze();
    host.advance(HOUR_MS);
    expect(await host.call(2, 'echo', meta)).toHaveProperty('result');
    expect(await host.call(3, 'echo', meta)).toHaveProperty('result');
    expect(callsOf(stage)).toBe(3);
  });

  it('a standing stream that is dead without a word holds up nothing', async () => {
    const stage = await here(({ method, response }) => method === 'GET' && stream(response));
    const { host, proxy, upstream } = stage;
    await host.open();
    await upstream.request(({ method }) => method === 'GET');
    proxy.freeze();
    host.advance(HOUR_MS);
    for (const id of [1, 2, 3]) expect(await host.call(id)).toHaveProperty('result');
    await host.end();
    cleanups.pop();
    expect(upstream.received.some(({ method }) => method === 'DELETE')).toBe(true);
  });

  it('a call whose answer is still to come on a connection that lives gets it', async () => {
    const held: Received[] = [];
    const { host } = await here((received) => {
      if (received.body.id !== 1) return false;
      held.push(received);
      return true;
    });
    await host.open();
    host.send({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'echo' } });
    while (held.length === 0) await new Promise((resolve) => setImmediate(resolve));
    host.advance(HOUR_MS);
    expect(await host.call(2)).toHaveProperty('result');
    const answer = { jsonrpc: '2.0', id: 1, result: { content: [{ type: 'text', text: 'late' }] } };
    held[0]?.response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    expect(await host.answer(1)).toMatchObject({ result: { content: [{ text: 'late' }] } });
  });
});
