// The host's side: one JSON-RPC message a line on stdin and stdout (MCP, "stdio"). Splits, never interprets; a line
// that is too long is reported and skipped, and the session goes on. Nothing but complete lines ever goes to stdout.
import type { Readable, Writable } from 'node:stream';

export interface DownstreamOptions {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly onLine: (line: string) => void;
  readonly onTooLong: () => void;
  /** Called once: the host has closed stdin, or stdout is broken. */
  readonly onEnd: (why: 'eof' | 'broken-stdout') => void;
}

export interface Downstream {
  /** Writes one line. A promise means that the host is slow: hold back until it resolves. */
  readonly send: (text: string) => Promise<void> | undefined;
  /** Stops reading; lets the process end. Resolves when all that was sent has left. */
  readonly close: () => Promise<void>;
}

/** The longest line that is read. */
const LINE_LIMIT_BYTES = 64 * 1024 * 1024;
const LF = 0x0a;

export function openDownstream({ stdin, stdout, onLine, onTooLong, onEnd }: DownstreamOptions): Downstream {
  let pieces: Buffer[] = [];
  let size = 0;
  let skipping = false;
  let ended = false;
  let drained: Promise<void> | undefined;

  const end = (why: 'eof' | 'broken-stdout'): void => {
    if (ended) return;
    ended = true;
    onEnd(why);
  };

  const endOfLine = (last: Buffer): void => {
    const bytes = pieces.length === 0 ? last : Buffer.concat([...pieces, last]);
    pieces = [];
    size = 0;
    if (skipping) {
      skipping = false;
      return;
    }
    const line = bytes.toString('utf8');
    if (line.trim() !== '') onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
  };

  const onData = (chunk: Buffer): void => {
    let start = 0;
    for (let at = chunk.indexOf(LF, start); at !== -1; at = chunk.indexOf(LF, start)) {
      endOfLine(chunk.subarray(start, at));
      start = at + 1;
    }
    if (start === chunk.length) return;
    size += chunk.length - start;
    if (skipping) return;
    if (size > LINE_LIMIT_BYTES) {
      skipping = true;
      pieces = [];
      onTooLong();
    } else pieces.push(chunk.subarray(start));
  };

  stdin.on('data', onData);
  stdin.once('end', () => end('eof'));
  stdin.once('close', () => end('eof'));
  stdin.once('error', () => end('eof'));
  stdout.once('error', () => end('broken-stdout'));
  stdout.once('close', () => end('broken-stdout'));

  return {
    send: (text) => {
      if (stdout.destroyed || stdout.writableEnded) return undefined;
      if (stdout.write(`${text}\n`)) return undefined;
      drained ??= new Promise((resolve) => {
        const done = (): void => {
          drained = undefined;
          stdout.off('drain', done);
          stdout.off('close', done);
          stdout.off('error', done);
          resolve();
        };
        stdout.once('drain', done);
        stdout.once('close', done);
        stdout.once('error', done);
      });
      return drained;
    },
    close: async () => {
      ended = true;
      stdin.off('data', onData);
      stdin.pause();
      stdin.destroy();
      if (!stdout.destroyed && stdout.writableLength > 0) {
        await new Promise<void>((resolve) => {
          stdout.once('error', () => resolve());
          stdout.write('', () => resolve());
        });
      }
    },
  };
}
