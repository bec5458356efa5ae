import { describe, expect, it } from 'vitest';
import { timeFailures, tokenAgeFailure } from '../../../src/policy/token-times.js';

const NOW = 1_700_000_000;
const rules = { clockToleranceSeconds: 5, maxTokenAgeSeconds: 300, requireExp: false };
const times = (payload: object, changes: object = {}): readonly unknown[] =>
  timeFailures({ payload: { ...payload }, rules: { ...rules, ...changes }, nowMs: NOW * 1000 });
const age = (payload: object, changes: object = {}): unknown =>
  tokenAgeFailure({ payload: { ...payload }, rules: { ...rules, ...changes }, nowMs: NOW * 1000 });

const invalid = (...names: readonly string[]): object => ({
  check: 'times',
  reason: 'INVALID_TIME',
  message: 'JWT validation failed',
  details: names.map((name) => `${name} is not a finite number`),
  claims: names,
});
const expired = { check: 'expiry', reason: 'EXPIRED', message: 'Token is expired', details: ['exp has passed'] };
const early = {
  check: 'not-before',
  reason: 'NOT_YET_VALID',
  message: 'Token is not yet valid',
  details: ['nbf is in the future'],
};

describe('timeFailures', () => {
  it('names every time that is none', () => {
    expect(times({ exp: '1', nbf: null, iat: NaN })).toEqual([invalid('exp', 'nbf', 'iat')]);
    expect(times({ exp: Infinity })).toEqual([invalid('exp')]);
    expect(times({ nbf: {} })).toEqual([invalid('nbf')]);
    expect(times({ iat: [NOW] })).toEqual([invalid('iat')]);
  });

  it('looks at own members alone', () => {
    expect(timeFailures({ payload: Object.create({ exp: 0 }), rules, nowMs: NOW * 1000 })).toEqual([]);
  });

  it('ends a token when its exp and the tolerance are over, to the millisecond', () => {
    expect(times({ exp: NOW - 4.999 })).toEqual([]);
    expect(times({ exp: NOW - 5 })).toEqual([expired]);
    expect(times({ exp: NOW }, { clockToleranceSeconds: 0 })).toEqual([expired]);
    expect(times({ exp: NOW + 0.001 }, { clockToleranceSeconds: 0 })).toEqual([]);
    expect(times({ exp: 0 })).toEqual([expired]);
  });

  it('begins a token when its nbf less the tolerance is there', () => {
    expect(times({ nbf: NOW + 5 })).toEqual([]);
    expect(times({ nbf: NOW + 5.001 })).toEqual([early]);
    expect(times({ nbf: NOW }, { clockToleranceSeconds: 0 })).toEqual([]);
  });

  it('tells both', () => expect(times({ exp: NOW - 9, nbf: NOW + 9 })).toEqual([expired, early]));

  it('needs an exp where the configuration says so', () => {
    expect(times({}, { requireExp: true })).toEqual([
      {
        check: 'expiry',
        reason: 'MISSING_CLAIM',
        message: 'Missing required claims: exp',
        details: ['the required claim "exp" is missing'],
        claims: ['exp'],
      },
    ]);
    expect(times({}, { requireExp: false })).toEqual([]);
    expect(times({ exp: NOW }, { requireExp: true })).toEqual([]);
  });
});

describe('tokenAgeFailure', () => {
  it('says nothing without a limit', () => expect(age({ iat: 0 }, { maxTokenAgeSeconds: undefined })).toBeUndefined());

  it('needs an iat at which a token can have been issued', () => {
    expect(age({})).toMatchObject({ check: 'token-age', reason: 'MISSING_CLAIM', claims: ['iat'] });
    const never = {
      check: 'token-age',
      reason: 'INVALID_TIME',
      message: 'JWT validation failed',
      details: ['iat is no time at which a token can have been issued'],
    };
    expect(age({ iat: 0 })).toEqual(never);
    expect(age({ iat: -1 }, { maxTokenAgeSeconds: 1e12 })).toEqual(never);
    expect(age({ iat: NOW + 5.001 })).toEqual({ ...never, details: ['iat is in the future'] });
    expect(age({ iat: NOW + 5 })).toBeUndefined();
  });

  it('grants the tolerance, and no more', () => {
    expect(age({ iat: NOW - 305 })).toBeUndefined();
    expect(age({ iat: NOW - 305.001 })).toEqual({
      check: 'token-age',
      reason: 'TOO_OLD',
      message: 'Token is expired',
      details: ['the token was issued more than 300 s ago (maxTokenAge)'],
    });
    expect(age({ iat: 0.5 }, { maxTokenAgeSeconds: 1e12 })).toBeUndefined();
  });
});
