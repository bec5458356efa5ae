// TLS in front of a plain server of a test: terminates it, and asks for a client certificate where it is told to.
import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { createServer } from 'node:tls';
import type { Certified } from './certificates.js';

export interface TlsFrontOptions {
  readonly server: Certified;
  /** The plain server's port. */
  readonly port: number;
  /** Only clients with a certificate of this authority come in. */
  readonly clientCa?: string;
  /** Asks for a certificate, and lets everybody in. */
  readonly asksClients?: boolean;
}

export interface TlsFront {
  readonly port: number;
  /** Common name of the client of each connection that came up; '' for none. */
  readonly clients: readonly string[];
  readonly close: () => Promise<void>;
}

export async function startTlsFront({
  server: own,
  port,
  clientCa,
  asksClients = false,
}: TlsFrontOptions): Promise<TlsFront> {
  const clients: string[] = [];
  const open = new Set<Socket>();
  const server = createServer({
    cert: own.cert,
    key: own.key,
    ...(asksClients && { requestCert: true, rejectUnauthorized: false }),
    ...(clientCa !== undefined && { ca: clientCa, requestCert: true, rejectUnauthorized: true }),
  });
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    socket.on('error', () => undefined);
  });
  server.on('tlsClientError', () => undefined);
  server.on('secureConnection', (socket) => {
    const { subject } = socket.getPeerCertificate();
    clients.push(String(subject?.CN ?? ''));
    const plain = connect(port, '127.0.0.1');
    plain.on('error', () => socket.destroy());
    socket.on('error', () => plain.destroy());
    socket.once('close', () => plain.destroy());
    plain.once('close', () => socket.destroy());
    socket.pipe(plain).pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port, // a TCP server that listens has one
    clients,
    close: async () => {
      server.close();
      for (const socket of open) socket.destroy();
      await once(server, 'close');
    },
  };
}
