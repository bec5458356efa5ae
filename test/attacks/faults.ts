// What an identity provider may answer that is no answer: broken, endless, huge, slow, or a way to somewhere else. Each
// fault is a real server on loopback; `release` ends what it keeps open.
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';

export interface Fault {
  /** What the server does once a request has begun to arrive. */
  readonly answer: (socket: Socket, origin: string) => void;
  /** It holds the caller up until its patience of 5 s ends. */
  readonly isSlow?: true;
}

const MIB = 1024 * 1024;

function http(status: number, headers: Readonly<Record<string, string>>, body: string | Uint8Array = ''): Fault {
  const bytes = Buffer.from(body);
  const lines = Object.entries({ 'content-length': String(bytes.length), ...headers });
  const head = `HTTP/1.1 ${status} X\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  return { answer: (socket) => void socket.end(Buffer.concat([Buffer.from(head), bytes])) };
}

const json = (body: string | Uint8Array, headers: Readonly<Record<string, string>> = {}): Fault =>
  http(200, { 'content-type': 'application/json', ...headers }, body);

function redirect(location: (origin: string) => string | undefined, status = 302): Fault {
  return {
    answer: (socket, origin) => {
      const to = location(origin);
      socket.end(
        `HTTP/1.1 ${status} X\r\n${to === undefined ? '' : `location: ${to}\r\n`}content-length: 0\r\nconnection: close\r\n\r\n`,
      );
    },
  };
}

/** Says that it goes on for ever, and does. */
function endless(head: string, piece: Uint8Array): Fault {
  return {
    answer: (socket) => {
      socket.write(head);
      const more = (): void => {
        while (socket.writable && socket.write(piece));
      };
      socket.on('drain', more);
      more();
    },
  };
}

const CHUNKED = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n';
const kibibyte = Buffer.concat([Buffer.from('400\r\n'), Buffer.alloc(1024, 0x20), Buffer.from('\r\n')]);
const large = `{"active":true,"keys":[],"x":"${'x'.repeat(64 * MIB)}"}`;

export const FAULTS: Readonly<Record<string, Fault>> = {
  'status 500': http(500, {}, '{"active":true,"keys":[]}'),
  'status 502 with HTML': http(502, { 'content-type': 'text/html' }, '<html></html>'),
  'status 503 with Retry-After': http(503, { 'retry-after': '3600' }),
  'status 404': http(404, {}, '{"active":true,"keys":[]}'),
  'status 400 with an active token': http(400, {}, '{"active":true,"keys":[]}'),
  'status 403': http(403, {}),
  'status 304 to a first question': http(304, {}),
  'status 204': { answer: (socket) => void socket.end('HTTP/1.1 204 No Content\r\n\r\n') },
  'a login page': http(200, { 'content-type': 'text/html' }, '<html><form action="/login"></form></html>'),
  'an empty body': json(''),
  'a list': json('[{"active":true,"keys":[]}]'),
  'a text': json('"active"'),
  null: json('null'),
  'half a document': json('{"active":true,"keys":['),
  'two documents': json('{"active":true,"keys":[]}{"active":true}'),
  'wrong UTF-8': json(Buffer.from('{"active":true,"keys":[],"x":"\u00ff"}', 'latin1')),
  'UTF-16': json(Buffer.from('{"active":true,"keys":[]}', 'utf16le')),
  'brackets without end': json('['.repeat(MIB)),
  '64 MB': json(large),
  '64 MB of a length that it does not say': {
    answer: (socket) => void socket.end(`HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n${large}`),
  },
  'a gzip bomb': json(gzipSync(large), { 'content-encoding': 'gzip' }),
  'a deflate bomb': json(deflateSync(large), { 'content-encoding': 'deflate' }),
  'a brotli bomb': json(brotliCompressSync(large), { 'content-encoding': 'br' }),
  'a gzip bomb in a gzip bomb': json(gzipSync(gzipSync(large)), { 'content-encoding': 'gzip, gzip' }),
  'a broken gzip': json('{"active":true,"keys":[]}', { 'content-encoding': 'gzip' }),
  'an endless body': endless(CHUNKED, kibibyte),
  'endless headers': endless('HTTP/1.1 200 OK\r\n', Buffer.from(`x: ${'y'.repeat(1000)}\r\n`)),
  'endless interim answers': { ...endless('', Buffer.from('HTTP/1.1 103 Early Hints\r\n\r\n')), isSlow: true },
  'a connection that ends at once': { answer: (socket) => void socket.destroy() },
  'a connection that is reset': { answer: (socket) => void socket.resetAndDestroy() },
  'a body that ends too soon': {
    answer: (socket) => void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 4096\r\n\r\n{"active":true'),
  },
  'no HTTP': { answer: (socket) => void socket.end('SSH-2.0-OpenSSH_9.2\r\n') },
  'a lie about lengths': {
    answer: (socket) =>
      void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}\r\n0\r\n\r\n'),
  },
  silence: { answer: () => undefined, isSlow: true },
  'headers and then silence': { answer: (socket) => void socket.write(CHUNKED), isSlow: true },
  'a byte a second': {
    isSlow: true,
    answer: (socket) => {
      socket.write(CHUNKED);
      const timer = setInterval(() => socket.write('1\r\n \r\n'), 1000);
      socket.once('close', () => clearInterval(timer));
    },
  },
  'a redirect to another host': redirect(() => 'https://evil.example/'),
  'a redirect to another port': redirect((origin) => `${origin.replace(/:\d+$/, '')}:9/`),
  'a redirect to another name of this machine': redirect((origin) => origin.replace('127.0.0.1', 'localhost')),
  'a redirect to a file': redirect(() => 'file:///etc/passwd'),
  'a redirect to data': redirect(() => 'data:application/json,{"active":true,"keys":[]}'),
  'a redirect with credentials': redirect((origin) => origin.replace('//', '//ana:secret@')),
  'a redirect to nowhere': redirect(() => undefined),
  'a redirect to nonsense': redirect(() => 'http://['),
  'a redirect in a circle': redirect(() => '/'),
  'a permanent redirect in a circle': redirect(() => '/', 308),
};

export interface FaultyServer {
  readonly origin: string;
  /** Requests that arrived. */
  readonly requests: () => number;
  readonly release: () => Promise<void>;
}

export async function startFaultyServer({ answer }: Fault): Promise<FaultyServer> {
  const sockets = new Set<Socket>();
  let requests = 0;
  let origin = '';
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => {
      requests++;
      answer(socket, origin);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has an address with a port');
  origin = `http://127.0.0.1:${address.port}`;
  return {
    origin,
    requests: () => requests,
    release: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
