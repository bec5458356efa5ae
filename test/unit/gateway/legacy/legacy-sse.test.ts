// How long an HTTP+SSE stream is waited for, on real sockets: limits that a whole bridge would take half a minute to show.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openLegacyStream, type LegacyStream } from '../../../../src/gateway/legacy/legacy-sse.js';
import type { UpstreamAccessSource } from '../../../../src/gateway/upstream-access.js';
import { openUpstream, type Upstream } from '../../../../src/gateway/upstream.js';
import { startScriptedUpstream, type ScriptedUpstream } from '../../../support/scripted-upstream.js';

let server: ScriptedUpstream;
let upstream: Upstream;
beforeEach(async () => {
  server = await startScriptedUpstream();
});
afterEach(async () => {
  await upstream.close();
  await server.close();
});

const log = { error: vi.fn(), warn: vi.fn(), info: vi.fn(), debug: vi.fn() };
const INITIALIZE = '{"jsonrpc":"2.0","id":1,"method":"initialize"}';
const policy = { list: [], access: undefined };

function open(endpointTimeoutMs: number, access?: UpstreamAccessSource): LegacyStream {
  upstream = openUpstream({
    name: 'demo',
    url: server.url,
    isUrlSecret: false,
    access,
    hold: () => undefined,
    host: { now: () => 0, randomBytes: (count) => new Uint8Array(count), network: () => '' },
    log,
  });
  return openLegacyStream({ upstream, log, policy, passOn: () => undefined, endpointTimeoutMs });
}

describe('a stream that names no endpoint in time', () => {
  it('is closed, and what waits for it ends: no answer at all', async () => {
    server.script(() => true);
    const stream = open(50);
    const { end } = stream.send({ policy, body: INITIALIZE, onMessage: () => undefined });
    expect(await stream.opened).toMatchObject({ kind: 'failed', isLegacy: false });
    expect(await end).toMatchObject({ kind: 'failed', maySent: false });
    expect(stream.isOver()).toBe(true);
    await server.until(([get]) => get?.closed() === true);
    expect(server.received.map(({ method }) => method)).toEqual(['GET']);
  });

  it('is closed, and what waits for it ends: a stream that says nothing', async () => {
    server.script(({ response }) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': hello\n\n');
      return true;
    });
    const stream = open(200);
    const { end } = stream.send({ policy, body: INITIALIZE, onMessage: () => undefined });
    expect(await end).toMatchObject({ kind: 'unusable', reason: expect.stringContaining('200 ms') });
    await server.until(([get]) => get?.closed() === true);
  });

  it('has its time anew after a person was asked for a login', async () => {
    let isKnown = false;
    server.script(({ response, headers }) => {
      if (headers.authorization === undefined) response.writeHead(401).end();
      else response.writeHead(200, { 'content-type': 'text/event-stream' }).write('event: endpoint\ndata: /m\n\n');
      return true;
    });
    const { Secret } = await import('../../../../src/secret/secret.js');
    const stream = open(300, {
      current: () => Promise.resolve(undefined),
      renew: async ({ isAwaited }) => {
        isKnown = isAwaited;
        await new Promise((resolve) => setTimeout(resolve, 600));
        return { headers: [{ name: 'Authorization', value: new Secret('Bearer late') }] };
      },
    });
    expect(await stream.opened).toEqual({ kind: 'open' });
    expect(isKnown).toBe(true);
    stream.close();
    await server.until((all) => all.length === 2 && all.every((it) => it.closed()));
  });

  it('is over at once where its request is given up', async () => {
    server.script(() => true);
    const stream = open(60_000);
    const asked = stream.send({ policy, body: INITIALIZE, onMessage: () => undefined });
    const told = stream.send({ policy, body: '{"jsonrpc":"2.0","method":"n"}', onMessage: () => undefined });
    await server.request(() => true);
    asked.abort();
    expect(await asked.end).toEqual({ kind: 'aborted' });
    expect(await told.end).toMatchObject({ kind: 'failed', maySent: false });
    await server.until(([get]) => get?.closed() === true);
  });
});
