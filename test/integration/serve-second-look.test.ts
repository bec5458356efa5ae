// What a second hostile look at the bridge found: each test failed when it was written.
import { spawn } from 'node:child_process';
import { rename } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { MCPGW, type Sandbox } from '../support/cli.js';
import {
  ENVELOPE,
  HANGS,
  bearerMeta,
  deep,
  hosts,
  key,
  policy,
  sandbox,
  start,
  token,
  upstream,
} from '../support/bridge-stage.js';
import { call, INITIALIZE, startLineHost } from '../support/line-host.js';
import { json, resultOf, stream } from '../support/scripted-upstream.js';

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A key set that comes late. */
async function slowKeys(ms: number): Promise<{ readonly uri: string; readonly close: () => void }> {
  const server = createServer((_request, response) => {
    setTimeout(() => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: [key.jwk] }));
    }, ms);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    uri: `http://127.0.0.1:${port}/jwks`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe('time', () => {
  it('tells the server of a timeout although only the messages bring the token', HANGS, async () => {
    upstream.script(({ body }) => body.id === 1);
    const host = await start({ ...policy(), timeout_ms: 300 });
    await host.open(bearerMeta(token()));
    host.send(call(1, 'echo', bearerMeta(token())));
    expect((await host.answer(1)).error).toMatchObject({ data: { reason: 'timeout' } });
    await upstream.request(({ body }) => body.method === 'notifications/cancelled');
  });

  it('takes another initialize after one whose caller could not be judged in time', HANGS, async () => {
    const keys = await slowKeys(700);
    try {
      const host = await start({
        jwt_validation: { jwksUri: keys.uri, clockTolerance: 0 },
        user_identity_forwarding: { method: 'claims_header', include_claims: ['sub'] },
        timeout_ms: 300,
      });
      const params = { ...INITIALIZE.params, _meta: bearerMeta(token()) };
      host.send({ ...INITIALIZE, params });
      const instructions = expect.stringContaining('sent nothing') as string;
      expect(await host.answer('init')).toMatchObject({ result: { instructions } });
      await wait(800);
      host.send({ ...INITIALIZE, id: 'again', params });
      expect(await host.answer('again')).toHaveProperty('result');
    } finally {
      keys.close();
    }
  });

  it('sends no cancel for a request that was never sent', HANGS, async () => {
    const keys = await slowKeys(1_000);
    try {
      const config = await sandbox.file('gateway.json', {
        mcpServers: { demo: { url: upstream.url, timeout_ms: 300 } },
        jwt_validation: { jwksUri: keys.uri, clockTolerance: 0 },
        user_identity_forwarding: { method: 'claims_header', include_claims: ['sub'] },
      });
      const host = startLineHost(sandbox, ['-c', config, '--token-file', await sandbox.file('token', token())]);
      hosts.push(host);
      host.send(call(1));
      expect((await host.answer(1)).error).toMatchObject({ data: { reason: 'timeout' } });
      await wait(1_200);
      expect(upstream.received.map(({ body }) => body.method)).toEqual([]);
    } finally {
      keys.close();
    }
  });

  it('asks again which revision it is when the first question was never answered', HANGS, async () => {
    let first = true;
    upstream.script((it) => {
      if (it.body.method !== 'server/discover') return false;
      if (!first) return json(it.response, resultOf(it));
      first = false;
      return true;
    });
    const host = await start({ timeout_ms: 400 });
    host.send(call(1, 'echo', ENVELOPE));
    expect((await host.answer(1)).error).toMatchObject({ data: { reason: 'timeout' } });
    host.send(call(2, 'echo', ENVELOPE));
    expect(await host.answer(2)).toHaveProperty('result');
  });
});

