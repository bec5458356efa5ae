// `serve --shadow`: refusals are logged and lifted, and nothing else is: nobody becomes a caller that no one vouched for.
import { readFile } from 'node:fs/promises';
import * as path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { HANGS, policy, sandbox, startWith, token, upstream, type StartOptions } from '../support/bridge-stage.js';
import { generateKey, signToken } from '../support/jwt.js';
import { call, type LineHost } from '../support/line-host.js';
import { json, stream, type Received } from '../support/scripted-upstream.js';

const stranger = generateKey('RS256', 'k1');
const header = { alg: 'RS256', kid: 'k1' };

beforeEach(() => {
  upstream.script(({ body, response }) => body.method === 'tools/list' && listsTools(body, response));
});

function listsTools({ id }: Received['body'], response: Received['response']): true {
  const tools = ['read', 'delete_all'].map((name) => ({ name, inputSchema: { type: 'object' } }));
  return json(response, { jsonrpc: '2.0', id, result: { tools } });
}

function start(identity: object, { args = ['--shadow'], env = {} }: StartOptions = {}): Promise<LineHost> {
  const demo = {
    url: upstream.url,
    headers: { 'X-Static': 's' },
    ...policy(identity),
    forward_headers: ['X-Note'],
    tools: { blocked: ['delete_*'] },
  };
  return startWith({ mcpServers: { demo } }, { args, env });
}

const claimsHeader = { method: 'claims_header', include_claims: ['sub'] };
const bearing = (value: string): object => ({
  'mcpgw.dev/headers': { Authorization: `Bearer ${value}`, 'X-Note': 'n' },
});

async function received(host: LineHost, message: object): Promise<Received> {
  host.send(message);
  const { id } = message as { readonly id: number };
  expect(await host.answer(id)).toHaveProperty('result');
  return upstream.request(({ body }) => body.id === id && body.method === 'tools/call');
}

