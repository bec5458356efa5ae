// Tool rules in front of a server that answers oddly: what of `tools/list` the host sees, to the letter; what a denied
// tool answers, next to one that does not exist; and what reaches the server.
import { beforeEach, describe, expect, it } from 'vitest';
import { bearerMeta, deep, ENVELOPE, HANGS, policy, start, token, upstream } from '../support/bridge-stage.js';
import { call, type Line, type LineHost } from '../support/line-host.js';
import { json, resultOf, stream, type Received } from '../support/scripted-upstream.js';

const BLOCKED = { tools: { blocked: ['delete_*', 'secret'] } };

/** Pages by cursor, as the text of `result`. */
let pages: Readonly<Record<string, string>>;
/** How the server answers a call of a tool that it does not have. */
let unknownAnswer: (received: Received) => object;

const page = (names: readonly string[], nextCursor?: string): string =>
  JSON.stringify({ tools: names.map((name) => ({ name, inputSchema: { type: 'object' } })), nextCursor });
const paramsOf = ({ body }: Received): Readonly<Record<string, unknown>> =>
  (body['params'] ?? {}) as Record<string, unknown>;
const isCall = ({ body }: Received): boolean => body.method === 'tools/call';
const isList = ({ body }: Received): boolean => body.method === 'tools/list';
const namesIn = (all: string): boolean => all.includes('"echo"');

beforeEach(() => {
  pages = { '': page(['echo', 'delete_all', 'add', 'secret']) };
  unknownAnswer = ({ body }) => ({
    jsonrpc: '2.0',
    id: body.id,
    result: { content: [{ type: 'text', text: 'MCP error -32602: no such tool here' }], isError: true },
  });
  upstream.script((received) => {
    const { body, response } = received;
    if (isList(received)) {
      const cursor = paramsOf(received)['cursor'];
      const result = pages[typeof cursor === 'string' ? cursor : ''] ?? '{"tools":[]}';
      return json(response, `{"jsonrpc":"2.0","id":${JSON.stringify(body.id)},"result":${result}}`);
    }
    if (!isCall(received)) return false;
    const known = Object.values(pages).some(
      (text) => namesIn(text) && text.includes(JSON.stringify(paramsOf(received)['name'])),
    );
    return json(response, known ? resultOf(received) : unknownAnswer(received));
  });
});

const list = (id: string, params: object = {}): object => ({ jsonrpc: '2.0', id, method: 'tools/list', params });
const listed = ({ result }: Line): readonly unknown[] =>
  (result as { readonly tools: readonly { readonly name: string }[] }).tools.map(({ name }) => name);

async function opened(server: object = BLOCKED, args: readonly string[] = []): Promise<LineHost> {
  const host = await start(server, args);
  await host.open();
  return host;
}

async function ask(host: LineHost, message: object | string, id: string): Promise<Line> {
  host.send(message);
  return host.answer(id);
}

