import { createServer, request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { startLoopbackServer, type LoopbackServer } from '../../../src/oauth/loopback/loopback-server.js';

const STATE = 'state-0123456789';
const REDIRECT = { hostname: '127.0.0.1', port: 0, path: '/callback' };

const servers: LoopbackServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function start(redirect = REDIRECT): Promise<LoopbackServer> {
  const server = await startLoopbackServer({ redirect, state: STATE });
  servers.push(server);
  return server;
}

interface Asked {
  readonly url: string;
  readonly headers?: Record<string, string>;
  readonly method?: string;
}

function ask({ url, headers = {}, method = 'GET' }: Asked) {
  // Node's client wants the address of IPv6 bare.
  return new Promise<{ status: number; text: string; headers: Record<string, unknown> }>((resolve, reject) => {
    const { hostname, port, pathname, search } = new URL(url);
    request(
      { hostname: hostname.replace(/^\[|\]$/g, ''), port, path: pathname + search, headers, method, agent: false },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text, headers: response.headers }));
      },
    )
      .on('error', reject)
      .end();
  });
}

/** Follows the redirect to the outcome, as a browser does. */
async function visit(asked: Asked): ReturnType<typeof ask> {
  const first = await ask(asked);
  if (first.status !== 303) return first;
  const url = new URL(String(first.headers['location']), asked.url).href;
  return ask({ ...asked, url });
}

/** Whether the answer has come, without waiting for it. */
function hasAnswer(server: LoopbackServer): Promise<boolean> {
  return Promise.race([server.answer.then(() => true), new Promise<false>((resolve) => setImmediate(resolve, false))]);
}