describe('shadow mode', () => {
  it.each([
    ['an expired token', () => token({}, -60), 'Token is expired'],
    ['a token of nobody’s key', () => signToken({ header, payload: { exp: 9e9 } }, stranger), 'JWT validation failed'],
    ['what is no token', () => 'nonsense', 'JWT validation failed'],
  ])('lets a call with %s pass, without an identity', HANGS, async (_what, badToken, words) => {
    const bad = badToken();
    const host = await start(claimsHeader);
    await host.open(bearing(token()));
    const { headers } = await received(host, call(1, 'read', bearing(bad)));
    expect(headers).toMatchObject({ 'x-note': 'n', 'x-static': 's' });
    expect(headers).not.toHaveProperty('x-user-claims');
    expect(headers).not.toHaveProperty('authorization');
    expect(host.stderr()).toContain(`shadow: would refuse: ${words}`);
    expect(host.stderr()).not.toContain(bad);
  });

  it('passes no unverified token on as bearer', HANGS, async () => {
    const host = await start({ method: 'bearer' });
    await host.open(bearing(token()));
    expect((await received(host, call(1, 'read', bearing(token())))).headers['authorization']).toMatch(/^Bearer eyJ/);
    expect((await received(host, call(2, 'read', bearing(token({}, -60))))).headers).not.toHaveProperty(
      'authorization',
    );
    expect((await received(host, call(3, 'read'))).headers).not.toHaveProperty('authorization');
  });

  it('passes no bad token on, even where forward_headers names its header or renames it', HANGS, async () => {
    for (const forward_headers of [['Authorization'], [{ from: 'authorization', to: 'X-Token' }]]) {
      const forward = { mode: 'allowlist', headers: forward_headers };
      const demo = { url: upstream.url, ...policy(claimsHeader), forward_headers: forward };
      const host = await startWith({ mcpServers: { demo } }, { args: ['--shadow'] });
      await host.open(bearing(token()));
      const id = upstream.received.length;
      const { headers } = await received(host, call(id, 'read', bearing(signToken({ header, payload: {} }, stranger))));
      expect(JSON.stringify(headers)).not.toContain('eyJ');
      const good = await received(host, call(id + 1, 'read', bearing(token())));
      expect(JSON.stringify(good.headers)).toContain('eyJ');
    }
  });

  it('goes on with a caller whose token expires: its calls, its answers, its end', HANGS, async () => {
    const host = await start(claimsHeader);
    upstream.script(({ body, response }) => {
      const ask = { jsonrpc: '2.0', id: 'q', method: 'elicitation/create', params: {} };
      if (body.method === 'tools/list') return listsTools(body, response);
      return body.method === 'tools/call' && body.id === 1 ? stream(response, ask) : false;
    });
    const soon = bearing(token({}, 2));
    await host.open(soon);
    host.send(call(1, 'read', soon));
    await host.line(({ method }) => method === 'elicitation/create');
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    host.send({ jsonrpc: '2.0', id: 'q', result: {} });
    const answer = await upstream.request(({ body }) => body['result'] !== undefined);
    expect(answer.headers).not.toHaveProperty('x-user-claims');
    await received(host, call(2, 'read', soon));
    host.child.stdin.end();
    await host.ended;
    expect(upstream.received.filter(({ method }) => method === 'DELETE').length).toBeGreaterThan(0);
  });

  it(
    'gives an accepted caller its identity and its session, also in a call that the policy refuses',
    HANGS,
    async () => {
      const host = await start(claimsHeader);
      await host.open(bearing(token()));
      const allowed = await received(host, call(1, 'read', bearing(token())));
      expect(allowed.headers['x-user-claims']).toBe('{"sub":"ana"}');
      const lifted = await received(host, call(2, 'delete_all', bearing(token())));
      expect(lifted.headers['x-user-claims']).toBe('{"sub":"ana"}');
      expect(upstream.received.filter(({ body }) => body.method === 'initialize')).toHaveLength(1);
      expect(host.stderr()).toContain('shadow: would refuse: Unknown tool: delete_all');
      expect(host.stderr()).toContain('tools.blocked');
    },
  );

  it('lists what it would hide, and says how many', HANGS, async () => {
    const host = await start(claimsHeader);
    await host.open(bearing(token()));
    host.send({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: bearing(token()) } });
    expect(JSON.stringify((await host.answer(1)).result)).toContain('delete_all');
    expect(host.stderr()).toContain('shadow: would hide tools server=demo count=1');
  });

  it('keeps callers apart whose tokens are refused', HANGS, async () => {
    const host = await start(claimsHeader);
    await host.open(bearing(token()));
    await received(host, call(1, 'read', bearing('one')));
    await received(host, call(2, 'read', bearing('two')));
    await received(host, call(3, 'read', bearing('one')));
    expect(upstream.received.filter(({ body }) => body.method === 'initialize')).toHaveLength(3);
  });

  it('says so at start, quiet or not, and is no matter of the environment or the configuration', HANGS, async () => {
    const quiet = await start(claimsHeader, { args: ['--shadow', '--quiet'] });
    await quiet.open(bearing(token()));
    await quiet.end();
    expect(quiet.stderr()).toContain('shadow mode: what the policy would refuse goes on');
    const host = await start(claimsHeader, { args: [], env: { MCPGW_SHADOW: '1' } });
    await host.open(bearing(token()));
    host.send(call(1, 'read', bearing(token({}, -60))));
    expect((await host.answer(1)).error).toMatchObject({ code: -31401 });
    expect(host.stderr()).not.toContain('shadow');
  });

  it('leaves its mark on whatever would have been refused or hidden', HANGS, async () => {
    const file = path.join(sandbox.directory, 'audit.jsonl');
    const host = await start(claimsHeader, { args: ['--shadow', '--audit-log', file] });
    const _meta = bearing(token());
    await host.open(_meta);
    const request = { jsonrpc: '2.0', method: 'tools/call' };
    host.send(
      call('unlisted', 'nothing', _meta),
      { ...request, id: 'nameless', params: { _meta } },
      `{"jsonrpc":"2.0","id":"twice","method":"tools/call","params":{"name":"read","name":"read","_meta":${JSON.stringify(_meta)}}}`,
      { jsonrpc: '2.0', id: 'list', method: 'tools/list', params: { _meta } },
    );
    for (const id of ['unlisted', 'nameless', 'twice', 'list']) expect(await host.answer(id)).toHaveProperty('result');
    host.send({ ...request, params: { name: 'read', _meta } });
    await upstream.request(({ body }) => body.method === 'tools/call' && body.id === undefined);
    await host.end();
    const lines = (await readFile(file, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const marked = lines.filter(({ lifted }) => lifted === true);
    expect(marked.map(({ method, reason, hidden_tools }) => [method, reason ?? hidden_tools]).toSorted(byText)).toEqual(
      [
        ['tools/call', 'INVALID_MESSAGE'],
        ['tools/call', 'INVALID_MESSAGE'],
        ['tools/call', 'INVALID_MESSAGE'],
        ['tools/call', 'TOOL_NOT_LISTED'],
        ['tools/list', 1],
      ].toSorted(byText),
    );
  });

  it('leaves its mark on a list that is not understood, and none on what is refused all the same', HANGS, async () => {
    const file = path.join(sandbox.directory, 'audit.jsonl');
    const host = await start(claimsHeader, { args: ['--shadow', '--audit-log', file] });
    upstream.script(
      ({ body, response }) =>
        body.method === 'tools/list' && json(response, { jsonrpc: '2.0', id: body.id, result: { tools: {} } }),
    );
    await host.open(bearing(token()));
    host.send({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: bearing(token()) } });
    expect(await host.answer(1)).toHaveProperty('result');
    host.send(call(2, 'read', { 'mcpgw.dev/headers': { A: 1 } }));
    expect((await host.answer(2)).error).toMatchObject({ code: -32602 });
    await host.end();
    const lines = (await readFile(file, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(lines.slice(-2)).toMatchObject([
      { method: 'tools/list', verdict: 'undecided', reason: 'LIST_NOT_UNDERSTOOD', lifted: true, outcome: 'result' },
      { method: 'tools/call', verdict: 'deny', reason: 'INVALID_MESSAGE', outcome: 'refused' },
    ]);
    expect(lines.at(-1)).not.toHaveProperty('lifted');
    expect(host.stderr()).toContain('would hide a list of tools that is not understood');
  });

  it('is recorded as what the policy says, and as lifted', HANGS, async () => {
    const file = path.join(sandbox.directory, 'audit.jsonl');
    const host = await start(claimsHeader, { args: ['--shadow', '--audit-log', file] });
    await host.open(bearing(token()));
    await received(host, call(1, 'delete_all', bearing(token())));
    await host.end();
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    const called = lines.map((line) => JSON.parse(line) as object).find((line) => 'tool' in line);
    expect(called).toMatchObject({
      tool: 'delete_all',
      verdict: 'deny',
      lifted: true,
      rule: 'tools.blocked["delete_*"]',
      outcome: 'result',
    });
  });
});

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
