import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/secret/secret.js';
import { decodeCredential, encodeCredential, subjectOf, type Credential } from '../../../src/store/credential.js';
import { freshness } from '../../../src/store/freshness.js';

const CREDENTIAL: Credential = {
  accessToken: new Secret('access'),
  obtainedAtMs: 1000,
  expiresAtMs: 3_601_000,
  refreshToken: new Secret('refresh'),
  scopes: ['openid', 'email'],
  issuer: 'https://idp.example.com',
  claims: { sub: 'ana', groups: ['a', 'b'] },
};

describe('a stored login as text', () => {
  it('comes back as it was', () => {
    const back = decodeCredential(encodeCredential(CREDENTIAL));
    expect(back).toEqual(CREDENTIAL);
    expect(back?.accessToken.reveal()).toBe('access');
    expect(back?.refreshToken?.reveal()).toBe('refresh');
  });

  it('comes back without what it did not have', () => {
    const bare = { ...CREDENTIAL, expiresAtMs: undefined, refreshToken: undefined, claims: undefined, scopes: [] };
    expect(decodeCredential(encodeCredential(bare))).toEqual(bare);
  });

  it.each(['', '[]', 'null', '{}', '{"access_token":1}', encodeCredential(CREDENTIAL).replace('"issuer"', '"x"')])(
    'is refused when it is %j',
    (text) => {
      expect(decodeCredential(text)).toBeUndefined();
    },
  );

  it('has a subject only when the claims have one that is text', () => {
    expect(subjectOf(CREDENTIAL)).toBe('ana');
    expect(subjectOf({ ...CREDENTIAL, claims: { sub: 7 } })).toBeUndefined();
    expect(subjectOf({ ...CREDENTIAL, claims: undefined })).toBeUndefined();
  });
});

function after(lifetimeMs: number, ageMs: number): string {
  return freshness({ ...CREDENTIAL, obtainedAtMs: 0, expiresAtMs: lifetimeMs }, ageMs);
}

describe('the freshness of an access token', () => {
  it('ends 60 s before the expiry of a long-lived token', () => {
    expect(after(3_600_000, 3_539_999)).toBe('fresh');
    expect(after(3_600_000, 3_540_000)).toBe('expiring');
    expect(after(3_600_000, 3_600_000)).toBe('expired');
  });

  it('ends a fifth of its life before the expiry of a short-lived token', () => {
    expect(after(10_000, 7999)).toBe('fresh');
    expect(after(10_000, 8000)).toBe('expiring');
    expect(after(10_000, 10_000)).toBe('expired');
  });

  it('never ends when the server stated no expiry', () => {
    expect(freshness({ ...CREDENTIAL, expiresAtMs: undefined }, Number.MAX_SAFE_INTEGER)).toBe('fresh');
  });
});
