// Revision 2025-11-25, one host with several callers: each has a session of its own at the upstream, and nothing of one
// goes in the session of another.
import { beforeEach, describe, expect, it } from 'vitest';
import { bearerMeta, HANGS, policy, sandbox, start, startWith, token, upstream } from '../support/bridge-stage.js';
import { call, INITIALIZE, type LineHost } from '../support/line-host.js';
import { json, resultOf, stream, type Received } from '../support/scripted-upstream.js';

let host: LineHost;
/** Whose session it is, by its id, as the opening said. */
let owners: Map<string, string>;

beforeEach(async () => {
  owners = new Map();
  upstream.script(opensSession);
  host = await start(policy({ method: 'claims_header', include_claims: ['sub', 'iss', 'email'] }));
});

function as(sub: string, more: Readonly<Record<string, unknown>> = {}): object {
  return bearerMeta(token({ iss: undefined, sub, ...more }));
}

function callerOf({ headers }: Received): string {
  const claims = JSON.parse(String(headers['x-user-claims'])) as Record<string, string>;
  return [claims['iss'], claims['sub'], claims['email']].filter((claim) => claim !== undefined).join(' ');
}

function opensSession(received: Received): boolean {
  const { body, response } = received;
  if (body.method !== 'initialize') return false;
  const id = `session-${owners.size + 1}`;
  owners.set(id, callerOf(received));
  const result = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 's', version: '1' } };
  return json(response, { jsonrpc: '2.0', id: body.id, result }, { 'mcp-session-id': id });
}

const isOpening = ({ body }: Received): boolean => body.method === 'initialize';
const strays = (): readonly Received[] =>
  upstream.received.filter(
    (received) => !isOpening(received) && owners.get(String(received.headers['mcp-session-id'])) !== callerOf(received),
  );