describe('a page of tools', HANGS, () => {
  it('loses the hidden ones and keeps all else to the letter', async () => {
    const kept =
      '{ "name" : "echo", "x": 123456789012345678901234567890, "title":"\\u00e9", "inputSchema": {"type":"object","default":1.0} }';
    pages = {
      '': `{ "tools" : [ {"name":"delete_all"}, ${kept} ,{"name":"secret"}], "nextCursor":"c\\u0031", "_meta": {"n": 1e400, "e": -0} }`,
    };
    const host = await opened();
    await ask(host, list('l'), 'l');
    expect(host.texts.at(-1)).toBe(
      `{"jsonrpc":"2.0","id":"l","result":{ "tools" : [${kept}], "nextCursor":"c\\u0031", "_meta": {"n": 1e400, "e": -0} }}`,
    );
  });

  it('goes on as it came when nothing of it is hidden', async () => {
    pages = { '': '{ "tools" : [ {"name":"a", "n":1.50} , {"name":"b"} ] }' };
    const host = await opened();
    await ask(host, list('l'), 'l');
    expect(host.texts.at(-1)).toBe(
      '{"jsonrpc":"2.0","id":"l","result":{ "tools" : [ {"name":"a", "n":1.50} , {"name":"b"} ] }}',
    );
  });

  it('keeps its cursor, also where no tool is left on it', async () => {
    pages = { '': page(['delete_a', 'delete_b'], 'two'), two: page(['secret'], 'three'), three: page(['echo']) };
    const host = await opened();
    expect((await ask(host, list('1'), '1')).result).toEqual({ tools: [], nextCursor: 'two' });
    expect((await ask(host, list('2', { cursor: 'two' }), '2')).result).toEqual({ tools: [], nextCursor: 'three' });
    expect(listed(await ask(host, list('3', { cursor: 'three' }), '3'))).toEqual(['echo']);
  });

  it('is filtered in an event stream too, and what comes before it passes', async () => {
    const progress = { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 1, progress: 1 } };
    const host = await opened();
    upstream.script((received) => {
      if (!isList(received)) return false;
      const result = { tools: [{ name: 'echo' }, { name: 'secret' }] };
      return stream(received.response, progress, { jsonrpc: '2.0', id: received.body.id, result });
    });
    expect(listed(await ask(host, list('l'), 'l'))).toEqual(['echo']);
    expect(host.texts).toContain(JSON.stringify(progress));
  });

  it('shows no entry of which nobody can say which tool it is, and logs that', async () => {
    pages = { '': '{"tools":[null,7,"secret",["echo"],{"title":"echo"},{"name":["secret"]},{"name":"echo"}]}' };
    const host = await opened();
    expect((await ask(host, list('l'), 'l')).result).toEqual({ tools: [{ name: 'echo' }] });
    expect((await host.end()).stderr).toContain('hid tools without a name server=demo count=6');
  });

  it.each([
    ['no list', '{"tools":{"0":{"name":"secret"}}}'],
    ['nothing', '{}'],
    ['null', 'null'],
    ['an array', '[{"name":"secret"}]'],
    ['its list twice', '{"tools":[{"name":"secret"}],"tools":[{"name":"echo"}]}'],
    ['its list twice, once escaped', '{"tools":[{"name":"echo"}],"t\\u006fols":[{"name":"secret"}]}'],
    ['a name twice', '{"tools":[{"name":"secret","name":"echo"}]}'],
  ])('is an error in place of a result that has %s', async (_what, result) => {
    pages = { '': result };
    const host = await opened();
    const { error } = await ask(host, list('l'), 'l');
    expect(error).toEqual({
      code: -32603,
      message: 'the upstream demo sent a list of tools that is not understood',
      data: { server: 'demo', reason: 'not-mcp', retryable: false },
    });
    expect(host.texts.join('')).not.toContain('secret');
    // The session goes on.
    pages = { '': page(['echo']) };
    expect(listed(await ask(host, list('m'), 'm'))).toEqual(['echo']);
  });

  it('is looked into however deep it is nested', async () => {
    pages = { '': `{"tools":[{"name":"secret","x":${deep(100_000)}},{"name":"echo","x":${deep(100_000)}}]}` };
    const host = await opened();
    expect(listed(await ask(host, list('l'), 'l'))).toEqual(['echo']);
    expect(host.texts.join('')).not.toContain('secret');
  });

  it('passes what the server itself refuses', async () => {
    const error = { code: -32602, message: 'Invalid cursor', data: { a: 1 } };
    const host = await opened();
    upstream.script((received) =>
      isList(received) ? json(received.response, { jsonrpc: '2.0', id: received.body.id, error }) : false,
    );
    expect((await ask(host, list('l', { cursor: 'x' }), 'l')).error).toEqual(error);
  });

  it('is never public when it depends on the caller, in revision 2026-07-28', async () => {
    pages = { '': '{"resultType":"complete","tools":[{"name":"echo"}],"ttlMs":60000,"cacheScope":"public"}' };
    const everyone = await start(BLOCKED, ['--protocol', '2026']);
    expect((await ask(everyone, list('l', { _meta: ENVELOPE }), 'l')).result).toMatchObject({ cacheScope: 'public' });
    const rules = { ...policy(), tool_authorization: { secret: { required_claims: {} } } };
    const each = await start(rules, ['--protocol', '2026']);
    const _meta = { ...ENVELOPE, ...bearerMeta(token()) };
    expect((await ask(each, list('l', { _meta }), 'l')).result).toEqual({
      resultType: 'complete',
      tools: [{ name: 'echo' }],
      ttlMs: 60000,
      cacheScope: 'private',
    });
  });
});

