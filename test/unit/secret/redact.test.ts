import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { redact } from '../../../src/secret/redact.js';

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
])('%s', (text, expected) => {
  expect(redact(text)).toBe(expected);
});

test.each(['nothing to see', 'the code is 42', 'https://idp.example/keys', 'a Bearer token', 'eyJhbGciOiJSUzI1NiJ9'])(
  'leaves "%s" alone',
  (text) => {
    expect(redact(text)).toBe(text);
  },
);

test('doing it twice changes nothing more', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string(), fc.constantFrom(JWT, 'Bearer ', 'token=', '://a:b@', ' '))), (parts) => {
      const once = redact(parts.join(''));
      expect(redact(once)).toBe(once);
    }),
  );
});