describe('another caller', () => {
  it('gets a session of its own: by subject, by issuer, and by token where nobody said who it is', HANGS, async () => {
    await host.open(as('ana', { iss: 'a' }));
    host.send(
      call(1, 'echo', as('ben', { iss: 'a' })),
      call(2, 'echo', as('ana', { iss: 'b' })),
      call(3, 'echo', as('ana', { iss: 'a' })),
      call(4, 'echo', bearerMeta(token({ iss: undefined, sub: undefined, email: 'x@y' }))),
      call(5, 'echo', bearerMeta(token({ iss: undefined, sub: undefined, email: 'z@y' }))),
    );
    for (const id of [1, 2, 3, 4, 5]) expect(await host.answer(id)).toHaveProperty('result');
    expect([...owners.values()].toSorted()).toEqual(['a ana', 'a ben', 'b ana', 'x@y', 'z@y']);
    expect(strays()).toEqual([]);
  });

  it('opens it once, however many calls need it at once, with the host’s own parameters', HANGS, async () => {
    await host.open(as('ana'));
    const ids = Array.from({ length: 20 }, (_, n) => n);
    host.send(...ids.map((id) => call(id, 'echo', as('ben'))));
    for (const id of ids) expect(await host.answer(id)).toHaveProperty('result');
    const [first, second, ...more] = upstream.received.filter(isOpening);
    expect(more).toEqual([]);
    const { _meta: _, ...params } = (first?.body['params'] ?? {}) as Record<string, unknown>;
    expect(second?.body['params']).toEqual(params);
    expect(params).toEqual(INITIALIZE.params);
    const told = upstream.received.filter(({ body }) => body.method === 'notifications/initialized');
    expect(told.map(callerOf).toSorted()).toEqual(['ana', 'ben']);
    expect(strays()).toEqual([]);
  });

  it('is told why no session opened, and tries again with the next call', HANGS, async () => {
    let failures = 0;
    upstream.script((received) => {
      if (!isOpening(received) || callerOf(received) !== 'ben' || failures++ > 0) return opensSession(received);
      received.response.writeHead(503).end();
      return true;
    });
    await host.open(as('ana'));
    host.send(call(1, 'echo', as('ben')));
    expect((await host.answer(1)).error).toMatchObject({ code: -32603, data: { reason: 'http-503', retryable: true } });
    host.send(call(2, 'echo', as('ben')));
    expect(await host.answer(2)).toHaveProperty('result');
    expect(strays()).toEqual([]);
  });

  it('gets an error where the server would speak another revision to it', HANGS, async () => {
    upstream.script((received) => {
      if (!isOpening(received) || callerOf(received) !== 'ben') return opensSession(received);
      const result = { protocolVersion: '2024-11-05', capabilities: {}, serverInfo: { name: 's', version: '1' } };
      return json(received.response, { jsonrpc: '2.0', id: received.body.id, result });
    });
    await host.open(as('ana'));
    host.send(call(1, 'echo', as('ben')));
    expect((await host.answer(1)).error).toMatchObject({ code: -32603, data: { reason: 'revision' } });
    expect(upstream.received.filter(({ body }) => body.method === 'tools/call')).toEqual([]);
  });

  it('ends with a DELETE for each session, with the headers of its owner', HANGS, async () => {
    await host.open(as('ana'));
    host.send(call(1, 'echo', as('ben')));
    await host.answer(1);
    await host.end();
    const ended = upstream.received.filter(({ method }) => method === 'DELETE');
    expect(ended.map(callerOf).toSorted()).toEqual(['ana', 'ben']);
    expect(strays()).toEqual([]);
  });

  it('has its call cancelled in its own session', HANGS, async () => {
    upstream.script((received) => (received.body.method === 'tools/call' ? true : opensSession(received)));
    await host.open(as('ana'));
    host.send(call(1, 'echo', as('ben')), call(2, 'echo', as('ana')));
    await upstream.until((all) => all.filter(({ body }) => body.method === 'tools/call').length === 2);
    host.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } });
    const cancel = await upstream.request(({ body }) => body.method === 'notifications/cancelled');
    expect(callerOf(cancel)).toBe('ben');
    expect(strays()).toEqual([]);
  });

  it('has its notifications in its own session, and opens none with them', HANGS, async () => {
    await host.open(as('ana'));
    host.send(call(1, 'echo', as('ben')));
    await host.answer(1);
    const told = (sub: string): object => ({ jsonrpc: '2.0', method: 'notifications/x', params: { _meta: as(sub) } });
    host.send(told('cat'), told('ben'));
    await upstream.request(({ body }) => body.method === 'notifications/x');
    expect(upstream.received.filter(({ body }) => body.method === 'notifications/x').map(callerOf)).toEqual(['ben']);
    expect([...owners.values()]).toEqual(['ana', 'ben']);
    expect(strays()).toEqual([]);
  });
});

