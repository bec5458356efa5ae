// The table of what is sent once more by itself, row by row, for a request that may only go again when it has not run and
// for one that does no harm.
import { describe, expect, it } from 'vitest';
import { pauseBefore, type Attempts, type Repeat } from '../../../src/gateway/repeat.js';
import type { AnswerHead, ExchangeEnd } from '../../../src/gateway/streamable-http.js';

const NOW_MS = Date.parse('2026-11-26T10:00:00Z');
const FIRST: Attempts = { unsent: 0, postponed: 0, broken: 0, unsentForMs: 0 };
const RPC_ERROR = '{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"no"}}';

function head(status: number, retryAfter?: string): AnswerHead {
  return { status, retryAfter, sessionId: undefined, contentType: '', wwwAuthenticate: undefined };
}

function refused(status: number, retryAfter?: string, body = ''): ExchangeEnd {
  return { kind: 'refused', head: head(status, retryAfter), body };
}

function failed(maySent: boolean, code: string, lastEventId?: string): ExchangeEnd {
  const error = Object.assign(new Error('x'), { code });
  const stream = lastEventId === undefined ? undefined : { lastEventId, retryMs: undefined };
  return { kind: 'failed', error, maySent, stream };
}

const complete: ExchangeEnd = { kind: 'complete', head: head(200), stream: undefined };

interface Row {
  readonly what: string;
  readonly ended: ExchangeEnd;
  readonly attempts?: Partial<Attempts>;
  readonly isResumed?: boolean;
  /** The pause before the next attempt, or none: of a request that is not harmless, and of one that is. */
  readonly ifNotRun: number | undefined;
  readonly harmless: number | undefined;
}

const rows: readonly Row[] = [
  { what: 'refused connection', ended: failed(false, 'ECONNREFUSED'), ifNotRun: 200, harmless: 200 },
  {
    what: 'refused connection, 2nd',
    ended: failed(false, 'ECONNREFUSED'),
    attempts: { unsent: 1 },
    ifNotRun: 400,
    harmless: 400,
  },
  {
    what: 'refused connection, 3rd',
    ended: failed(false, 'ECONNREFUSED'),
    attempts: { unsent: 2, unsentForMs: 900 },
    ifNotRun: 800,
    harmless: 800,
  },
  {
    what: 'refused connection, 4th',
    ended: failed(false, 'ECONNREFUSED'),
    attempts: { unsent: 3 },
    ifNotRun: undefined,
    harmless: undefined,
  },
  { what: 'lack of open files', ended: failed(false, 'EMFILE'), ifNotRun: 200, harmless: 200 },
  { what: 'unknown name', ended: failed(false, 'ENOTFOUND'), ifNotRun: 200, harmless: 200 },
  {
    what: 'connection that did not come up in 10 s',
    ended: failed(false, 'UND_ERR_CONNECT_TIMEOUT'),
    attempts: { unsentForMs: 10_000 },
    ifNotRun: undefined,
    harmless: undefined,
  },
  {
    what: 'certificate that is not good',
    ended: failed(false, 'DEPTH_ZERO_SELF_SIGNED_CERT'),
    ifNotRun: undefined,
    harmless: undefined,
  },
  { what: 'reset before an answer', ended: failed(true, 'ECONNRESET'), ifNotRun: undefined, harmless: 100 },
  {
    what: 'reset before an answer, 2nd',
    ended: failed(true, 'ECONNRESET'),
    attempts: { broken: 1 },
    ifNotRun: undefined,
    harmless: undefined,
  },
  {
    what: 'stream that breaks and cannot be resumed',
    ended: failed(true, 'UND_ERR_SOCKET', 'e1'),
    ifNotRun: undefined,
    harmless: 100,
  },
  {
    what: 'stream that breaks and is resumed',
    ended: failed(true, 'UND_ERR_SOCKET', 'e1'),
    isResumed: true,
    ifNotRun: undefined,
    harmless: undefined,
  },
  { what: '429 with 2 s', ended: refused(429, '2'), ifNotRun: 2_000, harmless: 2_000 },
  { what: '429 with 0 s', ended: refused(429, '0'), ifNotRun: 100, harmless: 100 },
  {
    what: '429 with a date in 3 s',
    ended: refused(429, 'Thu, 26 Nov 2026 10:00:03 GMT'),
    ifNotRun: 3_000,
    harmless: 3_000,
  },
  { what: '503 with 2 s', ended: refused(503, '2'), ifNotRun: 2_000, harmless: 2_000 },
  { what: '503 with 2 s and a JSON-RPC error', ended: refused(503, '2', RPC_ERROR), ifNotRun: 2_000, harmless: 2_000 },
  { what: '429 with 2 s, 2nd', ended: refused(429, '2'), attempts: { postponed: 1 }, ifNotRun: 2_000, harmless: 2_000 },
  {
    what: '429 with 2 s, 3rd',
    ended: refused(429, '2'),
    attempts: { postponed: 2 },
    ifNotRun: undefined,
    harmless: undefined,
  },
  { what: '429 with 11 s', ended: refused(429, '11'), ifNotRun: undefined, harmless: undefined },
  { what: '503 with 11 s', ended: refused(503, '11'), ifNotRun: undefined, harmless: undefined },
  { what: '429 without', ended: refused(429), ifNotRun: undefined, harmless: undefined },
  ...[502, 503, 504].flatMap((status): readonly Row[] => [
    { what: `${status}`, ended: refused(status), ifNotRun: undefined, harmless: 100 },
    {
      what: `${status}, 2nd`,
      ended: refused(status),
      attempts: { broken: 1 },
      ifNotRun: undefined,
      harmless: undefined,
    },
    {
      what: `${status} with a JSON-RPC error`,
      ended: refused(status, undefined, RPC_ERROR),
      ifNotRun: undefined,
      harmless: undefined,
    },
  ]),
  ...[400, 401, 403, 404, 500, 501].map((status): Row => ({
    what: `${status}`,
    ended: refused(status),
    ifNotRun: undefined,
    harmless: undefined,
  })),
  { what: '500 with 2 s', ended: refused(500, '2'), ifNotRun: undefined, harmless: undefined },
  { what: 'answer without a result', ended: complete, ifNotRun: undefined, harmless: undefined },
  {
    what: '2xx that is not MCP',
    ended: { kind: 'unusable', head: head(200), reason: 'x' },
    ifNotRun: undefined,
    harmless: undefined,
  },
  { what: 'request that was given up', ended: { kind: 'aborted' }, ifNotRun: undefined, harmless: undefined },
];

function pauseOf({ ended, attempts, isResumed = false }: Row, repeat: Repeat): number | undefined {
  return pauseBefore({ ended, repeat, isResumed, nowMs: NOW_MS, attempts: { ...FIRST, ...attempts } })?.pauseMs;
}

describe.each(rows)('after a $what', (row) => {
  it('sends what cannot have run, and nothing else', () => {
    expect(pauseOf(row, 'if-not-run')).toBe(row.ifNotRun);
  });

  it('sends what does no harm', () => {
    expect(pauseOf(row, 'harmless')).toBe(row.harmless);
  });

  it('sends nothing that is never to be repeated', () => {
    expect(pauseOf(row, 'never')).toBeUndefined();
  });
});
