import { describe, expect, test } from 'vitest';
import { BAD_CONFIGS, BAD_CONFIG_ENV } from './bad-configs.js';
import { checkText, policyOf } from './check-text.js';

describe('a configuration that is wrong', () => {
  test.each(BAD_CONFIGS)('says what and where: $title', async ({ text, expected }) => {
    const { policy, diagnostics } = await checkText(text, { env: BAD_CONFIG_ENV });
    expect(policy).toBeUndefined();
    expect(
      diagnostics.map(({ code, place, pointer, message, help }) => ({
        code,
        at: `${place.line}:${place.column}`,
        pointer,
        message,
        ...(help !== undefined && { help }),
      })),
    ).toEqual(expected);
    for (const diagnostic of diagnostics) {
      expect(diagnostic.severity).toBe('error');
      expect(diagnostic.file).toBe('mcpgw.json');
    }
  });

  test('never shows the words of the schema library or a value that came from a reference', async () => {
    for (const { text } of BAD_CONFIGS) {
      const shown = JSON.stringify((await checkText(text, { env: BAD_CONFIG_ENV, lint: true })).diagnostics);
      expect(shown).not.toMatch(/Invalid input|expected (?:string|object|array)|s3cr3t/);
    }
  });

  test('is read on behind a missing comma, because the rest is clear', async () => {
    const { policy, diagnostics } = await checkText(
      '{\n  "timeout_ms": 0\n  "client_headers": { "X-A": "x" "B c": "" },\n  "heders": {}\n}',
    );
    expect(policy).toBeUndefined();
    expect(diagnostics.map(({ code, place }) => `${code} ${place.line}:${place.column}`)).toEqual([
      'MCPGW118 2:17',
      'MCPGW100 3:3',
      'MCPGW107 3:34',
      'MCPGW103 4:3',
    ]);
  });

  test('is not read on behind very many missing commas: that is another kind of text', async () => {
    const { diagnostics } = await checkText(`{ "heders": [${'"" '.repeat(500)}] }`);
    expect(new Set(diagnostics.map(({ code }) => code))).toEqual(new Set(['MCPGW100']));
  });

  test('gets all its errors in one run, in the order in which they stand', async () => {
    const { diagnostics } = await checkText(`{
      "timeout_ms": "1",
      "forward_header": [],
      "jwt_validation": {
        "requiredClaim": ["sub"],
        "algorithms": ["none"],
        "claimValues": { "a": { "values": "(", "matchType": "regex" }, "b": { "values": [] } }
      },
      "headers": { "A": "\${GONE}" },
      "tool_authorization": {},
      "tools": { "allowed": [] },
      "timeout_ms": 0,
    }`);
    expect(diagnostics.map(({ code, place }) => `${code} ${place.line}`)).toEqual([
      'MCPGW103 3',
      'MCPGW108 4',
      'MCPGW103 5',
      'MCPGW112 6',
      'MCPGW109 7',
      'MCPGW110 7',
      'MCPGW115 9',
      'MCPGW114 11',
      'MCPGW101 12',
      'MCPGW118 12',
    ]);
  });
});

