import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { IntrospectionSource } from '../../../../src/policy/model.js';
import { Secret } from '../../../../src/secret/secret.js';
import { ask, introspectionRequest } from '../../../../src/token/introspection/ask.js';
import { json, raw, startLoopbackHttp, type LoopbackHttp } from '../../../support/loopback-http.js';

const HOST = { now: () => Date.now(), fetch };
const FORM = 'application/x-www-form-urlencoded';

const sourceWith = (changes: Partial<IntrospectionSource> = {}): IntrospectionSource => ({
  kind: 'introspection',
  url: 'https://idp.example.com/introspect',
  clientId: undefined,
  clientSecret: undefined,
  contentType: FORM,
  cacheMaxAgeSeconds: 0,
  ...changes,
});

describe('introspectionRequest', () => {
  it('is a form with the token and its hint', () => {
    expect(introspectionRequest(sourceWith(), 'a+/b==')).toEqual({
      headers: { 'content-type': FORM },
      body: 'token=a%2B%2Fb%3D%3D&token_type_hint=access_token',
    });
  });

  it('names a client without a secret in the body', () => {
    const { headers, body } = introspectionRequest(sourceWith({ clientId: 'a b' }), 't');
    expect(headers).not.toHaveProperty('authorization');
    expect(body).toBe('token=t&token_type_hint=access_token&client_id=a+b');
  });

  // RFC 6749 section 2.3.1 and appendix B: a colon, a percent sign or a letter beyond ASCII arrives as it is.
  it.each([
    ['gateway', 'secret', 'gateway:secret'],
    ['a:b', 'c:d', 'a%3Ab:c%3Ad'],
    ['a b&c', '100% + more', 'a+b%26c:100%25+%2B+more'],
    ['\u00e4', '\u20ac', '%C3%A4:%E2%82%AC'],
    ['a', '', 'a:'],
  ])('authenticates %j with its secret in HTTP Basic', (clientId, secret, expected) => {
    const request = introspectionRequest(sourceWith({ clientId, clientSecret: new Secret(secret) }), 't');
    expect(request.headers['authorization']).toBe(`Basic ${Buffer.from(expected).toString('base64')}`);
    expect(request.body).toBe('token=t&token_type_hint=access_token');
  });

  it.each(['application/json', 'Application/JSON', 'application/json; charset=utf-8', 'application/json ;x=1'])(
    'is JSON under %s',
    (contentType) => {
      const { headers, body } = introspectionRequest(sourceWith({ contentType, clientId: 'me' }), 't"');
      expect(headers).toEqual({ 'content-type': contentType });
      expect(JSON.parse(body)).toEqual({ token: 't"', token_type_hint: 'access_token', client_id: 'me' });
    },
  );

  it.each([`${FORM}; charset=utf-8`, FORM.toUpperCase()])('is a form under %s', (contentType) => {
    expect(introspectionRequest(sourceWith({ contentType }), 't').body).toBe('token=t&token_type_hint=access_token');
  });
});

describe('ask', () => {
  let idp: LoopbackHttp;
  beforeEach(async () => {
    idp = await startLoopbackHttp(json({ active: true, sub: 'ana' }));
  });
  afterEach(() => idp.close());
  const source = (changes: Partial<IntrospectionSource> = {}): IntrospectionSource =>
    sourceWith({ url: `${idp.origin}/i`, ...changes });

  it('posts, and asks for JSON', async () => {
    const seen: unknown[] = [];
    idp.answerWith((request, response) => {
      const { authorization, accept } = request.headers;
      seen.push([request.method, request.url, request.headers['content-type'], authorization, accept]);
      json({ active: true })(request, response);
    });
    const answer = await ask({
      source: source({ clientId: 'a', clientSecret: new Secret('b') }),
      host: HOST,
      token: 't',
    });
    expect(answer).toEqual({ outcome: 'active', claims: { active: true }, characters: 15 });
    expect(seen).toEqual([['POST', '/i', FORM, 'Basic YTpi', 'application/json']]);
  });

  it.each([201, 203, 206])('takes an answer of status %d', async (status) => {
    idp.answerWith(json({ active: true }, {}, status));
    expect(await ask({ source: source(), host: HOST, token: 't' })).toMatchObject({ outcome: 'active' });
  });

  it.each([
    [401, undefined, 'answered 401: no introspectClientId is configured'],
    [403, undefined, 'answered 403: no introspectClientId is configured'],
    [401, 'me', 'answered 401: it refuses the introspection client'],
    [400, 'me', 'answered 400'],
    [503, undefined, 'answered 503'],
  ])('says what a status of %d means for the client %s', async (status, clientId, expected) => {
    idp.answerWith(raw('{"active":true}', {}, status));
    expect(await ask({ source: source({ clientId }), host: HOST, token: 't' })).toEqual({
      outcome: 'undecided',
      message: `${idp.origin} ${expected}`,
    });
    expect(idp.requests).toHaveLength(1);
  });

  it('asks once more when a connection was lost, and no more than that', async () => {
    let lost = 0;
    idp.answerWith((request, response) => {
      if (lost++ === 0) request.socket.destroy();
      else json({ active: false })(request, response);
    });
    expect(await ask({ source: source(), host: HOST, token: 't' })).toMatchObject({ outcome: 'inactive' });
    lost = -5;
    idp.answerWith((request) => request.socket.destroy());
    const before = idp.requests.length;
    expect(await ask({ source: source(), host: HOST, token: 't' })).toMatchObject({ outcome: 'undecided' });
    expect(idp.requests.length - before).toBe(2);
  });

  it('does not ask again when it took long to lose the connection: 5 s are for both', async () => {
    let nowMs = 0;
    const host = {
      now: () => nowMs,
      fetch: async () => {
        nowMs += 1000;
        throw new TypeError('fetch failed');
      },
    };
    expect(await ask({ source: source(), host, token: 't' })).toMatchObject({ outcome: 'undecided' });
    expect(nowMs).toBe(1000);
    const quick = {
      now: () => nowMs,
      fetch: async () => ((nowMs += 999), Promise.reject(new TypeError('fetch failed'))),
    };
    await ask({ source: source(), host: quick, token: 't' });
    expect(nowMs).toBe(1000 + 2 * 999);
  });

  it('never says what was sent', async () => {
    const secrets = { clientId: 'me', clientSecret: new Secret('the-secret') };
    for (const answer of [json({ active: 'the-token the-secret' }), raw('the-token', {}, 500), json(['the-token'])]) {
      idp.answerWith(answer);
      const said = JSON.stringify(await ask({ source: source(secrets), host: HOST, token: 'the-token' }));
      expect(said).not.toMatch(/the-token|the-secret/);
    }
  });
});

describe('a connection that the server closes between two questions', () => {
  let server: Server;
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  it('costs nobody a verdict', async () => {
    server = createServer((request, response) => {
      request.resume();
      response.end('{"active":true}');
      // Says keep-alive and goes: what a load balancer does to idle connections, at the worst moment.
      response.once('finish', () => request.socket.end());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a TCP server has an address with a port');
    const source = sourceWith({ url: `http://127.0.0.1:${address.port}/` });
    for (let n = 0; n < 50; n++) {
      expect(await ask({ source, host: HOST, token: 't' })).toMatchObject({ outcome: 'active' });
    }
  });
});
