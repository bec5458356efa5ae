// Keys that stand in the wrong place: the corpus shows the common ones, these are the ways in which it could go wrong.
import { expect, test } from 'vitest';
import { keyHomes } from '../../../src/config/key-homes.js';
import { checkText } from './check-text.js';

async function helpsOf(config: unknown): Promise<readonly (string | undefined)[]> {
  const { diagnostics } = await checkText(JSON.stringify(config));
  return diagnostics.filter(({ code }) => code === 'MCPGW103').map(({ help }) => help);
}

test('a place below the section comes before one elsewhere', () => {
  const homeOf = keyHomes('gateway');
  expect(homeOf(['mcpServers', 'a', 'tool_authorization', 'create_*', 'values'])).toBe(
    'in an entry of `required_claims`',
  );
  expect(homeOf(['jwt_validation', 'values'])).toBe('in an entry of `claimValues`');
  expect(homeOf(['mcpServers', 'a', 'values'])).toBe(
    'in an entry of `claimValues` or in an entry of `required_claims`',
  );
});

test('a policy key below a section belongs to the top or to a server', () => {
  expect(keyHomes('gateway')(['jwt_validation', 'forward_headers'])).toBe("beside `mcpServers` or in a server's entry");
  expect(keyHomes('bare')(['jwt_validation', 'forward_headers'])).toBe('at the top of the document');
  expect(keyHomes('portkey')(['mcp_integration_details', 'configurations', 'jwt_validation', 'tls'])).toBe(
    'in `configurations`',
  );
});

test('a key that means something in many places, or in none, belongs nowhere in particular', () => {
  expect(keyHomes('gateway')(['lint', 'headers'])).toBeUndefined();
  expect(keyHomes('gateway')(['lint', 'redirect_uris'])).toBeUndefined();
  expect(keyHomes('gateway')(['toString'])).toBeUndefined();
  expect(keyHomes('gateway')(['__proto__'])).toBeUndefined();
});

test('a server may have the name of a section', () => {
  expect(keyHomes('gateway')(['mcpServers', 'jwt_validation', 'requiredClaims'])).toBe('in `jwt_validation`');
});

test('a slip of the keys is likelier than another section, and another section likelier than a longer word', async () => {
  // `jwks_uri` is a key of two other sections, and `issuer` a part of `identity_issuer`.
  expect(await helpsOf({ jwt_validation: { jwks_uri: 'https://a.example/k' }, issuer: 'https://a.example' })).toEqual([
    'did you mean `jwksUri`?',
    'it belongs in `oauth_metadata` or in `external_auth_config`',
  ]);
});

test('a misplaced key says so in each of many servers', async () => {
  const servers = Array.from({ length: 500 }, (_, index) => [
    `s${index}`,
    { url: 'https://a.example/mcp', requiredClaims: [], claimsRequired: [] },
  ]);
  const helps = await helpsOf({ mcpServers: Object.fromEntries(servers) });
  expect(helps).toHaveLength(1000);
  expect(helps.filter((help) => help === 'it belongs in `jwt_validation`')).toHaveLength(500);
});
