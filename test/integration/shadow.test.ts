// `serve --shadow`: refusals are logged and lifted, and nothing else is: nobody becomes a caller that no one vouched for.
import { readFile } from 'node:fs/promises';
import * as path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { HANGS, policy, sandbox, startWith, token, upstream, type StartOptions } from '../support/bridge-stage.js';
import { generateKey, signToken } from '../support/jwt.js';
import { call, type LineHost } from '../support/line-host.js';
import { json, type Received } from '../support/scripted-upstream.js';

const stranger = generateKey('RS256', 'k1');
const header = { alg: 'RS256', kid: 'k1' };

beforeEach(() => {
  upstream.script(({ body, response }) => {
    if (body.method !== 'tools/list') return false;
    const tools = ['read', 'delete_all'].map((name) => ({ name, inputSchema: { type: 'object' } }));
    return json(response, { jsonrpc: '2.0', id: body.id, result: { tools } });
  });
});

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
