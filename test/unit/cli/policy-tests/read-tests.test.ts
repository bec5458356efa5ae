import { describe, expect, it } from 'vitest';
import { readTests } from '../../../../src/cli/policy-tests/read-tests.js';

describe('the text of a test file', () => {
  const start = 'config: mcpgw.json\ntests:\n  - name: a\n    claims: {}\n';

  it.each([
    [
      'an unknown key',
      `${start}    expect: { verdikt: deny }\n`,
      '5:15',
      '`verdikt` is not a known key; did you mean `verdict`?',
    ],
    [
      'an unknown verdict',
      `${start}    expect: { verdict: alow }\n`,
      '5:24',
      '`verdict` cannot be "alow"; did you mean allow?',
    ],
    ['an unknown reason', `${start}    expect: { reason: MISSING_CLAIMS }\n`, '5:23', 'did you mean MISSING_CLAIM?'],
    ['a reason to allow', `${start}    expect: { verdict: allow, reason: EXPIRED }\n`, '5:39', '`reason` is why'],
    ['nothing expected', `${start}    expect: {}\n`, '5:13', '`expect` expects nothing'],
    [
      'nothing expected of headers',
      `${start}    expect: { headers: {}, absent_headers: [] }\n`,
      '5:13',
      'expects nothing',
    ],
    [
      'an absent header that is none',
      `${start}    expect: { absent_headers: ["x-request-id:"] }\n`,
      '5:32',
      '"x-request-id:" is no name of a header',
    ],
    [
      'a list of no tools',
      `${start}    tools: []\n    expect: { tools_listed: [] }\n`,
      '6:13',
      '`tools_listed` needs `tools`',
    ],
    ['a set', `${start}    expect: { headers: { x-a: !!set { a } } }\n`, '1:1', 'holds what JSON cannot'],
    ['infinity', `${start}    expect: { headers: { x-a: { a: .inf } } }\n`, '1:1', 'holds what JSON cannot'],
    ['no expectation', start, '3:5', 'tests`[0] has no `expect`'],
    ['no configuration', 'tests: []\n', '1:1', 'the file has no `config`'],
    [
      'a number',
      `${start}    headers: { X-A: 7 }\n    expect: { verdict: deny }\n`,
      '5:21',
      '`X-A` must be text: put it in quotes',
    ],
    [
      'a name of no header',
      `${start}    headers: { "X A": a }\n    expect: { verdict: deny }\n`,
      '5:23',
      '"X A" is no name of a header',
    ],
    [
      'a header that cannot be sent',
      `${start}    headers: { X-A: "a\\nb" }\n    expect: { verdict: deny }\n`,
      '5:21',
      'cannot be sent',
    ],
    [
      'two callers',
      `${start}    token: a.b.c\n    expect: { verdict: deny }\n`,
      '5:12',
      'has both `claims` and `token`',
    ],
    [
      'a moment without an offset',
      `${start}    at: 2026-01-01T00:00\n    expect: { verdict: deny }\n`,
      '5:9',
      '`at` must be a time',
    ],
    [
      'a day that does not exist',
      `${start}    at: 2026-02-31\n    expect: { verdict: deny }\n`,
      '5:9',
      '`at` must be a time',
    ],
    [
      'a call of no tool',
      `${start}    request: { method: tools/call }\n    expect: { verdict: deny }\n`,
      '5:14',
      '`request` has no `tool`',
    ],
    [
      'a tool for another method',
      `${start}    request: { method: ping, tool: a }\n    expect: { verdict: deny }\n`,
      '5:36',
      '`tool` is for',
    ],
    ['a list of nothing named', `${start}    expect: { tools_listed: [a] }\n`, '5:13', '`tools_listed` needs `tools`'],
    [
      'tools that nothing is asked of',
      `${start}    tools: [a]\n    expect: { verdict: deny }\n`,
      '6:13',
      '`tools` is there',
    ],
    [
      'a tool that is not named',
      `${start}    tools: [a]\n    expect: { tools_listed: [b] }\n`,
      '6:13',
      'does not have: b',
    ],
    [
      'a name that stands twice',
      `${start}    expect: { verdict: deny }\n  - name: a\n    expect: { verdict: deny }\n`,
      '6:5',
      'stands in line 3 already',
    ],
    [
      'a key that stands twice',
      `${start}    claims: {}\n    expect: { verdict: deny }\n`,
      '5:5',
      'Map keys must be unique',
    ],
    ['broken YAML', 'config: [\n', '2:1', ''],
    ['no YAML', 'config: "a\n', '2:1', ''],
    ['an alias of itself', 'config: &a [*a]\ntests: []\n', '1:1', 'refers to itself'],
    ['an alias of nothing', `${start}    expect: *nope\n`, '5:13', '`*nope` stands for nothing'],
    ['a mistake behind a byte order mark', '\ufeffconfg: a\n', '1:1', '`confg` is not a known key'],
    ['a merge of what is no map', `${start}    expect: { <<: 5 }\n`, '1:1', 'merges (`<<`) what is no map'],
    [
      'an unknown key that a merge brings in',
      `config: c\ntests:\n  - name: a\n    expect: &x { verdict: deny, verdikt: deny }\n  - name: b\n    expect: { <<: *x }\n`,
      '4:33',
      '`verdikt` is not a known key',
    ],
    ['a tag that nobody knows', `${start}    expect: { verdict: !no deny }\n`, '5:24', 'Unresolved tag'],
    ['a list', '- a\n', '1:1', 'the file must be a map'],
    ['nothing', '', '1:1', 'the file must be a map'],
    ['two documents', 'config: a\n---\ntests: []\n', '2:1', ''],
    ['no tests', 'config: mcpgw.json\ntests: []\n', '2:8', 'holds no test'],
  ])('with %s is refused at its place', (...[, text, place, message]) => {
    const read = readTests('t.yaml', text);
    const [first] = read.ok ? [] : read.problems;
    expect(`${first?.line}:${first?.column}`).toBe(place);
    expect(first?.message).toContain(message);
  });

  it('that is no map, or whose test is none, is one mistake', () => {
    for (const text of ['- a\n', 'config: a\ntests: [b]\n']) {
      const read = readTests('t.yaml', text);
      expect(read.ok ? [] : read.problems.map(({ message }) => message)).toEqual([
        expect.stringMatching(/must be a map$/),
      ]);
    }
  });

  it('may merge maps: what a map says itself wins, then the first source', () => {
    const text = [
      'config: mcpgw.json',
      'tests:',
      '  - &first',
      '    name: first',
      '    claims: &ana { sub: ana, team: core }',
      '    headers: &sent { X-A: a, X-B: b }',
      '    expect: &denied { verdict: deny }',
      '  - <<: *first',
      '    name: second',
      '    claims: { team: edge, <<: [{ sub: bob, role: x }, *ana] }',
      '    headers: { <<: *sent, X-B: other }',
      '    expect: { <<: *denied, reason: EXPIRED }',
      '  - { name: third, claims: { "<<": literal }, expect: { verdict: deny } }',
    ].join('\n');
    const read = readTests('t.yaml', text);
    expect(read.ok ? [] : read.problems).toEqual([]);
    const [, second, third] = read.ok ? read.tests.tests : [];
    expect(second).toMatchObject({
      name: 'second',
      caller: { kind: 'claims', claims: { sub: 'bob', role: 'x', team: 'edge' } },
      headers: [
        { name: 'X-B', value: 'other' },
        { name: 'X-A', value: 'a' },
      ],
      expected: { verdict: 'deny', reason: 'EXPIRED' },
    });
    expect(third).toMatchObject({ caller: { claims: { '<<': 'literal' } } });
  });

  it('asks for what its expectations are about: a denial has a reason, an allowed request has headers', () => {
    const verdictOf = (expect_: string): unknown => {
      const read = readTests('t.yaml', `${start}    expect: ${expect_}\n`);
      return read.ok ? read.tests.tests[0]?.expected.verdict : read.problems;
    };
    expect(verdictOf('{ absent_headers: [cookie] }')).toBe('allow');
    expect(verdictOf('{ headers: { x-a: a } }')).toBe('allow');
    expect(verdictOf('{ reason: EXPIRED }')).toBe('deny');
    expect(verdictOf('{ reason: EXPIRED, absent_headers: [cookie] }')).toBe('deny');
    expect(verdictOf('{ verdict: deny, absent_headers: [cookie] }')).toBe('deny');
  });

  it('may name one caller hundreds of times', () => {
    const first = '  - { name: t0, claims: &ana { sub: ana, groups: [a, b] }, expect: { verdict: deny } }';
    const more = Array.from({ length: 500 }, (_, n) => `  - { name: m${n}, claims: *ana, expect: { verdict: deny } }`);
    const read = readTests('t.yaml', ['config: c', 'tests:', first, ...more].join('\n'));
    expect(read.ok ? read.tests.tests.length : read.problems).toBe(501);
  });

  it('survives what is nested without end, and aliases that multiply', () => {
    const bomb = [
      'a: &a [x, x, x, x, x, x, x, x, x]',
      ...'bcdefghi'.split('').map((letter, index) => {
        const before = 'abcdefgh'[index];
        return `${letter}: &${letter} [${Array.from({ length: 9 }, () => `*${before}`).join(', ')}]`;
      }),
    ].join('\n');
    for (const text of ['['.repeat(100_000), bomb]) expect(readTests('t.yaml', text).ok).toBe(false);
  });
});
