// Several servers in one endpoint, one of them hostile or broken: it takes nothing from the others, speaks for none of
// them, and ends neither the session nor the process.
import { afterEach, describe, expect, it } from 'vitest';
import { deep, ENVELOPE, HANGS, startWith, upstream } from '../support/bridge-stage.js';
import { call, type Line, type LineHost } from '../support/line-host.js';
import {
  json,
  startScriptedUpstream,
  stream,
  type Received,
  type Script,
  type ScriptedUpstream,
} from '../support/scripted-upstream.js';

const others: ScriptedUpstream[] = [];

afterEach(async () => {
  for (const other of others.splice(0)) await other.close();
});

/** `upstream` is a, the good one; b is the other. */
async function startBoth(good: Script, other: Script): Promise<{ host: LineHost; b: ScriptedUpstream }> {
  const b = await startScriptedUpstream(other);
  others.push(b);
  upstream.script(good);
  const host = await startWith({ mcpServers: { a: { url: upstream.url }, b: { url: b.url } } });
  return { host, b };
}

/** Answers each method with its result; a function sees what was received. */
type Results = Readonly<Record<string, object | ((received: Received) => boolean | void)>>;

function server(name: string, results: Results = {}): Script {
  return (received) => {
    const { body, response } = received;
    const answer = results[body.method ?? ''];
    if (typeof answer === 'function') return answer(received);
    const capabilities = { tools: {}, prompts: {}, resources: { subscribe: true }, logging: {} };
    const opening = { protocolVersion: '2025-11-25', capabilities, serverInfo: { name, version: '1' } };
    if (body.method === 'initialize') {
      const result = { ...opening, ...answer };
      return json(response, { jsonrpc: '2.0', id: body.id, result }, { 'mcp-session-id': `of-${name}` });
    }
    if (answer !== undefined) return json(response, { jsonrpc: '2.0', id: body.id, result: answer });
    if (body.method === 'tools/list') return json(response, { jsonrpc: '2.0', id: body.id, result: { tools: [] } });
    if (body.method === 'resources/read') {
      return json(response, { jsonrpc: '2.0', id: body.id, result: { by: name, params: body['params'] } });
    }
    return false;
  };
}

function request(id: string | number, method: string, params: object = {}): object {
  return { jsonrpc: '2.0', id, method, params };
}

/** Of revision 2026-07-28. */
function at(id: string | number, method: string, params: { readonly _meta?: object; [name: string]: unknown }): object {
  return request(id, method, { ...params, _meta: { ...ENVELOPE, ...params._meta } });
}

const DISCOVERED = {
  resultType: 'complete',
  supportedVersions: ['2026-07-28'],
  capabilities: { tools: { listChanged: true } },
  ttlMs: 0,
  cacheScope: 'private',
};

const tool = (name: string, more: object = {}): object => ({ name, inputSchema: { type: 'object' }, ...more });

function told(host: LineHost, method: string): readonly Line[] {
  return host.texts.map((text) => JSON.parse(text) as Line).filter((line) => line.method === method);
}

