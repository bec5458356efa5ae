// One `mcpgw serve` child, and which HTTP answer each of its lines belongs to: an answer by its id, progress by its token,
// what a subscription brings by its id there, and all else to the request that came last, or to the standing stream.
import { once } from 'node:events';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { ServerResponse } from 'node:http';
import { createInterface } from 'node:readline';

export interface Message {
  readonly jsonrpc?: string;
  readonly id?: string | number | null;
  readonly method?: string;
  readonly params?: { readonly _meta?: Readonly<Record<string, unknown>>; readonly progressToken?: unknown };
  readonly error?: { readonly code: number };
  readonly [member: string]: unknown;
}

export interface Posted {
  readonly message: Message;
  readonly text: string;
  readonly response: ServerResponse;
  /** The HTTP status of an answer before which nothing else was said. */
  readonly statusOf: (answer: Message) => number;
}

export interface Conversation {
  readonly isFree: (id: Message['id']) => boolean;
  /** A request of the relay's own; resolves with its answer. */
  readonly own: (message: Message) => Promise<void>;
  readonly post: (posted: Posted) => void;
  /** Takes the standing stream. */
  readonly listen: (response: ServerResponse) => void;
  /** Closes stdin, as a host does; resolves when the child has gone. */
  readonly end: () => Promise<void>;
}

const EVENTS = { 'content-type': 'text/event-stream' };
const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId';

export function startConversation(child: ChildProcessWithoutNullStreams): Conversation {
  const underWay = new Map<Message['id'], Posted>();
  const own = new Map<Message['id'], () => void>();
  let standing: ServerResponse | undefined;
  child.stderr.resume();
  child.stdin.on('error', () => undefined);
  const exited = once(child, 'exit');

  const streamOf = ({ params }: Message): ServerResponse | undefined => {
    const all = [...underWay.values()];
    const token = params?.progressToken;
    const subscription = params?._meta?.[SUBSCRIPTION];
    if (token !== undefined) return all.find((it) => it.message.params?._meta?.['progressToken'] === token)?.response;
    if (subscription !== undefined) return all.find(({ message }) => message.id === subscription)?.response;
    return all.at(-1)?.response ?? standing;
  };
  const write = (response: ServerResponse, text: string): void => {
    if (!response.headersSent) response.writeHead(200, EVENTS);
    response.write(`data: ${text}\n\n`);
  };

  createInterface({ input: child.stdout }).on('line', (text) => {
    const message = JSON.parse(text) as Message;
    if (message.method !== undefined) {
      const response = streamOf(message);
      if (response !== undefined) write(response, text);
      return;
    }
    own.get(message.id)?.();
    const posted = underWay.get(message.id);
    if (posted === undefined) return;
    underWay.delete(message.id);
    const { response, statusOf } = posted;
    if (response.headersSent) {
      write(response, text);
      response.end();
    } else response.writeHead(statusOf(message), { 'content-type': 'application/json' }).end(text);
  });

  return {
    isFree: (id) => !underWay.has(id),
    own: (message) =>
      new Promise((resolve) => {
        own.set(message.id, resolve);
        child.stdin.write(`${JSON.stringify(message)}\n`);
      }),
    post: (posted) => {
      const { message, text, response } = posted;
      const isRequest = message.method !== undefined && message.id !== undefined;
      if (isRequest) {
        underWay.set(message.id, posted);
        response.once('close', () => {
          // Only who goes before the answer has cancelled.
          if (!underWay.delete(message.id)) return;
          const params = { requestId: message.id };
          child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params })}\n`);
        });
      }
      child.stdin.write(`${text.replaceAll(/[\r\n]+/g, ' ')}\n`);
      if (!isRequest) response.writeHead(202).end();
    },
    listen: (response) => {
      standing = response;
      response.writeHead(200, EVENTS).flushHeaders();
    },
    end: async () => {
      standing?.end();
      child.stdin.end();
      await exited;
    },
  };
}
