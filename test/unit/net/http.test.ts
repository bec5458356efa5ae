import { EventEmitter, once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { getJson, postForJson } from '../../../src/net/http.js';
import { fetchableUrl } from '../../../src/net/fetchable-url.js';
import { json, raw, startLoopbackHttp, type Answer, type LoopbackHttp } from '../../support/loopback-http.js';

const servers: LoopbackHttp[] = [];

async function serverThat(answer: Answer): Promise<LoopbackHttp> {
  const server = await startLoopbackHttp(answer);
  servers.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const failingFetch = async (): Promise<never> => {
  throw new Error('nothing may be fetched');
};

/** Redirects `/0` to `/1` and so on, and answers at `/<last>`. */
const chain =
  (last: number): Answer =>
  (request, response) => {
    const step = Number(request.url?.slice(1));
    if (step === last) json({ step })(request, response);
    else response.writeHead(302, { location: `/${step + 1}` }).end();
  };

describe('getJson', () => {
  it('gives the object, the text and the headers', async () => {
    const { origin } = await serverThat(json({ a: 1 }, { 'cache-control': 'max-age=60' }));
    const answer = await getJson({ fetch, url: `${origin}/x` });
    expect(answer).toMatchObject({ ok: true, body: { a: 1 }, text: '{"a":1}' });
    expect(answer.ok && answer.headers.get('cache-control')).toBe('max-age=60');
  });

  it('reads a compressed answer', async () => {
    const body = gzipSync('{"a":1}');
    const { origin } = await serverThat(raw(body, { 'content-encoding': 'gzip' }));
    expect(await getJson({ fetch, url: origin })).toMatchObject({ ok: true, body: { a: 1 } });
  });

  it.each([
    ['HTML', '<html></html>'],
    ['nothing', ''],
    ['an array', '[]'],
    ['a string', '"x"'],
    ['null', 'null'],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
  ])('refuses %s in place of an object', async (_name, body) => {
    const { origin } = await serverThat(raw(body));
    expect(await getJson({ fetch, url: origin })).toMatchObject({ ok: false, failure: 'not-json' });
  });

  it.each([204, 304, 400, 404, 429, 500, 503])('refuses status %i and names it', async (status) => {
    const { origin } = await serverThat(raw('', {}, status));
    const answer = await getJson({ fetch, url: `${origin}/jwks?secret=1` });
    expect(answer).toMatchObject({ ok: false, failure: status === 204 ? 'not-json' : 'status' });
    expect(!answer.ok && answer.message).toContain(origin);
    expect(!answer.ok && answer.message).not.toMatch(/jwks|secret/);
  });

  it('refuses a body over the limit', async () => {
    const { origin } = await serverThat(json({ a: 'x'.repeat(1024 * 1024) }));
    expect(await getJson({ fetch, url: origin })).toMatchObject({ ok: false, failure: 'too-large' });
  });

  it('stops reading a body that never ends', async () => {
    const hangUp = new EventEmitter();
    const hungUp = once(hangUp, 'close');
    const { origin } = await serverThat((_request, response) => {
      const chunk = ' '.repeat(64 * 1024);
      const write = (): void => {
        while (response.write(chunk));
      };
      response.on('drain', write).on('close', () => hangUp.emit('close'));
      write();
    });
    expect(await getJson({ fetch, url: origin })).toMatchObject({ ok: false, failure: 'too-large' });
    await hungUp;
  });

  it('stops decompressing a small body that becomes a large one', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '));
    expect(bomb.length).toBeLessThan(100_000);
    const { origin } = await serverThat(raw(bomb, { 'content-encoding': 'gzip' }));
    expect(await getJson({ fetch, url: origin })).toMatchObject({ ok: false, failure: 'too-large' });
  });

  it('refuses a body whose compression is broken', async () => {
    const { origin } = await serverThat(raw('{"a":1}', { 'content-encoding': 'gzip' }));
    expect(await getJson({ fetch, url: origin })).toMatchObject({ ok: false, failure: 'unreachable' });
  });

  it('refuses a body that is cut off', async () => {
    const { origin } = await serverThat((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"a":1');
      response.socket?.end();
    });
    expect(await getJson({ fetch, url: origin })).toMatchObject({ ok: false, failure: 'unreachable' });
  });

  it('gives up when the answer does not begin in time', async () => {
    const { origin } = await serverThat(() => undefined);
    const answer = await getJson({ fetch, url: origin, timeoutMs: 50 });
    expect(answer).toEqual({ ok: false, failure: 'timeout', message: `${origin} did not answer within 0.05 s` });
  });

  it('gives up when the answer drips', async () => {
    const { origin } = await serverThat((_request, response) => {
      response.write('{');
      const drip = setInterval(() => response.write(' '), 5);
      response.on('close', () => clearInterval(drip));
    });
    expect(await getJson({ fetch, url: origin, timeoutMs: 60 })).toMatchObject({ failure: 'timeout' });
  });

  it('says that nobody listens', async () => {
    const server = await startLoopbackHttp(json({}));
    await server.close();
    const answer = await getJson({ fetch, url: `${server.origin}/jwks` });
    expect(answer).toEqual({
      ok: false,
      failure: 'unreachable',
      message: `${server.origin} could not be reached (ECONNREFUSED)`,
    });
  });

  it('follows three redirects within the origin', async () => {
    const server = await serverThat(chain(3));
    expect(await getJson({ fetch, url: `${server.origin}/0` })).toMatchObject({ ok: true, body: { step: 3 } });
    expect(server.requests).toEqual(['/0', '/1', '/2', '/3']);
  });

  it('does not follow a fourth', async () => {
    const server = await serverThat(chain(9));
    expect(await getJson({ fetch, url: `${server.origin}/0` })).toMatchObject({ failure: 'redirect-refused' });
    expect(server.requests).toHaveLength(4);
  });

  it.each([301, 302, 303, 307, 308])('follows no redirect %i to another origin', async (status) => {
    const other = await serverThat(json({ keys: [] }));
    const { origin } = await serverThat(raw('', { location: `${other.origin}/jwks` }, status));
    expect(await getJson({ fetch, url: origin })).toMatchObject({ ok: false, failure: 'redirect-refused' });
    expect(other.requests).toEqual([]);
  });

  it.each(['file:///etc/passwd', 'data:application/json,{}', '//[', 'https://127.0.0.1/'])(
    'follows no redirect to %s',
    async (location) => {
      const { origin } = await serverThat(raw('', { location }, 302));
      expect(await getJson({ fetch, url: origin })).toMatchObject({ ok: false, failure: 'redirect-refused' });
    },
  );

  it('follows no redirect without a location', async () => {
    const { origin } = await serverThat(raw('', {}, 302));
    expect(await getJson({ fetch, url: origin })).toMatchObject({ failure: 'redirect-refused' });
  });

  it.each(['http://example.com/', 'file:///etc/passwd', 'data:application/json,{}', 'ftp://127.0.0.1/', 'nonsense'])(
    'asks nobody at %s',
    async (url) => {
      expect(await getJson({ fetch: failingFetch, url })).toMatchObject({ ok: false, failure: 'url-not-allowed' });
    },
  );
});

describe('fetchableUrl', () => {
  it.each([
    'https://example.com/',
    'http://localhost:8080/x',
    'http://127.0.0.1/',
    'http://127.1/',
    'http://[::1]:8080/',
    'HTTP://LOCALHOST/',
  ])('allows %s', (url) => {
    expect(fetchableUrl(url)).toBeInstanceOf(URL);
  });

  it.each([
    'http://example.com/',
    'http://localhost.example.com/',
    'http://idp.localhost/x',
    'http://127.0.0.1.example.com/',
    'http://[::2]/',
    'http://10.0.0.1/',
    'http://0.0.0.0/',
    'https://user:secret@example.com/',
    'ws://localhost/',
    '/relative',
  ])('does not allow %s', (url) => {
    expect(fetchableUrl(url)).toBeUndefined();
  });
});

describe('headers of a request', () => {
  it('stand beside the one that asks for JSON', async () => {
    const seen: unknown[] = [];
    const { origin } = await serverThat((request, response) => {
      seen.push([request.method, request.headers['accept'], request.headers['if-none-match']]);
      json({})(request, response);
    });
    await getJson({ fetch, url: origin, headers: { 'if-none-match': '"1"' } });
    expect(seen).toEqual([['GET', 'application/json', '"1"']]);
  });

  it('of an answer with another status are told, with the status', async () => {
    const { origin } = await serverThat(raw('', { 'cache-control': 'max-age=7' }, 304));
    const answer = await getJson({ fetch, url: origin });
    expect(answer).toMatchObject({ ok: false, failure: 'status', status: 304, message: `${origin} answered 304` });
    expect(answer.ok ? undefined : answer.headers?.get('cache-control')).toBe('max-age=7');
  });
});

describe('postForJson', () => {
  it('sends the text as it is, and reads the answer', async () => {
    let sent = '';
    const { origin } = await serverThat((request, response) => {
      request.setEncoding('utf8').on('data', (chunk: string) => (sent += chunk));
      request.once('end', () => json({ a: request.method, b: request.headers['content-type'] })(request, response));
    });
    const answer = await postForJson({ fetch, url: origin, body: 'x=1', headers: { 'content-type': 'text/x' } });
    expect(answer).toMatchObject({ ok: true, body: { a: 'POST', b: 'text/x' } });
    expect(sent).toBe('x=1');
  });

  it.each([301, 302, 303, 307, 308])('follows no redirect of status %d, not even within its origin', async (status) => {
    const server = await serverThat((request, response) => {
      if (request.url === '/') response.writeHead(status, { location: '/there' }).end();
      else json({ active: true })(request, response);
    });
    expect(await postForJson({ fetch, url: server.origin, body: 'the-token' })).toEqual({
      ok: false,
      failure: 'redirect-refused',
      message: `${server.origin} answered with a redirect`,
    });
    expect(server.requests).toEqual(['/']);
  });
});
