// Which requests do no harm when they run twice, by the lists that passed.
import { describe, expect, it } from 'vitest';
import { createToolHints, type ToolHints } from '../../../src/gateway/tools/tool-hints.js';

const tool = (name: string, annotations?: object): object => ({ name, ...(annotations && { annotations }) });

interface Page {
  readonly caller?: string;
  readonly cursor?: string;
}

function lists(hints: ToolHints, tools: unknown, { caller = 'ana', cursor }: Page = {}): void {
  const params = cursor === undefined ? {} : { cursor };
  const result = { tools };
  hints.screen(
    { method: 'tools/list', params },
    { caller, next: undefined },
  )?.({ text: JSON.stringify({ result }), result });
}

const repeatOf = (hints: ToolHints, name: unknown, caller = 'ana'): string =>
  hints.repeatOf({ method: 'tools/call', params: { name } }, caller);

describe('a request', () => {
  it.each(['ping', 'tools/list', 'prompts/get', 'resources/read', 'completion/complete', 'server/discover'])(
    'that only reads does no harm: %s',
    (method) => {
      expect(createToolHints().repeatOf({ method, params: {} }, 'ana')).toBe('harmless');
    },
  );

  it.each(['initialize', 'logging/setLevel', 'resources/subscribe', 'tasks/cancel', 'acme/unknown', 'toString'])(
    'of which nothing is known may: %s',
    (method) => {
      expect(createToolHints().repeatOf({ method, params: {} }, 'ana')).toBe('if-not-run');
    },
  );
});

describe('a call', () => {
  it.each<[object | undefined, string]>([
    [{ readOnlyHint: true }, 'harmless'],
    [{ idempotentHint: true }, 'harmless'],
    [{ idempotentHint: true, destructiveHint: true, readOnlyHint: false }, 'harmless'],
    [{}, 'if-not-run'],
    [undefined, 'if-not-run'],
    [{ readOnlyHint: false, idempotentHint: false }, 'if-not-run'],
    [{ readOnlyHint: 'true' }, 'if-not-run'],
    [{ readOnlyHint: 1 }, 'if-not-run'],
    [{ destructiveHint: false }, 'if-not-run'],
  ])('of a tool with the annotations %j: %s', (annotations, expected) => {
    const hints = createToolHints();
    lists(hints, [tool('a', annotations)]);
    expect(repeatOf(hints, 'a')).toBe(expected);
  });

  it.each([undefined, 7, 'b', '__proto__', 'constructor'])('of what was not listed may do harm: %j', (name) => {
    const hints = createToolHints();
    lists(hints, [tool('a', { readOnlyHint: true })]);
    expect(repeatOf(hints, name)).toBe('if-not-run');
  });

  it('is judged by what its own caller was shown', () => {
    const hints = createToolHints();
    lists(hints, [tool('a', { readOnlyHint: true })], { caller: 'ana' });
    lists(hints, [tool('a')], { caller: 'ben' });
    expect([repeatOf(hints, 'a', 'ana'), repeatOf(hints, 'a', 'ben')]).toEqual(['harmless', 'if-not-run']);
  });

  it('is judged by the latest list, all pages of it', () => {
    const hints = createToolHints();
    lists(hints, [tool('a', { readOnlyHint: true })]);
    lists(hints, [tool('b', { idempotentHint: true })], { cursor: '2' });
    expect([repeatOf(hints, 'a'), repeatOf(hints, 'b')]).toEqual(['harmless', 'harmless']);
    lists(hints, [tool('a')]);
    expect([repeatOf(hints, 'a'), repeatOf(hints, 'b')]).toEqual(['if-not-run', 'if-not-run']);
  });

  it('of a name that is listed twice counts by the worse of both', () => {
    for (const order of [
      [{ readOnlyHint: true }, {}],
      [{}, { readOnlyHint: true }],
    ]) {
      const hints = createToolHints();
      lists(
        hints,
        order.map((annotations) => tool('a', annotations)),
      );
      expect(repeatOf(hints, 'a')).toBe('if-not-run');
    }
  });

  it('may do harm once the tools have changed, also by a list that was asked for before', () => {
    const hints = createToolHints();
    const result = { tools: [tool('a', { readOnlyHint: true })] };
    const screen = hints.screen({ method: 'tools/list', params: {} }, { caller: 'ana', next: undefined });
    hints.forget();
    screen?.({ text: '', result });
    expect(repeatOf(hints, 'a')).toBe('if-not-run');
    lists(hints, result.tools);
    expect(repeatOf(hints, 'a')).toBe('harmless');
    hints.forget();
    expect(repeatOf(hints, 'a')).toBe('if-not-run');
  });

  it('learns nothing from what is no list, and leaves every answer as it is', () => {
    const hints = createToolHints();
    lists(hints, [tool('a', { readOnlyHint: true })]);
    for (const odd of [undefined, 7, {}, [null, 1, 'x', { name: 3 }, []]]) {
      lists(hints, odd, { cursor: '2' });
      expect(repeatOf(hints, 'a')).toBe('harmless');
    }
    const next = () => ({ text: 'screened' });
    expect(hints.screen({ method: 'prompts/list', params: {} }, { caller: 'ana', next })).toBe(next);
    const screen = hints.screen({ method: 'tools/list', params: {} }, { caller: 'ana', next });
    expect(screen?.({ text: 'whole', result: {} })).toEqual({ text: 'screened' });
  });
});
