// A sentinel in every place of a configuration that can hold a credential, written in every way in which one can be
// written, under an error and under a warning: no format of `validate`, and no failure of another command, shows it.
// A new place is one line of PLACES; a new way of writing one line of FORMS; a whole document one line of DOCUMENTS.
import { writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runProgram, type ProgramRun } from '../../support/run-program.js';
import { createTestHost, type TestHost } from '../../support/test-host.js';

const SENTINEL = 's3nt1nel/c0ffee+4711';

/** Whatever gives the sentinel or a recognizable part of it away, in any spelling. */
const LEAKS: readonly RegExp[] = [
  /s3nt1nel|c0ffee/i,
  // Base64 of the sentinel at each of the three alignments, less the characters that its neighbours share.
  ...[0, 1, 2].map(
    (shift) =>
      new RegExp(
        Buffer.from(' '.repeat(shift) + SENTINEL)
          .toString('base64')
          .slice(shift + 1, -4)
          .replaceAll('+', '[+-]')
          .replaceAll('/', '[/_]'),
      ),
  ),
  new RegExp(escapedJson('s3nt1nel').replaceAll('\\', '\\\\'), 'i'),
  /%73%33%6e/i,
  // As a fingerprint would hold it, were it not hashed with what nobody can guess.
  new RegExp(Buffer.from(SENTINEL).toString('hex'), 'i'),
];

/** Where a credential can stand: a document around the JSON of a value. The value stands on line 2 alone. */
const PLACES: Readonly<Record<string, (value: string) => string>> = {
  'headers, Authorization': (value) => `{ "headers": { "Authorization":\n${value}\n} }`,
  'headers, any name': (value) => `{ "headers": { "X-Tenant":\n${value}\n} }`,
  'headers of a server': (value) =>
    `{ "mcpServers": { "a": { "url": "https://a.example", "headers": { "X-Api-Key":\n${value}\n} } } }`,
  'headers beside several servers': (value) =>
    `{ "mcpServers": { "a": { "url": "https://a.example" }, "b": { "url": "https://b.example" } }, "headers": { "A":\n${value}\n} }`,
  passthrough_headers: (value) => `{ "passthrough_headers": { "X-Org":\n${value}\n} }`,
  client_headers: (value) => `{ "client_headers": { "Cookie":\n${value}\n} }`,
  'headers of an export': (value) =>
    `{ "mcp_integration_details": { "configurations": { "headers": { "A":\n${value}\n} } } }`,
  'client_secret at the identity provider': (value) =>
    `{ "external_auth_config": { "issuer": "https://i.example", "client_id": "a", "client_secret":\n${value}\n} }`,
  'client_secret at the upstream': (value) => `{ "oauth_metadata": { "client_id": "a", "client_secret":\n${value}\n} }`,
  'client_secret wrapped twice': (value) =>
    `{ "oauth_metadata": { "oauth_metadata": { "client_secret":\n${value}\n} } }`,
  introspectClientSecret: (value) =>
    `{ "jwt_validation": { "introspectEndpoint": "https://i.example", "introspectClientId": "a", "introspectClientSecret":\n${value}\n} }`,
  identity_signing_key: (value) => `{ "identity_signing_key":\n${value}\n}`,
  client_assertion_key: (value) =>
    `{ "external_auth_config": { "issuer": "https://i.example", "client_assertion_key":\n${value}\n} }`,
  'client_assertion_key as a JWK': (value) =>
    `{ "external_auth_config": { "issuer": "https://i.example", "client_assertion_key": { "kty": "EC", "kid": "a", "d":\n${value}\n} } }`,
  'an odd member of a client_assertion_key': (value) =>
    `{ "external_auth_config": { "issuer": "https://i.example", "client_assertion_key": { "kty": "EC", "x":\n${value}\n} } }`,
  'the private half of a key in jwks': (value) =>
    `{ "jwt_validation": { "jwks": { "keys": [{ "kty": "RSA", "p":\n${value}\n}] } } }`,
  'a symmetric key in jwks': (value) =>
    `{ "jwt_validation": { "jwks": { "keys": [{ "kty": "oct", "k":\n${value}\n}] } } }`,
  'jwks of a client': (value) =>
    `{ "external_auth_config": { "issuer": "https://i.example", "jwks": { "keys": [{ "kty": "EC", "d":\n${value}\n}] } } }`,
  software_statement: (value) =>
    `{ "external_auth_config": { "issuer": "https://i.example", "software_statement":\n${value}\n} }`,
  'an argument of header_command': (value) =>
    `{ "header_command": { "command": ["get-token", "--key",\n${value}\n] } }`,
  authorization_params: (value) =>
    `{ "external_auth_config": { "issuer": "https://i.example", "authorization_params": { "login_hint":\n${value}\n} } }`,
  'authorization_params, reserved': (value) =>
    `{ "external_auth_config": { "issuer": "https://i.example", "authorization_params": { "client_secret":\n${value}\n} } }`,
  'the key file of tls': (value) => `{ "tls": { "key":\n${value}\n} }`,
  'a misspelt client_secret': (value) =>
    `{ "external_auth_config": { "issuer": "https://i.example", "client_secrt":\n${value}\n} }`,
  'an unknown key': (value) => `{ "whatever":\n${value}\n}`,
  'an unknown key, deep': (value) => `{ "whatever": { "nested": [{ "value":\n${value}\n}] } }`,
  'an unknown key of a server': (value) =>
    `{ "mcpServers": { "a": { "url": "https://a.example", "bearer":\n${value}\n} } }`,
  'a local server': (value) => `{ "mcpServers": { "a": { "command": "npx", "env": { "API_KEY":\n${value}\n} } } }`,
  'a header whose name is an accident': (value) => `{ "headers": { "url":\n${value}\n} }`,
  'headers as a list': (value) => `{ "headers": [\n${value}\n] }`,
  'headers as a text': (value) => `{ "headers":\n${value}\n}`,
  'the place of a URL': (value) => `{ "mcpServers": { "a": { "url":\n${value}\n} } }`,
  'the place of a JWKS address': (value) => `{ "jwt_validation": { "jwksUri":\n${value}\n} }`,
  'a key that stands twice': (value) =>
    `{ "identity_signing_key": "\${S}", "identity_signing_key":
${value}
}`,
  'a key of our own': (value) => `{ "x-notes": { "secret":\n${value}\n}, "timeout_ms": 0 }`,
  'a private key in a number': (value) =>
    `{ "jwt_validation": { "jwks": { "keys": [{ "kty": "oct", "k": 4711\n, "d": ${value} }] } } }`,
};