describe('a denied tool', HANGS, () => {
  const revisions: readonly (readonly [string, readonly string[], object | undefined])[] = [
    ['2025-11-25', [], undefined],
    ['2026-07-28', ['--protocol', '2026'], ENVELOPE],
  ];

  it.each(revisions)('answers as one that does not exist, to the letter (%s)', async (_revision, args, meta) => {
    const host = await start(BLOCKED, args);
    if (meta === undefined) await host.open();
    // Whether or not the tool exists, whether or not the host has listed: the very same text but for the name.
    const answers: string[] = [];
    for (const [id, name] of Object.entries({ a: 'delete_all', b: 'delete_none', c: 'nothing', d: 'secret' })) {
      await ask(host, call(id, name, meta), id);
      answers.push(host.texts.at(-1)?.replace(`"id":"${id}"`, '"id":0').replace(name, '<name>') ?? '');
    }
    await ask(host, list('l', meta === undefined ? {} : { _meta: meta }), 'l');
    for (const [id, name] of Object.entries({ e: 'delete_all', f: 'nothing' })) {
      await ask(host, call(id, name, meta), id);
      answers.push(host.texts.at(-1)?.replace(`"id":"${id}"`, '"id":0').replace(name, '<name>') ?? '');
    }
    expect(new Set(answers)).toEqual(
      new Set(['{"jsonrpc":"2.0","id":0,"error":{"code":-32602,"message":"Unknown tool: <name>"}}']),
    );
    expect(upstream.received.filter(isCall)).toEqual([]);
  });

  it('costs the server no request at all', async () => {
    const host = await opened();
    await upstream.until((all) => all.some(({ method }) => method === 'GET'));
    const before = upstream.received.length;
    await ask(host, call('a', 'secret'), 'a');
    await ask(host, call('b', 'delete_'), 'b');
    expect(upstream.received).toHaveLength(before);
  });

  it('answers a caller in a session of its own as the first one', async () => {
    const rules = { ...policy(), tools: { blocked: ['secret'] } };
    const host = await start(rules);
    await host.open(bearerMeta(token()));
    const another = bearerMeta(token({ sub: 'bob' }));
    for (const name of ['secret', 'nothing']) {
      const { error } = await ask(host, call(name, name, another), name);
      expect(error).toEqual({ code: -32602, message: `Unknown tool: ${name}` });
    }
    expect(upstream.received.filter(isCall)).toEqual([]);
  });

  it('is not reached by a name that a lenient server would take for it', async () => {
    const host = await opened();
    for (const name of ['Secret', 'secret ', 'SECRET', 'secre\u200bt', 'secret\u0000', '\ufeffsecret']) {
      const { error } = await ask(host, call(name, name), name);
      expect(error).toEqual({ code: -32602, message: `Unknown tool: ${name}` });
    }
    expect(upstream.received.filter(isCall)).toEqual([]);
  });

  it('is not called by a notification', async () => {
    const host = await opened();
    host.send({ jsonrpc: '2.0', method: 'tools/call', params: { name: 'echo', arguments: {} } });
    host.send({ jsonrpc: '2.0', method: 'tools/call', params: { name: 'secret', arguments: {} } });
    expect((await ask(host, call('a', 'echo'), 'a')).result).toBeDefined();
    await host.end();
    expect(upstream.received.filter(isCall)).toHaveLength(1);
  });

  it.each([
    ['no name', '{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"arguments":{}}}'],
    ['no params', '{"jsonrpc":"2.0","id":"x","method":"tools/call"}'],
    ['a name that is no text', '{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"name":["echo"]}}'],
    ['its name twice', '{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"name":"secret","name":"echo"}}'],
    [
      'its name twice, once escaped',
      '{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"\\u006eame":"secret","name":"echo"}}',
    ],
    [
      'its name twice, in two cases',
      '{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"name":"echo","Name":"secret"}}',
    ],
    [
      'params twice',
      '{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"name":"secret"},"params":{"name":"echo"}}',
    ],
    [
      'params twice, once with a long s',
      '{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"name":"echo"},"param\u017f":{"name":"secret"}}',
    ],
    ['a method twice', '{"jsonrpc":"2.0","id":"x","method":"tools/call","method":"ping","params":{"name":"secret"}}'],
    [
      'a method twice, in two cases',
      '{"jsonrpc":"2.0","id":"x","method":"ping","METHOD":"tools/call","params":{"name":"secret"}}',
    ],
    [
      'an argument twice',
      '{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"name":"echo","arguments":{"a":1,"a":2}}}',
    ],
  ])('is not reached by a message with %s', async (_what, text) => {
    const host = await opened();
    await upstream.until((all) => all.some(({ method }) => method === 'GET'));
    const before = upstream.received.length;
    const { error } = await ask(host, text, 'x');
    expect([-32600, -32602]).toContain(error?.code);
    expect(upstream.received).toHaveLength(before);
  });

  it('is not reached by an answer that a lenient server would take for a call', async () => {
    const host = await opened();
    host.send('{"jsonrpc":"2.0","id":1,"Method":"tools/call","params":{"name":"secret"},"result":{}}');
    await ask(host, call('x'), 'x');
    await host.end();
    expect(upstream.received.filter(({ text }) => text.includes('secret'))).toEqual([]);
  });

  it('leaves such messages alone where there are no tool rules', async () => {
    const host = await opened({});
    const text = '{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"name":"a","arguments":{"a":1,"a":2}}}';
    await ask(host, text, 'x');
    expect(upstream.received.findLast(isCall)?.text).toBe(text);
  });
});

