// `__proto__`, `constructor` and `toString` are names like any other. Where a claim rule is lost, a token is accepted
// that should not be: these tests hold the line.
import { describe, expect, test } from 'vitest';
import { checkText, policyOf, serverOf } from './check-text.js';

const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype', 'valueOf'];

describe.each(NAMES)('the name %s', (name) => {
  test('is kept as a claim of claimValues', async () => {
    const server = await serverOf(
      `{ "jwt_validation": { "jwksUri": "https://idp.example/k", "claimValues": { "${name}": { "values": "a" } } } }`,
    );
    expect(server.tokenRules?.claimRules).toEqual([{ claim: name, matchType: 'exact', value: 'a' }]);
  });

  test('is judged as a claim of claimValues', async () => {
    const { diagnostics } = await checkText(
      `{ "jwt_validation": { "jwksUri": "https://idp.example/k", "claimValues": { "${name}": { "expected": "a" } } } }`,
    );
    expect(diagnostics.map(({ code, pointer }) => `${code} ${pointer}`)).toEqual([
      `MCPGW104 /jwt_validation/claimValues/${name}`,
      `MCPGW103 /jwt_validation/claimValues/${name}/expected`,
    ]);
  });

  test('is judged as a claim and as a tool of tool_authorization', async () => {
    const { diagnostics } = await checkText(
      `{ "jwt_validation": { "jwksUri": "https://idp.example/k" },
         "tool_authorization": { "${name}": { "required_claims": { "${name}": { "values": [] } } } } }`,
    );
    expect(diagnostics.map(({ code, pointer }) => `${code} ${pointer}`)).toEqual([
      `MCPGW110 /tool_authorization/${name}/required_claims/${name}/values`,
    ]);
  });

  test('compiles the patterns of a regex rule', async () => {
    const server = await serverOf(
      `{ "jwt_validation": { "jwksUri": "https://idp.example/k", "claimValues": { "${name}": { "values": "^a$", "matchType": "regex" } } } }`,
    );
    const [rule] = server.tokenRules?.claimRules ?? [];
    expect(rule?.claim).toBe(name);
    expect(rule?.matchType === 'regex' && rule.patterns[0]?.test('a')).toBe(true);
  });

  test('is an unknown key where keys are fixed', async () => {
    for (const text of [
      `{ "${name}": {} }`,
      `{ "jwt_validation": { "jwksUri": "https://idp.example/k", "${name}": {} } }`,
      `{ "mcpServers": { "a": { "url": "https://a.example", "${name}": {} } } }`,
    ]) {
      const { diagnostics } = await checkText(text);
      expect(diagnostics.map(({ code }) => code)).toEqual(['MCPGW103']);
    }
  });

  test('is a server name and a header name', async () => {
    const { servers, clientHeaders } = await policyOf(
      `{ "mcpServers": { "${name}": { "url": "https://a.example" } }, "client_headers": { "${name}": "v" } }`,
    );
    expect(servers.map((server) => server.name)).toEqual([name]);
    expect(clientHeaders).toEqual([{ name, value: 'v' }]);
  });

  test('does not stand in for a missing key', async () => {
    const { diagnostics } = await checkText(
      `{ "${name}": { "jwt_validation": { "jwksUri": "https://idp.example/k" } } }`,
    );
    expect(diagnostics.map(({ code }) => code)).toEqual(['MCPGW103']);
  });
});

test('a rule under __proto__ does not become a member of its neighbours', async () => {
  const server = await serverOf(
    '{ "jwt_validation": { "jwksUri": "https://idp.example/k", "claimValues": { "__proto__": { "values": "a" }, "iss": { "values": "b" } } } }',
  );
  expect(server.tokenRules?.claimRules.map(({ claim }) => claim)).toEqual(['__proto__', 'iss']);
});