describe('secret references', () => {
  test('are refused in a configuration that nobody named, and the help says how to trust it', async () => {
    const { policy, diagnostics } = await checkText(headers('Bearer ${TOKEN}'), {
      env: { TOKEN: 'secret' },
      trusted: false,
    });
    expect(policy).toBeUndefined();
    expect(diagnostics).toMatchObject([
      { code: 'MCPGW117', pointer: '/client_headers/X-A', help: expect.stringContaining('-c') as string },
    ]);
    expect(JSON.stringify(diagnostics)).not.toContain('secret"');
  });

  test('of every kind are refused there, and so is header_command', async () => {
    for (const value of ['${env:A}', '${A:-b}', '${file:/etc/passwd}', '${keychain:a/b}']) {
      const { diagnostics } = await checkText(headers(value), { trusted: false });
      expect(diagnostics.map(({ code }) => code)).toEqual(['MCPGW117']);
    }
    const { diagnostics } = await checkText('{ "header_command": { "command": ["cat"] } }', { trusted: false });
    expect(diagnostics.map(({ code }) => code)).toEqual(['MCPGW117']);
  });

  test('leave a configuration without any as it is, trusted or not', async () => {
    const { policy } = await checkText(headers('plain $${A}'), { trusted: false });
    expect(policy?.clientHeaders).toEqual([{ name: 'X-A', value: 'plain ${A}' }]);
  });

  test('are checked for form alone when they are not to be resolved, and what depends on them is not judged', async () => {
    const world = { resolveReferences: false };
    const text = JSON.stringify({
      mcpServers: {
        a: {
          url: '${URL}',
          transport: '${T}',
          jwt_validation: {
            jwksUri: '${JWKS}',
            maxTokenAge: '${AGE}',
            claimValues: { a: { values: '${file:pattern}', matchType: 'regex' } },
          },
        },
      },
    });
    expect(await checkText(text, world)).toMatchObject({ policy: {}, diagnostics: [] });
    const { diagnostics } = await checkText(headers('${not a name}'), world);
    expect(diagnostics.map(({ code }) => code)).toEqual(['MCPGW115']);
  });

  test('stand for texts alone, so where another type belongs they are refused unresolved', async () => {
    for (const text of [
      '"${A}"',
      '{ "timeout_ms": "${A}" }',
      '{ "jwt_validation": "${A}" }',
      '{ "mcpServers": { "a": "${A}" } }',
      '{ "forward_headers": "${A}" }',
    ]) {
      const { diagnostics } = await checkText(text, { resolveReferences: false });
      expect(diagnostics.map(({ code }) => code)).toEqual(['MCPGW102']);
    }
  });

  test('read files beside the configuration, without their last line break', async () => {
    const { clientHeaders } = await policyOf(headers('${file:token.txt}'), {
      files: { '/etc/mcpgw/token.txt': 'abc\r\n' },
    });
    expect(String(clientHeaders[0]?.value)).toBe('[secret]');
  });

  test('give texts that are judged like any other, without showing them', async () => {
    const { diagnostics } = await checkText('{ "jwt_validation": { "jwksUri": "${JWKS}" } }', {
      env: { JWKS: 'http://idp.internal/secret-path' },
    });
    expect(diagnostics.map(({ code }) => code)).toEqual(['MCPGW106']);
    expect(JSON.stringify(diagnostics)).not.toContain('secret-path');
  });
});

const headers = (value: string): string => JSON.stringify({ client_headers: { 'X-A': value } });

describe('a value of a wrong type', () => {
  const messages = async (config: string, env = {}): Promise<readonly (string | undefined)[]> =>
    (await checkText(config, { env })).diagnostics.flatMap(({ message, help }) => [message, help]);
  const rule = (values: string): string =>
    `{ "jwt_validation": { "jwksUri": "https://a.example/k", "claimValues": { "a": { "values": ${values} } } } }`;

  test('that is a number out of reach is told as such where a number may stand', async () => {
    expect(await messages(rule('1e999'))).toEqual(['`values` must be a finite number', undefined]);
    expect(await messages(rule('[1e999]'))).toEqual(['`values[0]` must be a finite number', undefined]);
    expect(await messages('{ "forward_headers": 1e999 }')).toEqual([
      '`forward_headers` must be a list or an object, not a number',
      undefined,
    ]);
  });

  test('that is not there is missing, and nothing else', async () => {
    expect(await messages(rule('1').replace('"values": 1', ''))).toEqual(['`a` lacks `values`', undefined]);
  });

  test('from a secret reference is a text, where several types are possible, too', async () => {
    expect(await messages('{ "forward_headers": "${A}" }', { A: 'X-A' })).toEqual([
      '`forward_headers` must be a list or an object, not a text',
      'a secret reference gives a text: write the value itself',
    ]);
  });

  test('deep in a list of several types is told at its place', async () => {
    expect(await messages('{ "forward_headers": [{ "from": "X-A", "to": 1 }, [], { "from": [] }] }')).toEqual([
      '`to` must be a text in double quotes, not a number',
      undefined,
      '`forward_headers[1]` must be a text in double quotes, or an object with `from` and `to`, not a list',
      undefined,
      '`forward_headers[2]` lacks `to`',
      undefined,
      '`from` must be a text in double quotes, not a list',
      undefined,
    ]);
  });
});
