import { describe, expect, it } from 'vitest';
import { findToken } from '../../../src/token/find-token.js';

const found = (headerKey: string, headerValue: string | undefined): string => {
  const result = findToken({ rules: { headerKey }, headerValue });
  return result.found ? `token ${result.token.reveal()}` : result.verdict.message;
};

describe('findToken', () => {
  it.each([
    ['Authorization', 'Bearer a.b.c', 'token a.b.c'],
    ['Authorization', 'bearer a.b.c', 'token a.b.c'],
    ['authorization', '  BEARER   a.b.c ', 'token a.b.c'],
    ['Authorization', undefined, 'Missing Authorization header'],
    ['Authorization', '', 'Missing Authorization header'],
    ['Authorization', '  ', 'Missing Authorization header'],
    ['Authorization', 'a.b.c', 'Invalid authorization header format'],
    ['Authorization', 'Bearer', 'Invalid authorization header format'],
    ['Authorization', 'Bearer a b', 'Invalid authorization header format'],
    ['Authorization', 'Basic YTpi', 'Invalid authorization header format'],
    ['AUTHORIZATION', 'Token a.b.c', 'Invalid authorization header format'],
    ['X-Token', 'a.b.c', 'token a.b.c'],
    ['X-Token', 'Bearer a.b.c', 'token a.b.c'],
    ['X-Token', 'Basic YTpi', 'Invalid authorization header format'],
    ['X-Token', 'Bearer', 'Invalid authorization header format'],
    ['X-Token', undefined, 'Missing X-Token header'],
    ['Authorization', 'NotBearer a.b.c', 'Invalid authorization header format'],
    ['X-Token', 'ForBearer', 'token ForBearer'],
    ['X-Token', 'Bearers', 'token Bearers'],
  ])('%s: %j gives %s', (headerKey, headerValue, expected) => {
    expect(found(headerKey, headerValue)).toBe(expected);
  });

  it('says why there is none', () => {
    expect(findToken({ rules: { headerKey: 'X-Token' }, headerValue: undefined })).toEqual({
      found: false,
      verdict: {
        verdict: 'rejected',
        reason: 'MISSING_TOKEN',
        message: 'Missing X-Token header',
        details: ['no token was sent'],
        rule: 'jwt_validation (token)',
      },
    });
    expect(findToken({ rules: { headerKey: 'X-Token' }, headerValue: 'a b' })).toEqual({
      found: false,
      verdict: {
        verdict: 'rejected',
        reason: 'INVALID_FORMAT',
        message: 'Invalid authorization header format',
        details: ['X-Token does not hold a token'],
        rule: 'jwt_validation (token)',
      },
    });
  });
});