describe('one message does not spoil the next', () => {
  it('recovers from an envelope that is nested too deep to be written again', HANGS, async () => {
    upstream.script((it) => it.body.method === 'server/discover' && json(it.response, resultOf(it)));
    const host = await start();
    const envelope = JSON.stringify(ENVELOPE).slice(0, -1);
    host.send(
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","_meta":${envelope},"io.modelcontextprotocol/x":${deep(50_000)}}}}`,
    );
    expect((await host.answer(1)).error).toBeDefined();
    host.send(call(2, 'echo', ENVELOPE));
    expect(await host.answer(2)).toHaveProperty('result');
  });

  it('takes its own key out of a message although it holds no headers', HANGS, async () => {
    const host = await start();
    await host.open();
    host.send(call(1, 'echo', { 'mcpgw.dev/headers': {} }));
    await host.answer(1);
    const { text } = await upstream.request(({ body }) => body.id === 1);
    expect(text).not.toContain('mcpgw.dev/headers');
  });

  it('brings the answer to a ping that the server sends before it answers initialize', HANGS, async () => {
    let opening: { readonly id: unknown; readonly response: Parameters<typeof stream>[0] } | undefined;
    upstream.script(({ body, response }) => {
      if (body.method === 'initialize') {
        opening = { id: body.id, response };
        return stream(response, { jsonrpc: '2.0', id: 'p', method: 'ping' });
      }
      if (body.id !== 'p' || opening === undefined) return false;
      response.writeHead(202).end();
      const result = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 's', version: '1' } };
      return stream(opening.response, { jsonrpc: '2.0', id: opening.id, result });
    });
    const host = await start();
    host.send(INITIALIZE);
    await host.line(({ method }) => method === 'ping');
    host.send({ jsonrpc: '2.0', id: 'p', result: {} });
    expect(await host.answer('init')).toHaveProperty('result');
  });

  it.each([
    ['2025', {}],
    ['2026', ENVELOPE],
  ])(
    'lets go of notifications that the server answers with a stream that stays open (%s)',
    HANGS,
    async (era, meta) => {
      upstream.script((it) => {
        if (it.body.method === 'notifications/x') return stream(it.response);
        return it.body.method === 'server/discover' && json(it.response, resultOf(it));
      });
      const host = await start();
      if (era === '2025') await host.open();
      host.send(call(1, 'echo', meta));
      await host.answer(1);
      host.send({ jsonrpc: '2.0', method: 'notifications/x', params: { _meta: meta } });
      await upstream.until((all) => all.some((it) => it.body.method === 'notifications/x' && it.closed()));
    },
  );

  it('keeps the session of a token file without a subject when the file is renewed', HANGS, async () => {
    const claims = { sub: undefined, client_id: 'robot', email: 'r@x' };
    const file = await sandbox.file('token', token(claims, 2));
    const config = await sandbox.file('gateway.json', { mcpServers: { demo: { url: upstream.url } }, ...policy() });
    const host = startLineHost(sandbox, ['-c', config, '--token-file', file]);
    hosts.push(host);
    await host.open();
    await rename(await sandbox.file('token.new', token(claims, 300)), file);
    await wait(2_100);
    host.send(call(1));
    expect(await host.answer(1)).toHaveProperty('result');
  });

  it('answers a method that cannot stand in a header without calling it an outage', HANGS, async () => {
    upstream.script((it) => it.body.method === 'server/discover' && json(it.response, resultOf(it)));
    const host = await start();
    host.send({ jsonrpc: '2.0', id: 1, method: 'x/\u2603', params: { _meta: ENVELOPE } });
    expect((await host.answer(1)).error).not.toMatchObject({ data: { retryable: true } });
  });
});

describe('the end', () => {
  it('ends on EOF although the host has stopped reading', HANGS, async () => {
    upstream.script((it) => it.body.id === 1 && json(it.response, resultOf(it, 'x'.repeat(4 * 1024 * 1024))));
    const host = await start();
    await host.open();
    host.child.stdout.pause();
    host.send(call(1));
    await upstream.request(({ body }) => body.id === 1);
    await wait(500);
    host.child.stdin.end();
    expect(await host.exited).toBe(0);
  });

  it('tells a server without sessions of a cancel that came just before EOF', HANGS, async () => {
    upstream.script(({ body, response }) => {
      if (body.method !== 'initialize') return body.id === 1;
      const result = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 's', version: '1' } };
      return json(response, { jsonrpc: '2.0', id: body.id, result });
    });
    const host = await start();
    await host.open();
    host.send(call(1));
    await upstream.request(({ body }) => body.id === 1);
    host.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } });
    await host.end();
    expect(upstream.received.some(({ body }) => body.method === 'notifications/cancelled')).toBe(true);
  });
});

describe('many calls at once', () => {
  it.skipIf(process.platform === 'win32')('has them wait for a connection, within 256 open files', HANGS, async () => {
    upstream.script((it) => {
      if (it.body.method !== 'tools/call') return false;
      setTimeout(() => json(it.response, resultOf(it)), 300);
      return true;
    });
    const config = await sandbox.file('gateway.json', { mcpServers: { demo: { url: upstream.url } } });
    const limited: Sandbox = {
      ...sandbox,
      start: (args) =>
        spawn('sh', ['-c', 'ulimit -n 256; exec "$@"', 'sh', process.execPath, MCPGW, ...args], { env: sandbox.env }),
    };
    const host = startLineHost(limited, ['-c', config]);
    hosts.push(host);
    await host.open();
    const ids = Array.from({ length: 400 }, (_, index) => index + 1);
    host.send(...ids.map((id) => call(id)));
    await host.line(() => host.texts.length > ids.length);
    expect(host.texts.filter((text) => text.includes('EMFILE'))).toEqual([]);
  });
});

describe('a request that waits for its turn', () => {
  it('is judged when it is sent, not when it came', { timeout: 15_000 }, async () => {
    const open: (() => void)[] = [];
    upstream.script((it) => {
      if (it.body.method !== 'tools/call') return false;
      open.push(() => json(it.response, resultOf(it)));
      return true;
    });
    const host = await start(policy());
    await host.open(bearerMeta(token()));
    const turns = 128;
    for (let id = 1; id <= turns; id += 1) host.send(call(id, 'echo', bearerMeta(token())));
    await upstream.until((all) => all.filter(({ body }) => body.method === 'tools/call').length === turns);
    host.send(call('late', 'echo', bearerMeta(token({}, 1))));
    await wait(2_100);
    for (const answer of open.splice(0)) answer();
    expect((await host.answer('late')).error).toMatchObject({ code: -31401 });
    expect(upstream.received.some(({ body }) => body.id === 'late')).toBe(false);
  });
});
