// What is known of the parameters that an upstream wants as headers: learnt from lists that pass, asked for when a call
// needs it, once for all that ask, and again when it turns out to be wrong.
import { describe, expect, it } from 'vitest';
import type { ListAsker } from '../../../src/gateway/tools/listed-tools.js';
import { createParamMirror, type ParamMirror } from '../../../src/gateway/tools/param-mirror.js';
import { openUpstream } from '../../../src/gateway/upstream.js';

const warnings: string[] = [];
const log = {
  error: () => undefined,
  warn: (message: string) => void warnings.push(message),
  info: () => undefined,
  debug: () => undefined,
};
const upstream = openUpstream({
  name: 'demo',
  url: 'http://127.0.0.1:1/mcp',
  isUrlSecret: false,
  hold: () => undefined,
  host: { now: () => 0, randomBytes: (count) => new Uint8Array(count), network: () => '' },
  log,
});

const tool = (name: string, header?: unknown) => ({
  name,
  inputSchema: {
    type: 'object',
    properties: { a: { type: 'string', ...(header !== undefined && { 'x-mcp-header': header }) } },
  },
});

interface Stage {
  readonly mirror: ParamMirror;
  readonly asker: ListAsker;
  /** How often a list was asked for. */
  readonly asked: () => number;
}

function stage(pages: () => readonly (readonly object[])[] | 'fails'): Stage {
  let asked = 0;
  const asker: ListAsker = {
    upstream,
    passOn: () => undefined,
    send: ({ id, params }, onMessage) => {
      asked++;
      const all = pages();
      if (all === 'fails') {
        return {
          end: Promise.resolve({ kind: 'failed', error: new Error('x'), maySent: false, stream: undefined }),
          abort: () => undefined,
        };
      }
      const index = Number(params['cursor'] ?? 0);
      const result = { tools: all[index], ...(index + 1 < all.length && { nextCursor: String(index + 1) }) };
      const end = Promise.resolve().then(() => {
        void onMessage(JSON.stringify({ jsonrpc: '2.0', id, result }));
        return { kind: 'aborted' } as const;
      });
      return { end, abort: () => undefined };
    },
  };
  return { mirror: createParamMirror({ server: 'demo', log }), asker, asked: () => asked };
}

const names = (params: Awaited<ReturnType<ParamMirror['paramsOf']>>): unknown =>
  params === 'hidden' ? params : params.map(({ name }) => name);

/** A list as it passes. */
function passing(mirror: ParamMirror, tools: readonly object[], { caller = 'ana', isFirst = true } = {}): string {
  const result = { tools };
  const text = JSON.stringify({ jsonrpc: '2.0', id: 1, result });
  const seen = mirror.screen({ caller, isFirst, next: undefined })({ text, result });
  return 'text' in seen ? seen.text : '';
}

describe('the parameters of a tool', () => {
  it('are learnt from the lists that pass, page by page, and nobody is asked', async () => {
    const { mirror, asker, asked } = stage(() => [[]]);
    passing(mirror, [tool('one', 'A')]);
    passing(mirror, [tool('two', 'B'), tool('three')], { isFirst: false });
    for (const [name, expected] of [
      ['one', ['Mcp-Param-A']],
      ['two', ['Mcp-Param-B']],
      ['three', []],
    ] as const) {
      expect(names(await mirror.paramsOf({ caller: 'ana', tool: name, asker }))).toEqual(expected);
    }
    expect(asked()).toBe(0);
    // A first page starts over.
    passing(mirror, [tool('one', 'C')]);
    expect(names(await mirror.paramsOf({ caller: 'ana', tool: 'one', asker }))).toEqual(['Mcp-Param-C']);
  });

  it('are asked for before a call when no list had them, on every page, once for all that call', async () => {
    const { mirror, asker, asked } = stage(() => [[tool('one', 'A')], [tool('two', 'B')]]);
    const looks = ['two', 'one', 'two'].map((name) => mirror.paramsOf({ caller: 'ana', tool: name, asker }));
    expect((await Promise.all(looks)).map(names)).toEqual([['Mcp-Param-B'], ['Mcp-Param-A'], ['Mcp-Param-B']]);
    expect(asked()).toBe(2);
  });

  it('are those that the caller is shown, not those of another', async () => {
    const { mirror, asker, asked } = stage(() => [[tool('one', 'Own')]]);
    passing(mirror, [tool('one', 'Theirs')], { caller: 'bob' });
    expect(names(await mirror.paramsOf({ caller: 'ana', tool: 'one', asker }))).toEqual(['Mcp-Param-Own']);
    expect(asked()).toBe(1);
  });

  it('are asked for again when they turn out to be wrong, and when the upstream says that its tools have changed', async () => {
    let header = 'Old';
    const { mirror, asker, asked } = stage(() => [[tool('one', header)]]);
    expect(names(await mirror.paramsOf({ caller: 'ana', tool: 'one', asker }))).toEqual(['Mcp-Param-Old']);
    header = 'New';
    expect(names(await mirror.paramsOf({ caller: 'ana', tool: 'one', asker, isWrong: true }))).toEqual([
      'Mcp-Param-New',
    ]);
    header = 'Newer';
    mirror.forget();
    expect(names(await mirror.paramsOf({ caller: 'ana', tool: 'one', asker }))).toEqual(['Mcp-Param-Newer']);
    expect(asked()).toBe(3);
  });

  it('of a tool that is not listed are none, and the list is not asked for at every call', async () => {
    const { mirror, asker, asked } = stage(() => [[tool('one', 'A')]]);
    for (let call = 0; call < 3; call++) {
      expect(await mirror.paramsOf({ caller: 'ana', tool: 'other', asker })).toEqual([]);
    }
    expect(asked()).toBe(1);
  });

  it('are none when the list cannot be had: the call goes, and the next one asks again', async () => {
    const { mirror, asker, asked } = stage(() => 'fails');
    expect(await mirror.paramsOf({ caller: 'ana', tool: 'one', asker })).toEqual([]);
    expect(await mirror.paramsOf({ caller: 'ana', tool: 'one', asker })).toEqual([]);
    expect(asked()).toBe(2);
  });
});

describe('a tool with an invalid annotation', () => {
  it('is cut out of the list, said in the log, and not to be called; the others stay to the letter', async () => {
    const { mirror, asker } = stage(() => [[]]);
    const good = tool('good', 'A');
    expect(passing(mirror, [good, tool('bad', 'no header'), tool('plain')])).toBe(
      JSON.stringify({ jsonrpc: '2.0', id: 1, result: { tools: [good, tool('plain')] } }),
    );
    expect(warnings).toContain('hid a tool');
    expect(await mirror.paramsOf({ caller: 'ana', tool: 'bad', asker })).toBe('hidden');
  });

  it.each([[{ tools: 'none' }], [{}], ['text'], [undefined]])(
    'in a list that is none is nobody: %j passes',
    (result) => {
      const { mirror } = stage(() => [[]]);
      const text = JSON.stringify({ jsonrpc: '2.0', id: 1, result });
      expect(mirror.screen({ caller: 'ana', isFirst: true, next: undefined })({ text, result })).toEqual({ text });
    },
  );
});
