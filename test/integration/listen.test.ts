// A subscription of revision 2026-07-28: it outlives its connection, the host sees one acknowledgement of it, and hears of
// what it may have missed.
import { describe, expect, it } from 'vitest';
import { ENVELOPE, HANGS, bearerMeta, policy, start, token, upstream } from '../support/bridge-stage.js';
import type { Line } from '../support/line-host.js';
import { json, stream, type Received } from '../support/scripted-upstream.js';

const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId';
const NOTIFICATIONS = { toolsListChanged: true, resourceSubscriptions: ['memo://x'] };

function listen(id: string, meta: object = {}): object {
  const params = { notifications: NOTIFICATIONS, _meta: { ...ENVELOPE, ...meta } };
  return { jsonrpc: '2.0', id, method: 'subscriptions/listen', params };
}

function discovered({ body, response }: Received): boolean {
  if (body.method !== 'server/discover') return false;
  const result = {
    resultType: 'complete',
    supportedVersions: ['2026-07-28'],
    capabilities: {},
    ttlMs: 0,
    cacheScope: 'private',
  };
  return json(response, { jsonrpc: '2.0', id: body.id, result });
}

function acknowledged({ body, response }: Received): true {
  const params = { notifications: NOTIFICATIONS, _meta: { [SUBSCRIPTION]: body.id } };
  return stream(response, { jsonrpc: '2.0', method: 'notifications/subscriptions/acknowledged', params });
}

const isListen = ({ body }: Received): boolean => body.method === 'subscriptions/listen';
const methods = (texts: readonly string[]): unknown[] => texts.map((text) => (JSON.parse(text) as Line).method);

describe('a subscription', HANGS, () => {
  it('is opened again when its connection drops, acknowledged once, and tells what may have been missed', async () => {
    upstream.script((received) => discovered(received) || (isListen(received) && acknowledged(received)));
    const host = await start();
    host.send(listen('sub'));
    await host.line(({ method }) => method === 'notifications/subscriptions/acknowledged');
    (await upstream.request(isListen)).response.destroy();
    const changed = await host.line(({ method }) => method === 'notifications/tools/list_changed');
    expect(changed.params).toEqual({ _meta: { [SUBSCRIPTION]: 'sub' } });
    const updated = await host.line(({ method }) => method === 'notifications/resources/updated');
    expect(updated.params).toEqual({ uri: 'memo://x', _meta: { [SUBSCRIPTION]: 'sub' } });
    expect(upstream.received.filter(isListen)).toHaveLength(2);
    expect(methods(host.texts).filter((method) => method === 'notifications/subscriptions/acknowledged')).toHaveLength(
      1,
    );
    host.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'sub' } });
    await upstream.until((all) => all.filter(isListen).every(({ closed }) => closed()));
    expect(host.answers('sub')).toEqual([]);
  });

  it('that the server ends with an answer has ended', async () => {
    upstream.script((received) => discovered(received) || (isListen(received) && acknowledged(received)));
    const host = await start();
    host.send(listen('sub'));
    const { response } = await upstream.request(isListen);
    stream(response, {
      jsonrpc: '2.0',
      id: 'sub',
      result: { resultType: 'complete', _meta: { [SUBSCRIPTION]: 'sub' } },
    });
    expect((await host.answer('sub')).result).toMatchObject({ resultType: 'complete' });
    response.end();
    host.send({ jsonrpc: '2.0', id: 2, method: 'tools/list', params: { _meta: ENVELOPE } });
    await host.answer(2);
    expect(upstream.received.filter(isListen)).toHaveLength(1);
  });

  it('that never stood is an error of the request', async () => {
    upstream.script((received) => {
      if (!isListen(received)) return discovered(received);
      received.response.destroy();
      return true;
    });
    const host = await start();
    host.send(listen('sub'));
    expect((await host.answer('sub')).error).toMatchObject({ code: -32603, data: { server: 'demo' } });
    expect(upstream.received.filter(isListen)).toHaveLength(1);
  });

  it('is judged again with each connection: a token that is not good any more opens none', async () => {
    upstream.script((received) => discovered(received) || (isListen(received) && acknowledged(received)));
    const host = await start(policy());
    const short = token({}, 3);
    host.send(listen('sub', bearerMeta(short)));
    await host.line(({ method }) => method === 'notifications/subscriptions/acknowledged');
    // Its time is over when a call with it is refused.
    for (let id = 1; ; id++) {
      const params = { _meta: { ...ENVELOPE, ...bearerMeta(short) } };
      host.send({ jsonrpc: '2.0', id, method: 'tools/list', params });
      if ((await host.answer(id)).error?.code === -31401) break;
    }
    (await upstream.request(isListen)).response.destroy();
    expect((await host.answer('sub')).error).toMatchObject({ code: -31401 });
    expect(upstream.received.filter(isListen)).toHaveLength(1);
  });
});
