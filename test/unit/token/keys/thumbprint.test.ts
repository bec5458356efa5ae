import { describe, expect, it } from 'vitest';
import { keyMaterial, thumbprint } from '../../../../src/token/keys/thumbprint.js';

/** RFC 7638 section 3.1. */
const EXAMPLE = {
  kty: 'RSA',
  n: '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw',
  e: 'AQAB',
  alg: 'RS256',
  kid: '2011-04-29',
};

describe('thumbprint', () => {
  it('is that of the RFC for its example', () => {
    const material = keyMaterial(EXAMPLE);
    expect(material).toEqual({ e: EXAMPLE.e, kty: 'RSA', n: EXAMPLE.n });
    expect(thumbprint(material ?? {})).toBe('NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs');
  });

  it('is made of what makes a key of its type, in the order of the RFC', () => {
    const all = { crv: 'c', e: 'e', kid: 'i', n: 'n', x: 'x', y: 'y', d: 'd' };
    expect(JSON.stringify(keyMaterial({ ...all, kty: 'EC' }))).toBe('{"crv":"c","kty":"EC","x":"x","y":"y"}');
    expect(JSON.stringify(keyMaterial({ ...all, kty: 'OKP' }))).toBe('{"crv":"c","kty":"OKP","x":"x"}');
    expect(JSON.stringify(keyMaterial({ ...all, kty: 'RSA' }))).toBe('{"e":"e","kty":"RSA","n":"n"}');
    expect(JSON.stringify(keyMaterial({ ...all, kty: 'new' }))).toBe('{"kty":"new"}');
  });

  it('is none where a member is no text', () => {
    expect(keyMaterial({ kty: 'RSA', n: 'n' })).toBeUndefined();
    expect(keyMaterial({ kty: 'EC', crv: 'P-256', x: 'x', y: 7 })).toBeUndefined();
  });
});
