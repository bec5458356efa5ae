// What is said of a request whose stream broke off and could not be taken up again: that it may have run, whatever became of
// the asking.
import { expect, it } from 'vitest';
import { resumed } from '../../../src/gateway/session/resumed.js';
import type { Exchange, ExchangeEnd } from '../../../src/gateway/streamable-http.js';

const broken: ExchangeEnd = {
  kind: 'failed',
  error: new Error('cut'),
  maySent: true,
  stream: { lastEventId: 'e1', retryMs: 10 },
};
const head = { status: 404, sessionId: undefined, contentType: '', retryAfter: undefined, wwwAuthenticate: undefined };
const ended = (end: ExchangeEnd): Exchange => ({ end: Promise.resolve(end), abort: () => undefined });

it.each<[string, ExchangeEnd]>([
  ['is refused', { kind: 'refused', head, body: '' }],
  ['does not reach the server', { kind: 'failed', error: new Error('down'), maySent: false, stream: undefined }],
])('the asking %s: the request broke off', async (_what, asking) => {
  let asked = 0;
  const exchange = resumed({
    first: ended(broken),
    isOpen: () => asked === 0,
    resume: () => {
      asked++;
      return Promise.resolve(ended(asking));
    },
  });
  expect(await exchange.end).toBe(broken);
  expect(asked).toBe(1);
});
