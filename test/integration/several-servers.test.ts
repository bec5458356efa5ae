// Several servers in one endpoint: each call reaches its server under that server's own name for things, with that
// server's headers alone; lists, ids, progress and requests to the host are kept apart; slow and dead servers delay nobody.
import { afterEach, describe, expect, it } from 'vitest';
import { bearerMeta, ENVELOPE, HANGS, key, sandbox, startWith, token, upstream } from '../support/bridge-stage.js';
import { call, INITIALIZE, type Line, type LineHost } from '../support/line-host.js';
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

  it("are opened once, and answer ids of any kind but the gateway's own", async () => {
    upstream.script(having('A', {}));
    const { host, second } = await startBoth();
    second.script(having('B', {}));
    await host.open();
    host.send(
      { ...INITIALIZE, id: 'again' },
      call('mcpgw:catalog:1', 'a__x'),
      call('', 'a__x'),
      request(9, 'tasks/list'),
    );
    expect((await host.answer('again')).error?.code).toBe(-32600);
    expect((await host.answer('mcpgw:catalog:1')).error?.code).toBe(-32600);
    expect(textOf(await host.answer(''))).toMatch(/^A/);
    expect((await host.answer(9)).error?.code).toBe(-32601);
    host.send(call(10, 'b__x'));
    expect(textOf(await host.answer(10))).toMatch(/^B/);
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
  it('show a name of more than 64 characters cut, with a hash, and take it also before any list', async () => {
    const long = `${'very_long_name_'.repeat(6)}one`;
    const twin = `${'very_long_name_'.repeat(6)}two`;
    upstream.script(having('A', { tools: [tool(long), tool(twin)] }));
    const { host, second } = await startBoth();
    second.script(having('B', {}));
    await host.open();
    host.send(request(1, 'tools/list'));
    const names = ((await host.answer(1)).result as { tools: { name: string }[] }).tools.map(({ name }) => name);
    expect(names.map((name) => name.length)).toEqual([64, 64]);
    expect(new Set(names).size).toBe(2);
    await host.end();
    const again = await startWith({ mcpServers: { a: { url: upstream.url }, b: { url: second.url } } });
    await again.open();
    again.send(call(2, names[1]), call(3, `${names[1]?.slice(0, 54)}0123456789`));
    expect(textOf(await again.answer(2))).toContain(`"name":"${twin}"`);
    expect((await again.answer(3)).error?.code).toBe(-32602);
  });

  it('go on with their own pages, and refuse a cursor that is none of theirs', async () => {
    const pages =
      (name: string, count: number) =>
      (received: Received): boolean => {
        if (received.body.method !== 'tools/list') return having(name, {})(received);
        const { cursor = '0' } = received.body['params'] as { cursor?: string };
        const page = Number(cursor);
        const more = page + 1 < count ? { nextCursor: String(page + 1) } : {};
        return json(received.response, {
          jsonrpc: '2.0',
          id: received.body.id,
          result: { tools: [tool(`t${page}`)], ...more },
        });
      };
    upstream.script(pages('A', 1));
    const { host, second } = await startBoth();
    second.script(pages('B', 3));
    await host.open();
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let id = 1; id === 1 || cursor !== undefined; id++) {
      host.send(request(id, 'tools/list', cursor === undefined ? {} : { cursor }));
      const { result } = await host.answer(id);
      const page = result as { tools: { name: string }[]; nextCursor?: string };
      seen.push(...page.tools.map(({ name }) => name));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(['a__t0', 'b__t0', 'b__t1', 'b__t2']);
    host.send(request('odd', 'tools/list', { cursor: 'eyJ4IjoxfQ' }));
    expect((await host.answer('odd')).error?.code).toBe(-32602);
  });

  it('keep their prompts, completions and resources apart', async () => {
    const resources = [
      { uri: 'memo://shared', name: 's' },
      { uri: 'memo://only-a', name: 'o' },
    ];
    upstream.script(
      having('A', { prompts: [{ name: 'p' }], resources, resourceTemplates: [{ uriTemplate: 'a://{id}', name: 't' }] }),
    );
    const { host, second } = await startBoth();
    const ofB = {
      prompts: [{ name: 'p' }],
      resources: [{ uri: 'memo://shared', name: 's' }],
      resourceTemplates: [
        { uriTemplate: 'b://{id}', name: 't' },
        { uriTemplate: 'a://x/{id}', name: 'u' },
      ],
    };
    second.script(having('B', ofB));
    await host.open();
    host.send(request(1, 'resources/list'), request(2, 'resources/templates/list'), request(3, 'prompts/list'));
    const uris = ((await host.answer(1)).result as { resources: { uri: string }[] }).resources.map(({ uri }) => uri);
    expect(uris).toEqual(['mcpgw+a:memo://shared', 'memo://only-a', 'mcpgw+b:memo://shared']);
    const templates = (await host.answer(2)).result as { resourceTemplates: { uriTemplate: string }[] };
    expect(templates.resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual([
      'mcpgw+a:a://{id}',
      'b://{id}',
      'mcpgw+b:a://x/{id}',
    ]);
    await host.answer(3);
    host.send(
      request(4, 'resources/read', { uri: 'mcpgw+b:memo://shared' }),
      request(5, 'resources/read', { uri: 'memo://only-a' }),
      request(6, 'resources/read', { uri: 'b://7' }),
      request(7, 'resources/read', { uri: 'elsewhere://7' }),
      request(8, 'prompts/get', { name: 'b__p' }),
      request(9, 'completion/complete', {
        ref: { type: 'ref/prompt', name: 'a__p' },
        argument: { name: 'x', value: '' },
      }),
      request(10, 'completion/complete', {
        ref: { type: 'ref/resource', uri: 'mcpgw+b:a://x/{id}' },
        argument: { name: 'id', value: '' },
      }),
    );
    const results = await Promise.all([4, 5, 6, 8, 9, 10].map(async (id) => (await host.answer(id)).result));
    expect(results).toMatchObject([
      { by: 'B', params: { uri: 'memo://shared' } },
      { by: 'A', params: { uri: 'memo://only-a' } },
      { by: 'B', params: { uri: 'b://7' } },
      { by: 'B', params: { name: 'p' } },
      { by: 'A', params: { ref: { name: 'p' } } },
      { by: 'B', params: { ref: { uri: 'a://x/{id}' } } },
    ]);
    expect((await host.answer(7)).error).toMatchObject({ code: -32002 });
  });

  it('are each told the level of logs, and their own subscriptions alone', async () => {
    upstream.script(having('A', { resources: [{ uri: 'memo://x', name: 'x' }] }));
    const { host, second } = await startBoth();
    second.script(having('B', { resources: [{ uri: 'memo://x', name: 'x' }] }));
    await host.open();
    host.send(request(1, 'resources/list'));
    await host.answer(1);
    host.send(
      request(2, 'logging/setLevel', { level: 'debug' }),
      request(3, 'resources/subscribe', { uri: 'mcpgw+b:memo://x' }),
    );
    expect(await host.answer(2)).toMatchObject({ result: {} });
    await host.answer(3);
    const levels = (server: ScriptedUpstream): number =>
      server.received.filter(({ body }) => body.method === 'logging/setLevel').length;
    const subscribed = (server: ScriptedUpstream): unknown[] =>
      server.received.filter(({ body }) => body.method === 'resources/subscribe').map(({ body }) => body['params']);
    expect([levels(upstream), levels(second)]).toEqual([1, 1]);
    expect([subscribed(upstream), subscribed(second)]).toEqual([[], [{ uri: 'memo://x' }]]);
  });

  it('tell the host of updates under the URI that it knows, and say whose a log message is', async () => {
    upstream.script(having('A', { resources: [{ uri: 'memo://x', name: 'x' }] }));
    const { host, second } = await startBoth();
    const good = having('B', { resources: [{ uri: 'memo://x', name: 'x' }] });
    second.script((received) => {
      if (received.method !== 'GET') return good(received);
      return stream(received.response, {
        jsonrpc: '2.0',
        method: 'notifications/message',
        params: { level: 'info', logger: 'db', data: 'hello' },
      });
    });
    await host.open();
    expect(await host.line(({ method }) => method === 'notifications/message')).toMatchObject({
      params: { logger: 'b: db' },
    });
    host.send(request(1, 'resources/list'));
    await host.answer(1);
    const standing = await second.request(({ method }) => method === 'GET');
    stream(standing.response, {
      jsonrpc: '2.0',
      method: 'notifications/resources/updated',
      params: { uri: 'memo://x' },
    });
    const updated = await host.line(({ method }) => method === 'notifications/resources/updated');
    expect(updated.params).toEqual({ uri: 'mcpgw+b:memo://x' });
  });
});

describe('what is under way at two servers at once', HANGS, () => {
  it('keeps progress apart: a server may report on its own calls alone', async () => {
    const waiting =
      (name: string) =>
      (received: Received): boolean => {
        if (received.body.method !== 'tools/call') return having(name, {})(received);
        return stream(received.response);
      };
    upstream.script(waiting('A'));
    const { host, second } = await startBoth();
    second.script(waiting('B'));
    await host.open();
    const withToken = (id: number, name: string): object => call(id, name, { progressToken: `token-${id}` });
    host.send(withToken(1, 'a__x'), withToken(2, 'b__x'));
    const [atA, atB] = await Promise.all(
      [upstream, second].map((server) => server.request(({ body }) => body.method === 'tools/call')),
    );
    const progress = (token: string, value: number): object => ({
      jsonrpc: '2.0',
      method: 'notifications/progress',
      params: { progressToken: token, progress: value },
    });
    if (atA === undefined || atB === undefined) throw new Error('both have their call');
    stream(atB.response, progress('token-1', 66), progress('token-2', 1), {
      jsonrpc: '2.0',
      id: 2,
      result: { content: [] },
    });
    await host.answer(2);
    stream(atA.response, progress('token-1', 2), { jsonrpc: '2.0', id: 1, result: { content: [] } });
    await host.answer(1);
    const told = host.texts
      .map((text) => JSON.parse(text) as Line)
      .filter(({ method }) => method === 'notifications/progress');
    expect(told.map(({ params }) => params)).toEqual([
      { progressToken: 'token-2', progress: 1 },
      { progressToken: 'token-1', progress: 2 },
    ]);
  });

  it('brings each answer of the host to the server that asked, though both ask under one id', async () => {
    const asking =
      (name: string) =>
      (received: Received): boolean => {
        if (received.body.method !== 'tools/call') return having(name, {})(received);
        return stream(received.response, {
          jsonrpc: '2.0',
          id: 1,
          method: 'sampling/createMessage',
          params: { of: name },
        });
      };
    upstream.script(asking('A'));
    const { host, second } = await startBoth();
    second.script(asking('B'));
    await host.open();
    host.send(call('x', 'a__x'), call('y', 'b__x'));
    const asked = await Promise.all(
      ['A', 'B'].map((name) => host.line(({ params }) => (params as { of?: string } | undefined)?.of === name)),
    );
    for (const { id, params } of asked.toReversed())
      host.send({ jsonrpc: '2.0', id, result: { for: (params as { of: string }).of } });
    for (const [server, name] of [
      [upstream, 'A'],
      [second, 'B'],
    ] as const) {
      const answer = await server.request(({ body }) => body['result'] !== undefined);
      expect(answer.body).toMatchObject({ id: 1, result: { for: name } });
    }
  });

  it('cancels at the server that has the call, and a list at all of them', async () => {
    const silent =
      (name: string) =>
      (received: Received): boolean => {
        if (received.body.method !== 'tools/call' && received.body.method !== 'tools/list')
          return having(name, {})(received);
        return stream(received.response);
      };
    upstream.script(silent('A'));
    const { host, second } = await startBoth();
    second.script(silent('B'));
    await host.open();
    host.send(call(1, 'b__x'), request(2, 'tools/list'));
    await second.until((all) => all.filter(({ body }) => String(body.method).startsWith('tools/')).length === 2);
    await upstream.request(({ body }) => body.method === 'tools/list');
    for (const requestId of [1, 2])
      host.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } });
    await second.until((all) => all.filter(({ body }) => body.method === 'notifications/cancelled').length === 2);
    await upstream.until((all) => all.filter(({ body }) => body.method === 'notifications/cancelled').length === 1);
    host.send(request(3, 'ping'));
    await host.answer(3);
    expect([...host.answers(1), ...host.answers(2)]).toEqual([]);
  });
});

