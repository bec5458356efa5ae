import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskedText } from '../../../../../../src/cli/render/validation/frame/masked-text.js';

/** Of no known shape. */
const KEY = 'Zq7Rk2LmP9vXw4TsB8nYc3Hd';

const masked = (text: string, isBroken = false): string => maskedText(text, { isBroken });

describe('masked text', () => {
  test('hides the values of headers and of keys that hold credentials, and nothing else', () => {
    expect(masked('{ "headers": { "Authorization": "Bearer abc" }, "timeout_ms": 5 }')).toBe(
      '{ "headers": { "Authorization": "••••••••••" }, "timeout_ms": 5 }',
    );
    expect(masked('{ "client_secret": "abc", "client_id": "gw" }')).toBe(
      '{ "client_secret": "•••", "client_id": "gw" }',
    );
  });

  test('shows which reference stands where, but never its default', () => {
    expect(masked('{ "headers": { "A": "Bearer ${TOKEN}", "B": "${file:/x}", "C": "${D:-abc}" } }')).toBe(
      '{ "headers": { "A": "•••••••${TOKEN}", "B": "${file:/x}", "C": "•••••••••" } }',
    );
  });

  test.each([
    ['the query and the fragment', 'https://a.example/mcp?k=abc#d', 'https://a.example/mcp?•••••••'],
    ['the user and the password', 'https://ana:abc@a.example/mcp', 'https://••••••••a.example/mcp'],
    ['the user alone', 'https://abc@a.example/mcp', 'https://••••a.example/mcp'],
    [
      'a part of the path that is a key by its looks',
      'https://a.example/s/0a1b2c3d4e5f6a7b/mcp',
      `https://a.example/s/${'•'.repeat(16)}/mcp`,
    ],
    ['what else stands in the path', 'https://a.example/mcp;k=abc/x', 'https://a.example/•••••••••/x'],
    ['everything of what is none', 'https://a.example:mcp', '•'.repeat(21)],
    ['the user, behind slashes too many', 'https:////ana:abc@a.example', 'https:////••••••••a.example'],
    ['a key behind an empty step', `https://a.example//${KEY}`, `https://a.example//${'•'.repeat(24)}`],
    ['a key behind a colon', `https://a.example/a:/${KEY}`, `https://a.example/a:/${'•'.repeat(24)}`],
    ['a key beside a reference', `https://a.example/\${A}${KEY}`, `https://a.example/\${A}${'•'.repeat(24)}`],
    ['everything, where a quote stands in it', `https://a.example/x\\"${KEY}`, `${'•'.repeat(20)}"${'•'.repeat(24)}`],
    ['a reference inside of a default', 'https://a.example/${A:-${B}}/mcp', `https://a.example/${'•'.repeat(9)}}/mcp`],
    ['what never becomes a reference', 'https://a.example/${file:a${B}', `https://a.example/${'•'.repeat(12)}`],
    ['the default of a reference', 'https://${HOST:-abc}/mcp', 'https://••••••••••••/mcp'],
    ['everything, where escapes hide its parts', 'https:\\/\\/abc@a.example', '•'.repeat(23)],
    ['nothing of a plain one', 'https://a.example:8443/v1/mcp', 'https://a.example:8443/v1/mcp'],
  ])('hides of a URL %s', (_what, url, expected) => {
    expect(masked(`{ "mcpServers": { "a": { "url": "${url}" } } }`)).toBe(
      `{ "mcpServers": { "a": { "url": "${expected}" } } }`,
    );
  });

  test('hides a credential that stands where the name of a reference belongs, and what looks like its default', () => {
    expect(masked('{ "a": "${ghp_0123456789abcdefghij}", "b": "${file:/run/a:-abc}", "c": "${keychain:a/b}" }')).toBe(
      `{ "a": "${'•'.repeat(27)}", "b": "${'•'.repeat(19)}", "c": "\${keychain:a/b}" }`,
    );
    expect(masked('{ "scope": "${ghp_0123456789abcdefghij}" }')).toBe(`{ "scope": "${'•'.repeat(27)}" }`);
  });

  test('shows short words and numbers alone where nothing else belongs', () => {
    const short = '{ "auth_type": "haeders", "matchType": "exactly", "algorithms": ["ES256K"], "timeout_ms": "5s" }';
    expect(masked(short)).toBe(short);
    expect(masked(`{ "auth_type": "${KEY}", "timeout_ms": "${KEY}", "algorithms": ["${KEY}"] }`)).toBe(
      `{ "auth_type": "${'•'.repeat(24)}", "timeout_ms": "${'•'.repeat(24)}", "algorithms": ["${'•'.repeat(24)}"] }`,
    );
  });

  test('hides values of keys that it does not know, and what stands where no object belongs', () => {
    expect(masked('{ "client_secrt": "abc", "mode": { "values": ["abc"] }, "x-a": { "url": 5 } }')).toBe(
      '{ "client_secrt": "•••", "mode": { "values": ["•••"] }, "x-a": { "url": • } }',
    );
  });

  test('shows the public half of a key, where keys stand', () => {
    expect(
      masked('{ "jwt_validation": { "jwks": { "keys": [{ "kty": "EC", "x": "abc", "d": "abc" }] } }, "x": "abc" }'),
    ).toBe('{ "jwt_validation": { "jwks": { "keys": [{ "kty": "EC", "x": "abc", "d": "•••" }] } }, "x": "•••" }');
  });

  test('hides what comments say', () => {
    expect(masked('{ // was abc\n "mode": /* abc */ "allowlist" }')).toBe(
      '{ //••••••••\n "mode": /*•••••*/ "allowlist" }',
    );
  });

  test('goes by what escapes stand for', () => {
    expect(masked('{ "\\u0068eaders": { "A": "abc" }, "values": "\\u0042earer abcdefgh" }')).toBe(
      `{ "\\u0068eaders": { "A": "•••" }, "values": "${'•'.repeat(20)}" }`,
    );
  });

  test('leaves the names in forward_headers alone', () => {
    const text = '{ "forward_headers": { "mode": "allowlist", "headers": ["X-A", { "from": "a", "to": "b" }] } }';
    expect(masked(text)).toBe(text);
  });

  test('goes on as before behind an object', () => {
    expect(masked('{ "headers": { "A": {} , "B": "abc" }, "audience": "abc" }')).toBe(
      '{ "headers": { "A": {} , "B": "•••" }, "audience": "abc" }',
    );
  });

  test('hides every text of a broken document but the words of the configuration itself', () => {
    expect(masked('{ "audience": "abc", x: secret }', true)).toBe('{ "audience": "•••", x: •••••• }');
    expect(masked("{ mcpServers: { 'abc': { 'url': 'abcdef' } } }", true)).toBe(
      "{ mcpServers: { •••••: { 'url': •••••••• } } }",
    );
    expect(masked('{ "timeout_ms": 5 "abc": 5, "client_secret": 471147 "x": "abc" }', true)).toBe(
      '{ "timeout_ms": 5 "•••": •, "client_secret": •••••• "x": "•••" }',
    );
  });

  test('keeps every line and column where it is', () => {
    const parts = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '"headers"',
      '"client_secret"',
      '"a\\"b"',
      '"abc',
      '\n',
      '\r\n',
      ' ',
      'x',
      '🔒',
      '"🔒"',
      '${',
      '}',
    );
    fc.assert(
      fc.property(fc.array(parts), fc.boolean(), (given, isBroken) => {
        const text = given.join('');
        const result = masked(text, isBroken);
        expect(result.length).toBe(text.length);
        expect([...result.matchAll(/\r\n|\r|\n/g)].map(({ index }) => index)).toEqual(
          [...text.matchAll(/\r\n|\r|\n/g)].map(({ index }) => index),
        );
      }),
    );
  });
});
