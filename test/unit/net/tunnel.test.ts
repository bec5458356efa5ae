import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { proxyFor } from '../../../src/net/proxy.js';
import { openTunnel } from '../../../src/net/tunnel.js';

const servers: Server[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) {
    server.close();
    await once(server, 'close');
  }
});

/** Does this with the first bytes of each client. */
async function proxyThat(does: (socket: Socket, text: string) => void) {
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.once('data', (bytes) => does(socket, bytes.toString()));
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a TCP server that listens has one
  const proxy = proxyFor(new URL('https://a.example/'), { HTTPS_PROXY: `http://ana:s3ntinel@127.0.0.1:${port}` });
  if (proxy === undefined) throw new Error('there is a proxy');
  return proxy;
}

describe('a tunnel', () => {
  it('is asked for with host and port alone, and hands over what came behind the answer', async () => {
    let asked = '';
    const proxy = await proxyThat((socket, text) => {
      asked = text;
      socket.write('HTTP/1.1 200 OK\r\nx-a: b\r\n\r\nfirst');
    });
    const socket = await openTunnel({ proxy, authority: 'a.example:443', timeoutMs: 10_000 });
    const [bytes] = (await once(socket, 'data')) as [Buffer];
    expect(bytes.toString()).toBe('first');
    expect(asked.split('\r\n').slice(0, 3)).toEqual([
      'CONNECT a.example:443 HTTP/1.1',
      'host: a.example:443',
      `proxy-authorization: Basic ${Buffer.from('ana:s3ntinel').toString('base64')}`,
    ]);
    socket.destroy();
  });

  it.each([
    ['says nothing', () => undefined, 'PROXY_TIMEOUT', 'did not answer within 0.2 s'],
    ['ends', (socket: Socket) => socket.end(), 'PROXY_ECONNRESET', 'closed the connection (ECONNRESET)'],
    ['stops in its answer', (socket: Socket) => socket.write('HTTP/1.1 2'), 'PROXY_TIMEOUT', 'did not answer within'],
    [
      'answers 200 to nobody',
      (socket: Socket) => socket.end('200 OK\r\n\r\n'),
      'PROXY_HPE_',
      'does not answer as a proxy',
    ],
    [
      'answers with more than anybody reads',
      (socket: Socket) => socket.end(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(100_000)}\r\n\r\n`),
      'PROXY_HPE_HEADER_OVERFLOW',
      'does not answer as a proxy does',
    ],
  ] as const)('of a proxy that %s is a failure of that proxy', async (...[, does, code, says]) => {
    const proxy = await proxyThat(does);
    const failure: unknown = await openTunnel({ proxy, authority: 'a.example:443', timeoutMs: 200 }).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ code: expect.stringMatching(`^${code}`) });
    expect(String(failure)).toContain(`the proxy ${proxy.origin} ${says}`);
    expect(String(failure)).not.toContain('s3ntinel');
  });
});
