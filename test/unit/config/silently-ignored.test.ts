// Keys that are valid and would have no effect: each is refused, warned of, or obeyed.
import { describe, expect, it } from 'vitest';
import { checkText, serverOf } from './check-text.js';

const URL_OF = { url: 'https://mcp.example.com/mcp' };

describe('a key that is accepted', () => {
  it.each(['redirect_uris', 'jwks', 'software_statement'])(
    'is warned of when client metadata cannot be set: %s',
    async (key) => {
      const external_auth_config = { issuer: 'https://idp.example.com', client_id: 'x', [key]: 'anything' };
      const text = JSON.stringify({ mcpServers: { a: { ...URL_OF, external_auth_config } } });
      const { diagnostics } = await checkText(text, { lint: true });
      expect(diagnostics.map(({ pointer }) => pointer)).toContain(`/mcpServers/a/external_auth_config/${key}`);
    },
  );

  it('is obeyed when auth_type none stands beside headers, or is refused', async () => {
    const config = { mcpServers: { a: { ...URL_OF, auth_type: 'none', headers: { Authorization: 'Bearer secret' } } } };
    const { policy, diagnostics } = await checkText(JSON.stringify(config), { lint: true });
    const isSaid = diagnostics.some(({ pointer }) => /auth_type|headers$/.test(pointer));
    const headers = policy === undefined ? [] : (await serverOf(config)).headers;
    expect(isSaid || headers.length === 0).toBe(true);
  });

  it.each(['client_secret_basic', 'client_secret_post'])(
    'is refused when %s is demanded and there is no secret',
    async (token_endpoint_auth_method) => {
      const external_auth_config = { issuer: 'https://idp.example.com', client_id: 'x', token_endpoint_auth_method };
      const { policy } = await checkText(JSON.stringify({ mcpServers: { a: { ...URL_OF, external_auth_config } } }));
      expect(policy).toBeUndefined();
    },
  );
});
