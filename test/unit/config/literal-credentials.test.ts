// What counts as a credential in clear, beyond the pair of test/golden/lint/literal-secret/.
import { expect, test } from 'vitest';
import { checkText, type World } from './check-text.js';

async function flagged(config: unknown, world: World = {}): Promise<readonly string[]> {
  const { diagnostics } = await checkText(JSON.stringify(config), { lint: true, ...world });
  return diagnostics.filter(({ code }) => code === 'MCPGW009').map(({ pointer, message }) => `${pointer}: ${message}`);
}

const IN_CLEAR = 'this credential stands in the file in clear';
const DEFAULT_IN_CLEAR = 'the default of this reference is a credential, which stands in the file in clear';

function login(members: object): unknown {
  return { external_auth_config: { issuer: 'https://idp.example', client_id: 'gw', ...members } };
}

test.each([
  ['with the variable', { env: { S: 'from the environment' } }],
  ['without it', {}],
  ['without looking it up', { resolveReferences: false }],
])('a literal default at the place of a credential is one, %s', async (_title, world: World) => {
  expect(await flagged(login({ client_secret: '${S:-hunter2}' }), world)).toEqual([
    `/external_auth_config/client_secret: ${DEFAULT_IN_CLEAR}`,
  ]);
});

test('a default that looks like a credential is one anywhere, also in a pattern or beside other references', async () => {
  const token = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln';
  const config = { client_headers: { 'X-A': `\${A:-} \${B:-${token}}`, 'X-B': '${B:-plain}' } };
  expect(await flagged(config)).toEqual([`/client_headers/X-A: ${DEFAULT_IN_CLEAR}`]);
});

test('a default is no credential when it is empty, a placeholder, or not ours', async () => {
  expect(await flagged(login({ client_secret: '${S:-}${T:-<secret>}' }), { env: { S: 'a' } })).toEqual([]);
  expect(await flagged({ 'x-client_secret': { client_secret: '${S:-hunter2}' } })).toEqual([]);
});

test('of a private key in JSON the private members are credentials, those of further primes as well', async () => {
  const key = { kty: 'RSA', kid: 'a', alg: 'RS256', use: 'sig', key_ops: ['sign'], n: 'AQAB', e: 'AQAB' };
  const at = '/external_auth_config/client_assertion_key';
  const secret = { d: 'AQAB', qi: 'AQAB', oth: [{ r: 'AQAB' }] };
  expect(await flagged(login({ client_assertion_key: key }))).toEqual([]);
  expect(await flagged(login({ client_assertion_key: { ...key, ...secret } }))).toEqual(
    ['d', 'qi', 'oth/0/r'].map((member) => `${at}/${member}: ${IN_CLEAR}`),
  );
  expect(await flagged(login({ client_assertion_key: 'a PEM' }))).toEqual([`${at}: ${IN_CLEAR}`]);
});

test('the default of a reference makes a file that others can read an exposed one', async () => {
  const text = JSON.stringify(login({ client_secret: '${S:-hunter2}' }));
  const { diagnostics } = await checkText(text, { lint: true, isReadableByOthers: () => Promise.resolve(true) });
  expect(diagnostics.map(({ code }) => code)).toContain('MCPGW026');
});
