import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { McpgwError } from '../../../src/errors.js';
import { boundedFetch } from '../../../src/oauth/bounded-fetch.js';
import { createTestHost, type TestHost } from '../../support/test-host.js';

const REQUEST = { method: 'POST', headers: {}, redirect: 'manual', body: new URLSearchParams({ a: 'b' }) } as const;
const URL_TEXT = 'https://idp.example.com/token?secret=1';

let test: TestHost;
let answer: typeof fetch;
beforeEach(async () => {
  test = await createTestHost({ fetch: (input, init) => answer(input, init) });
});
afterEach(() => test.remove());

/** A server that takes the connection and never answers. */
const silence: typeof fetch = (_input, init) =>
  new Promise((_resolve, reject) => {
    init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
  });

describe('the fetch of the OAuth library', () => {
  it('sends the form as text and gives status, headers and body', async () => {
    answer = async (_input, init) => Response.json({ sent: init?.body }, { status: 201, headers: { 'x-a': 'b' } });
    const response = await boundedFetch({ host: test.host, timeoutMs: 1000 })(URL_TEXT, { ...REQUEST });
    expect(response.status).toBe(201);
    expect(response.headers.get('x-a')).toBe('b');
    expect(await response.json()).toEqual({ sent: 'a=b' });
  });

  it('follows no redirect, and takes an answer without a body', async () => {
    answer = async (_input, init) => new Response(null, { status: init?.redirect === 'manual' ? 302 : 200 });
    expect((await boundedFetch({ host: test.host, timeoutMs: 1000 })(URL_TEXT, { ...REQUEST })).status).toBe(302);
    answer = async () => new Response(null, { status: 204 });
    expect((await boundedFetch({ host: test.host, timeoutMs: 1000 })(URL_TEXT, { ...REQUEST })).status).toBe(204);
  });

  it('ends with TIMEOUT when there is no answer in time, naming the origin alone', async () => {
    answer = silence;
    await expect(boundedFetch({ host: test.host, timeoutMs: 20 })(URL_TEXT, { ...REQUEST })).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: 'no answer from https://idp.example.com within 0.02 s',
    });
  });

  it('ends with the reason of the signal', async () => {
    answer = silence;
    const controller = new AbortController();
    const request = boundedFetch({ host: test.host, timeoutMs: 5000, signal: controller.signal })(URL_TEXT, {
      ...REQUEST,
    });
    const reason = new McpgwError('INTERRUPTED', 'enough');
    controller.abort(reason);
    await expect(request).rejects.toBe(reason);
  });

  it('ends with NETWORK and the system code when the connection fails', async () => {
    answer = async () => {
      throw new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }) });
    };
    await expect(boundedFetch({ host: test.host, timeoutMs: 1000 })(URL_TEXT, { ...REQUEST })).rejects.toMatchObject({
      code: 'NETWORK',
      message: 'cannot reach https://idp.example.com: ECONNREFUSED',
    });
  });

  it('stops reading after 1 MiB', async () => {
    answer = async () => new Response('x'.repeat(1024 * 1024 + 1));
    await expect(boundedFetch({ host: test.host, timeoutMs: 1000 })(URL_TEXT, { ...REQUEST })).rejects.toMatchObject({
      code: 'IDP_FAILED',
    });
  });
});
