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

  it('reads carriage returns as fast as line feeds', () => {
    const timed = (text: string): number => {
      const chunk = Buffer.from(text);
      const parser = createSseParser(() => undefined);
      const at = performance.now();
      for (let pushed = 0; pushed < 4; pushed += 1) parser.push(chunk);
      return performance.now() - at;
    };
    const lineFeeds = timed(':\n'.repeat(64 * 1024));
    expect(timed(':\r'.repeat(64 * 1024))).toBeLessThan(20 * lineFeeds + 50);
  });
});
