// The network between bridge and server, as bad as a test wants it: a TCP proxy on loopback that reads each request whole,
// asks what is to become of it, and then passes it on, cuts it, lets it hang or answers in the server's place. Knows as much
// of HTTP/1.1 as undici writes: one request after the other, with a content-length.
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** One request on its way through. */
export interface Crossing {
  readonly method: string;
  /** The parsed body, `{}` where there is none. */
  readonly body: { readonly id?: unknown; readonly method?: string };
  /** Of head and body. */
  readonly bytes: number;
  /** Of the head alone. */
  readonly headBytes: number;
}

export type Fault =
  | { readonly kind: 'pass' }
  /** The server gets so many bytes of the request, then both connections end. */
  | { readonly kind: 'cut-request'; readonly bytes: number; readonly how?: Ending }
  /** The bridge gets so many bytes of the answer, then both connections end. */
  | { readonly kind: 'cut-answer'; readonly bytes: number; readonly how?: Ending }
  /** The same, after the head of the answer (0) or so many empty lines more: the events of a stream. */
  | { readonly kind: 'cut-at-boundary'; readonly boundary: number; readonly how?: Ending }
  /** The server gets the request, the bridge so many bytes of the answer, then nothing more; nobody is told. */
  | { readonly kind: 'stall'; readonly bytes: number }
  /** Neither gets anything more on this connection, ever. */
  | { readonly kind: 'half-open' }
  /** The server gets nothing, and the bridge this: an answer as it stands on the wire. */
  | { readonly kind: 'answer'; readonly text: string };

/** A connection ends in good order, or as one that the other side knows nothing of. */
export type Ending = 'fin' | 'reset';

