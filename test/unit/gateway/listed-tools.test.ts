// What the gateway remembers of the lists of an upstream, asked through an asker whose every answer the test gives.
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Exchange, ExchangeEnd } from '../../../src/gateway/streamable-http.js';
import { rememberListedTools, type ListAsker, type ListRequest } from '../../../src/gateway/tools/listed-tools.js';
import { openUpstream } from '../../../src/gateway/upstream.js';

interface Asked {
  readonly request: ListRequest;
  readonly answer: (result: object) => void;
  readonly aborted: () => boolean;
}

function stage(reply: (asked: Asked) => void) {
  const all: Asked[] = [];
  const passedOn: string[] = [];
  const upstream = openUpstream({
    name: 'demo',
    url: 'https://mcp.example.com/',
    isUrlSecret: false,
    hold: () => undefined,
    host: { now: () => 0, randomBytes: (count) => new Uint8Array(count), network: () => '' },
    log: { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined },
  });
  const asker: ListAsker = {
    upstream,
    send: (request, onMessage): Exchange => {
      let end: (how: ExchangeEnd) => void = () => undefined;
      let isAborted = false;
      const ended = new Promise<ExchangeEnd>((resolve) => {
        end = resolve;
      });
      const asked: Asked = {
        request,
        answer: (result) => void onMessage(JSON.stringify({ jsonrpc: '2.0', id: request.id, result })),
        aborted: () => isAborted,
      };
      all.push(asked);
      queueMicrotask(() => {
        void onMessage('{"jsonrpc":"2.0","method":"notifications/message","params":{}}');
        reply(asked);
      });
      return {
        end: ended,
        abort: () => {
          isAborted = true;
          end({ kind: 'aborted' });
        },
      };
    },
    passOn: (text) => {
      passedOn.push(text);
      return undefined;
    },
  };
  return { asker, all, passedOn };
}

const tools = (...names: readonly string[]): object => ({ tools: names.map((name) => ({ name })) });

describe('the names that an upstream has listed', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('belong to one caller and not to another', async () => {
    const { asker, all } = stage(({ answer }) => answer(tools()));
    const listed = rememberListedTools();
    listed.learn('ana', { names: ['a'], isFirst: true });
    expect(await listed.look({ caller: 'ana', headers: [], tool: 'a', asker })).toBe('listed');
    expect(all).toHaveLength(0);
    expect(await listed.look({ caller: 'bob', headers: [], tool: 'a', asker })).toBe('unknown');
  });

  it('start over with a first page, and grow with the next', async () => {
    const { asker } = stage(({ answer }) => answer(tools()));
    const listed = rememberListedTools();
    const look = (tool: string) => listed.look({ caller: 'ana', headers: [], tool, asker });
    listed.learn('ana', { names: ['a'], isFirst: true });
    listed.learn('ana', { names: ['b'], isFirst: false });
    expect([await look('a'), await look('b')]).toEqual(['listed', 'listed']);
    listed.learn('ana', { names: ['b'], isFirst: true });
    expect(await look('b')).toBe('listed');
    expect(await look('a')).toBe('unknown');
  });

  it('answer a question, and are not remembered, when they have changed meanwhile', async () => {
    const listed = rememberListedTools();
    const { asker, all } = stage(({ answer }) => {
      listed.forget();
      answer(tools('a'));
    });
    expect(await listed.look({ caller: 'ana', headers: [], tool: 'a', asker })).toBe('listed');
    expect(await listed.look({ caller: 'ana', headers: [], tool: 'a', asker })).toBe('listed');
    expect(all).toHaveLength(2);
  });

  it('are asked for again once many other callers have listed', async () => {
    const { asker, all } = stage(({ answer }) => answer(tools('a')));
    const listed = rememberListedTools();
    for (let index = 0; index < 257; index++) listed.learn(`caller-${index}`, { names: ['a'], isFirst: true });
    await listed.look({ caller: 'caller-256', headers: [], tool: 'a', asker });
    expect(all).toHaveLength(0);
    await listed.look({ caller: 'caller-0', headers: [], tool: 'a', asker });
    expect(all).toHaveLength(1);
  });

  it('are asked for once by calls that are alike, and apart by those with other headers', async () => {
    const { asker, all } = stage(({ answer }) => answer(tools('a')));
    const listed = rememberListedTools();
    const look = (tenant: string) => listed.look({ caller: 'ana', headers: ['x-tenant-id', tenant], tool: 'b', asker });
    expect(await Promise.all([look('one'), look('one'), look('two')])).toEqual(['unknown', 'unknown', 'unknown']);
    expect(all).toHaveLength(2);
  });

  it('are given up where a cursor comes back', async () => {
    const { asker, all } = stage(({ answer, request }) =>
      answer({ ...tools('a'), nextCursor: request.params['cursor'] === 'one' ? 'two' : 'one' }),
    );
    const found = await rememberListedTools().look({ caller: 'ana', headers: [], tool: 'b', asker });
    expect(found).toMatchObject({ error: { code: -32603, data: { reason: 'not-mcp' } } });
    expect(all.map(({ request }) => request.params)).toEqual([{}, { cursor: 'one' }, { cursor: 'two' }]);
  });

  it('leave what else the upstream says to the host', async () => {
    const { asker, passedOn } = stage(({ answer }) => answer(tools('a')));
    await rememberListedTools().look({ caller: 'ana', headers: [], tool: 'a', asker });
    expect(passedOn).toEqual(['{"jsonrpc":"2.0","method":"notifications/message","params":{}}']);
  });

  it('are waited for 30 s, and a stream that stays open after the answer for one', async () => {
    vi.useFakeTimers();
    const silent = stage(() => undefined);
    const found = rememberListedTools().look({ caller: 'ana', headers: [], tool: 'a', asker: silent.asker });
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await found).toMatchObject({ error: { code: -32603, data: { reason: 'timeout', retryable: true } } });
    const open = stage(({ answer }) => answer(tools('a')));
    expect(await rememberListedTools().look({ caller: 'ana', headers: [], tool: 'a', asker: open.asker })).toBe(
      'listed',
    );
    expect(open.all[0]?.aborted()).toBe(false);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(open.all[0]?.aborted()).toBe(true);
  });
});
