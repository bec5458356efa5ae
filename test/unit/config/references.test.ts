// Secret references in a whole document: where they count, where they do not, and what is said of those that fail.
import { describe, expect, test } from 'vitest';
import { nodeHost } from '../../../src/host.js';
import { brokenKeychain, memoryKeychain } from '../../support/memory-keychain.js';
import { checkConfig, type CheckedConfig, type CheckOptions } from '../../../src/config/check.js';
import { isDictionary, isForeign } from '../../../src/config/foreign-keys.js';
import { reveal } from '../../../src/secret/secret.js';
import { checkText, policyOf, serverOf, type World } from './check-text.js';

async function codes(config: unknown, world: World = {}): Promise<readonly string[]> {
  const { diagnostics } = await checkText(JSON.stringify(config), world);
  return diagnostics.map(({ code, pointer }) => `${code} ${pointer}`);
}

const UPSTREAM = { url: 'https://mcp.example.com' };
const RULES = { jwksUri: 'https://idp.example.com/keys' };

test('each reference of a text is named once, however often it stands there', async () => {
  const text = JSON.stringify({ client_headers: { 'X-A': '${A}${env:A}-${B}${A}', 'X-B': '${A}' } });
  const messages = async (world: World): Promise<readonly string[]> =>
    (await checkText(text, world)).diagnostics.map(({ message }) => message);
  expect(await messages({})).toEqual([
    '`X-A`: `${A}`: the environment variable is not set',
    '`X-A`: `${B}`: the environment variable is not set',
    '`X-B`: `${A}`: the environment variable is not set',
  ]);
  expect(await messages({ trusted: false })).toEqual([
    '`X-A`: a configuration that was only found here may not use `${A}`, `${B}`',
    '`X-B`: a configuration that was only found here may not use `${A}`',
  ]);
});

