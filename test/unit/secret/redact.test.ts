import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { redact, withoutSecrets } from '../../../src/secret/redact.js';
import { Secret } from '../../../src/secret/secret.js';

const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbmEifQ.c2lnbmF0dXJl';

test.each([
  [`token ${JWT} was refused`, 'token [token] was refused'],
  ['Authorization: Bearer abcdefgh12345678', 'Authorization: Bearer [secret]'],
  ['authorization: basic dXNlcjpwYXNz', 'authorization: basic [secret]'],
  ['grant_type=refresh_token&refresh_token=abc123&scope=a', 'grant_type=refresh_token&refresh_token=[secret]&scope=a'],
  ['{"access_token":"abc","token_type":"Bearer"}', '{"access_token":"[secret]","token_type":"Bearer"}'],
  ['https://ana:hunter2@idp.example/x', 'https://[secret]@idp.example/x'],
  ['client_secret=abc', 'client_secret=[secret]'],
  ['a-scheme-that-is-longer-than-any://ana:hunter2@host', 'a-scheme-that-is-longer-than-any://[secret]@host'],
  ['{"client_secret": "two words and \\" a quote", "a": 1}', '{"client_secret": "[secret]", "a": 1}'],
  ['https://mcp.example/?api_key=abc&x=1', 'https://mcp.example/?api_key=[secret]&x=1'],
  ['the key sk-proj-abcdef0123456789ABCDEF_x is wrong', 'the key [secret] is wrong'],
  ['ghp_abcdefghijklmnopqrstuvwxyz', '[secret]'],
  ['AKIAIOSFODNN7EXAMPLE', '[secret]'],
  ['a -----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY----- b', 'a [secret] b'],
])('%s', (text, expected) => {
  expect(redact(text)).toBe(expected);
});

test.each([
  'sk-something-with-no-digit-in-it',
  'task-1234567890123456',
  'assign=3',
  'nothing to see',
  'the code is 42',
  'https://idp.example/keys',
  'a Bearer token',
  'eyJhbGciOiJSUzI1NiJ9',
])('leaves "%s" alone', (text) => {
  expect(redact(text)).toBe(text);
});

test('doing it twice changes nothing more', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string(), fc.constantFrom(JWT, 'Bearer ', 'token=', '://a:b@', ' '))), (parts) => {
      const once = redact(parts.join(''));
      expect(redact(once)).toBe(once);
    }),
  );
});

test('what this process keeps secret is seen nowhere, whatever it looks like', () => {
  const [key, header] = [new Secret('correct horse battery'), new Secret('Token 8f14e45fceea167a')];
  expect(withoutSecrets(`no such key: ${key.reveal()}, nor ${key.reveal()}`)).toBe(
    'no such key: [secret], nor [secret]',
  );
  expect(withoutSecrets(header.reveal())).toBe('[secret]');
  expect(withoutSecrets('8f14e45fceea167a is unknown')).toBe('[secret] is unknown');
  // Others would be unreadable with it.
  expect(new Secret('prod').reveal()).toBe('prod');
  expect(withoutSecrets('production')).toBe('production');
});

test('of secrets that begin alike, the longer one leaves nothing', () => {
  const [short, long] = [new Secret('tenant-a-key'), new Secret('tenant-a-key-and-more')];
  expect(withoutSecrets(`${short.reveal()} ${long.reveal()}`)).toBe('[secret] [secret]');
});

test('secrets without number cost little', () => {
  const kept = Array.from({ length: 50_000 }, (_, index) => new Secret(`a secret of one call, number ${index}`));
  const values = kept.map((secret) => secret.reveal());
  for (const value of values.slice(-1_000)) expect(withoutSecrets(value)).toBe('[secret]');
});

test.each([
  'eyJrZXkiOiJzZWNyZXQifQ',
  'Token eyJrZXkiOiJzZWNyZXQifQ',
  `${JWT}.and.more.parts than a token has`,
  `${JWT} `,
])('a secret that only begins like a token is one: %s', (value) => {
  const secret = new Secret(value);
  expect(withoutSecrets(`refused: <${secret.reveal()}>`)).toBe('refused: <[secret]>');
});
