// A 2025 server ends, or loses, the stream of a call before its answer: the answer is asked for by GET, from the last event
// on, after the pause that the server wants; the call itself is never sent twice (MCP 2025-11-25, "Resumability").
import { describe, expect, it } from 'vitest';
import { start, upstream } from '../support/bridge-stage.js';
import { call } from '../support/line-host.js';
import { json, type Received } from '../support/scripted-upstream.js';

/** Begins an event stream with an event that has an id, and ends it, or cuts the connection. */
function breakOff({ response }: Received, how: 'ends' | 'is cut', id = 'e1'): true {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(`id: ${id}\nretry: 10\ndata: \n\n`, () => {
    if (how === 'ends') response.end();
    else response.destroy();
  });
  return true;
}

function finish({ response }: Received, message: object, id = 'e2'): true {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end(`id: ${id}\ndata: ${JSON.stringify(message)}\n\n`);
  return true;
}

const answer = { jsonrpc: '2.0', id: 1, result: { content: [{ type: 'text', text: 'late' }] } };
const isCall = ({ body }: Received): boolean => body.method === 'tools/call';
const isResumption = ({ method, headers }: Received): boolean =>
  method === 'GET' && headers['last-event-id'] !== undefined;

describe('the answer of a call whose stream broke off', () => {
  it.each(['ends', 'is cut'] as const)('comes by a GET when the stream %s, and the call ran once', async (how) => {
    upstream.script((received) => {
      if (isCall(received)) return breakOff(received, how);
      return isResumption(received) ? finish(received, answer) : undefined;
    });
    const host = await start();
    await host.open();
    host.send(call(1));
    expect(await host.answer(1)).toMatchObject({ result: { content: [{ text: 'late' }] } });
    expect(upstream.received.filter(isCall)).toHaveLength(1);
    expect(upstream.received.filter(isResumption).map(({ headers }) => headers['last-event-id'])).toEqual(['e1']);
  });

  it('is followed through several streams, each from its own last event', async () => {
    let gets = 0;
    upstream.script((received) => {
      if (isCall(received)) return breakOff(received, 'ends', 'e1');
      if (!isResumption(received)) return undefined;
      gets++;
      return gets < 3 ? breakOff(received, gets === 1 ? 'is cut' : 'ends', `e${gets + 1}`) : finish(received, answer);
    });
    const host = await start();
    await host.open();
    host.send(call(1));
    expect(await host.answer(1)).toMatchObject({ result: {} });
    expect(upstream.received.filter(isResumption).map(({ headers }) => headers['last-event-id'])).toEqual([
      'e1',
      'e2',
      'e3',
    ]);
    expect(upstream.received.filter(isCall)).toHaveLength(1);
  });

  it('comes by a GET also where the call could be repeated without harm', async () => {
    const tools = [{ name: 'echo', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } }];
    upstream.script((received) => {
      const { body, response } = received;
      if (body.method === 'tools/list') return json(response, { jsonrpc: '2.0', id: body.id, result: { tools } });
      if (isCall(received)) return breakOff(received, 'is cut');
      return isResumption(received) ? finish(received, answer) : undefined;
    });
    const host = await start();
    await host.open();
    host.send({ jsonrpc: '2.0', id: 'list', method: 'tools/list' });
    await host.answer('list');
    host.send(call(1));
    expect(await host.answer(1)).toMatchObject({ result: { content: [{ text: 'late' }] } });
    expect(upstream.received.filter(isCall)).toHaveLength(1);
  });

  it('is an error when the server knows nothing of resuming, and the call ran once', async () => {
    upstream.script((received) => {
      if (isCall(received)) return breakOff(received, 'ends');
      if (!isResumption(received)) return undefined;
      received.response.writeHead(405).end();
      return true;
    });
    const host = await start();
    await host.open();
    host.send(call(1));
    expect(await host.answer(1)).toMatchObject({ error: { code: -32_603 } });
    expect(upstream.received.filter(isCall)).toHaveLength(1);
  });

  it('is an error when the server was restarted meanwhile: the call ran, and is not sent again in another session', async () => {
    let opened = 0;
    upstream.script((received) => {
      const { body, headers, response } = received;
      if (body.method === 'initialize') {
        const result = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 's', version: '1' } };
        return json(response, { jsonrpc: '2.0', id: body.id, result }, { 'mcp-session-id': `s-${++opened}` });
      }
      if (body.id === 1) return breakOff(received, 'is cut');
      // Since then it knows the first session no more.
      if (upstream.received.some(isCall) && headers['mcp-session-id'] === 's-1') {
        response.writeHead(404).end();
        return true;
      }
      return undefined;
    });
    const host = await start();
    await host.open();
    host.send(call(1));
    expect(await host.answer(1)).toMatchObject({ error: { code: -32_603, data: { retryable: false } } });
    host.send(call(2));
    expect(await host.answer(2)).toHaveProperty('result');
    const ran = upstream.received.filter((each) => isCall(each) && each.body.id === 1);
    expect(ran).toHaveLength(1);
    expect(opened).toBe(2);
  });

  it('is not waited for once the host has cancelled', async () => {
    upstream.script((received) => (isCall(received) ? breakOff(received, 'ends') : undefined));
    const host = await start();
    await host.open();
    host.send(call(1));
    await upstream.request(isCall);
    host.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } });
    host.send(call(2, 'headers'));
    await upstream.request(({ body }) => body.method === 'notifications/cancelled');
    expect(host.answers(1)).toEqual([]);
    await host.end();
  });

  it('without an event id is the error that it was: there is nothing to resume from', async () => {
    upstream.script((received) => {
      if (!isCall(received)) return undefined;
      received.response.writeHead(200, { 'content-type': 'text/event-stream' });
      received.response.end(': nothing\n\n');
      return true;
    });
    const host = await start();
    await host.open();
    host.send(call(1));
    expect(await host.answer(1)).toMatchObject({ error: { data: { reason: 'no-result' } } });
    expect(upstream.received.filter(isResumption)).toEqual([]);
  });
});