describe('a reference', () => {
  test('to the credential store gives the value of its entry', async () => {
    const { headers } = await serverOf(
      { headers: { Authorization: 'Bearer ${keychain:mcpgw-test/ana}' } },
      { keychain: memoryKeychain({ 'mcpgw-test/ana': 'abc' }) },
    );
    expect(headers.map(({ value }) => reveal(value))).toEqual(['Bearer abc']);
  });

  test('that stands several times is asked for once', async () => {
    const keychain = memoryKeychain({ 'a/b': 'abc' });
    await policyOf(
      { headers: { A: '${keychain:a/b}', B: '${keychain:a/b}' }, client_headers: { C: '${keychain:a/b}' } },
      {
        keychain,
      },
    );
    expect(keychain.asked).toEqual(['a/b']);
  });

  test('that fails is named with its place, with what is wrong and what to do', async () => {
    const { policy, diagnostics } = await checkText(
      JSON.stringify({ headers: { A: 'x ${keychain:a/b}' }, client_headers: { B: '${file:/gone}' } }),
      { keychain: brokenKeychain('no-answer') },
    );
    expect(policy).toBeUndefined();
    expect(diagnostics).toMatchObject([
      {
        code: 'MCPGW115',
        pointer: '/headers/A',
        message: "`A`: `${keychain:a/b}`: the system's credential store cannot be used: it does not answer",
        help: expect.stringContaining('unlock') as string,
      },
      { code: 'MCPGW115', pointer: '/client_headers/B', message: expect.stringContaining('`${file:/gone}`') as string },
    ]);
  });

  test('in a key is a key like any other', async () => {
    const { servers } = await policyOf({ mcpServers: { '${NAME}': UPSTREAM } });
    expect(servers.map(({ name }) => name)).toEqual(['${NAME}']);
    expect(await codes({ headers: { '${NAME}': 'a' } })).toEqual(['MCPGW107 /headers/${NAME}']);
    const { tokenRules } = await serverOf({ jwt_validation: { ...RULES, claimValues: { '${A}': { values: 'b' } } } });
    expect(tokenRules?.claimRules.map(({ claim }) => claim)).toEqual(['${A}']);
  });

  test('is not looked for in what a reference gave', async () => {
    const { clientHeaders } = await policyOf(
      { client_headers: { A: '${OUTER}', B: '${file:f}', C: '${keychain:a/b}' } },
      {
        env: { OUTER: '${INNER}', INNER: 'wrong' },
        files: { '/etc/mcpgw/f': '${INNER}' },
        keychain: memoryKeychain({ 'a/b': '${INNER}' }),
      },
    );
    expect(clientHeaders.map(({ value }) => reveal(value))).toEqual(['${INNER}', '${INNER}', '${INNER}']);
  });

  test.each(['\r\nX-Evil: 1', '\n', '\r', '\0', '✓'])(
    'that brings %j into a header is refused, and its value not shown',
    async (evil) => {
      const { diagnostics } = await checkText('{ "client_headers": { "A": "${A}" } }', { env: { A: `s3cr3t${evil}` } });
      expect(diagnostics.map(({ code }) => code)).toEqual(['MCPGW107']);
      expect(JSON.stringify(diagnostics)).not.toMatch(/s3cr3t|Evil/);
    },
  );

  test('sets the level of a lint rule like any other text', async () => {
    const config = { forward_headers: { mode: 'all-except', headers: [] }, lint: { 'all-except-mode': '${LEVEL}' } };
    expect(await codes(config, { env: { LEVEL: 'off' }, lint: true })).toEqual([]);
    expect(await codes(config, { env: { LEVEL: 'error' } })).toEqual(['MCPGW004 /forward_headers/mode']);
    expect(await codes(config, { env: { LEVEL: 's3cr3t' } })).toEqual(['MCPGW105 /lint/all-except-mode']);
    expect(await codes(config, { resolveReferences: false, lint: true })).toEqual(['MCPGW004 /forward_headers/mode']);
  });

  test('in the place of anything but a text is a wrong type, looked up or not, and the help says why', async () => {
    for (const world of [{ env: { N: '5' } }, { resolveReferences: false }, { env: {} }]) {
      const { diagnostics } = await checkText('{ "timeout_ms": "${N}" }', world);
      expect(diagnostics.filter(({ code }) => code === 'MCPGW102')).toMatchObject([
        {
          message: '`timeout_ms` must be a number, not a text',
          help: 'a secret reference gives a text: write the value itself',
        },
      ]);
    }
    const everywhere = { jwt_validation: '${A}', forward_headers: '${A}', allow_insecure_http: '${A}', tools: '${A}' };
    expect(await codes(everywhere, { resolveReferences: false })).toEqual(
      Object.keys(everywhere).map((key) => `MCPGW102 /${key}`),
    );
  });

  test('may stand for any member of a key, and is judged there without being shown', async () => {
    const jwks = { keys: [{ kty: '${KTY}', n: '${N}', e: '${E}', kid: '${KID}' }] };
    const long = Buffer.alloc(256, 0xff).toString('base64url');
    const env = { KTY: 'RSA', N: long, E: 'AQAB', KID: 's3cr3t' };
    const { tokenRules } = await serverOf({ jwt_validation: { jwks } }, { env });
    expect(tokenRules?.source).toMatchObject({
      kind: 'jwks',
      keys: [{ kty: 'RSA', n: long, e: 'AQAB', kid: 's3cr3t' }],
    });
    const { diagnostics } = await checkText(JSON.stringify({ jwt_validation: { jwks } }), {
      env: { ...env, N: 's3cr3t' },
    });
    expect(diagnostics.map(({ code, pointer }) => `${code} ${pointer}`)).toEqual([
      'MCPGW113 /jwt_validation/jwks/keys/0/n',
    ]);
    expect(JSON.stringify(diagnostics)).not.toContain('s3cr3t');
    expect(await codes({ jwt_validation: { jwks } }, { resolveReferences: false })).toEqual([]);
  });
});

