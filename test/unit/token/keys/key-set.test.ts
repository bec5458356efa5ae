import { describe, expect, it } from 'vitest';
import { chooseKeys, createKeySet } from '../../../../src/token/keys/key-set.js';
import { generateKey } from '../../../support/jwt.js';

const a = generateKey('EdDSA', 'a').jwk;
const b = generateKey('EdDSA', 'b').jwk;

describe('createKeySet', () => {
  it('keeps what was imported of keys that are still there, and forgets the others', () => {
    const first = createKeySet([a, b]);
    const [ofA = '', ofB = ''] = first.entries.map(({ thumbprint }) => thumbprint);
    const imported = { a: Promise.resolve('invalid' as const), b: Promise.resolve('invalid' as const) };
    first.imported.set(`EdDSA ${ofA}`, imported.a).set(`Ed25519 ${ofA}`, imported.a).set(`EdDSA ${ofB}`, imported.b);
    const second = createKeySet([b, generateKey('EdDSA', 'c').jwk], first);
    expect([...second.imported]).toEqual([[`EdDSA ${ofB}`, imported.b]]);
    expect(createKeySet([a]).imported.size).toBe(0);
  });

  it('leaves out what is no key, and says of which place', () => {
    const { entries, unusable } = createKeySet([null, 'x', [], {}, { kty: 7, kid: 7 }, { kty: 'EC', kid: 'e' }, a]);
    expect(entries.map(({ index, kid }) => [index, kid])).toEqual([[6, 'a']]);
    expect(unusable.map(({ index, kid, kty }) => [index, kid, kty])).toEqual([
      [0, undefined, undefined],
      [1, undefined, undefined],
      [2, undefined, undefined],
      [3, undefined, undefined],
      [4, undefined, undefined],
      [5, 'e', 'EC'],
    ]);
  });

  it('looks at own members alone', () => {
    expect(createKeySet([Object.create({ ...a, kid: 'inherited' })]).entries).toEqual([
      expect.objectContaining({ kid: undefined }),
    ]);
  });
});

describe('chooseKeys', () => {
  const set = createKeySet([a, b, { ...a, kid: 'a', use: 'enc' }, { ...a, kid: 7 }]);
  const skipped = (kid: string | undefined): readonly (string | undefined)[] =>
    chooseKeys(set, { alg: 'EdDSA', kid }).map((choice) => choice.skipped);

  it('takes the keys of the kid that fit', () => {
    const other = "its kid is not the token's";
    expect(skipped('a')).toEqual([undefined, other, 'its use is not sig', other]);
    expect(skipped('A')).toEqual([other, other, other, other]);
    expect(skipped('7')).toEqual([other, other, other, other]);
  });

  it('takes all that fit where the token names none', () => {
    expect(skipped(undefined)).toEqual([undefined, undefined, 'its use is not sig', undefined]);
  });

  it('judges each algorithm by itself', () => {
    expect(chooseKeys(set, { alg: 'RS256', kid: 'b' })[1]?.skipped).toBe('its kty is not RSA');
    expect(chooseKeys(set, { alg: 'Ed25519', kid: 'b' })[1]?.skipped).toBe('its alg is not Ed25519');
    expect(chooseKeys(set, { alg: 'EdDSA', kid: 'b' })[1]?.skipped).toBeUndefined();
  });
});
