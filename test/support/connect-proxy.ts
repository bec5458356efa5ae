// A proxy of a company network, for tests: a real CONNECT proxy on loopback that alone knows where names lead, and records
// who asked for what. It can want credentials, refuse, cut, or say nothing.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Certified } from './certificates.js';

export interface Asked {
  /** What was behind CONNECT. */
  readonly authority: string;
  readonly headers: IncomingHttpHeaders;
}

export type ProxyMood =
  | 'passes'
  | 'cuts'
  /** CONNECT is answered, and the connection ends with the first byte behind it. */
  | 'cuts-later'
  | { readonly status: number }
  /** Bytes instead of HTTP. */
  | { readonly says: string };

export interface ConnectProxyOptions {
  /** Ports of 127.0.0.1, by `host:port`. Everything else is answered with 502. */
  readonly routes: Readonly<Record<string, number>>;
  /** `user:password`; without it nobody is asked. */
  readonly credentials?: string;
  /** Makes it an https proxy. */
  readonly secure?: Certified;
}

export interface ConnectProxy {
  /** Without credentials. */
  readonly url: string;
  readonly port: number;
  readonly asked: readonly Asked[];
  /** Authorities in the order in which they were asked for. */
  readonly authorities: () => readonly string[];
  /** Requests that were no CONNECT. */
  readonly others: readonly string[];
  readonly setMood: (mood: ProxyMood) => void;
  /** Ends every tunnel that is open. */
  readonly cut: () => void;
  readonly close: () => Promise<void>;
}

export async function startConnectProxy(options: ConnectProxyOptions): Promise<ConnectProxy> {
  let mood: ProxyMood = 'passes';
  const asked: Asked[] = [];
  const others: string[] = [];
  const open = new Set<Duplex>();
  const server: Server =
    options.secure === undefined
      ? createServer()
      : createSecureServer({ cert: options.secure.cert, key: options.secure.key });
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    socket.on('error', () => undefined);
  });
  server.on('request', (request, response) => {
    others.push(`${request.method} ${request.url}`);
    response.writeHead(501).end();
  });
  server.on('connect', (request, socket: Duplex, head: Buffer) => {
    socket.on('error', () => undefined);
    const authority = request.url ?? '';
    asked.push({ authority, headers: request.headers });
    const answer = (status: number): void => void socket.end(`HTTP/1.1 ${status} Status\r\ncontent-length: 0\r\n\r\n`);
    if (mood === 'cuts') return void socket.destroy();
    if (typeof mood === 'object') return 'status' in mood ? answer(mood.status) : void socket.end(mood.says);
    const expected = options.credentials && `Basic ${Buffer.from(options.credentials).toString('base64')}`;
    if (expected !== undefined && request.headers['proxy-authorization'] !== expected) return answer(407);
    const port = options.routes[authority];
    if (port === undefined) return answer(502);
    if (mood === 'cuts-later') {
      socket.write('HTTP/1.1 200 Connected\r\n\r\n');
      socket.once('data', () => socket.destroy());
      return;
    }
    const upstream = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connected\r\n\r\n');
      upstream.write(head);
      socket.pipe(upstream).pipe(socket);
    });
    open.add(upstream);
    upstream.on('error', () => socket.destroy());
    upstream.once('close', () => {
      open.delete(upstream);
      socket.destroy();
    });
    socket.once('close', () => upstream.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a TCP server that listens has one
  const cut = (): void => {
    for (const socket of open) socket.destroy();
  };
  return {
    url: `${options.secure === undefined ? 'http' : 'https'}://localhost:${port}`,
    port,
    asked,
    authorities: () => asked.map(({ authority }) => authority),
    others,
    setMood: (next) => {
      mood = next;
    },
    cut,
    close: async () => {
      server.close();
      cut();
      await once(server, 'close');
    },
  };
}
