import { writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goodToken } from '../../../support/jwt.js';
import { ANA, at, CONFIG, key, later, WRITER } from '../../../support/policy-test-stage.js';
import { runProgram, type ProgramResult } from '../../../support/run-program.js';
import { createTestHost, type TestHost } from '../../../support/test-host.js';
import { parseXml } from '../../../support/xml.js';

let world: TestHost;
beforeAll(async () => {
  world = await createTestHost();
});
afterAll(() => world.remove());

async function put(name: string, content: object | string): Promise<void> {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  await writeFile(path.join(world.directory, name), text, { mode: 0o600 });
}

interface Case {
  readonly config?: object;
  readonly test: object;
  readonly words?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs one test of a configuration. */
async function run({ config = CONFIG, test, words = [], env = {} }: Case): Promise<ProgramResult> {
  await put('mcpgw.json', config);
  await put('t.json', { config: 'mcpgw.json', tests: [{ name: 'it', ...test }] });
  return runProgram({ words: ['test', 't.json', ...words], world, env });
}

/** Runs a text as a test file. */
async function runText(text: string, words: readonly string[] = []): Promise<ProgramResult> {
  await put('mcpgw.json', CONFIG);
  await put('t.yaml', text);
  return runProgram({ words: ['test', 't.yaml', ...words], world });
}

async function failuresOf(options: Case): Promise<readonly unknown[]> {
  const { code, stdout } = await run({ ...options, words: ['--json'] });
  const document = JSON.parse(stdout) as { files: { tests: { failures: unknown[] }[] }[] };
  const failures = document.files[0]?.tests[0]?.failures ?? [];
  expect(code).toBe(failures.length === 0 ? 0 : 1);
  return failures;
}

describe('a policy test', () => {
  it('passes when everything is as expected, and is a line of its own', async () => {
    const { code, stdout, stderr } = await runText(`
config: ./mcpgw.json
tests:
  - name: a writer may create issues
    server: linear
    claims: { sub: u1, email: a@example.com, groups: [engineering, writers] }
    at: 2026-01-01T00:00:00Z
    headers: { X-Request-Id: r-1, x-org: acme, Cookie: secret }
    request: { method: tools/call, tool: create_issue, arguments: {} }
    tools: [create_issue, read_issue, export_all, drop_all]
    expect:
      verdict: allow
      headers:
        x-request-id: r-1
        X-TENANT: acme
        accept: application/json, text/event-stream
        x-user-claims: { sub: u1 }
      absent_headers: [cookie, x-org]
      tools_listed: [read_issue, create_issue]
`);
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: 'ok    a writer may create issues\n1 test: 1 passed, 0 failed\n',
      stderr: '',
    });
  });

  it('says of each expectation that failed what was expected and what came', async () => {
    const { code, stdout } = await run({
      test: {
        claims: ANA,
        headers: { Cookie: 'a=b', 'X-Other': '1' },
        tools: ['read_issue', 'create_issue'],
        expect: {
          verdict: 'deny',
          headers: { 'x-region': 'us', 'x-other': '1', 'x-user-claims': { sub: 'bob' } },
          absent_headers: ['X-Region'],
          tools_listed: ['create_issue'],
        },
      },
    });
    expect(code).toBe(1);
    expect(stdout).toBe(`FAIL  it  (t.json:1:33)
      verdict
        expected  deny
        got       allow
      header x-region
        expected  us
        got       eu
      header x-other
        expected  1
        got       no such header: the client's was dropped (not-listed)
      header x-user-claims
        expected  {"sub":"bob"}
        got       {"sub":"ana","email":"ana@example.com","groups":["engineering"]}
      header X-Region
        expected  no such header
        got       eu (passthrough)
      tools_listed
        expected  create_issue
        got       read_issue
1 test: 0 passed, 1 failed
`);
  });

  it.each([
    ['a missing claim', { claims: { sub: 'ana' } }, 'MISSING_CLAIM'],
    ['a claim of another value', { claims: { ...ANA, groups: ['sales'] } }, 'CLAIM_MISMATCH'],
    ['no token', {}, 'MISSING_TOKEN'],
    ['a header that holds no token', { headers: { Authorization: 'Basic eDp5' } }, 'INVALID_FORMAT'],
    ['a blocked tool', { claims: WRITER, request: { tool: 'export_all' } }, 'TOOL_NOT_ALLOWED'],
    ['a tool of others', { claims: ANA, request: { tool: 'create_issue' } }, 'TOOL_NOT_ALLOWED'],
  ])('knows the reason of a denial for %s', async (_what, test, reason) => {
    expect(await failuresOf({ test: { ...test, expect: { reason } } })).toEqual([]);
    expect(await failuresOf({ test: { ...test, expect: { verdict: 'deny', reason: 'EXPIRED' } } })).toEqual([
      { what: 'reason', expected: 'EXPIRED', got: expect.stringContaining(`deny ${reason}: `) as string },
    ]);
  });