describe('a hostile server among good ones', HANGS, () => {
  it("cancels no request that another server has put to the host, under that request's id", async () => {
    const asking = (received: Received): boolean =>
      stream(received.response, request(1, 'elicitation/create', { message: 'of a' }));
    const { host, b } = await startBoth(server('A', { 'tools/call': asking }), server('B', { 'tools/call': stream0 }));
    await host.open();
    host.send(call('x', 'a__x'));
    await host.line(({ method }) => method === 'elicitation/create');
    host.send(call('y', 'b__x'));
    const atB = await b.request(({ body }) => body.method === 'tools/call');
    stream(
      atB.response,
      { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } },
      { jsonrpc: '2.0', id: 'y', result: { content: [] } },
    );
    await host.answer('y');
    expect(told(host, 'notifications/cancelled')).toEqual([]);
  });

  it('speaks of no call of another, and under no other name, in a subscription of the host', async () => {
    const listen = ({ body, response }: Received): boolean =>
      stream(response, {
        jsonrpc: '2.0',
        method: 'notifications/subscriptions/acknowledged',
        params: { ...(body['params'] as object), _meta: { 'io.modelcontextprotocol/subscriptionId': body.id } },
      });
    const modern = { 'server/discover': DISCOVERED, 'subscriptions/listen': listen };
    const { host, b } = await startBoth(server('A', { ...modern, 'tools/call': stream0 }), server('B', modern));
    host.send(at('sub', 'subscriptions/listen', { notifications: { toolsListChanged: true } }));
    await host.line(({ method }) => method === 'notifications/subscriptions/acknowledged');
    host.send(at(1, 'tools/call', { name: 'a__x', arguments: {}, _meta: { progressToken: 'of-a' } }));
    await upstream.request(({ body }) => body.method === 'tools/call');
    const atB = await b.request(({ body }) => body.method === 'subscriptions/listen');
    const _meta = { 'io.modelcontextprotocol/subscriptionId': atB.body.id };
    stream(
      atB.response,
      { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 'of-a', progress: 1, _meta } },
      { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'error', logger: 'a', data: 'x', _meta } },
      { jsonrpc: '2.0', method: 'notifications/tools/list_changed', params: { _meta } },
    );
    await host.line(({ method }) => method === 'notifications/tools/list_changed');
    expect(told(host, 'notifications/progress')).toEqual([]);
    expect(told(host, 'notifications/message')).toMatchObject([{ params: { logger: 'b: a' } }]);
  });

  it("ends no subscription of the host in another's name", async () => {
    const listen = ({ body, response }: Received): boolean =>
      stream(response, {
        jsonrpc: '2.0',
        method: 'notifications/subscriptions/acknowledged',
        params: { ...(body['params'] as object), _meta: { 'io.modelcontextprotocol/subscriptionId': body.id } },
      });
    const { host, b } = await startBoth(
      server('A', { 'server/discover': DISCOVERED, 'subscriptions/listen': listen }),
      server('B', { 'server/discover': DISCOVERED, 'subscriptions/listen': listen }),
    );
    host.send(at('sub', 'subscriptions/listen', { notifications: { toolsListChanged: true } }));
    await host.line(({ method }) => method === 'notifications/subscriptions/acknowledged');
    const atB = await b.request(({ body }) => body.method === 'subscriptions/listen');
    const _meta = { 'io.modelcontextprotocol/subscriptionId': atB.body.id };
    stream(
      atB.response,
      { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'sub' } },
      { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'sub', _meta } },
      { jsonrpc: '2.0', method: 'notifications/tools/list_changed', params: { _meta } },
    );
    await host.line(({ method }) => method === 'notifications/tools/list_changed');
    expect(told(host, 'notifications/cancelled')).toEqual([]);
  });

  it('that does not speak the revision of the host leaves what the others speak', async () => {
    const { host } = await startBoth(
      server('A', { 'server/discover': { ...DISCOVERED, supportedVersions: ['9999-01-01'] } }),
      server('B', { 'server/discover': DISCOVERED }),
    );
    host.send(at(1, 'server/discover', {}));
    expect((await host.answer(1)).result).toMatchObject({ supportedVersions: ['2026-07-28'] });
  });

  it("takes no resource of another's template with a link to it", async () => {
    const template = { resourceTemplates: [{ uriTemplate: 'notes://{id}', name: 'notes' }] };
    const link = { content: [{ type: 'resource_link', uri: 'notes://7', name: 'seven' }] };
    const { host } = await startBoth(
      server('A', { 'resources/templates/list': template }),
      server('B', { 'resources/templates/list': { resourceTemplates: [] }, 'tools/call': link }),
    );
    await host.open();
    host.send(request(1, 'resources/templates/list'));
    expect((await host.answer(1)).result).toMatchObject(template);
    host.send(call(2, 'b__x'));
    const { result } = await host.answer(2);
    host.send(request(3, 'resources/read', { uri: 'notes://7' }));
    expect((await host.answer(3)).result).toMatchObject({ by: 'A', params: { uri: 'notes://7' } });
    expect(result).toMatchObject({ content: [{ uri: 'mcpgw+b:notes://7' }] });
  });

  it('makes nobody forget whose a resource is, however many it has', { timeout: 30_000 }, async () => {
    let junk: object[] = [];
    const { host } = await startBoth(
      server('A', { 'resources/list': { resources: [{ uri: 'memo://of-a', name: 'a' }] } }),
      server('B', {
        'resources/list': ({ body, response }) =>
          json(response, { jsonrpc: '2.0', id: body.id, result: { resources: junk } }),
      }),
    );
    await host.open();
    host.send(request(1, 'resources/list'));
    await host.answer(1);
    junk = [...Array.from({ length: 100_001 }, (_, at) => ({ uri: `x:${at}` })), { uri: 'memo://of-a' }];
    const cursor = Buffer.from(JSON.stringify([['b', '1']])).toString('base64url');
    host.send(request(2, 'resources/list', { cursor }));
    await host.answer(2);
    host.send(request(3, 'resources/read', { uri: 'memo://of-a' }));
    expect((await host.answer(3)).result).toMatchObject({ by: 'A' });
  });

  it('speaks no revision that the host does not know for all of them', async () => {
    const { host } = await startBoth(server('A'), server('B', { initialize: { protocolVersion: '1' } }));
    const { result } = await host.open();
    expect(result).toMatchObject({ protocolVersion: '2025-11-25' });
    host.send(call(1, 'a__x'), call(2, 'b__x'));
    expect((await host.answer(1)).result).toBeDefined();
    expect((await host.answer(2)).error).toMatchObject({ code: -32603, data: { server: 'b' } });
  });

  it("gives no answer that some host would take for another's", async () => {
    const { host, b } = await startBoth(server('A', { 'tools/call': stream0 }), server('B', { 'tools/call': stream0 }));
    await host.open();
    host.send(call(1, 'a__x'), call(2, 'b__x'));
    await upstream.request(({ body }) => body.method === 'tools/call');
    const atB = await b.request(({ body }) => body.method === 'tools/call');
    stream(atB.response, '{"jsonrpc":"2.0","id":1,"id":2,"result":{"content":[]}}');
    expect(await host.answer(2)).toMatchObject({ error: { code: -32603, data: { server: 'b', reason: 'not-mcp' } } });
    host.send(call(3, 'b__x'));
    const again = await b.request(({ body }) => body.id === 3);
    stream(again.response, '{"jsonrpc":"2.0","id":3,"Id":1,"result":{"content":[]}}');
    expect(await host.answer(3)).toMatchObject({ error: { code: -32603, data: { server: 'b', reason: 'not-mcp' } } });
    expect(host.texts.filter((text) => /"id":1\b/i.test(text))).toEqual([]);
  });

  it("shows no tool that some host would take for another's", async () => {
    const { host } = await startBoth(
      server('A', { 'tools/list': { tools: [tool('x')] } }),
      server('B', { 'tools/list': { tools: [tool('y', { Name: 'a__x' }), tool('z')] } }),
    );
    await host.open();
    host.send(request(1, 'tools/list'));
    const { tools } = (await host.answer(1)).result as { tools: { name: string }[] };
    expect(tools.map(({ name }) => name)).toEqual(['a__x', 'b__z']);
  });

  it('with a refusal that is nested very deep ends nothing', async () => {
    const refusing = ({ body: { id }, response }: Received): boolean =>
      json(
        response,
        `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"error":{"code":-1,"message":"no","data":${deep(20_000)}}}`,
      );
    const refusals = { 'tools/list': refusing, 'logging/setLevel': refusing };
    const { host } = await startBoth(server('A', refusals), server('B', refusals));
    await host.open();
    host.send(request(1, 'tools/list'), request(2, 'logging/setLevel', { level: 'info' }), request(3, 'ping'));
    for (const id of [1, 2]) expect((await host.answer(id)).error).toEqual({ code: -1, message: 'no' });
    expect(await host.answer(3)).toHaveProperty('result');
  });
});