describe('a call of a tool that is there', HANGS, () => {
  it('goes on as it came, arguments at any depth and all', async () => {
    const host = await opened();
    const text = `{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"name":"\\u0065cho","arguments":{"n":12345678901234567890,"a":1,"A":${deep(5_000)}}}}`;
    await ask(host, text, 'x');
    expect(upstream.received.findLast(isCall)?.text).toBe(text);
  });

  it('asks for the list when the host has not, every page, once for all that wait', async () => {
    pages = { '': page(['a', 'b'], 'two'), two: page(['c'], 'three'), three: page(['echo']) };
    const host = await opened();
    host.send(call(1), call(2), call(3, 'c'));
    await Promise.all([1, 2, 3].map((id) => host.answer(id)));
    await ask(host, call('again'), 'again');
    expect(upstream.received.filter(isList).map((it) => paramsOf(it)['cursor'])).toEqual([undefined, 'two', 'three']);
    expect(upstream.received.filter(isCall)).toHaveLength(4);
    for (const { headers } of upstream.received.filter(isList)) expect(headers['mcp-session-id']).toBe('s-1');
    expect(host.texts.join('')).not.toContain('mcpgw:tools');
  });

  it('asks with an id of its own each time', async () => {
    const host = await opened();
    for (const id of ['a', 'b', 'c']) await ask(host, call(id, 'nothing'), id);
    const ids = upstream.received.filter(isList).map(({ body }) => body.id);
    expect(ids).toEqual(['mcpgw:tools:1', 'mcpgw:tools:2', 'mcpgw:tools:3']);
  });

  it('forgets what was listed when the standing stream says that it has changed', async () => {
    let standing: Received | undefined;
    let isEmpty = false;
    upstream.script((received) => {
      const { method, response, body } = received;
      if (method === 'GET') {
        standing = received;
        return stream(response);
      }
      const tools = isEmpty ? [] : [{ name: 'echo' }];
      return isList(received) ? json(response, { jsonrpc: '2.0', id: body.id, result: { tools } }) : false;
    });
    const host = await opened();
    await ask(host, list('l'), 'l');
    await upstream.until(() => standing !== undefined);
    isEmpty = true;
    if (standing !== undefined) {
      stream(standing.response, { jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
    }
    await host.line(({ method }) => method === 'notifications/tools/list_changed');
    expect((await ask(host, call('e', 'echo'), 'e')).error).toEqual({ code: -32602, message: 'Unknown tool: echo' });
  });

  it('asks for nothing when the host has', async () => {
    const host = await opened();
    await ask(host, list('l'), 'l');
    await ask(host, call('x'), 'x');
    expect(upstream.received.filter(isList)).toHaveLength(1);
  });

  it('asks again for a name that the last list did not have, and after list_changed', async () => {
    const host = await opened();
    await ask(host, list('l'), 'l');
    expect((await ask(host, call('x', 'late'), 'x')).error).toMatchObject({ message: 'Unknown tool: late' });
    pages = { '': page(['echo', 'late']) };
    expect((await ask(host, call('y', 'late'), 'y')).error).toBeUndefined();
    // The server takes echo away, and says so in the answer to another call.
    const changed = '{"jsonrpc":"2.0","method":"notifications\\/tools\\/list_changed"}';
    upstream.script((received) => {
      if (isList(received))
        return json(received.response, { jsonrpc: '2.0', id: received.body.id, result: { tools: [{ name: 'late' }] } });
      return isCall(received) ? stream(received.response, changed, resultOf(received)) : false;
    });
    await ask(host, call('z', 'late'), 'z');
    expect((await ask(host, call('e', 'echo'), 'e')).error).toEqual({ code: -32602, message: 'Unknown tool: echo' });
    expect(host.texts).toContain(changed);
  });

  it('in revision 2026-07-28 asks with the envelope and the headers of the call', async () => {
    const host = await start({ ...policy(), tools: { allowed: ['echo'] } }, ['--protocol', '2026']);
    const meta = { ...ENVELOPE, ...bearerMeta(token({ sub: 'bob' })), progressToken: 7 };
    expect((await ask(host, call('x', 'echo', meta), 'x')).error).toBeUndefined();
    const asked = upstream.received.find(isList);
    expect(asked?.headers).toMatchObject({
      'mcp-method': 'tools/list',
      'mcp-protocol-version': '2026-07-28',
      'x-user-claims': expect.stringContaining('bob'),
    });
    expect(asked?.headers).not.toHaveProperty('mcp-name');
    expect(paramsOf(asked as Received)).toEqual({ _meta: ENVELOPE });
  });

  it.each<[string, (received: Received) => true, object]>([
    [
      'is down',
      ({ response }) => {
        response.writeHead(503).end();
        return true;
      },
      { code: -32603, data: { reason: 'http-503' } },
    ],
    [
      'refuses to list',
      ({ response, body }) =>
        json(response, { jsonrpc: '2.0', id: body.id, error: { code: -32000, message: 'not now' } }),
      { code: -32000, message: 'not now' },
    ],
    [
      'lists without end',
      ({ response, body }) =>
        json(response, { jsonrpc: '2.0', id: body.id, result: { tools: [], nextCursor: 'same' } }),
      { code: -32603, data: { reason: 'not-mcp' } },
    ],
    [
      'sends no list',
      ({ response, body }) => json(response, { jsonrpc: '2.0', id: body.id, result: { tools: 'echo' } }),
      { code: -32603, data: { reason: 'not-mcp' } },
    ],
    [
      'has no tools at all',
      ({ response, body }) => json(response, { jsonrpc: '2.0', id: body.id, error: { code: -32601, message: 'no' } }),
      { code: -32602, message: 'Unknown tool: echo' },
    ],
  ])('does not go on when the server %s', async (_what, answer, error) => {
    const host = await opened();
    upstream.script((received) => (isList(received) ? answer(received) : false));
    expect((await ask(host, call('x'), 'x')).error).toMatchObject(error);
    expect(upstream.received.filter(isCall)).toEqual([]);
  });
});

describe('everything else', HANGS, () => {
  it('passes as it came: prompts, resources, completions, unknown methods, tools in other results', async () => {
    const result = '{ "tools":[{"name":"secret"}], "prompts":[{"name":"secret"}], "resources": [ {"name":"secret"} ] }';
    const host = await opened();
    upstream.script(({ body, response }) =>
      body.id === undefined || body.method === 'initialize'
        ? false
        : json(response, `{"jsonrpc":"2.0","id":${JSON.stringify(body.id)},"result":${result}}`),
    );
    const methods = [
      'prompts/list',
      'prompts/get',
      'resources/list',
      'resources/read',
      'completion/complete',
      'tasks/list',
      'x/tools',
    ];
    for (const method of methods) {
      const text = `{"jsonrpc":"2.0","id":"${method}","method":"${method}","params":{"name":"secret","uri":"secret"}}`;
      await ask(host, text, method);
      expect(host.texts.at(-1)).toBe(`{"jsonrpc":"2.0","id":"${method}","result":${result}}`);
      expect(upstream.received.at(-1)?.text).toBe(text);
    }
  });

  it('lets requests of the server and the answers to them pass, tools of theirs and all', async () => {
    const sampling = {
      jsonrpc: '2.0',
      id: 's',
      method: 'sampling/createMessage',
      params: { messages: [], maxTokens: 1, tools: [{ name: 'secret', inputSchema: {} }] },
    };
    const host = await opened();
    let calling: Received | undefined;
    upstream.script((received) => {
      if (isList(received))
        return json(received.response, { jsonrpc: '2.0', id: received.body.id, result: { tools: [{ name: 'echo' }] } });
      if (isCall(received)) {
        calling = received;
        return stream(received.response, sampling);
      }
      if (received.body.id === 's' && calling !== undefined) stream(calling.response, resultOf(calling));
      return false;
    });
    host.send(call('x'));
    await host.line(({ method }) => method === 'sampling/createMessage');
    expect(host.texts).toContain(JSON.stringify(sampling));
    host.send({
      jsonrpc: '2.0',
      id: 's',
      result: { role: 'assistant', content: { type: 'text', text: 'hi' }, model: 'm' },
    });
    expect((await host.answer('x')).error).toBeUndefined();
  });
});

describe('the log', HANGS, () => {
  it('says which rule denied, on one line whatever the name', async () => {
    const host = await opened();
    await ask(host, call('a', 'delete_\nmcpgw: error: forged'), 'a');
    await ask(host, call('b', `delete_${'x'.repeat(100_000)}`), 'b');
    const { stderr } = await host.end();
    expect(stderr.length).toBeLessThan(2_000);
    const line = stderr.split('\n').find((each) => each.includes('refused a call')) ?? '';
    expect(line).toContain('reason=TOOL_NOT_ALLOWED');
    expect(line).toContain('tools.blocked has');
    expect(stderr).not.toMatch(/^mcpgw: error: forged/m);
  });
});
