// Limits of the event-stream parser: an event costs what its lines cost, and time grows with bytes alone.
import { describe, expect, it } from 'vitest';
import { createSseParser } from '../../../src/gateway/sse-parser.js';

describe('limits of the event stream', () => {
  it('refuses an event of empty data lines without end', () => {
    const parser = createSseParser(() => undefined);
    const chunk = Buffer.from('data\n'.repeat(200_000));
    const endless = (): void => {
      for (let pushed = 0; pushed < 70; pushed += 1) parser.push(chunk);
    };
    // 14 million lines: joined they are 14 MB of line feeds, as a list they take eight times as much.
    expect(endless).toThrow('over');
  });

  it.each([
    ['line feeds', ':\n'],
    ['carriage returns', ':\r'],
    ['both', ':\r\n'],
    ['carriage returns, and line feeds in front', '\n:\r'],
  ])('reads two million lines that end in %s in one chunk: their square would never end', (_name, line) => {
    let events = 0;
    const parser = createSseParser(() => events++);
    parser.push(Buffer.from(line.repeat(2 * 1024 * 1024)));
    parser.push(Buffer.from('\r\rdata: x\n\n'));
    expect(events).toBe(1);
  });
});