export interface FaultProxy {
  readonly url: string;
  /** What becomes of the next requests; asked for each. */
  readonly plan: (plan: (crossing: Crossing) => Fault | undefined) => void;
  readonly crossings: readonly Crossing[];
  /** How many connections the bridge has made. */
  readonly connections: () => number;
  /** Every connection that there is goes dead without a word; new ones work. */
  readonly freeze: () => void;
  /** Nobody listens any more, and what was open is cut. */
  readonly down: () => Promise<void>;
  readonly up: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** An answer as it stands on the wire, after which the connection ends. */
export function wireAnswer(status: number, headers: Readonly<Record<string, string>>, body = ''): string {
  const all = { ...headers, 'content-length': String(Buffer.byteLength(body)), connection: 'close' };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} X\r\n${lines.join('')}\r\n${body}`;
}

export async function startFaultProxy(targetUrl: () => string): Promise<FaultProxy> {
  let plan: (crossing: Crossing) => Fault | undefined = () => undefined;
  const crossings: Crossing[] = [];
  const links = new Set<Link>();
  let made = 0;
  let server: Server | undefined;
  let port = 0;

  const up = async (): Promise<void> => {
    server = createServer((socket) => {
      made++;
      const link = createLink({
        bridge: socket,
        target: () => Number(new URL(targetUrl()).port),
        faultOf: (crossing) => {
          crossings.push(crossing);
          return plan(crossing) ?? { kind: 'pass' };
        },
      });
      links.add(link);
      socket.once('close', () => links.delete(link));
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a TCP server has an address with a port');
    port = address.port;
  };
  const down = async (): Promise<void> => {
    const closing = server;
    if (closing === undefined) return;
    server = undefined;
    closing.close();
    for (const link of links) link.end('reset');
    await once(closing, 'close');
  };
  await up();
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    plan: (next) => {
      plan = next;
    },
    crossings,
    connections: () => made,
    freeze: () => {
      for (const link of links) link.freeze();
    },
    down,
    up,
    close: down,
  };
}

interface LinkOptions {
  readonly bridge: Socket;
  readonly target: () => number;
  readonly faultOf: (crossing: Crossing) => Fault;
}

interface Link {
  readonly freeze: () => void;
  readonly end: (how: Ending) => void;
}

/** One connection of the bridge, and the one to the server that belongs to it. */
function createLink({ bridge, target, faultOf }: LinkOptions): Link {
  let isFrozen = false;
  let far: Socket | undefined;
  let waiting = Buffer.alloc(0);
  /** How much of the answer the bridge still gets, and what happens then. */
  let gate: AnswerGate = passAll();

  const end = (how: Ending): void => {
    for (const socket of [bridge, far]) {
      if (how === 'reset') socket?.resetAndDestroy();
      else socket?.destroySoon();
    }
  };
  const toServer = (): Socket => {
    if (far !== undefined) return far;
    const socket = connect(target(), '127.0.0.1');
    far = socket;
    socket.on('error', () => bridge.destroy());
    socket.on('close', () => {
      if (!isFrozen && !gate.isStalled()) bridge.destroySoon();
    });
    socket.on('data', (chunk: Buffer) => {
      if (isFrozen) return;
      const { pass, cut } = gate.take(chunk);
      if (pass.length > 0) bridge.write(pass);
      if (cut !== undefined) end(cut);
    });
    return socket;
  };
  const carry = (crossing: Crossing, message: Buffer): void => {
    const fault = faultOf(crossing);
    gate = gateOf(fault);
    switch (fault.kind) {
      case 'half-open':
        isFrozen = true;
        return;
      case 'answer':
        bridge.end(fault.text);
        return;
      case 'cut-request': {
        if (fault.bytes === 0) return end(fault.how ?? 'reset');
        // The server is to see what it gets before the end comes.
        toServer().write(message.subarray(0, fault.bytes), () => {
          if (fault.how !== 'reset') return end('fin');
          bridge.resetAndDestroy();
          toServer().destroySoon();
        });
        return;
      }
      case 'pass':
      case 'stall':
      case 'cut-answer':
      case 'cut-at-boundary':
        toServer().write(message);
    }
  };

  bridge.on('error', () => undefined);
  bridge.on('close', () => {
    if (!isFrozen) far?.destroy();
  });
  bridge.on('data', (chunk: Buffer) => {
    if (isFrozen) return;
    waiting = Buffer.concat([waiting, chunk]);
    for (;;) {
      const read = isFrozen ? undefined : readRequest(waiting);
      if (read === undefined) return;
      waiting = waiting.subarray(read.message.length);
      carry(read.crossing, read.message);
    }
  });
  return {
    freeze: () => {
      isFrozen = true;
    },
    end: (how) => {
      isFrozen = false;
      end(how);
    },
  };
}

function readRequest(bytes: Buffer): { readonly crossing: Crossing; readonly message: Buffer } | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd === -1) return undefined;
  const head = bytes.toString('latin1', 0, headEnd);
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
  const headBytes = headEnd + 4;
  if (bytes.length < headBytes + length) return undefined;
  const message = bytes.subarray(0, headBytes + length);
  const text = message.toString('utf8', headBytes);
  const body = text === '' ? {} : (JSON.parse(text) as Crossing['body']);
  return { crossing: { method: head.split(' ', 1)[0] ?? '', body, bytes: message.length, headBytes }, message };
}

interface AnswerGate {
  /** What of it goes on, and whether that was the end. */
  readonly take: (chunk: Buffer) => { readonly pass: Buffer; readonly cut: Ending | undefined };
  readonly isStalled: () => boolean;
}

function passAll(): AnswerGate {
  return { take: (pass) => ({ pass, cut: undefined }), isStalled: () => false };
}

function gateOf(fault: Fault): AnswerGate {
  if (fault.kind === 'cut-request') {
    // What the server would still say to half a request is nobody's.
    return { take: () => ({ pass: Buffer.alloc(0), cut: undefined }), isStalled: () => false };
  }
  if (fault.kind === 'stall' || fault.kind === 'cut-answer') {
    let left = fault.bytes;
    const how = fault.kind === 'stall' ? undefined : (fault.how ?? 'reset');
    return {
      isStalled: () => fault.kind === 'stall',
      take: (chunk) => {
        const pass = chunk.subarray(0, left);
        const isOver = chunk.length >= left;
        left -= pass.length;
        return { pass, cut: isOver ? how : undefined };
      },
    };
  }
  if (fault.kind === 'cut-at-boundary') {
    let seen = -1;
    let before = '';
    return {
      isStalled: () => false,
      take: (chunk) => {
        for (let at = 0; at < chunk.length; at++) {
          before = (before + String.fromCharCode(chunk[at] ?? 0)).slice(-4);
          const isBoundary = seen === -1 ? before === '\r\n\r\n' : before.endsWith('\n\n');
          if (isBoundary && ++seen === fault.boundary) {
            return { pass: chunk.subarray(0, at + 1), cut: fault.how ?? 'fin' };
          }
        }
        return { pass: chunk, cut: undefined };
      },
    };
  }
  return passAll();
}
