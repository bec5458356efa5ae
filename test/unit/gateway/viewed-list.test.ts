import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { viewedList } from '../../../src/gateway/tools/viewed-list.js';

const view = (...hidden: readonly string[]) => ({
  isShown: (tool: string): boolean => !hidden.includes(tool),
  isPersonal: false,
});
const answerOf = (result: string) => ({
  text: `{"jsonrpc":"2.0","id":1,"result":${result}}`,
  result: JSON.parse(result) as unknown,
});

describe('a list of tools as its caller sees it', () => {
  it('is the very text where nothing is hidden', () => {
    const answer = answerOf('{ "tools" :[ {"name":"a","n":1.0} ] , "cacheScope":"public"}');
    expect(viewedList(answer, view())).toEqual({ kind: 'list', text: answer.text, names: ['a'], nameless: 0 });
  });

  it('may not be kept for others when it is personal', () => {
    const answer = answerOf('{"cacheScope" : "public", "tools":[{"name":"a"},{"name":"b"}]}');
    expect(viewedList(answer, { ...view('a'), isPersonal: true })).toMatchObject({
      text: '{"jsonrpc":"2.0","id":1,"result":{"cacheScope" : "private", "tools":[{"name":"b"}]}}',
    });
    const own = answerOf('{"cacheScope":"private","tools":[]}');
    expect(viewedList(own, { ...view(), isPersonal: true })).toMatchObject({ text: own.text });
  });

  it('is nothing yet in an interim result', () => {
    expect(viewedList(answerOf('{"resultType":"input_required","inputRequests":{}}'), view())).toEqual({
      kind: 'interim',
    });
    expect(viewedList(answerOf('{"resultType":"complete"}'), view())).toEqual({ kind: 'not-understood' });
  });

  it('loses the hidden entries and nothing else, whatever the entries and the text around them are', () => {
    const space = fc.constantFrom('', ' ', '\n', '\t ');
    const name = fc.constantFrom('a', 'b', 'c', '', '\u{1F600}', '"', '\\');
    const entry = fc.tuple(fc.option(name), fc.jsonValue({ maxDepth: 2 }), space).map(([named, extra, gap]) => {
      const members = [
        ...(named === null ? [] : [`"name"${gap}:${JSON.stringify(named)}`]),
        `"x":${gap}${JSON.stringify(extra)}`,
        '"n":12345678901234567890.10',
      ];
      return { named, text: `{${members.join(',')}${gap}}` };
    });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 6 }), fc.array(name), space, (entries, hidden, gap) => {
        const rest = `"nextCursor"${gap}:"c","n":1e400,"cacheScope":"public"`;
        const list = entries.map(({ text }) => gap + text + gap).join(',');
        const kept = entries.filter(({ named }) => named !== null && !hidden.includes(named));
        const result = `{${gap}"tools":[${list}],${rest}}`;
        const seen = viewedList(answerOf(result), view(...hidden));
        const isWhole = kept.length === entries.length;
        const expected = isWhole ? result : `{${gap}"tools":[${kept.map(({ text }) => text).join(',')}],${rest}}`;
        expect(seen).toEqual({
          kind: 'list',
          text: answerOf('{}').text.replace('{}', () => expected),
          names: entries.flatMap(({ named }) => named ?? []),
          nameless: entries.filter(({ named }) => named === null).length,
        });
      }),
      { numRuns: 500 },
    );
  });
});
