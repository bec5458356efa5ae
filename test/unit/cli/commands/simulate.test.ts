// `mcpgw simulate` for people: the table on a terminal, and what changes between two configurations.
import { writeFile } from 'node:fs/promises';
import { generateKeyPairSync } from 'node:crypto';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tableOf } from '../../../../src/cli/render/table.js';
import { runProgram, type ProgramResult } from '../../../support/run-program.js';
import { createTestHost, type TestHost } from '../../../support/test-host.js';

let world: TestHost;
beforeEach(async () => {
  world = await createTestHost();
});
afterEach(() => world.remove());

const base = {
  mcpServers: { demo: { url: 'https://mcp.example.com/mcp', headers: { Authorization: 'Bearer first-secret' } } },
  jwt_validation: { jwksUri: 'https://idp.example.com/jwks' },
  forward_headers: ['X-Note', 'X-Old'],
  user_identity_forwarding: { method: 'claims_header', include_claims: ['sub'] },
  passthrough_headers: { 'X-Org': 'acme' },
};
const CLIENT = ['--claims', '{"sub":"ana","email":"a@x"}', '-H', 'X-Note: hello', '-H', 'x-old: o', '-H', 'Cookie: c'];

async function simulate(
  configs: Readonly<Record<string, object>>,
  words: readonly string[],
  more: { readonly isTTY?: boolean; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<ProgramResult> {
  for (const [name, config] of Object.entries(configs)) {
    await writeFile(path.join(world.directory, name), JSON.stringify(config), { mode: 0o600 });
  }
  return runProgram({ words: ['simulate', '-c', 'a.json', ...words], world, ...more });
}

const diff = (b: object, words: readonly string[] = CLIENT, env?: Readonly<Record<string, string>>) =>
  simulate({ 'a.json': base, 'b.json': b }, [...words, '--diff', 'b.json'], env && { env });

describe('simulate on a terminal', () => {
  it('shows a table: header, value, source, what it overrode; then what was dropped and why', async () => {
    const config = { ...base, passthrough_headers: { 'X-Note': 'fixed' } };
    const { code, stdout } = await simulate({ 'a.json': config }, CLIENT, { isTTY: true, env: { NO_COLOR: '1' } });
    expect({ code, lines: stdout.split('\n') }).toEqual({
      code: 0,
      lines: [
        'allow  demo https://mcp.example.com',
        'the upstream receives',
        '  HEADER         VALUE                                SOURCE       OVERRODE',
        '  content-type   application/json                     protocol',
        '  accept         application/json, text/event-stream  protocol',
        '  x-old          o                                    forwarded',
        '  Authorization  ••••••                               auth',
        '  X-Note         fixed                                passthrough  forwarded X-Note',
        '  X-User-Claims  {"sub":"ana"}                        identity',
        'dropped',
        '  HEADER  VALUE   WHY         SOURCE',
        '  Cookie  ••••••  protected   client',
        '  X-Note  hello   overridden  client',
        '',
      ],
    });
  });

  it('breaks what is too wide into lines, and loses nothing of it', () => {
    const long = 'abcdefghij'.repeat(10);
    const lines = tableOf(
      [
        ['A', long, 'x'],
        ['long-name', 'short', 'y'],
      ],
      60,
    );
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(60);
    expect(
      lines
        .slice(0, -1)
        .map((line) =>
          line
            .slice(13, 13 + 44)
            .split('  ')[0]
            ?.trim(),
        )
        .join(''),
    ).toBe(long);
    // So narrow that nothing fits: it is broken all the same, and not into nothing.
    expect(tableOf([['A', long, 'x']], 5).join('')).toContain('abcdefghijabcdef');
  });
});

describe('simulate --claims', () => {
  const unchecked = { ...base, jwt_validation: undefined };

  it('says who would not vouch for them without jwt_validation, and does as serve would', async () => {
    const { code, stdout, stderr } = await simulate({ 'a.json': unchecked }, CLIENT);
    expect({ code, stdout }).toMatchObject({ code: 1, stdout: expect.stringMatching(/^deny  NO_IDENTITY/) });
    expect(stderr).toContain('demo has no jwt_validation: nobody would vouch for these claims');
  });

  it('is no question beside a header that carries a token, which serve would judge', async () => {
    const { code, stderr } = await simulate({ 'a.json': base }, [...CLIENT, '-H', 'authorization: Bearer a.b.c']);
    expect(code).toBe(2);
    expect(stderr).toContain('--claims stands for a token, and the header Authorization carries one, too');
  });

  it('shows a stranger’s words so that no terminal obeys them', async () => {
    const name = 'x\u001b[2Jy';
    const message = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } });
    const config = { ...base, tools: { allowed: ['none'] } };
    const words = [...CLIENT, '--request', message];
    for (const more of [[], ['--diff', 'b.json']]) {
      const { stdout } = await simulate({ 'a.json': config, 'b.json': base }, [...words, ...more], { isTTY: true });
      expect(stdout).toContain('Unknown tool: x\\u001b[2Jy');
    }
  });

  it('needs a login where nothing but a login would vouch, and there is none', async () => {
    const login = { issuer: 'https://idp.example.com', client_id: 'mcpgw' };
    const { code, stdout } = await simulate({ 'a.json': { ...unchecked, external_auth_config: login } }, []);
    expect({ code, stdout }).toMatchObject({ code: 1, stdout: expect.stringMatching(/^deny  LOGIN_REQUIRED/) });
  });

  it('takes them for those of a login where there is one', async () => {
    const login = { issuer: 'https://idp.example.com', client_id: 'mcpgw' };
    const { code, stdout, stderr } = await simulate(
      { 'a.json': { ...unchecked, external_auth_config: login } },
      CLIENT,
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('X-User-Claims: {"sub":"ana"}');
  });
});