  it('lists no tool to a caller that is denied', async () => {
    const test = { claims: {}, tools: ['read_issue'], expect: { tools_listed: [] } };
    expect(await failuresOf({ test })).toEqual([]);
  });

  it('really verifies a token, wherever it comes from, at the moment of `at`', async () => {
    const token = goodToken(key, ANA);
    await put('ana.txt', `Bearer ${token}\n`);
    for (const caller of [{ token }, { token_file: 'ana.txt' }, { headers: { Authorization: `Bearer ${token}` } }]) {
      const test = { ...caller, at, expect: { verdict: 'allow', headers: { 'x-user-claims': { sub: 'ana' } } } };
      expect(await failuresOf({ test })).toEqual([]);
      expect(await failuresOf({ test: { ...caller, at: later, expect: { reason: 'EXPIRED' } } })).toEqual([]);
    }
    const forged = `${token.slice(0, -6)}AAAAAA`;
    expect(await failuresOf({ test: { token: forged, at, expect: { reason: 'BAD_SIGNATURE' } } })).toEqual([]);
  });

  it('fails as undecided, and sends nothing, where somebody would have to be asked', async () => {
    let asked = 0;
    const ownFetch = globalThis.fetch;
    globalThis.fetch = () => {
      asked += 1;
      return Promise.reject(new Error('no'));
    };
    try {
      for (const source of [
        { jwksUri: 'https://idp.example.com/jwks' },
        { introspectEndpoint: 'https://idp.example.com/introspect', introspectClientId: 'me' },
      ]) {
        const test = { token: goodToken(key, ANA), at, expect: { verdict: 'deny' } };
        const failures = await failuresOf({ config: { jwt_validation: { ...source, algorithms: ['ES256'] } }, test });
        expect(failures).toEqual([
          { what: 'verdict', expected: 'deny', got: expect.stringMatching(/^undecided: .* a test sends nothing: use/) },
        ]);
      }
    } finally {
      globalThis.fetch = ownFetch;
    }
    expect(asked).toBe(0);
  });

  it('compares an expected object with the payload of a signed identity, with no key of anybody', async () => {
    const identity = { method: 'jwt_header', include_claims: ['sub', 'email'], audience: 'linear' };
    const config = { ...CONFIG, user_identity_forwarding: identity };
    const at2026 = '2026-01-01T00:00:00Z';
    const expected = { sub: 'ana', iat: Date.parse(at2026) / 1000 };
    const name = 'X-User-JWT';
    const test = { claims: ANA, at: at2026, expect: { headers: { [name]: expected } } };
    expect(await failuresOf({ config, test })).toEqual([]);
    const wrong = { ...test, expect: { headers: { [name]: { sub: 'bob' } } } };
    expect(await failuresOf({ config, test: wrong })).toEqual([
      { what: `header ${name}`, expected: '{"sub":"bob"}', got: expect.stringContaining('"sub":"ana"') as string },
    ]);
  });

  it('takes a secret that is only sent as it is written, and shows none', async () => {
    const right = { claims: ANA, expect: { headers: { authorization: 'Bearer ${LINEAR_API_KEY}' } } };
    expect(await failuresOf({ test: right })).toEqual([]);
    const wrong = {
      claims: ANA,
      expect: { headers: { authorization: 'Bearer s3cr3t' }, absent_headers: ['authorization'] },
    };
    for (const words of [[], ['--json'], ['--format', 'junit']]) {
      const { code, stdout, stderr } = await run({ test: wrong, words, env: { LINEAR_API_KEY: 'k3y' } });
      expect(code).toBe(1);
      expect(stdout).toContain('•••••• (another value)');
      expect(stdout).toContain('•••••• (auth)');
      expect(stdout + stderr).not.toMatch(/s3cr3t|k3y|API_KEY/);
    }
    const denied = await run({ test: { claims: {}, expect: { headers: { 'x-api-key': 's3cr3t' } } } });
    expect(denied.stdout).toContain('nothing: the request is denied');
    expect(denied.stdout).not.toContain('s3cr3t');
  });

