import { describe, expect, it } from 'vitest';
import { askedIn, createAwaitedAnswers, type Awaiting } from '../../../../src/gateway/legacy/awaited-answers.js';

function stage() {
  const answers = createAwaitedAnswers();
  const got: string[] = [];
  const ask = (id: string | number, progressToken?: string | number): Awaiting => {
    const name = `${typeof id} ${id}`;
    return {
      asked: { id, method: 'tools/call', progressToken },
      onMessage: (text) => void got.push(`${name} got ${text}`),
      onAnswered: (isError) => void got.push(`${name} is over, ${isError ? 'error' : 'result'}`),
    };
  };
  const give = (message: object | string): void => {
    const text = typeof message === 'string' ? message : JSON.stringify(message);
    void answers.give(text, () => void got.push(`others got ${text}`));
  };
  return { answers, got, ask, give };
}

const answer = (id: unknown): string => JSON.stringify({ jsonrpc: '2.0', id, result: {} });

describe('answers on one stream', () => {
  it('go to the request with their id and its type, once', () => {
    const { answers, got, ask, give } = stage();
    expect([answers.add(ask(1)), answers.add(ask('1'))]).toEqual([true, true]);
    give(answer('1'));
    give(answer('1'));
    give({ jsonrpc: '2.0', id: 1, error: { code: 1, message: 'x' } });
    expect(got).toEqual([
      `string 1 got ${answer('1')}`,
      'string 1 is over, result',
      `others got ${answer('1')}`,
      'number 1 got {"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}}',
      'number 1 is over, error',
    ]);
  });

  it.each([
    '{"jsonrpc":"2.0","id":1,"method":"ping"}',
    '{"jsonrpc":"2.0","method":"notifications/message","params":{}}',
    '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"other"}}',
    '{"jsonrpc":"2.0","method":"notifications/progress"}',
    '{"id":1,"result":{}}',
    '[{"jsonrpc":"2.0","id":1,"result":{}}]',
    'no json',
    'null',
  ])('are not taken from what is none: %s', (text) => {
    const { answers, got, ask, give } = stage();
    answers.add(ask(1, 't'));
    give(text);
    expect(got).toEqual([`others got ${text}`]);
  });

  it('bring progress to the request with its token, as long as that is under way', () => {
    const { answers, got, ask, give } = stage();
    const progress = '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"t"}}';
    answers.add(ask(1, 't'));
    give(progress);
    give(answer(1));
    give(progress);
    expect(got).toEqual([
      `number 1 got ${progress}`,
      `number 1 got ${answer(1)}`,
      'number 1 is over, result',
      `others got ${progress}`,
    ]);
  });

  it('that may still come keep their id from others', () => {
    const { answers, got, ask, give } = stage();
    const [first, second, third] = [ask(1), ask(2), ask(3)];
    for (const each of [first, second, third]) answers.add(each);
    expect(answers.add(ask(1))).toBe(false);
    answers.remove(first, false);
    answers.remove(second, true);
    expect([answers.add(ask(1)), answers.add(ask(2))]).toEqual([false, true]);
    give(answer(1));
    expect(got).toEqual([`others got ${answer(1)}`]);
    expect(answers.add(ask(1))).toBe(true);
    // One that is over takes nothing of its successor.
    answers.remove(first, false);
    expect(answers.add(ask(1))).toBe(false);
  });

  it('that never come are remembered up to a bound', () => {
    const { answers, ask } = stage();
    for (let id = 0; id <= 10_000; id++) {
      const awaiting = ask(id);
      answers.add(awaiting);
      answers.remove(awaiting, false);
    }
    expect([answers.add(ask(0)), answers.add(ask(1))]).toEqual([true, false]);
  });
});

describe('a message', () => {
  it('asks where it has an id and a method', () => {
    const params = { _meta: { progressToken: 7 } };
    expect(askedIn(JSON.stringify({ jsonrpc: '2.0', id: 'a', method: 'm', params }))).toEqual({
      id: 'a',
      method: 'm',
      progressToken: 7,
    });
    expect(askedIn('{"jsonrpc":"2.0","id":1,"method":"m"}')).toMatchObject({ progressToken: undefined });
    for (const text of ['{"jsonrpc":"2.0","method":"m"}', '{"jsonrpc":"2.0","id":1,"result":{}}', '', 'x']) {
      expect(askedIn(text)).toBeUndefined();
    }
  });
});
