// Connections after a silence: a machine that slept has some that are dead without knowing it. Here they are some on which
// a real server does not answer any more, while it does on new ones.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createBodyRoom } from '../../../src/gateway/body-room.js';
import { exchange } from '../../../src/gateway/streamable-http.js';
import { keepConnections, type Connections } from '../../../src/net/connections.js';
import { openPool } from '../../../src/net/pool.js';

let server: Server;
let connections: Connections;
let nowMs: number;
let network: string;
let opened: number;
const sockets: Socket[] = [];
const dead = new Set<Socket>();
/** What came on connections that are dead: nothing ever should. */
const lost: IncomingMessage[] = [];
let slow: ServerResponse | undefined;

beforeEach(async () => {
  nowMs = 1_000_000;
  network = '192.0.2.7';
  opened = 0;
  lost.length = 0;
  server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    if (dead.has(request.socket)) lost.push(request);
    else if (request.url === '/slow') slow = response;
    else response.setHeader('content-type', 'application/json').end('"ok"');
  });
  server.on('connection', (socket: Socket) => sockets.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  connections = keepConnections({
    host: { now: () => nowMs, network: () => network },
    open: () => {
      opened++;
      return openPool(`http://127.0.0.1:${port}`);
    },
  });
});
afterEach(async () => {
  await connections.close();
  for (const socket of sockets.splice(0)) socket.destroy();
  dead.clear();
  server.close();
  await once(server, 'close');
});

async function get(path = '/'): Promise<string> {
  let text = '';
  const { end } = exchange({
    pool: connections.current(),
    method: 'GET',
    path,
    headers: [],
    hold: () => undefined,
    room: createBodyRoom(1024),
    onMessage: (message) => {
      text = message;
      return undefined;
    },
  });
  const { kind } = await end;
  return kind === 'complete' ? text : kind;
}

it('are used again as long as there is no silence of 15 s', async () => {
  await get();
  nowMs += 14_999;
  await get();
  nowMs += 14_999;
  await get();
  expect(opened).toBe(1);
});

it.each([15_000, 3_600_000, -1])('are fresh after %d ms, though the old ones are dead without a word', async (ms) => {
  await get();
  for (const socket of sockets) dead.add(socket);
  nowMs += ms;
  expect(await get()).toBe('"ok"');
  expect(lost).toEqual([]);
  expect(sockets).toHaveLength(2);
});

it('are fresh on another network, also after a short pause', async () => {
  await get();
  for (const socket of sockets) dead.add(socket);
  nowMs += 1_000;
  network = '198.51.100.4';
  expect(await get()).toBe('"ok"');
  nowMs += 1_000;
  expect(await get()).toBe('"ok"');
  expect(lost).toEqual([]);
  expect(opened).toBe(2);
});

it('stay until what is under way on them has ended, and no longer', async () => {
  const answer = get('/slow');
  await once(server, 'request');
  nowMs += 60_000;
  expect(await get()).toBe('"ok"');
  const [old] = sockets;
  const closed = old && once(old, 'close');
  slow?.setHeader('content-type', 'application/json').end('"late"');
  expect(await answer).toBe('"late"');
  await closed;
});

it('are all dropped at the end, old ones too', async () => {
  const first = get('/slow');
  await once(server, 'request');
  nowMs += 60_000;
  const second = get('/slow');
  await once(server, 'request');
  await connections.close();
  expect([await first, await second]).toEqual(['failed', 'failed']);
});