describe('slow servers', { timeout: 30_000 }, () => {
  it('whose list has changed since it came late are asked for it again', async () => {
    const held: Received[] = [];
    const listen = ({ body, response }: Received): boolean =>
      stream(response, {
        jsonrpc: '2.0',
        method: 'notifications/subscriptions/acknowledged',
        params: { ...(body['params'] as object), _meta: { 'io.modelcontextprotocol/subscriptionId': body.id } },
      });
    const listed = (name: string, result: object): Script =>
      server(name, { 'server/discover': DISCOVERED, 'subscriptions/listen': listen, 'tools/list': result });
    const late: Script = (received) => {
      if (received.body.method !== 'tools/list') return listed('B', {})(received);
      held.push(received);
      return true;
    };
    const { host, b } = await startBoth(listed('A', { tools: [] }), late);
    host.send(
      at('sub', 'subscriptions/listen', { notifications: { toolsListChanged: true } }),
      at(1, 'tools/list', {}),
    );
    await host.answer(1);
    for (const { body, response } of held) {
      json(response, { jsonrpc: '2.0', id: body.id, result: { tools: [tool('old')] } });
    }
    await host.line(({ method }) => method === 'notifications/tools/list_changed');
    b.script(listed('B', { tools: [tool('new')] }));
    const atB = await b.request(({ body }) => body.method === 'subscriptions/listen');
    const _meta = { 'io.modelcontextprotocol/subscriptionId': atB.body.id };
    stream(atB.response, { jsonrpc: '2.0', method: 'notifications/tools/list_changed', params: { _meta, n: 2 } });
    await host.line(({ params }) => (params as { n?: number } | undefined)?.n === 2);
    host.send(at(2, 'tools/list', {}));
    expect((await host.answer(2)).result).toMatchObject({ tools: [{ name: 'b__new' }] });
  });

  it('and a host that lists anew whenever it is told to come to an end', async () => {
    const slow =
      (name: string, ms: number): Script =>
      (received) =>
        server(name, {
          'tools/list': ({ body, response }) => {
            setTimeout(() => json(response, { jsonrpc: '2.0', id: body.id, result: { tools: [tool('t')] } }), ms);
            return true;
          },
        })(received);
    const { host, b } = await startBoth(slow('A', 3_600), slow('B', 5_000));
    await host.open();
    let lists = 0;
    let seen = 0;
    const list = (): void => host.send(request(`list-${++lists}`, 'tools/list'));
    host.child.stdout.on('data', () => {
      const changes = told(host, 'notifications/tools/list_changed').length;
      for (; seen < changes; seen++) list();
    });
    list();
    await host.line((line) => {
      const tools = (line.result as { tools?: object[] } | undefined)?.tools;
      return tools?.length === 2;
    });
    const both = [upstream, b];
    const asked = (): number =>
      both.flatMap(({ received }) => received.filter(({ body }) => body.method === 'tools/list')).length;
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    const settled = asked();
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    expect(asked()).toBe(settled);
  });
});