  it('needs no variable that only says where to send or what, and every one that decides', async () => {
    const identity = { method: 'jwt_header', include_claims: ['sub'] };
    const server = { url: '${MCP_URL}', headers: { 'X-Api-Key': '${API_KEY}' }, user_identity_forwarding: identity };
    const { jwt_validation } = CONFIG;
    const config = { mcpServers: { a: server, b: { url: 'https://b.example.com/mcp' } }, jwt_validation };
    const headers = { 'x-user-jwt': { aud: '${MCP_URL}' }, 'x-api-key': '${API_KEY}' };
    expect(await failuresOf({ config, test: { server: 'a', claims: ANA, expect: { headers } } })).toEqual([]);
    const deciding = {
      ...CONFIG,
      jwt_validation: { ...CONFIG.jwt_validation, claimValues: { iss: { values: '${ISS}' } } },
    };
    const test = { claims: { ...ANA, iss: 'i' }, expect: { verdict: 'allow' } };
    expect((await run({ config: deciding, test })).code).toBe(2);
    expect((await run({ config: deciding, test, env: { ISS: 'i' } })).code).toBe(0);
  });

  it('takes claims for nobody’s where nothing vouches for them, as serve does', async () => {
    const { mcpServers, user_identity_forwarding } = CONFIG;
    const config = { mcpServers, user_identity_forwarding };
    const test = { claims: ANA, expect: { verdict: 'deny', reason: 'NO_IDENTITY' } };
    expect(await failuresOf({ config, test })).toEqual([]);
  });

  it('is no test where its caller has two tokens', async () => {
    const token = 'a.b.c';
    const test = { token, headers: { authorization: `Bearer ${token}` }, expect: { verdict: 'deny' } };
    const { code, stderr } = await run({ test });
    expect(code).toBe(2);
    expect(stderr).toContain('there are two callers: the one of the test, and that of the header Authorization');
  });

  it('asks which server is meant, where there are several', async () => {
    const config = { mcpServers: { a: { url: 'https://a.example/mcp' }, b: { url: 'https://b.example/mcp' } } };
    const { code, stderr } = await run({ config, test: { expect: { verdict: 'allow' } } });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^t\.json:1:33 error the configuration has several servers; .*a, b\n/);
    expect(stderr).not.toContain('-s');
  });

  it('says nothing but what failed with --quiet', async () => {
    const passed = { claims: ANA, expect: { verdict: 'allow' } };
    expect(await run({ test: passed, words: ['--quiet'] })).toEqual({ code: 0, stdout: '', stderr: '' });
    const failed = await run({ test: { ...passed, expect: { verdict: 'deny' } }, words: ['-q'] });
    expect(failed).toMatchObject({ code: 1, stdout: expect.stringMatching(/^FAIL {2}it/) as string });
  });
});