describe('a session that opens', () => {
  /** Lets the opening of a caller wait until it is told to go on. */
  function held(caller: string): { readonly goOn: () => void } {
    let waiting: Received | undefined;
    upstream.script((received) => {
      if (!isOpening(received) || callerOf(received) !== caller || waiting !== undefined) return opensSession(received);
      waiting = received;
      return true;
    });
    return { goOn: () => void (waiting !== undefined && opensSession(waiting)) };
  }
  const opens = (caller: string): Promise<Received> =>
    upstream.request((received) => isOpening(received) && callerOf(received) === caller);

  it('holds up no call of another caller, and no notification of its own goes before it is open', HANGS, async () => {
    const { goOn } = held('ben');
    await host.open(as('ana'));
    // More than go to an upstream at once.
    const ids = Array.from({ length: 140 }, (_, n) => `ben-${n}`);
    host.send(...ids.map((id) => call(id, 'echo', as('ben'))));
    await opens('ben');
    host.send({ jsonrpc: '2.0', method: 'notifications/x', params: { _meta: as('ben') } });
    host.send(call('ana', 'echo', as('ana')));
    expect(await host.answer('ana')).toHaveProperty('result');
    expect(upstream.received.filter(({ body }) => body.method === 'notifications/x')).toEqual([]);
    goOn();
    for (const id of ids) expect(await host.answer(id)).toHaveProperty('result');
    await upstream.request(({ body }) => body.method === 'notifications/x');
    expect(strays()).toEqual([]);
  });

  it('is not opened for a call that was cancelled before its turn', HANGS, async () => {
    upstream.script((received) => (received.body.method === 'tools/call' ? true : opensSession(received)));
    await host.open(as('ana'));
    const ids = Array.from({ length: 128 }, (_, n) => n);
    host.send(...ids.map((id) => call(id, 'echo', as('ana'))), call('late', 'echo', as('ben')));
    await upstream.until((all) => all.filter(({ body }) => body.method === 'tools/call').length === 128);
    host.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'late' } });
    for (const requestId of ids)
      host.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } });
    await upstream.until((all) => all.filter(({ body }) => body.method === 'notifications/cancelled').length === 128);
    await host.end();
    expect([...owners.values()]).toEqual(['ana']);
  });

  it('is ended at the server although the end comes before it is open', HANGS, async () => {
    upstream.script((received) => {
      if (!isOpening(received) || callerOf(received) !== 'ben') return opensSession(received);
      // The head with the session, and no answer.
      owners.set('session-ben', 'ben');
      received.response.writeHead(200, { 'content-type': 'text/event-stream', 'mcp-session-id': 'session-ben' });
      received.response.flushHeaders();
      return true;
    });
    await host.open(as('ana'));
    host.send(call(1, 'echo', as('ben')), call(2, 'echo', as('cat')));
    await opens('ben');
    await host.answer(2);
    const { code } = await host.end();
    expect(code).toBe(0);
    expect((await host.answer(1)).error).toMatchObject({ code: -32603 });
    const ended = upstream.received.filter(({ method }) => method === 'DELETE').map(callerOf);
    expect(ended.toSorted()).toEqual(['ana', 'ben', 'cat']);
    const last = upstream.received.findLastIndex(isOpening);
    expect(upstream.received.slice(last).filter(({ method }) => method === 'DELETE')).toHaveLength(3);
  });

  it('is ended at the server when it never opened, and every try has one of its own', HANGS, async () => {
    let tries = 0;
    upstream.script((received) => {
      if (!isOpening(received) || callerOf(received) !== 'ben') return opensSession(received);
      const id = `try-${++tries}`;
      owners.set(id, 'ben');
      const error = { code: -32000, message: 'not today' };
      return json(received.response, { jsonrpc: '2.0', id: received.body.id, error }, { 'mcp-session-id': id });
    });
    await host.open(as('ana'));
    for (const id of [1, 2]) {
      host.send(call(id, 'echo', as('ben')));
      expect((await host.answer(id)).error).toMatchObject({ message: 'not today' });
    }
    const ended = await Promise.all(
      ['try-1', 'try-2'].map((id) =>
        upstream.request(({ method, headers }) => method === 'DELETE' && headers['mcp-session-id'] === id),
      ),
    );
    expect(ended.map(callerOf)).toEqual(['ben', 'ben']);
  });
});

describe('a call that ends while its session opens', () => {
  it('leaves no session behind that is never ended', { timeout: 60_000 }, async () => {
    let waiting: Received | undefined;
    upstream.script((received) => {
      if (!isOpening(received) || callerOf(received) !== 'ben') return opensSession(received);
      waiting = received;
      return true;
    });
    await host.open(as('ana'));
    host.send(call('gone', 'echo', as('ben')));
    await upstream.request((received) => isOpening(received) && callerOf(received) === 'ben');
    host.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'gone' } });
    host.send(call('after', 'echo', as('ana')));
    await host.answer('after');
    if (waiting !== undefined) opensSession(waiting);
    await upstream.request(
      (received) => received.body.method === 'notifications/initialized' && callerOf(received) === 'ben',
    );
    const ids = Array.from({ length: 260 }, (_, n) => n);
    host.send(...ids.map((id) => call(id, 'echo', as(`c${id}`))));
    for (const id of ids) expect(await host.answer(id)).toHaveProperty('result');
    await upstream.request((received) => received.method === 'DELETE' && callerOf(received) === 'ben');
    expect(strays()).toEqual([]);
  });

  it('has its session ended with the rest, however late it opened', HANGS, async () => {
    upstream.script((received) => {
      if (callerOf(received) !== 'ben') return opensSession(received);
      if (isOpening(received)) {
        setTimeout(() => opensSession(received), 1_700);
        return true;
      }
      if (received.body.method !== 'notifications/initialized') return false;
      setTimeout(() => received.response.writeHead(202).end(), 400);
      return true;
    });
    await host.open(as('ana'));
    host.send(call(1, 'echo', as('ben')));
    await upstream.request((received) => isOpening(received) && callerOf(received) === 'ben');
    await host.end();
    const ended = upstream.received.filter(({ method }) => method === 'DELETE').map(callerOf);
    expect(ended.toSorted()).toEqual(['ana', 'ben']);
  });
});

