// Server-sent events, as the HTML standard's "Interpreting an event stream" says, one chunk at a time. Events that
// are not messages (comments, other types, empty data) give nothing but their id and retry.

/** What one event of a stream carried. */
export interface SseEvent {
  /** The data lines, joined by LF; undefined for an event that only sets an id. */
  readonly data: string | undefined;
  readonly type: string;
}

export interface SseParser {
  /** Feeds bytes; calls back for each event that is now complete. */
  readonly push: (chunk: Uint8Array) => void;
  /** The last event id seen, to resume with. */
  readonly lastEventId: () => string | undefined;
  /** The reconnection time that the stream asked for, in milliseconds. */
  readonly retryMs: () => number | undefined;
}

/** One event may be this large, in UTF-16 units. */
const EVENT_LIMIT = 64 * 1024 * 1024;

/** What a line costs beside its text, so that empty ones are not free. */
const LINE_OVERHEAD = 8;

/** @throws Error when one event grows beyond 64 Mi units */
export function createSseParser(onEvent: (event: SseEvent) => void): SseParser {
  const decoder = new TextDecoder('utf-8'); // takes the BOM away, as the standard asks
  /** Pieces of a line whose end has not come yet. */
  let pieces: string[] = [];
  let pending = 0;
  let sawCarriageReturn = false;
  let data: string[] = [];
  let dataSize = 0;
  let type = '';
  let lastId: string | undefined;
  let retry: number | undefined;

  const endOfLine = (line: string): void => {
    if (line === '') {
      if (data.length > 0) onEvent({ data: data.length === 1 ? data[0] : data.join('\n'), type: type || 'message' });
      data = [];
      dataSize = 0;
      type = '';
      return;
    }
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const field = colon === -1 ? line : line.slice(0, colon);
    const start = colon === -1 ? line.length : line.charCodeAt(colon + 1) === 0x20 ? colon + 2 : colon + 1;
    const value = line.slice(start);
    if (field === 'data') {
      data.push(value);
      dataSize += value.length + LINE_OVERHEAD;
      if (dataSize > EVENT_LIMIT) throw new Error('a server-sent event is over 64 MiB');
    } else if (field === 'event') type = value;
    else if (field === 'id') lastId = value.includes('\0') ? lastId : value;
    else if (field === 'retry' && /^\d{1,9}$/.test(value)) retry = Number(value);
  };

  const push = (chunk: Uint8Array): void => {
    const text = decoder.decode(chunk, { stream: true });
    let start = 0;
    if (sawCarriageReturn && text.length > 0) {
      sawCarriageReturn = false;
      if (text.charCodeAt(0) === 0x0a) start = 1;
    }
    // Each is looked for again only once it was passed: a text that has one of them alone is read once.
    let lf = text.indexOf('\n', start);
    let cr = text.indexOf('\r', start);
    for (;;) {
      const end = lf === -1 || (cr !== -1 && cr < lf) ? cr : lf;
      if (end === -1) break;
      const rest = text.slice(start, end);
      const line = pieces.length === 0 ? rest : pieces.join('') + rest;
      pieces = [];
      pending = 0;
      endOfLine(line);
      start = end + 1;
      if (text.charCodeAt(end) === 0x0d) {
        if (start === text.length) sawCarriageReturn = true;
        else if (text.charCodeAt(start) === 0x0a) start++;
      }
      if (lf !== -1 && lf < start) lf = text.indexOf('\n', start);
      if (cr !== -1 && cr < start) cr = text.indexOf('\r', start);
    }
    if (start < text.length) {
      pieces.push(text.slice(start));
      pending += text.length - start;
      if (pending > EVENT_LIMIT) throw new Error('a line of the event stream is over 64 MiB');
    }
  };

  return { push, lastEventId: () => lastId, retryMs: () => retry };
}
