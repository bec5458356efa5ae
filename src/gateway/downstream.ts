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
  /** Writes one line, soon. A promise means that the host is slow: hold back until it resolves. */
  readonly send: (text: string) => Promise<void> | undefined;
  /** The same promise, without sending: pending while the host is slow. */
  readonly hold: () => Promise<void> | undefined;
  /** No line is read from now on. */
  readonly stopReading: () => void;
  /** Lets the process end. Resolves when all that was sent has left, or the host does not take it any more. */
  readonly close: () => Promise<void>;
}

/** The longest line that is read. */
const LINE_LIMIT_BYTES = 64 * 1024 * 1024;
/** How much is read ahead of a host that does not read its answers. */
const WAITING_LIMIT_BYTES = 1024 * 1024;
/** Answers that come in one turn of the loop go out together, up to this. */
const TOGETHER_CHARACTERS = 64 * 1024;
/** How long a host that reads nothing keeps the process from ending. */
const FLUSH_MS = 300;
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
    const tooLong = !skipping && size + last.length > LINE_LIMIT_BYTES;
    const bytes = pieces.length === 0 ? last : Buffer.concat([...pieces, last]);
    pieces = [];
    size = 0;
    if (tooLong) onTooLong();
    if (skipping || tooLong) {
      skipping = false;
      return;
    }
    const line = bytes.toString('utf8');
    if (line.trim() !== '') onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
  };

  /** What a slow host asks waits here, so that its end is still seen; beyond the limit stdin is not read. */
  const waiting: Buffer[] = [];
  let waitingBytes = 0;
  const onData = (chunk: Buffer): void => {
    if (drained === undefined && waiting.length === 0) return take(chunk);
    waiting.push(chunk);
    waitingBytes += chunk.length;
    if (waitingBytes > WAITING_LIMIT_BYTES) stdin.pause();
  };
  const mayTake = (): boolean => drained === undefined && !ended;
  const takeWaiting = (): void => {
    while (mayTake()) {
      const chunk = waiting.shift();
      if (chunk === undefined) break;
      waitingBytes -= chunk.length;
      take(chunk);
    }
    if (waitingBytes <= WAITING_LIMIT_BYTES && !ended) stdin.resume();
  };

  const take = (chunk: Buffer): void => {
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
  const onEof = (): void => {
    for (const chunk of ended ? [] : waiting.splice(0)) take(chunk);
    // A last line needs no line end.
    if (size > 0 && !ended) endOfLine(Buffer.alloc(0));
    end('eof');
  };
  const waitForDrain = (): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        drained = undefined;
        for (const event of ['drain', 'close', 'error']) stdout.off(event, done);
        resolve();
        takeWaiting();
      };
      for (const event of ['drain', 'close', 'error']) stdout.once(event, done);
    });

  let together = '';
  let isFlushing = false;
  const write = (text: string): Promise<void> | undefined => {
    if (stdout.destroyed || stdout.writableEnded || stdout.write(text)) return undefined;
    drained ??= waitForDrain();
    return drained;
  };
  const flush = (): Promise<void> | undefined => {
    const text = together;
    together = '';
    return text === '' ? undefined : write(text);
  };

  stdin.once('end', onEof);
  stdin.once('close', () => end('eof'));
  stdin.once('error', () => end('eof'));
  stdout.once('error', () => end('broken-stdout'));
  stdout.once('close', () => end('broken-stdout'));

  return {
    send: (text) => {
      if (text.length > TOGETHER_CHARACTERS) {
        void flush();
        // Two writes: to put a line end behind it would copy it.
        void write(text);
        return write('\n');
      }
      together += `${text}\n`;
      if (together.length > TOGETHER_CHARACTERS) return flush();
      if (!isFlushing) {
        isFlushing = true;
        setImmediate(() => {
          isFlushing = false;
          void flush();
        });
      }
      return drained;
    },
    hold: () => drained,
    stopReading: () => {
      ended = true;
      stdin.off('data', onData);
      stdin.pause();
    },
    close: async () => {
      stdin.destroy();
      void flush();
      if (stdout.destroyed || stdout.writableLength === 0) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, FLUSH_MS);
        const done = (): void => {
          clearTimeout(timer);
          resolve();
        };
        stdout.once('error', done);
        stdout.write('', done);
      });
    },
  };
}