describe('the loopback server', () => {
  it('listens on a free port of 127.0.0.1 and says which', async () => {
    const { redirectUri } = await start();
    expect(redirectUri).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/);
  });

  it('takes the first answer with the right state and shows its outcome', async () => {
    const server = await start();
    const page = visit({ url: `${server.redirectUri}?code=abc&state=${STATE}` });
    const answer = await server.answer;
    expect(answer.url.searchParams.get('code')).toBe('abc');
    await answer.reply('done');
    expect(await page).toMatchObject({ status: 200, text: expect.stringContaining('You are logged in') });
  });

  it('shows a failure as one', async () => {
    const server = await start();
    const page = visit({ url: `${server.redirectUri}?error=access_denied&state=${STATE}` });
    await (await server.answer).reply('refused');
    expect((await page).text).toContain('did not work');
  });

  it('tells a second visit that it is over, and takes nothing from it', async () => {
    const server = await start();
    const first = ask({ url: `${server.redirectUri}?code=abc&state=${STATE}` });
    const answer = await server.answer;
    const second = await ask({ url: `${server.redirectUri}?code=other&state=${STATE}` });
    expect(second.text).toContain('Already done');
    await answer.reply('done');
    await first;
    server.close();
    expect((await ask({ url: `${server.redirectUri}?code=abc&state=${STATE}` })).text).toContain('Already done');
    expect(answer.url.searchParams.get('code')).toBe('abc');
  });

  it.each([
    ['no state', '?code=abc'],
    ['a wrong state', '?code=abc&state=wrong'],
    ['a state of the same length', `?code=abc&state=${'x'.repeat(STATE.length)}`],
    ['two states', `?code=abc&state=${STATE}&state=${STATE}`],
    ['neither code nor error', `?state=${STATE}`],
  ])('answers %s with a page that says so, and goes on waiting', async (_what, query) => {
    const server = await start();
    const page = await ask({ url: `${server.redirectUri}${query}` });
    expect(page).toMatchObject({ status: 400, text: expect.stringContaining('not the login that is waiting') });
    expect(await hasAnswer(server)).toBe(false);
  });

  it.each(['evil.example', '127.0.0.1', '127.0.0.1:1', 'localhost:PORT'])(
    'refuses the Host header %s',
    async (host) => {
      const server = await start();
      const { port } = new URL(server.redirectUri);
      const page = await ask({
        url: `${server.redirectUri}?code=abc&state=${STATE}`,
        headers: { host: host.replace('PORT', port) },
      });
      expect(page.status).toBe(421);
      expect(await hasAnswer(server)).toBe(false);
    },
  );

  it('answers nothing but GET, and nothing at another path', async () => {
    const server = await start();
    const good = `${server.redirectUri}?code=abc&state=${STATE}`;
    expect((await ask({ url: good, method: 'POST' })).status).toBe(405);
    expect((await ask({ url: good.replace('/callback', '/callback/') })).status).toBe(404);
    expect((await ask({ url: new URL('/favicon.ico', server.redirectUri).href })).status).toBe(404);
    expect(await hasAnswer(server)).toBe(false);
  });

  it('sends pages that can load, run and frame nothing, and hold nothing of the request', async () => {
    const server = await start();
    const waiting = ask({ url: `${server.redirectUri}?code=sentinel-code&state=${STATE}` });
    await (await server.answer).reply('done');
    for (const page of [
      await waiting,
      await ask({ url: `${server.redirectUri}?code=sentinel-code&state=%3Cscript%3E` }),
    ]) {
      expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; /);
      expect(page.headers['content-security-policy']).not.toContain('unsafe');
      expect(page.headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
      expect(page.text).not.toContain('sentinel-code');
      expect(page.text).not.toContain(STATE);
      expect(page.text).not.toMatch(/<script|https?:|<img|<link/);
    }
  });

  it('takes a pasted address by the same rules', async () => {
    const server = await start();
    expect(server.submit('nonsense')).toBe(false);
    expect(server.submit(`${server.redirectUri}?code=abc&state=wrong`)).toBe(false);
    expect(server.submit(`${server.redirectUri}?code=abc&state=${STATE}`)).toBe(true);
    expect(server.submit(`${server.redirectUri}?code=abc&state=${STATE}`)).toBe(false);
    expect((await server.answer).url.href).toBe(`${server.redirectUri}?code=abc&state=${STATE}`);
  });

  it('says what to do when the port is taken', async () => {
    const server = await start();
    const port = Number(new URL(server.redirectUri).port);
    await expect(start({ ...REDIRECT, port })).rejects.toMatchObject({
      code: 'IO',
      message: expect.stringContaining('another program uses it'),
      hint: expect.stringContaining('--port'),
    });
  });

  it('frees the port at once when nothing has come', async () => {
    const server = await start();
    const port = Number(new URL(server.redirectUri).port);
    server.close();
    expect((await start({ ...REDIRECT, port })).redirectUri).toBe(server.redirectUri);
  });

  it('is reached by the name localhost when the redirect is registered so', async () => {
    const server = await start({ ...REDIRECT, hostname: 'localhost' });
    const { port } = new URL(server.redirectUri);
    const page = visit({
      url: `http://127.0.0.1:${port}/callback?code=abc&state=${STATE}`,
      headers: { host: `localhost:${port}` },
    });
    await (await server.answer).reply('done');
    expect((await page).status).toBe(200);
  });

  it('shows the outcome at an address without what the provider has sent, and not before there is one', async () => {
    const server = await start();
    const outcome = new URL('/outcome', server.redirectUri).href;
    expect((await ask({ url: outcome })).status).toBe(404);
    const page = ask({ url: `${server.redirectUri}?code=abc&state=${STATE}` });
    void (await server.answer).reply('done');
    expect(await page).toMatchObject({ status: 303, text: '', headers: { location: '/outcome' } });
    expect((await ask({ url: outcome })).text).toContain('You are logged in');
    const same = await start({ ...REDIRECT, path: '/outcome' });
    const shown = visit({ url: `${same.redirectUri}?code=abc&state=${STATE}` });
    await (await same.answer).reply('refused');
    expect((await shown).text).toContain('did not work');
  });

  it('waits at both addresses of localhost, and takes no port that somebody else has at one of them', async () => {
    const other = createServer();
    await new Promise<void>((resolve, reject) => {
      other.once('error', reject);
      other.listen({ host: '::1', port: 0 }, resolve);
    });
    const address = other.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    await expect(start({ ...REDIRECT, hostname: 'localhost', port })).rejects.toMatchObject({ code: 'IO' });
    await new Promise((resolve) => other.close(resolve));
    const server = await start({ ...REDIRECT, hostname: 'localhost', port });
    const page = visit({
      url: `http://[::1]:${port}/callback?code=abc&state=${STATE}`,
      headers: { host: `localhost:${port}` },
    });
    await (await server.answer).reply('done');
    expect((await page).status).toBe(200);
  });
});
