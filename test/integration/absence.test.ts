// A server that is away when the host opens its session: the host is answered, its calls are errors meanwhile, and once
// the server is there it hears of it and everything works, with no restart.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { deep, sandbox, startWith } from '../support/bridge-stage.js';
import { call, INITIALIZE } from '../support/line-host.js';
import { startUpstream, type Upstream } from '../support/upstream-server.js';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** A place where nobody is, and who comes there later. */
async function place(): Promise<{ readonly url: string; readonly comes: () => Promise<Upstream> }> {
  const real = await startUpstream({ era: '2025' });
  cleanups.push(() => real.close());
  const holder: Server = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const address = holder.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  await new Promise((resolve) => holder.close(resolve));
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    comes: async () => {
      const door = createServer((request, response) => {
        void (async () => {
          const chunks: Buffer[] = [];
          for await (const chunk of request) chunks.push(chunk as Buffer);
          const body = Buffer.concat(chunks);
          const answer = await fetch(real.url, {
            method: request.method ?? 'GET',
            headers: Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
              typeof value === 'string' && !['host', 'connection', 'content-length'].includes(name)
                ? [[name, value]]
                : [],
            ),
            ...(body.length > 0 && { body }),
          });
          response.writeHead(answer.status, Object.fromEntries(answer.headers));
          for await (const chunk of answer.body ?? []) response.write(chunk);
          response.end();
        })().catch(() => response.destroy());
      });
      door.listen(port, '127.0.0.1');
      await once(door, 'listening');
      cleanups.push(async () => {
        door.closeAllConnections();
        await new Promise((resolve) => door.close(resolve));
      });
      return real;
    },
  };
}

it('is answered for, tried until it is there, and told of', async () => {
  const { url, comes } = await place();
  const host = await startWith({ mcpServers: { demo: { url } } });
  expect(await host.open()).toMatchObject({
    result: {
      protocolVersion: '2025-11-25',
      serverInfo: { name: 'demo' },
      capabilities: { tools: { listChanged: true }, prompts: { listChanged: true }, resources: { listChanged: true } },
      instructions: expect.stringMatching(
        /^The server demo is not available now: .*could not be reached \(ECONNREFUSED\)/,
      ),
    },
  });
  host.send({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
  expect(await host.answer(1)).toMatchObject({ error: { code: -32_603, data: { retryable: true } } });
  const real = await comes();
  for (const what of ['tools', 'prompts', 'resources']) {
    await host.line(({ method }) => method === `notifications/${what}/list_changed`);
  }
  host.send({ jsonrpc: '2.0', id: 2, method: 'tools/list' });
  expect(await host.answer(2)).toMatchObject({
    result: { tools: expect.arrayContaining([expect.objectContaining({ name: 'add' })]) },
  });
  host.send({ jsonrpc: '2.0', id: 3, method: 'tools/call', params: { name: 'add', arguments: { a: 1, b: 2 } } });
  expect(await host.answer(3)).toMatchObject({ result: { content: [{ text: '3' }] } });
  expect(real.toolCalls).toEqual(['add']);
  // One session, opened with the host's own parameters, and ended with it.
  const opened = real.requests.filter(({ rpcMethod }) => rpcMethod === 'initialize');
  expect(opened.map(({ body }) => (body as { params: unknown }).params)).toEqual([INITIALIZE.params]);
  await host.end();
  expect(real.requests.filter(({ method }) => method === 'DELETE')).toHaveLength(1);
});

it('is found by the next call, too, and told of once', async () => {
  const { url, comes } = await place();
  const host = await startWith({ mcpServers: { demo: { url } } });
  await host.open();
  await comes();
  host.send(call(1, 'headers'));
  expect(await host.answer(1)).toMatchObject({ result: {} });
  host.send(call(2, 'headers'));
  await host.answer(2);
  const told = host.texts.filter((text) => text.includes('notifications/tools/list_changed'));
  expect(told).toHaveLength(1);
});

it('lets the host end at once', async () => {
  const { url } = await place();
  const host = await startWith({ mcpServers: { demo: { url } } });
  await host.open();
  expect(await host.end()).toMatchObject({ code: 0 });
  expect(sandbox).toBeDefined();
});

it('is not away when it says no for good: that is the answer', async () => {
  const server = createServer((_request, response) => void response.writeHead(403).end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => new Promise((resolve) => server.close(resolve)));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/mcp`;
  const host = await startWith({ mcpServers: { demo: { url } } });
  host.send(INITIALIZE);
  expect(await host.answer(INITIALIZE.id)).toMatchObject({ error: { data: { reason: 'http-403' } } });
  await host.end();
});

it('cannot be opened with parameters that are nested too deep to be said again: that ends nothing', async () => {
  const { url } = await place();
  const host = await startWith({ mcpServers: { demo: { url } } });
  const given = new Promise<void>((resolve) => {
    host.child.stderr.on('data', () => {
      if (host.stderr().includes('a session could not be opened')) resolve();
    });
  });
  const { params } = INITIALIZE;
  const text = JSON.stringify({ ...INITIALIZE, params: { ...params, capabilities: { experimental: { x: 'here' } } } });
  host.send(text.replace('"here"', deep(20_000)));
  expect(await host.answer(INITIALIZE.id)).toHaveProperty('result');
  await Promise.race([given, host.exited]);
  host.send(call(1));
  expect(await host.answer(1)).toHaveProperty('error');
  expect(await host.end()).toMatchObject({ code: 0 });
});