describe('a server that is not there', { timeout: 20_000 }, () => {
  it('delays neither the opening nor the lists of the others, and its part comes with list_changed', async () => {
    upstream.script(having('A', { tools: [tool('x')] }));
    const { host, second } = await startBoth();
    const held: Received[] = [];
    second.script((received) => {
      if (received.body.method !== 'initialize') return having('B', { tools: [tool('y')] })(received);
      held.push(received);
      return true;
    });
    expect(await host.open()).toMatchObject({ result: { serverInfo: { name: 'mcpgw' } } });
    host.send(request(1, 'tools/list'), call(2, 'a__x'));
    expect((await host.answer(1)).result).toMatchObject({ tools: [{ name: 'a__x' }] });
    expect(textOf(await host.answer(2))).toMatch(/^A/);
    for (const received of held.splice(0)) having('B', {})(received);
    await host.line(({ method }) => method === 'notifications/tools/list_changed');
    host.send(request(3, 'tools/list'));
    expect((await host.answer(3)).result).toMatchObject({ tools: [{ name: 'a__x' }, { name: 'b__y' }] });
  });

  it('always slow to list is asked once, and what came late is in the next list', async () => {
    upstream.script(having('A', { tools: [tool('x')] }));
    const { host, second } = await startBoth();
    const held: Received[] = [];
    second.script((received) => {
      if (received.body.method !== 'tools/list') return having('B', {})(received);
      held.push(received);
      return true;
    });
    await host.open();
    host.send(request(1, 'tools/list'));
    expect((await host.answer(1)).result).toMatchObject({ tools: [{ name: 'a__x' }] });
    for (const received of held) having('B', { tools: [tool('y')] })(received);
    await host.line(({ method }) => method === 'notifications/tools/list_changed');
    host.send(request(2, 'tools/list'));
    expect((await host.answer(2)).result).toMatchObject({ tools: [{ name: 'a__x' }, { name: 'b__y' }] });
    expect(held).toHaveLength(1);
  });

  it('is named in the log, its calls fail, and it is in the list once it is back', async () => {
    upstream.script(having('A', { tools: [tool('x')] }));
    const { host, second } = await startBoth();
    let isDown = true;
    second.script((received) => {
      if (!isDown) return having('B', { tools: [tool('y')] })(received);
      received.response.writeHead(503).end();
      return true;
    });
    const opened = await host.open();
    expect(JSON.stringify(opened.result)).toContain('The server b is not available now');
    host.send(request(1, 'tools/list'), call(2, 'b__y'));
    expect((await host.answer(1)).result).toMatchObject({ tools: [{ name: 'a__x' }] });
    expect((await host.answer(2)).error).toMatchObject({ code: -32603, data: { server: 'b' } });
    isDown = false;
    await host.line(({ method }) => method === 'notifications/tools/list_changed');
    host.send(request(3, 'tools/list'), call(4, 'b__y'));
    expect((await host.answer(3)).result).toMatchObject({ tools: [{ name: 'a__x' }, { name: 'b__y' }] });
    expect(textOf(await host.answer(4))).toMatch(/^B/);
    expect(host.stderr()).toMatch(/tools\/list: the server's part is missing.*server=b/);
  });

  it('and whose list is not understood takes nothing from the others', async () => {
    upstream.script(having('A', { tools: [tool('x')] }));
    const { host, second } = await startBoth();
    second.script((received) => {
      if (received.body.method !== 'tools/list') return having('B', {})(received);
      // A reader that takes the last member of a name would see a tool of the other server.
      return json(
        received.response,
        `{"jsonrpc":"2.0","id":${JSON.stringify(received.body.id)},"result":{"tools":[{"name":"y","name":"a__x"}]}}`,
      );
    });
    await host.open();
    host.send(request(1, 'tools/list'));
    expect((await host.answer(1)).result).toEqual({ tools: [{ name: 'a__x', inputSchema: { type: 'object' } }] });
  });
});

describe('credentials and policy', HANGS, () => {
  it('are those of each server alone', async () => {
    upstream.script(having('A', { tools: [tool('x'), tool('secret')] }));
    const { host, second } = await startBoth(
      { headers: { Authorization: 'Bearer for-a' }, tools: { blocked: ['secret'] } },
      { headers: { 'X-Key': 'for-b' }, passthrough_headers: { 'X-Plain': 'b' } },
    );
    second.script(having('B', { tools: [tool('secret')] }));
    await host.open();
    host.send(request(1, 'tools/list'), call(2, 'a__secret'), call(3, 'b__secret'), call(4, 'a__x'));
    const { result } = await host.answer(1);
    expect((result as { tools: { name: string }[] }).tools.map(({ name }) => name)).toEqual(['a__x', 'b__secret']);
    expect((await host.answer(2)).error).toMatchObject({ code: -32602 });
    await Promise.all([host.answer(3), host.answer(4)]);
    await host.end();
    const of = (server: ScriptedUpstream): Set<string> =>
      new Set(
        server.received.map((received) =>
          JSON.stringify(policyHeaders(received).filter(([name]) => name !== 'mcp-session-id')),
        ),
      );
    expect([...of(upstream)]).toEqual(['[["authorization","Bearer for-a"]]']);
    expect([...of(second)].map((headers) => JSON.parse(headers) as unknown)).toEqual([
      [
        ['x-key', 'for-b'],
        ['x-plain', 'b'],
      ],
    ]);
  });

  it('takes a token of the command line to those alone that judge it by the rules of the top', async () => {
    const second = await another();
    const third = await another();
    const rules = { jwks: { keys: [key.jwk] }, clockTolerance: 0 };
    const own = { ...rules, claimValues: { iss: { values: 'https://idp.example.com/' } } };
    upstream.script(having('A', {}));
    second.script(having('B', {}));
    third.script(having('C', {}));
    const forwarding = { user_identity_forwarding: { method: 'bearer' } };
    const host = await startWith(
      {
        mcpServers: {
          a: { url: upstream.url, ...forwarding },
          b: { url: second.url, jwt_validation: own, ...forwarding },
          c: { url: third.url, jwt_validation: null },
        },
        jwt_validation: rules,
      },
      { args: ['--token-env', 'TOKEN'], env: { TOKEN: token() } },
    );
    await host.open();
    host.send(call(1, 'a__x'), call(2, 'b__x'), call(3, 'c__x'));
    expect(textOf(await host.answer(1))).toMatch(/^A/);
    expect((await host.answer(2)).error?.code).toBe(-31401);
    expect(textOf(await host.answer(3))).toMatch(/^C/);
    // The one that has judged nobody yet opens for a caller who brings a token of its own.
    expect(second.received).toEqual([]);
    host.send(call(4, 'b__x', bearerMeta(token())));
    expect(textOf(await host.answer(4))).toMatch(/^B/);
    const authorizations = (server: ScriptedUpstream): unknown[] =>
      server.received.map(({ headers }) => headers.authorization);
    expect(authorizations(upstream).every((value) => String(value).startsWith('Bearer ey'))).toBe(true);
    expect(authorizations(third).every((value) => value === undefined)).toBe(true);
  });
});

describe('servers that are chosen', HANGS, () => {
  it('are those of -s, which may stand several times, or of the variable', async () => {
    const second = await another();
    const config = {
      mcpServers: { a: { url: upstream.url }, b: { url: second.url }, c: { url: 'https://mcp.invalid/' } },
    };
    const prefixes = async (host: LineHost): Promise<unknown> => {
      const { result } = await host.open();
      return (result as { _meta: Record<string, { servers?: unknown }> })._meta['mcpgw.dev/gateway']?.servers;
    };
    expect(await prefixes(await startWith(config, { args: ['-s', 'b', '-s', 'a'] }))).toEqual(['b', 'a']);
    expect(await prefixes(await startWith(config, { env: { MCPGW_SERVER: 'a, b' } }))).toEqual(['a', 'b']);
    const one = await startWith(config, { args: ['-s', 'b'] });
    expect(await one.open()).toMatchObject({ result: { serverInfo: { name: 'scripted' } } });
  });

  it('with --url are one, and named with a name that is there', async () => {
    const file = await sandbox.file('several.json', {
      mcpServers: { a: { url: upstream.url }, b: { url: upstream.url } },
    });
    expect(await sandbox.run(['serve', '-c', file, '--url', upstream.url])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('-s') as string,
    });
    expect(await sandbox.run(['serve', '-c', file, '-s', 'z'])).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('revision 2026-07-28 at two servers', HANGS, () => {
  const at = (id: string | number, method: string, params: object = {}): object =>
    request(id, method, { ...params, _meta: ENVELOPE });
  const discovering =
    (name: string, has: Having) =>
    (received: Received): boolean => {
      const { body, response } = received;
      const answer = (result: object): true =>
        json(response, { jsonrpc: '2.0', id: body.id, result: { resultType: 'complete', ...result } });
      if (body.method === 'server/discover') {
        return answer({
          supportedVersions: ['2026-07-28'],
          capabilities: { tools: { listChanged: true } },
          ttlMs: 0,
          cacheScope: 'private',
        });
      }
      if (body.method === 'tools/list')
        return answer({ tools: has.tools ?? [], ttlMs: name === 'A' ? 5000 : 90, cacheScope: 'public' });
      return having(name, has)(received);
    };

  it('is opened by one discovery, lists hold as long as the shortest of them, and calls reach their server', async () => {
    upstream.script(discovering('A', { tools: [tool('x')] }));
    const { host, second } = await startBoth();
    second.script(discovering('B', { tools: [tool('x')] }));
    host.send(at(1, 'server/discover'));
    expect((await host.answer(1)).result).toMatchObject({
      resultType: 'complete',
      supportedVersions: ['2026-07-28'],
      capabilities: { tools: { listChanged: true } },
      _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'mcpgw' } },
    });
    host.send(at(2, 'tools/list'), at(3, 'tools/call', { name: 'b__x', arguments: {} }));
    expect((await host.answer(2)).result).toMatchObject({
      tools: [{ name: 'a__x' }, { name: 'b__x' }],
      ttlMs: 90,
      cacheScope: 'public',
      resultType: 'complete',
    });
    expect(textOf(await host.answer(3))).toMatch(/^B: .*"name":"x"/);
    const called = second.received.find(({ body }) => body.method === 'tools/call');
    expect(called?.headers['mcp-name']).toBe('x');
  });

  it('has one subscription of the host at both, acknowledged once, under the id of the host', async () => {
    const listening =
      (name: string) =>
      (received: Received): boolean => {
        const { body, response } = received;
        if (body.method !== 'subscriptions/listen') return discovering(name, {})(received);
        const { notifications } = body['params'] as { notifications: object };
        return stream(response, {
          jsonrpc: '2.0',
          method: 'notifications/subscriptions/acknowledged',
          params: { notifications, _meta: { 'io.modelcontextprotocol/subscriptionId': body.id } },
        });
      };
    upstream.script(listening('A'));
    const { host, second } = await startBoth();
    second.script(listening('B'));
    host.send(at('sub', 'subscriptions/listen', { notifications: { toolsListChanged: true } }));
    expect(await host.line(({ method }) => method === 'notifications/subscriptions/acknowledged')).toMatchObject({
      params: { notifications: { toolsListChanged: true }, _meta: { 'io.modelcontextprotocol/subscriptionId': 'sub' } },
    });
    const atB = await second.request(({ body }) => body.method === 'subscriptions/listen');
    stream(atB.response, {
      jsonrpc: '2.0',
      method: 'notifications/tools/list_changed',
      params: { _meta: { 'io.modelcontextprotocol/subscriptionId': atB.body.id } },
    });
    const changed = await host.line(({ method }) => method === 'notifications/tools/list_changed');
    expect(changed.params).toMatchObject({ _meta: { 'io.modelcontextprotocol/subscriptionId': 'sub' } });
    host.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'sub' } });
    await second.until((all) => all.some(({ body, closed }) => body.method === 'subscriptions/listen' && closed()));
    expect(host.texts.filter((text) => text.includes('subscriptions/acknowledged'))).toHaveLength(1);
  });
});