/** How a credential can be written: with no finding, with a warning or an error at its own place, and as references. */
const FORMS = {
  'as it is': JSON.stringify(SENTINEL),
  'as a word': JSON.stringify('s3nt1nel-c0ffee'),
  'as a word in a list': JSON.stringify(['s3nt1nel-c0ffee']),
  'with a placeholder (a warning)': JSON.stringify(`${SENTINEL} <your-key>`),
  'with a line break (an error in headers)': JSON.stringify(`${SENTINEL}\r\n`),
  'in a list (an error)': JSON.stringify([SENTINEL]),
  'in an object (an error)': JSON.stringify({ [`a key of it`]: SENTINEL, values: [SENTINEL] }),
  'in JSON escapes': `"${escapedJson(SENTINEL)}\\u0001"`,
  'as Bearer': JSON.stringify(`Bearer ${SENTINEL}\n`),
  'as a URL with userinfo': JSON.stringify(`http://ana:${encodeURIComponent(SENTINEL)}@a.example/`),
  'as a URL with a user alone': JSON.stringify(`http://${encodeURIComponent(SENTINEL)}@a.example/`),
  'as a URL with a query': JSON.stringify(`http://a.example/x?k=${encodeURIComponent(SENTINEL)}#${SENTINEL}`),
  'as a URL with a path': JSON.stringify(`http://a.example/s/${encodeURIComponent(SENTINEL)}/mcp`),
  'as a URL in escapes': `"http:\\/\\/ana:${escapedJson(SENTINEL)}@a.example\\/${escapedJson(SENTINEL)}"`,
  'as a URL with slashes too many': JSON.stringify('http:////ana:s3nt1nel-c0ffee@a.example/'),
  'as a URL with an empty step': JSON.stringify('http://a.example//s3nt1nel-c0ffee-4711-4711'),
  'as a URL with a reference beside it': JSON.stringify('http://a.example/${UNSET}s3nt1nel-c0ffee-4711-4711'),
  'behind ${S}': JSON.stringify('${S}'),
  'behind ${env:S}': JSON.stringify('${env:S}\u0001'),
  'behind ${S} in a text': JSON.stringify('Bearer ${S} <your-key>'),
  'behind ${file:…}': JSON.stringify('${file:secret.txt}'),
  'behind ${file:…} with a line break': JSON.stringify('${file:lines.txt}'),
  'as a default': JSON.stringify(`\${UNSET:-${SENTINEL}}`),
  'as a default of env:': JSON.stringify(`x\${env:UNSET:-${SENTINEL}}\u0001`),
  'as a default of file:': JSON.stringify(`\${file:none.txt:-${SENTINEL}}`),
  'as a default of keychain:': JSON.stringify(`\${keychain:a/b:-${SENTINEL}}`),
  'as the name of a variable': JSON.stringify('${sk_s3nt1nel_c0ffee_4711}'),
  'as the name of an entry': JSON.stringify('${keychain:a/sk-s3nt1nel-c0ffee-4711}'),
  'as a default in escapes': `"\\u0024{UNSET:-${escapedJson(SENTINEL)}}"`,
  'beside an unresolved reference': JSON.stringify(`${SENTINEL}\${UNSET}`),
  'in what is no reference': JSON.stringify(`\${${SENTINEL}}`),
  'behind an escaped reference': JSON.stringify(`$\${${SENTINEL}}`),
  'with its quote missing (broken JSON)': `"${SENTINEL}`,
  'without quotes (broken JSON)': SENTINEL,
  'in single quotes (broken JSON)': `'${SENTINEL}'`,
  'without the comma (broken JSON)': `"${SENTINEL}" "${SENTINEL}"`,
  'before a colon (broken JSON)': `"${SENTINEL}": "${SENTINEL}"`,
  'with a comment beside it': `"x" // was: ${SENTINEL}`,
  'with a block comment before it': `/* "client_secret": "${SENTINEL}" */ 5`,
};

