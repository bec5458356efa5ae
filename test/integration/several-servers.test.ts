// Several servers in one endpoint: each call reaches its server under that server's own name for things, with that
// server's headers alone; lists, ids, progress and requests to the host are kept apart; slow and dead servers delay nobody.
import { afterEach, describe, expect, it } from 'vitest';
import { ENVELOPE, HANGS, hosts, sandbox, startWith, upstream } from '../support/bridge-stage.js';
import { call, type Line, type LineHost } from '../support/line-host.js';
import {
  json,
  policyHeaders,
  startScriptedUpstream,
  stream,
  type Received,
  type ScriptedUpstream,
} from '../support/scripted-upstream.js';

const others: ScriptedUpstream[] = [];

afterEach(async () => {
  for (const other of others.splice(0)) await other.close();
});

async function another(): Promise<ScriptedUpstream> {
  const server = await startScriptedUpstream();
  others.push(server);
  return server;
}

interface Having {
  readonly tools?: readonly object[];
  readonly prompts?: readonly object[];
  readonly resources?: readonly object[];
  readonly resourceTemplates?: readonly object[];
}

const LISTS: Readonly<Record<string, keyof Having>> = {
  'tools/list': 'tools',
  'prompts/list': 'prompts',
  'resources/list': 'resources',
  'resources/templates/list': 'resourceTemplates',
};

/** A server of 2025-11-25 that has these, and answers a call with its name and what it was called with. */
function having(name: string, has: Having): (received: Received) => boolean {
  return ({ body, response }) => {
    const answer = (result: object): true => json(response, { jsonrpc: '2.0', id: body.id, result });
    if (body.method === 'initialize') {
      const capabilities = { tools: {}, prompts: {}, resources: { subscribe: true }, logging: {}, completions: {} };
      const result = { protocolVersion: '2025-11-25', capabilities, serverInfo: { name, version: '1' } };
      return json(response, { jsonrpc: '2.0', id: body.id, result }, { 'mcp-session-id': `of-${name}` });
    }
    const list = body.method === undefined ? undefined : LISTS[body.method];
    if (list !== undefined) return answer({ [list]: has[list] ?? [] });
    if (body.method === 'tools/call')
      return answer({ content: [{ type: 'text', text: `${name}: ${JSON.stringify(body['params'])}` }] });
    if (body.method === 'resources/read' || body.method === 'prompts/get' || body.method === 'completion/complete') {
      return answer({ by: name, params: body['params'] });
    }
    return false;
  };
}

const tool = (name: string, more: object = {}): object => ({ name, inputSchema: { type: 'object' }, ...more });

async function startBoth(
  a: object = {},
  b: object = {},
  top: object = {},
): Promise<{ host: LineHost; second: ScriptedUpstream }> {
  const second = await another();
  const host = await startWith({
    mcpServers: { a: { url: upstream.url, ...a }, b: { url: second.url, ...b } },
    ...top,
  });
  return { host, second };
}

function request(id: string | number, method: string, params: object = {}): object {
  return { jsonrpc: '2.0', id, method, params };
}

function textOf({ result }: Line): string {
  return (result as { content: { text: string }[] }).content[0]?.text ?? '';
}

describe('two servers', HANGS, () => {
  it('are opened with one initialize, and say what either can do', async () => {
    upstream.script(having('A', {}));
    const { host, second } = await startBoth();
    second.script(having('B', {}));
    const { result } = await host.open();
    expect(result).toMatchObject({
      protocolVersion: '2025-11-25',
      capabilities: { tools: { listChanged: true }, resources: { subscribe: true, listChanged: true }, logging: {} },
      serverInfo: { name: 'mcpgw' },
      _meta: { 'mcpgw.dev/gateway': { servers: ['a', 'b'] } },
    });
    for (const server of [upstream, second]) {
      await server.request(({ body }) => body.method === 'notifications/initialized');
      expect(server.received.filter(({ body }) => body.method === 'initialize')).toHaveLength(1);
    }
  });

  it('show their tools in one list, and a call reaches the one that has the tool, under its own name', async () => {
    const odd =
      '{"name":"x","inputSchema":{"type":"object","properties":{"n":{"maximum":1.0,"minimum":-9007199254740993}}}}';
    upstream.script((received) => {
      if (received.body.method !== 'tools/list') return having('A', {})(received);
      return json(
        received.response,
        `{"jsonrpc":"2.0","id":${JSON.stringify(received.body.id)},"result":{"tools":[${odd}]}}`,
      );
    });
    const { host, second } = await startBoth();
    second.script(having('B', { tools: [tool('x'), tool('y__z')] }));
    await host.open();
    host.send(request(1, 'tools/list'));
    const { result } = await host.answer(1);
    expect((result as { tools: { name: string }[] }).tools.map(({ name }) => name)).toEqual([
      'a__x',
      'b__x',
      'b__y__z',
    ]);
    expect(host.texts.find((text) => text.includes('a__x'))).toContain(odd.replace('"x"', '"a__x"'));
    host.send(
      '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"arguments":{"n":1.0},"name":"b__y__z"}}',
      call(3, 'a__x'),
    );
    expect(textOf(await host.answer(2))).toMatch(/^B: .*"name":"y__z"/);
    expect(textOf(await host.answer(3))).toMatch(/^A: .*"name":"x"/);
    const sent = second.received.find(({ body }) => body.method === 'tools/call');
    expect(sent?.text).toBe(
      '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"arguments":{"n":1.0},"name":"y__z"}}',
    );
    expect(sent?.headers['mcp-session-id']).toBe('of-B');
  });
});