describe('simulate --diff', () => {
  it('says that nothing changes, with exit code 0', async () => {
    expect(await diff(base)).toMatchObject({ code: 0, stdout: 'nothing changes: allow\n' });
  });

  it('shows what comes, goes and changes, secrets among it, with exit code 1', async () => {
    const { code, stdout } = await diff({
      ...base,
      mcpServers: { demo: { url: 'https://mcp.example.com/mcp', headers: { Authorization: 'Bearer other-secret' } } },
      forward_headers: { mode: 'all-except', headers: ['X-Old'] },
      passthrough_headers: { 'X-Note': 'fixed' },
    });
    expect({ code, lines: stdout.split('\n') }).toEqual({
      code: 1,
      lines: [
        '--- a.json: allow',
        '+++ b.json: allow',
        '- X-Note: hello  (forwarded)',
        '+ X-Note: fixed  (passthrough, another value)',
        '- x-old: o  (forwarded)',
        '- Authorization: ••••••  (auth)',
        '+ Authorization: ••••••  (auth, another value)',
        '- X-Org: acme  (passthrough)',
        'dropped',
        '+ X-Note  overridden',
        '+ x-old  excluded',
        '',
      ],
    });
  });

  it('shows another verdict, and another address', async () => {
    const denying = {
      ...base,
      mcpServers: { demo: { url: 'https://other.example.com/mcp' } },
      user_identity_forwarding: { method: 'claims_header', include_claims: ['team'] },
    };
    const { code, stdout } = await diff(denying);
    expect(code).toBe(1);
    expect(stdout).toContain('--- a.json: allow https://mcp.example.com\n');
    expect(stdout).toContain(
      '+++ b.json: deny  NO_IDENTITY: the caller has none of the claims that identify them https://other.example.com\n',
    );
    expect(stdout).toContain('- X-Note: hello  (forwarded)\n');
  });

  it('says that an address changes although what is shown of it does not', async () => {
    const { mcpServers } = base;
    const other = { mcpServers: { demo: { ...mcpServers.demo, url: 'https://mcp.example.com/other' } } };
    const { code, stdout } = await diff({ ...base, ...other });
    expect(code).toBe(1);
    expect(stdout).toBe(
      '--- a.json: allow https://mcp.example.com\n+++ b.json: allow https://mcp.example.com (another path)\n',
    );
  });

  it('compares a tool decision by the rule that decides', async () => {
    const request = ['--request', '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"rm"}}'];
    const one = { ...base, tools: { blocked: ['rm'] } };
    const other = { ...base, tools: { blocked: ['r*'] } };
    const words = ['--claims', '{"sub":"ana"}', ...request, '--diff', 'b.json'];
    const { code, stdout } = await simulate({ 'a.json': one, 'b.json': other }, words);
    expect(code).toBe(1);
    expect(stdout).toContain('tools.blocked has "rm"');
    expect(stdout).toContain('tools.blocked has "r*"');
  });

  it('takes two signatures of one identity for the same, and another lifetime for a change', async () => {
    const signed = (more: object): object => ({
      ...base,
      user_identity_forwarding: { method: 'jwt_header', include_claims: ['sub'], ...more },
    });
    const { privateKey } = generateKeyPairSync('ed25519');
    const env = { MCPGW_SIGNING_KEY: String(privateKey.export({ format: 'pem', type: 'pkcs8' })) };
    const words = ['--claims', '{"sub":"ana"}', '--diff', 'b.json'];
    const same = await simulate({ 'a.json': signed({}), 'b.json': signed({}) }, words, { env });
    expect(same).toMatchObject({ code: 0, stdout: 'nothing changes: allow\n' });
    const other = await simulate({ 'a.json': signed({}), 'b.json': signed({ jwt_expiry_seconds: 60 }) }, words, {
      env,
    });
    expect(other).toMatchObject({ code: 1, stdout: expect.stringContaining('(identity, another value)') });
  });

  it('prints one document as JSON, without a secret', async () => {
    const { code, stdout } = await diff({ ...base, passthrough_headers: {} }, [...CLIENT, '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      changed: true,
      verdict_changed: false,
      url_changed: false,
      headers: [
        { name: 'x-org', from: { name: 'X-Org', value: 'acme', source: 'passthrough' }, to: null, other_value: false },
      ],
      dropped: [],
      from: { file: 'a.json', server: 'demo', verdict: 'allow' },
      to: { file: 'b.json', server: 'demo', verdict: 'allow' },
    });
    expect(stdout).not.toContain('secret');
  });

  it.each([
    ['a file that is not there', 'none.json', 2],
    ['a configuration with errors', 'bad.json', 2],
  ])('refuses %s', async (_what, file, code) => {
    const result = await simulate({ 'a.json': base, 'bad.json': { nonsense: 1 } }, [...CLIENT, '--diff', file]);
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toContain(file);
  });
});
