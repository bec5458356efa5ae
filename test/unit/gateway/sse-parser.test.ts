import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSseParser } from '../../../src/gateway/sse-parser.js';

function parse(chunks: readonly Uint8Array[]): {
  events: unknown[];
  id: string | undefined;
  retry: number | undefined;
} {
  const events: unknown[] = [];
  const parser = createSseParser((event) => events.push([event.type, event.data]));
  for (const chunk of chunks) parser.push(chunk);
  return { events, id: parser.lastEventId(), retry: parser.retryMs() };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('an event stream', () => {
  it('gives messages, joins data lines, and keeps id and retry', () => {
    const text =
      ': hi\nid: 7\nretry: 1500\nevent: message\ndata: {"a":\ndata: 1}\n\nevent: ping\ndata: x\n\ndata\n\nid: 8\n\n';
    expect(parse([bytes(text)])).toEqual({
      events: [
        ['message', '{"a":\n1}'],
        ['ping', 'x'],
        ['message', ''],
      ],
      id: '8',
      retry: 1500,
    });
  });

  it('takes LF, CR and CRLF as line ends, and no event without its blank line', () => {
    expect(parse([bytes('data: a\r\n\r\ndata: b\r\rdata: c\n\ndata: d\n')]).events).toEqual([
      ['message', 'a'],
      ['message', 'b'],
      ['message', 'c'],
    ]);
  });

  it('reads the same whatever the chunks are', () => {
    const text =
      '\u{feff}id: é1\r\ndata: {"x":"ü€𝄞"}\r\n\r\nretry: 20\rdata: two\rdata: lines\r\revent: e\ndata: 3\n\n';
    const whole = bytes(text);
    const expected = parse([whole]);
    expect(expected.events).toHaveLength(3);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: whole.length })), (cuts) => {
        const points = [0, ...cuts.toSorted((a, b) => a - b), whole.length];
        const chunks = points.slice(1).map((end, index) => whole.subarray(points[index], end));
        expect(parse(chunks)).toEqual(expected);
      }),
    );
  });
});