/** Nothing looks at the values of these. */
const UNSEEN: ReadonlySet<string> = new Set(['a key of our own']);

/** Documents with the sentinel where no value stands. */
const KEY = 'sk-s3nt1nel-c0ffee-4711';
const DOCUMENTS: Readonly<Record<string, string>> = {
  'a credential as a key': `{ "${KEY}": 1 }`,
  'a credential as the name of a header': `{ "headers": { "Bearer ${SENTINEL}": "Authorization" } }`,
  'a credential as a claim': `{ "jwt_validation": { "jwksUri": "https://i.example", "claimValues": { "${KEY}": { "values": [] } } } }`,
  'a credential as the name of a server': `{ "mcpServers": { "${KEY}": { "tls": {} } } }`,
  'a credential as the name of a server that is valid': `{ "mcpServers": { "${KEY}": { "url": "https://a.example", "tls": {}, "forward_headers": { "mode": "all-except", "headers": [] } } } }`,
  'a credential as a key that stands twice': `{ "${KEY}": 1, "${KEY}": 2 }`,
  'a whole header as the name of one': `{ "forward_headers": ["Authorization", "X-Api-Key: ${SENTINEL}"] }`,
  'a whole header as a rename': `{ "forward_headers": [{ "from": "X-A", "to": "X-Api-Key: ${SENTINEL}" }] }`,
  'a secret as a document': JSON.stringify(SENTINEL),
  'a secret file that is no JSON at all': `API_KEY=${SENTINEL}\nclient_secret: ${SENTINEL}\n`,
  'a private key file': `-----BEGIN PRIVATE KEY-----\n${SENTINEL}\n-----END PRIVATE KEY-----\n`,
  'a comment that does not end': `{ "a": 1 /* ${SENTINEL}`,
  'a missing brace': `{ "headers": { "Authorization": "${SENTINEL}" `,
  'a colon in place of a comma': `{ "client_secret": "x": "${SENTINEL}": 1 }`,
  'a quote inside of a secret': `{ "client_secret": "x"${SENTINEL}": 1, "a": 1 }`,
  'a number': '{ "client_secret": 471147114711, "external_auth_config": { "client_secret": 471147114711 } }',
};

/** The number above, which is a credential by its place alone. */
const NUMBER = /471147/;

let world: TestHost;
beforeAll(async () => {
  world = await createTestHost();
  const tests = [{ name: 'a', claims: {}, expect: { verdict: 'allow' } }];
  await writeFile(path.join(world.directory, 'policy.test.json'), JSON.stringify({ config: 'mcpgw.json', tests }));
  await writeFile(path.join(world.directory, 'secret.txt'), `${SENTINEL}\n`);
  await writeFile(path.join(world.directory, 'lines.txt'), `${SENTINEL}\r\n${SENTINEL}\n\n`);
});
afterAll(() => world.remove());

const FORMATS = ['text', 'json', 'sarif', 'github', 'junit'];

/** Ways in which no more is said than in those above, looked at less often. */
const MORE_VALIDATE: readonly (readonly string[])[] = [
  ['--format', 'junit', '--strict'],
  ['--format', 'json', '--no-resolve', '-vv'],
  ['--strict', '-v'],
];

/** Of what has an error: all of these end before they ask anybody. */
const OTHERS: readonly (readonly string[])[] = [
  ['simulate', '--claims', '{}', '--show-secrets'],
  ['simulate', '--claims', '{}', '--json'],
  ['verify-token', '--json', '-vv', 'x.y.z'],
  ['serve', '--url', 'https://a.example/mcp', '-vv'],
  ['serve', '--url', 'https://a.example/mcp', '--log-format', 'json', '-v'],
  ['serve', '--url', 'https://a.example/mcp', '--shadow', '--audit-log', 'audit.jsonl', '-vv'],
  ['simulate', '--claims', '{}', '--diff', 'mcpgw.json'],
  ['login', '--json'],
  ['status', '--json'],
];

