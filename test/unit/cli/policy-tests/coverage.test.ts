import { writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goodToken } from '../../../support/jwt.js';
import { ANA, at, CONFIG, key, later, WRITER } from '../../../support/policy-test-stage.js';
import { runProgram } from '../../../support/run-program.js';
import { createTestHost, type TestHost } from '../../../support/test-host.js';

let world: TestHost;
beforeAll(async () => {
  world = await createTestHost();
});
afterAll(() => world.remove());

async function put(name: string, content: object): Promise<void> {
  await writeFile(path.join(world.directory, name), JSON.stringify(content), { mode: 0o600 });
}

describe('--coverage', () => {
  async function undecided(tests: readonly object[], config: object = CONFIG): Promise<readonly string[]> {
    await put('mcpgw.json', config);
    await put('t.json', {
      config: 'mcpgw.json',
      tests: tests.map((test, index) => ({ name: `t${index}`, expect: { verdict: 'allow' }, ...test })),
    });
    const { stdout } = await runProgram({ words: ['test', 't.json', '--coverage', '--json'], world });
    const { coverage } = JSON.parse(stdout) as { coverage: { rules: { rule: string; decided: boolean }[] }[] };
    return coverage.flatMap(({ rules }) => rules.filter(({ decided }) => !decided).map(({ rule }) => rule));
  }

  const ALL = [
    'requiredClaims["email"]',
    'claimValues["groups"]',
    'tools.allowed',
    'tools.allowed["create_*"]',
    'tools.allowed["read_*"]',
    'tools.allowed["export_all"]',
    'tools.blocked["export_*"]',
    'tool_authorization["create_*"]',
    'forward_headers["x-request-id"]',
    'forward_headers["x-org"]',
  ];

  it('names every rule that no test made decide', async () => {
    expect(await undecided([{ claims: ANA }])).toEqual(ALL);
  });

  it.each([
    ['a missing claim', { claims: { sub: 'a', groups: ['engineering'] } }, ['requiredClaims["email"]']],
    ['a claim of another value', { claims: { ...ANA, groups: [] } }, ['claimValues["groups"]']],
    ['both', { claims: {} }, ['requiredClaims["email"]', 'claimValues["groups"]']],
    ['a verified token', { at, token: goodToken(key, { email: 'e' }) }, ['claimValues["groups"]']],
    [
      'a token in its header',
      { at, headers: { authorization: `Bearer ${goodToken(key, { email: 'e' })}` } },
      ['claimValues["groups"]'],
    ],
    ['a token that is refused before', { at: later, token: goodToken(key, {}) }, []],
    ['a blocked tool', { claims: ANA, request: { tool: 'export_x' } }, ['tools.blocked["export_*"]']],
    ['a tool that nothing allows', { claims: ANA, request: { tool: 'drop' } }, ['tools.allowed']],
    ['a tool that is allowed', { claims: ANA, request: { tool: 'read_x' } }, ['tools.allowed["read_*"]']],
    ['a tool of others', { claims: ANA, request: { tool: 'create_x' } }, ['tool_authorization["create_*"]']],
    [
      'a tool, by a caller that is denied',
      { claims: {}, request: { tool: 'export_x' } },
      ['requiredClaims["email"]', 'claimValues["groups"]'],
    ],
    ['a header', { claims: ANA, headers: { 'X-REQUEST-ID': '1' } }, ['forward_headers["x-request-id"]']],
    ['a renamed header', { claims: ANA, headers: { 'X-Org': '1' } }, ['forward_headers["x-org"]']],
  ])('counts what decided: %s', async (_what, test, decided) => {
    expect(await undecided([test])).toEqual(ALL.filter((rule) => !decided.includes(rule)));
  });

  it('counts tools that are listed or hidden, and is content at last', async () => {
    const tools = ['create_a', 'read_a', 'export_all', 'drop'];
    const rest = [
      { claims: {} },
      { claims: ANA, tools, headers: { 'x-request-id': '1', 'x-org': '2' }, expect: { tools_listed: ['read_a'] } },
      { claims: WRITER, request: { tool: 'create_a' } },
    ];
    // Blocked for everybody: its entry among those that are allowed never lets it through.
    expect(await undecided(rest)).toEqual(['tools.allowed["export_all"]']);
  });

  it('knows what all-except excludes and renames', async () => {
    const forward = { mode: 'all-except', headers: ['X-Secret', 'X-Never', { from: 'X-A', to: 'X-B' }] };
    const config = { forward_headers: forward };
    const all = ['forward_headers except "x-secret"', 'forward_headers except "x-never"', 'forward_headers["x-a"]'];
    expect(await undecided([{}], config)).toEqual(all);
    expect(await undecided([{ headers: { 'x-secret': '1', 'X-A': '1' } }], config)).toEqual([all[1]]);
  });

  it('is a part of the text, and not of its verdict', async () => {
    await put('mcpgw.json', { forward_headers: ['X-A'] });
    await put('t.json', { config: 'mcpgw.json', tests: [{ name: 'it', expect: { verdict: 'allow' } }] });
    const { code, stdout } = await runProgram({ words: ['test', 't.json', '--coverage'], world });
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout:
        'ok    it\n1 test: 1 passed, 0 failed\nmcpgw.json: 0 of 1 rule decided\n  no test  default  forward_headers["x-a"]\n',
    });
  });
});