describe('what is not ours', () => {
  test.each([
    ['the top', { $schema: '${GONE}', 'x-note': '${GONE}', 'x-more': { deep: ['${not one', '${file:/gone}'] } }],
    ['a server', { mcpServers: { a: { ...UPSTREAM, 'x-note': '${GONE}', $schema: '${keychain:a/b}' } } }],
    ['a server called headers', { mcpServers: { headers: { ...UPSTREAM, 'x-note': '${GONE}' } } }],
    ['a server called x-internal', { mcpServers: { 'x-internal': { ...UPSTREAM, 'x-note': '${GONE}' } } }],
    ['a section', { jwt_validation: { ...RULES, 'x-note': '${GONE}' } }],
    ['a claim rule', { jwt_validation: { ...RULES, claimValues: { headers: { values: 'a', 'x-note': '${GONE}' } } } }],
    ['an export', { mcp_integration_details: { 'x-note': '${GONE}', configurations: { 'x-note': '${GONE}' } } }],
    ['a forwarding entry', { forward_headers: { mode: 'allowlist', headers: [], 'x-note': '${GONE}' } }],
  ])('is left alone at %s, trusted or not', async (_title, config) => {
    expect(await codes(config)).toEqual([]);
    expect(await codes(config, { trusted: false })).toEqual([]);
  });

  test('is not a name that the author chose: those hold references', async () => {
    for (const config of [
      { headers: { 'x-api-key': '${GONE}' } },
      { passthrough_headers: { 'x-org': '${GONE}' } },
      { client_headers: { 'x-a': '${GONE}' } },
      { mcpServers: { 'x-a': { url: '${GONE}' } } },
      { jwt_validation: { ...RULES, claimValues: { 'x-a': { values: '${GONE}' } } } },
      {
        jwt_validation: RULES,
        tool_authorization: { 'x-t': { required_claims: { 'x-a': { values: '${GONE}' } } } },
      },
      { external_auth_config: { issuer: 'https://idp.example.com', authorization_params: { 'x-a': '${GONE}' } } },
    ]) {
      expect([JSON.stringify(config), (await codes(config)).map((code) => code.split(' ')[0])]).toEqual([
        JSON.stringify(config),
        ['MCPGW115'],
      ]);
    }
  });

  test('is told by where it stands', () => {
    expect(isForeign([], '$schema')).toBe(true);
    expect(isForeign(['headers'], '$schema')).toBe(false);
    expect(isForeign(['mcpServers', 'headers'], 'x-a')).toBe(true);
    expect(isForeign(['mcpServers', 'headers', 'headers'], 'x-a')).toBe(false);
    expect(isDictionary(['jwt_validation', 'claimValues'])).toBe(true);
    expect(isDictionary(['jwt_validation', 'claimValues', 'claimValues'])).toBe(false);
  });
});

describe('in a configuration that was only found', () => {
  const KINDS = ['${A}', '${env:A}', '${A:-b}', '${file:/etc/passwd}', '${keychain:a/b}'];
  const PLACES: readonly (readonly [string, (text: string) => object])[] = [
    ['/headers/A', (text) => ({ headers: { A: text } })],
    ['/mcpServers/a/url', (text) => ({ mcpServers: { a: { url: text } } })],
    ['/jwt_validation/algorithms/0', (text) => ({ jwt_validation: { ...RULES, algorithms: [text] } })],
    ['/lint/no-issuer-rule', (text) => ({ lint: { 'no-issuer-rule': text } })],
    ['/unknown', (text) => ({ unknown: text })],
  ];

  test.each(PLACES)('every kind is refused at %s, and nothing is looked up', async (pointer, configWith) => {
    for (const text of KINDS) {
      const { checked, touched } = await watched(configWith(text), false);
      expect(checked.policy).toBeUndefined();
      const refused = checked.diagnostics.filter(({ code }) => code === 'MCPGW117');
      expect(refused.map((diagnostic) => diagnostic.pointer)).toEqual([pointer]);
      expect(touched).toEqual([]);
    }
  });

  test('a file that was named has them looked up, each in its own world', async () => {
    const touched = await Promise.all(
      KINDS.map(async (text) => [...new Set((await watched({ headers: { A: text } }, true)).touched)]),
    );
    expect(touched).toEqual([['env'], ['env'], ['env'], ['files'], ['keychain']]);
  });
});

/** Checks the configuration in a world that only notes what is touched. */
async function watched(
  config: object,
  trusted: boolean,
): Promise<{ readonly checked: CheckedConfig; readonly touched: readonly string[] }> {
  const touched: string[] = [];
  const watching = <T extends object>(name: string): ProxyHandler<T> => {
    const touch = (): undefined => void touched.push(name);
    return { get: () => () => Promise.reject(new Error(String(touch()))), getOwnPropertyDescriptor: touch };
  };
  const host: CheckOptions['host'] = {
    env: new Proxy({}, watching('env')),
    files: new Proxy(nodeHost().files, watching('files')),
    keychain: async () => {
      touched.push('keychain');
      return brokenKeychain();
    },
  };
  const text = JSON.stringify(config);
  const world = { file: 'mcpgw.json', directory: '/etc/mcpgw', resolveReferences: true, lint: true };
  return { checked: await checkConfig({ host, text, trusted, ...world }), touched };
}
