import { describe, expect, it } from 'vitest';
import { discloseIdentity } from '../../../src/policy/identity/disclose.js';
import type { IdentityPolicy } from '../../../src/policy/model.js';
import type { Claims, Principal } from '../../../src/policy/principal.js';
import { reveal, Secret } from '../../../src/secret/secret.js';

const claimsHeader: IdentityPolicy = {
  method: 'claims_header',
  headerName: 'X-User-Claims',
  includeClaims: ['sub', 'email'],
  onMissing: 'refuse',
  lifetimeSeconds: 300,
  audience: undefined,
};
const bearer: IdentityPolicy = { ...claimsHeader, method: 'bearer', headerName: 'Authorization' };

function verified(claims: Claims): Principal {
  return { kind: 'verified', token: new Secret('raw-token'), claims };
}

describe('the identity that goes upstream', () => {
  it('is the filtered claims as ASCII JSON in the order of include_claims', () => {
    const disclosure = discloseIdentity({
      policy: claimsHeader,
      principal: verified({ email: 'zoë@example.com', sub: 'u1', groups: ['x'] }),
      url: undefined,
    });
    expect(disclosure).toEqual({
      kind: 'header',
      header: { name: 'X-User-Claims', value: '{"sub":"u1","email":"zo\\u00eb@example.com"}' },
    });
  });

  it('never takes inherited names, null, or the raw token for claims', () => {
    const policy = { ...claimsHeader, includeClaims: ['toString', '__proto__', 'gone', 'token', 'sub'] };
    const claims = JSON.parse('{"gone":null,"token":"raw","sub":"u1"}') as Claims;
    expect(discloseIdentity({ policy: policy, principal: verified(claims), url: undefined })).toMatchObject({
      header: { value: '{"sub":"u1"}' },
    });
  });

  it('keeps a claim that is really named __proto__', () => {
    const claims = JSON.parse('{"__proto__":"p"}') as Claims;
    expect(
      discloseIdentity({
        policy: { ...claimsHeader, includeClaims: ['__proto__'] },
        principal: verified(claims),
        url: undefined,
      }),
    ).toMatchObject({
      header: { value: '{"__proto__":"p"}' },
    });
  });

  it('is refused rather than cut when it is over 8 KiB', () => {
    expect(
      discloseIdentity({ policy: claimsHeader, principal: verified({ sub: 'x'.repeat(9000) }), url: undefined }),
    ).toMatchObject({
      kind: 'refused',
      reason: 'IDENTITY_TOO_LARGE',
    });
  });

  it('is refused when there is none, and left out only where on_missing says so', () => {
    expect(discloseIdentity({ policy: claimsHeader, principal: verified({}), url: undefined })).toMatchObject({
      kind: 'refused',
      reason: 'NO_IDENTITY',
    });
    expect(discloseIdentity({ policy: claimsHeader, principal: { kind: 'anonymous' }, url: undefined })).toMatchObject({
      kind: 'refused',
    });
    expect(
      discloseIdentity({
        policy: { ...claimsHeader, onMissing: 'anonymous' },
        principal: { kind: 'anonymous' },
        url: undefined,
      }),
    ).toEqual({
      kind: 'none',
    });
  });

  it('never comes from the claims of a token that nobody verified', () => {
    expect(
      discloseIdentity({
        policy: claimsHeader,
        principal: { kind: 'unverified', token: new Secret('eyJ') },
        url: undefined,
      }),
    ).toMatchObject({
      kind: 'refused',
    });
  });

  it('is the original token for bearer: with its scheme in Authorization, bare elsewhere', () => {
    const header = (policy: IdentityPolicy): string => {
      const disclosure = discloseIdentity({ policy: policy, principal: verified({}), url: undefined });
      return disclosure.kind === 'header' ? reveal(disclosure.header.value) : disclosure.kind;
    };
    expect(header(bearer)).toBe('Bearer raw-token');
    expect(header({ ...bearer, headerName: 'X-Caller-Token' })).toBe('raw-token');
  });

  it('is never sent unsigned in place of signed', () => {
    expect(
      discloseIdentity({
        policy: { ...claimsHeader, method: 'jwt_header' },
        principal: verified({ sub: 'u' }),
        url: undefined,
      }),
    ).toMatchObject({
      kind: 'refused',
    });
  });
});