describe('a standing stream', () => {
  it('that the server ends for an old token comes back with a new one', HANGS, async () => {
    let isGood = true;
    const gets = (): number => upstream.received.filter(({ method }) => method === 'GET').length;
    upstream.script((received) => {
      if (received.method !== 'GET') return opensSession(received);
      if (isGood) received.response.writeHead(200, { 'content-type': 'text/event-stream' }).end();
      else received.response.writeHead(401).end();
      return true;
    });
    await host.open(as('ana'));
    await upstream.until(() => gets() === 1);
    isGood = false;
    await upstream.until(() => gets() === 2);
    isGood = true;
    host.send(call(1, 'echo', as('ana', { jti: 'new' })));
    await host.answer(1);
    await upstream.until(() => gets() > 2);
  });
});

describe('many callers', () => {
  it('have sessions for 256 of them at once, and none is ended that has work', { timeout: 60_000 }, async () => {
    upstream.script((received) => (received.body.id === 'long' ? true : opensSession(received)));
    await host.open(as('ana'));
    host.send(call('long', 'echo', as('first')));
    await upstream.request(({ body }) => body.id === 'long');
    const ids = Array.from({ length: 300 }, (_, n) => n);
    host.send(...ids.map((id) => call(id, 'echo', as(`c${id}`))));
    for (const id of ids) expect(await host.answer(id)).toHaveProperty('result');
    await upstream.until((all) => all.filter(({ method }) => method === 'DELETE').length === 301 - 256);
    const ended = upstream.received.filter(({ method }) => method === 'DELETE').map(callerOf);
    expect(ended).not.toContain('first');
    expect(strays()).toEqual([]);
  });
});

describe('a session of the gateway’s own token', () => {
  it('keeps that one, although the same subject brings a short-lived one with a call', HANGS, async () => {
    const file = await sandbox.file('own.txt', token({ iss: undefined, sub: 'ana' }));
    const config = { mcpServers: { demo: { url: upstream.url } }, ...policy() };
    const own = await startWith(config, { args: ['--token-file', file] });
    await own.open();
    // Good for as long as the call takes, and no longer.
    own.send(call(1, 'echo', bearerMeta(token({ iss: undefined, sub: 'ana' }, 2))));
    expect(await own.answer(1)).toHaveProperty('result');
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    await own.end();
    expect(upstream.received.filter(({ method }) => method === 'DELETE')).toHaveLength(1);
  });
});