describe('a test file', () => {
  const start = 'config: mcpgw.json\ntests:\n  - name: a\n    claims: {}\n';

  it.each([
    [
      'an unknown server',
      `${start}    server: linaer\n    expect: { verdict: deny }\n`,
      '3:5',
      'has no server "linaer"; it has: linear',
    ],
    [
      'a token file that is not there',
      'config: mcpgw.json\ntests:\n  - name: a\n    token_file: no.txt\n    expect: { verdict: deny }\n',
      '3:5',
      'cannot read no.txt',
    ],
    ['an unknown key', `${start}    expect: { verdikt: deny }\n`, '5:15', 'did you mean `verdict`?'],
  ])('with %s is refused at its place', async (...[, text, place, message]) => {
    const { code, stdout, stderr } = await runText(text);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const [first = ''] = stderr.split('\n');
    expect(first).toMatch(new RegExp(`^t\\.yaml:${place} error `));
    expect(first).toContain(message);
    expect(stderr).toMatch(/\nerror: no test was run: \d+ mistakes? in t\.yaml\n$/);
  });

  it('tells all its mistakes in one run, with --json too', async () => {
    const { code, stdout } = await runText(`${start}    nme: x\n    expect: { verdict: deny, reson: y }\n`, ['--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      error: {
        code: 'USAGE',
        problems: [
          { file: 't.yaml', line: 5 },
          { file: 't.yaml', line: 6, column: 30 },
        ],
      },
    });
  });

  it('may be JSON with tabs, anchors may be shared, and its configuration stands beside it', async () => {
    await put('mcpgw.json', CONFIG);
    await put(
      't.json',
      JSON.stringify(
        { config: './mcpgw.json', tests: [{ name: 'a', claims: ANA, expect: { verdict: 'allow' } }] },
        undefined,
        '\t',
      ),
    );
    await put(
      't.yaml',
      `config: ${path.join(world.directory, 'mcpgw.json')}\ntests:\n  - { name: a, claims: &ana { sub: a, email: e, groups: [engineering] }, expect: { verdict: allow } }\n  - { name: b, claims: *ana, expect: { verdict: allow } }\n`,
    );
    const { code, stdout } = await runProgram({
      words: ['test', path.join(world.directory, 't.json'), 't.yaml'],
      world,
      cwd: world.directory,
    });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'ok    a\nok    a\nok    b\n3 tests: 3 passed, 0 failed\n' });
  });

  it('that is not there, or whose configuration is not valid, is exit 2', async () => {
    const missing = await runProgram({ words: ['test', 'none.yaml'], world });
    expect(missing).toMatchObject({ code: 2, stderr: 'error: cannot read none.yaml: there is no such file\n' });
    const { code, stdout, stderr } = await run({
      config: { forward_header: [] },
      test: { expect: { verdict: 'allow' } },
    });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('mcpgw.json:1:2 error MCPGW103');
  });
});

describe('the output of test', () => {
  it('is one JSON document with --json, and the same with --format json', async () => {
    const test = { claims: ANA, request: { tool: 'export_all' }, expect: { verdict: 'allow' } };
    const { code, stdout } = await run({ test, words: ['--json'] });
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      version: 1,
      passed: 0,
      failed: 1,
      files: [
        {
          file: 't.json',
          config: 'mcpgw.json',
          tests: [
            {
              name: 'it',
              line: 1,
              column: 33,
              server: 'linear',
              passed: false,
              verdict: 'deny',
              reason: 'TOOL_NOT_ALLOWED',
              failures: [
                { what: 'verdict', expected: 'allow', got: 'deny TOOL_NOT_ALLOWED: tools.blocked has "export_*"' },
              ],
            },
          ],
        },
      ],
    });
    expect((await run({ test, words: ['--format', 'json'] })).stdout).toBe(stdout);
  });

  it('is JUnit XML with --format junit: a failure is one, and what was undecided an error', async () => {
    await put('asking.json', {
      jwt_validation: { jwksUri: 'https://idp.example.com/jwks', algorithms: ['ES256'] },
    });
    await put(
      'asking.yaml',
      `config: asking.json\ntests:\n  - { name: asks, at: "${at}", token: ${goodToken(key)}, expect: { verdict: allow } }\n`,
    );
    await put('mcpgw.json', CONFIG);
    await put('t.json', {
      config: 'mcpgw.json',
      tests: [
        { name: 'good', claims: ANA, expect: { verdict: 'allow' } },
        { name: 'bad <&>', claims: ANA, expect: { verdict: 'deny' } },
      ],
    });
    const { code, stdout } = await runProgram({ words: ['test', 't.json', 'asking.yaml', '--format', 'junit'], world });
    expect(code).toBe(1);
    const root = parseXml(stdout);
    expect(root.attributes).toMatchObject({ name: 'mcpgw test', tests: '3', failures: '1', errors: '1' });
    const cases = root.children.flatMap(({ children }) => children);
    expect(
      cases.map(({ attributes, children }) => [
        attributes['name'],
        children[0]?.name,
        children[0]?.attributes['message'],
      ]),
    ).toEqual([
      ['good', undefined, undefined],
      ['bad <&>', 'failure', 'verdict: expected deny, got allow'],
      ['asks', 'error', expect.stringContaining('verdict: expected allow, got undecided: ') as string],
    ]);
  });

  it.each([
    [['--json', '--format', 'junit'], 'two forms of one output'],
    [['--coverage', '--format', 'junit'], '--coverage has no place'],
    [['--format', 'sarif'], 'text, json, junit'],
  ])('is not asked for with %j', async (words, message) => {
    const { code, stdout, stderr } = await run({ test: { expect: { verdict: 'deny' } }, words });
    expect(code).toBe(2);
    expect(stdout + stderr).toContain(message);
  });
});
