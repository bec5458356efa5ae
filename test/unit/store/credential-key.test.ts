import { describe, expect, it } from 'vitest';
import { credentialKey, type LoginFacts } from '../../../src/store/credential-key.js';

const FACTS: LoginFacts = {
  kind: 'identity',
  issuer: 'https://idp.example.com',
  tokenEndpoint: 'https://idp.example.com/token',
  clientId: 'mcpgw',
  resource: undefined,
};

describe('the name of a stored login', () => {
  it('is the same for the same facts, and a SHA-256 in hex', () => {
    expect(credentialKey(FACTS)).toEqual(credentialKey({ ...FACTS }));
    expect(credentialKey(FACTS).name).toMatch(/^[0-9a-f]{64}$/);
  });

  it('changes with every one of the four facts', () => {
    const names = [
      FACTS,
      { ...FACTS, kind: 'upstream' as const },
      { ...FACTS, issuer: 'https://idp.example.com/' },
      { ...FACTS, clientId: 'other' },
      { ...FACTS, resource: 'https://mcp.example.com' },
    ].map((facts) => credentialKey(facts).name);
    expect(new Set(names).size).toBe(5);
  });

  it('stands on the origin of the token endpoint when no issuer is known', () => {
    const one = credentialKey({ ...FACTS, issuer: undefined });
    const other = credentialKey({ ...FACTS, issuer: undefined, tokenEndpoint: 'https://idp.example.com/v2/token' });
    expect(one).toEqual(other);
  });

  it('cannot be forged by moving text from one fact to the next', () => {
    const one = credentialKey({ ...FACTS, clientId: 'a","b', resource: 'c' });
    const other = credentialKey({ ...FACTS, clientId: 'a', resource: 'b","c' });
    expect(one.name).not.toBe(other.name);
  });
});
