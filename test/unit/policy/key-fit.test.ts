import { describe, expect, it } from 'vitest';
import { misfit, SHORT_MODULUS } from '../../../src/policy/key-fit.js';
import { SIGNATURE_ALGORITHMS, type PublicJwk, type SignatureAlgorithm } from '../../../src/policy/model.js';
import { generateKey } from '../../support/jwt.js';

const rsa = generateKey('RS256', 'k').jwk;
const ec = generateKey('ES256', 'k').jwk;
const ed = generateKey('EdDSA', 'k').jwk;
const plain = (jwk: PublicJwk, changes: object = {}): PublicJwk => {
  const { alg: _alg, ...rest } = jwk;
  return { ...rest, ...changes };
};
/** A Base64urlUInt of so many bits, the highest of them set. */
const number = (bits: number, leadingZeros = 0): string => {
  const bytes = Buffer.alloc(Math.ceil(bits / 8) + leadingZeros);
  bytes[leadingZeros] = 1 << ((bits - 1) % 8);
  return bytes.toString('base64url');
};

describe('misfit', () => {
  it('is none for a key of the right type, under every algorithm', () => {
    for (const alg of SIGNATURE_ALGORITHMS)
      expect([alg, misfit(generateKey(alg, 'k').jwk, alg)]).toEqual([alg, undefined]);
  });

  it('says that a key is of another type or curve, whatever the algorithm', () => {
    const types: Readonly<Record<SignatureAlgorithm, string>> = {
      RS256: 'RSA',
      RS384: 'RSA',
      RS512: 'RSA',
      PS256: 'RSA',
      PS384: 'RSA',
      PS512: 'RSA',
      ES256: 'EC',
      ES384: 'EC',
      ES512: 'EC',
      EdDSA: 'OKP',
      Ed25519: 'OKP',
    };
    for (const alg of SIGNATURE_ALGORITHMS) {
      expect(misfit({ kty: 'oct' }, alg)).toBe(`its kty is not ${types[alg]}`);
    }
    expect(misfit(plain(ec), 'ES384')).toBe('its curve is not P-384');
    expect(misfit(plain(ec), 'ES512')).toBe('its curve is not P-521');
    expect(misfit(plain(ec, { crv: 'P-384' }), 'ES256')).toBe('its curve is not P-256');
    expect(misfit(plain(ed, { crv: 'Ed448' }), 'EdDSA')).toBe('its curve is not Ed25519');
    expect(misfit(plain(ed, { crv: undefined }), 'Ed25519')).toBe('its curve is not Ed25519');
  });

  it.each(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'])(
    'takes no key with the private member %s',
    (member) => {
      expect(misfit(plain(rsa, { [member]: 'x' }), 'RS256')).toBe('it has a private member');
    },
  );

  it.each<[object, string]>([
    [{ d: 'x' }, 'it has a private member'],
    [{ k: null }, 'it has a private member'],
    [{ use: 'enc' }, 'its use is not sig'],
    [{ use: null }, 'its use is not sig'],
    [{ key_ops: ['sign'] }, 'its key_ops do not hold verify'],
    [{ key_ops: 'verify' }, 'its key_ops do not hold verify'],
    [{ alg: 'RS384' }, 'its alg is not RS256'],
    [{ alg: null }, 'its alg is not RS256'],
    [{ n: '' }, 'its modulus or exponent is not base64url'],
    [{ n: 7 }, 'its modulus or exponent is not base64url'],
    [{ n: 'A+A' }, 'its modulus or exponent is not base64url'],
    [{ n: 'AAA=' }, 'its modulus or exponent is not base64url'],
    [{ n: ' AAA' }, 'its modulus or exponent is not base64url'],
    [{ e: undefined }, 'its modulus or exponent is not base64url'],
    [{ n: number(2047) }, SHORT_MODULUS],
    [{ n: number(2047, 10) }, SHORT_MODULUS],
    [{ n: 'AAAA' }, SHORT_MODULUS],
    [{ e: 'AA' }, 'its exponent is less than 3'],
    [{ e: 'AQ' }, 'its exponent is less than 3'],
    [{ e: 'Ag' }, 'its exponent is less than 3'],
    [{ e: 'AAAC' }, 'its exponent is less than 3'],
  ])('says of an RSA key with %j why it does not fit', (changes, reason) => {
    expect(misfit(plain(rsa, changes), 'RS256')).toBe(reason);
  });

  it.each<[object]>([
    [{ use: 'sig' }],
    [{ use: undefined }],
    [{ key_ops: ['verify', 'sign'] }],
    [{ alg: 'RS256' }],
    [{ n: number(2048) }],
    [{ n: number(2048, 3) }],
    [{ e: 'Aw' }],
    [{ e: 'AQAB' }],
    [{ e: 'AQA' }],
    [{ x5c: ['x'], kid: 7, ext: true }],
  ])('is none for an RSA key with %j', (changes) => {
    expect(misfit(plain(rsa, changes), 'RS256')).toBeUndefined();
  });

  it.each<[SignatureAlgorithm, object]>([
    ['ES256', { x: 'A+' }],
    ['ES256', { y: undefined }],
    ['ES256', { y: 7 }],
    ['EdDSA', { x: '' }],
    ['EdDSA', { x: ['x'] }],
  ])('says that a coordinate is none: %s %j', (alg, changes) => {
    expect(misfit(plain(alg === 'EdDSA' ? ed : ec, changes), alg)).toBe('its coordinates are not base64url');
  });

  it('asks an Ed25519 key for no y', () => {
    expect(misfit(plain(ed, { y: 7 }), 'EdDSA')).toBeUndefined();
  });

  it('says how long a modulus must be', () => expect(SHORT_MODULUS).toBe('its modulus has less than 2048 bits'));
});