interface Output {
  readonly command: string;
  readonly code: number;
  readonly text: string;
}

interface Asking {
  /** With the other commands and the flags that add little. */
  readonly everything: boolean;
}

/** What is said of the document; the frames first. */
async function outputsOf(text: string, { everything }: Asking): Promise<readonly Output[]> {
  await writeFile(path.join(world.directory, 'mcpgw.json'), text);
  const outputs = [await outputOf(['validate', 'mcpgw.json', '--no-color'], { isTTY: true })];
  for (const format of FORMATS) outputs.push(await outputOf(['validate', 'mcpgw.json', '--format', format]));
  if (!everything) return outputs;
  outputs.push(await outputOf(['validate', 'mcpgw.json', '--strict'], { isTTY: true, env: { FORCE_COLOR: '1' } }));
  for (const words of MORE_VALIDATE) outputs.push(await outputOf(['validate', 'mcpgw.json', ...words]));
  // A configuration that is valid would be put to work.
  if (outputs[0]?.code !== 1) return outputs;
  for (const [name = '', ...words] of OTHERS) outputs.push(await outputOf([name, '-c', 'mcpgw.json', ...words]));
  for (const format of ['text', 'json', 'junit']) {
    outputs.push(await outputOf(['test', 'policy.test.json', '--coverage', '--format', format]));
  }
  return outputs;
}

async function outputOf(words: readonly string[], how: Pick<ProgramRun, 'isTTY' | 'env'> = {}): Promise<Output> {
  const { code, stdout, stderr } = await runProgram({ words, world, ...how, env: { S: SENTINEL, ...how.env } });
  return { command: `${words.join(' ')}${how.isTTY === true ? ' on a terminal' : ''}`, code, text: stdout + stderr };
}

function expectNoLeak(outputs: readonly Output[], leaks: readonly RegExp[] = LEAKS): void {
  for (const { command, text } of outputs) {
    for (const leak of leaks) {
      const found = leak.exec(text);
      expect(found && `${command}: ${text.slice(Math.max(0, found.index - 200), found.index + 60)}`).toBeNull();
    }
  }
}

describe('a credential is never shown', () => {
  describe.each(Object.entries(PLACES))('in %s', (place, document) => {
    test('however it is written', async () => {
      const findings = new Set<string>();
      for (const [index, form] of Object.values(FORMS).entries()) {
        // The other commands say the same words as `validate --json`: a few forms show that.
        const outputs = await outputsOf(document(form), { everything: index % 5 === 0 });
        expectNoLeak(outputs);
        for (const [, severity] of outputs[0]?.text.matchAll(/^mcpgw\.json:2:\d+ (error|warning) MCPGW(?!100)/gm) ??
          []) {
          findings.add(severity ?? '');
        }
      }
      expect([...findings].toSorted()).toEqual(UNSEEN.has(place) ? [] : ['error', 'warning']);
    });

    test('under an error at its very place, whose frame shows the line', async () => {
      for (const form of ['without quotes (broken JSON)', 'without the comma (broken JSON)'] as const) {
        const [frames] = await outputsOf(document(FORMS[form]), { everything: false });
        expect(frames).toMatchObject({ code: 1, text: expect.stringMatching(/^ +2 \| .*•{8}/m) as string });
      }
    });
  });

  test.each(Object.entries(DOCUMENTS))('in %s', async (_name, text) => {
    const outputs = await outputsOf(text, { everything: true });
    expectNoLeak(outputs, [...LEAKS, NUMBER]);
    // Something was found, and shown with its frame.
    expect(outputs[0]?.text).toMatch(/^ +\d+ \| /m);
  });

  test('and the search finds one that is', () => {
    const spellings = [
      SENTINEL,
      `"${escapedJson(SENTINEL)}"`,
      ...['', 'a', 'ab', 'Bearer '].flatMap((prefix) =>
        ['base64', 'base64url'].map((form) => Buffer.from(prefix + SENTINEL).toString(form as BufferEncoding)),
      ),
    ];
    for (const spelling of [...spellings, Buffer.from(SENTINEL).toString('hex'), encodeURIComponent(SENTINEL)]) {
      expect(() => expectNoLeak([{ command: 'x', code: 0, text: `..${spelling}..` }])).toThrow('x: ..');
    }
  });
});

function escapedJson(text: string): string {
  return Array.from(text, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
}
