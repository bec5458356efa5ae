import { describe, expect, it } from 'vitest';
import { foreignOrigin, originsOf } from '../../../src/oauth/known-origin.js';
import { Secret } from '../../../src/secret/secret.js';
import { decodeCredential, encodeCredential, type Credential } from '../../../src/store/credential.js';

const CREDENTIAL: Credential = {
  accessToken: new Secret('access'),
  obtainedAtMs: 0,
  expiresAtMs: undefined,
  refreshToken: new Secret('refresh'),
  scopes: [],
  issuer: 'https://idp.example.com/tenant',
  origins: { token: 'https://token.example.com', revocation: 'https://revoke.example.com' },
  claims: undefined,
};
const OLD: Credential = { ...CREDENTIAL, origins: undefined };

describe('where a stored login may be sent', () => {
  const token = 'token_endpoint';
  const revocation = 'revocation_endpoint';
  it.each([
    { to: 'its token endpoint', endpoint: token, url: 'https://token.example.com/other' },
    { to: 'its revocation endpoint', endpoint: revocation, url: 'https://revoke.example.com/r' },
    { to: 'a revocation endpoint beside the other', endpoint: revocation, url: 'https://token.example.com/r' },
    { to: 'its issuer, when nothing was noted', endpoint: token, url: 'https://idp.example.com/t', credential: OLD },
  ] as const)('is $to', ({ endpoint, url, ...more }) => {
    expect(foreignOrigin({ credential: CREDENTIAL, endpoint, url, ...more })).toBeUndefined();
  });

  it.each([
    { to: 'another token endpoint', endpoint: token, url: 'https://evil.example/t' },
    { to: 'another port', endpoint: token, url: 'https://token.example.com:8443/t' },
    { to: 'the same host on plain http', endpoint: token, url: 'http://token.example.com/t' },
    { to: 'the revocation endpoint as a token endpoint', endpoint: token, url: 'https://revoke.example.com/t' },
    { to: 'another revocation endpoint', endpoint: revocation, url: 'https://evil.example/r' },
    { to: 'anybody, when nothing was noted', endpoint: token, url: 'https://token.example.com/t', credential: OLD },
  ] as const)('is not $to', ({ endpoint, url, ...more }) => {
    expect(foreignOrigin({ credential: CREDENTIAL, endpoint, url, ...more })).toBe(new URL(url).origin);
  });

  it('is sealed with it', () => {
    expect(decodeCredential(encodeCredential(CREDENTIAL))?.origins).toEqual(CREDENTIAL.origins);
    expect(decodeCredential(encodeCredential(OLD))?.origins).toBeUndefined();
    expect(decodeCredential(encodeCredential(CREDENTIAL).replace('"https://token.example.com"', '7'))).toBeUndefined();
  });

  it('is what the provider had at login', () => {
    const metadata = { token_endpoint: 'https://a.example/t', revocation_endpoint: undefined };
    expect(originsOf(metadata)).toEqual({ token: 'https://a.example', revocation: undefined });
  });
});