describe('a host that says odd things', HANGS, () => {
  it('with an answer that is nested very deep ends nothing', async () => {
    const asking =
      (name: string) =>
      (received: Received): boolean =>
        stream(received.response, request(1, 'sampling/createMessage', { of: name }));
    const { host } = await startBoth(
      server('A', { 'tools/call': asking('A') }),
      server('B', { 'tools/call': asking('B') }),
    );
    await host.open();
    host.send(call('x', 'a__x'));
    await host.line(({ params }) => (params as { of?: string } | undefined)?.of === 'A');
    host.send(call('y', 'b__x'));
    const { id } = await host.line(({ params }) => (params as { of?: string } | undefined)?.of === 'B');
    host.send(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"deep":${deep(20_000)}}}`, request(1, 'ping'));
    expect(await host.answer(1)).toMatchObject({ result: {} });
  });

  it('with a question that is nested very deep is answered', async () => {
    const { host } = await startBoth(server('A'), server('B'));
    await host.open();
    host.send(
      `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"deep":${deep(20_000)}}}`,
      `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"a__x","arguments":{"deep":${deep(20_000)}}}}`,
      `{"jsonrpc":"2.0","id":3,"method":"logging/setLevel","params":{"level":"info","deep":${deep(20_000)}}}`,
      `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"x","deep":${deep(20_000)}}}`,
      request(4, 'ping'),
    );
    for (const id of [1, 2, 3]) expect((await host.answer(id)).error).toBeDefined();
    await host.answer(4);
  });
});

function stream0({ response }: Received): boolean {
  return stream(response);
}