describe('what servers ask', () => {
  const asking = { jsonrpc: '2.0', id: 1, method: 'elicitation/create', params: { _meta: { progressToken: 1 } } };

  it('is answered in the session that asked, although two ask under one id', HANGS, async () => {
    upstream.script((received) => {
      if (received.body.method !== 'tools/call') return opensSession(received);
      return stream(received.response, { ...asking, params: { ...asking.params, message: callerOf(received) } });
    });
    await host.open(as('ana'));
    host.send(call('a', 'echo', as('ana')), call('b', 'echo', as('ben')));
    const asked = async (caller: string) =>
      host.line(
        ({ method, params }) => method === asking.method && (params as { message?: string }).message === caller,
      );
    const [ana, ben] = [await asked('ana'), await asked('ben')];
    expect(ana.id).not.toBe(ben.id);
    const tokenOf = ({ params }: typeof ana): unknown => (params as typeof asking.params)._meta.progressToken;
    expect(tokenOf(ana)).not.toBe(tokenOf(ben));

    const progress = { jsonrpc: '2.0', method: 'notifications/progress' };
    host.send({ ...progress, params: { progressToken: tokenOf(ben), progress: 1 } });
    const heard = await upstream.request(({ body }) => body.method === 'notifications/progress');
    expect([callerOf(heard), heard.body['params']]).toEqual(['ben', { progressToken: 1, progress: 1 }]);

    host.send(
      { jsonrpc: '2.0', id: ben.id, result: { of: 'ben' } },
      { jsonrpc: '2.0', id: ana.id, result: { of: 'ana' } },
    );
    const answers = (all: readonly Received[]): readonly Received[] =>
      all.filter(({ body }) => body['result'] !== undefined);
    await upstream.until((all) => answers(all).length === 2);
    for (const answer of answers(upstream.received)) {
      expect(answer.body).toEqual({ jsonrpc: '2.0', id: 1, result: { of: callerOf(answer) } });
    }
    expect(strays()).toEqual([]);
  });

  it('is never answered by what was meant for another caller, however late', HANGS, async () => {
    let asks = asking;
    upstream.script((received) => {
      const { body, response } = received;
      if (body.method !== 'tools/call') return opensSession(received);
      if (body.id !== 'a') return stream(response, asks);
      stream(response, asks, { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: asks.id } });
      stream(response, resultOf(received));
      response.end();
      return true;
    });
    await host.open(as('ana'));
    host.send(call('a', 'echo', as('ana')));
    await host.answer('a');
    host.send(call('b', 'echo', as('ben')));
    const ben = await host.line(({ method, id }) => method === asking.method && id !== 1);
    // A server that makes up ids like the gateway's own.
    asks = { ...asking, id: String(ben.id) } as unknown as typeof asking;
    host.send(call('c', 'echo', as('ana')));
    const ana = await host.line(({ method, id }) => method === asking.method && id !== 1 && id !== ben.id);
    host.send({ jsonrpc: '2.0', id: 1, result: { of: 'ana, late' } });
    host.send({ jsonrpc: '2.0', id: ana.id ?? null, result: { of: 'ana' } });
    host.send({ jsonrpc: '2.0', id: ben.id ?? null, result: { of: 'ben' } });
    const answers = (all: readonly Received[]): readonly Received[] =>
      all.filter(({ body }) => body['result'] !== undefined);
    await upstream.until((all) => answers(all).length === 2);
    for (const answer of answers(upstream.received)) {
      expect([callerOf(answer), answer.body['result']]).toEqual([callerOf(answer), { of: callerOf(answer) }]);
    }
  });

  it('is withdrawn under the id that the host knows', HANGS, async () => {
    upstream.script((received) => {
      const { body, response } = received;
      if (body.method !== 'tools/call') return opensSession(received);
      if (body.id === 'a') return stream(response, asking);
      stream(response, asking, { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } });
      stream(response, resultOf(received));
      response.end();
      return true;
    });
    await host.open(as('ana'));
    host.send(call('a', 'echo', as('ana')));
    await host.line(({ method }) => method === asking.method);
    host.send(call('b', 'echo', as('ben')));
    const asked = await host.line(({ method, id }) => method === asking.method && id !== 1);
    const withdrawn = await host.line(({ method }) => method === 'notifications/cancelled');
    expect(withdrawn.params).toEqual({ requestId: asked.id });
    // What nobody waits for goes nowhere.
    host.send({ jsonrpc: '2.0', id: asked.id ?? null, result: {} });
    await host.answer('b');
    host.send({ jsonrpc: '2.0', id: 1, result: {} });
    await upstream.until((all) => all.some(({ body }) => body['result'] !== undefined));
    const answers = upstream.received.filter(({ body }) => body['result'] !== undefined);
    expect(answers.map(callerOf)).toEqual(['ana']);
  });
});
