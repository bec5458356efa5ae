import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeToken } from '../../../../src/token/jws/decode.js';
import { findToken } from '../../../../src/token/find-token.js';
import { parseStrictObject } from '../../../../src/token/strict-json.js';
import { encodePart } from '../../../support/jwt.js';

const header = encodePart({ alg: 'RS256' });
const payload = encodePart({ sub: 'ana' });

const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

const found = (headerKey: string, headerValue: string | undefined): string => {
  const result = findToken({ rules: { headerKey }, headerValue });
  return result.found ? `token ${result.token.reveal()}` : result.verdict.message;
};

describe('decodeToken', () => {
  it('gives header and payload of a compact token', () => {
    expect(decodeToken(`${header}.${payload}.AAAA`)).toEqual({
      ok: true,
      header: { alg: 'RS256' },
      payload: { sub: 'ana' },
    });
  });

  it.each([
    ['', 'token', 0],
    ['x', 'token', 0],
    [`${header}.${payload}`, 'token', 0],
    [`${header}.${payload}.a.b.c`, 'token', 0],
    [`.${payload}.AAAA`, 'header', 0],
    [`a+b.${payload}.AAAA`, 'header', 1],
    [`${header}..AAAA`, 'payload', header.length + 1],
    [`${header}.${payload}.`, 'signature', header.length + payload.length + 2],
    [`${header}.${payload}.AA=`, 'signature', header.length + payload.length + 4],
    [`${header}.${payload}.AAAAA`, 'signature', header.length + payload.length + 7],
    [`${header}.${payload}.AB`, 'signature', header.length + payload.length + 3],
    [`${header}.${encodePart('{"a":1,,}')}.AAAA`, 'payload', header.length + 1 + Math.floor((7 * 4) / 3)],
    [`${header}.${encodePart('{"\u20ac":x}')}.AAAA`, 'payload', header.length + 1 + Math.floor((7 * 4) / 3)],
  ])('says where %j is malformed', (token, part, offset) => {
    expect(decodeToken(token)).toMatchObject({ ok: false, part, offset });
  });

  it('never throws, and accepts no text whose parts do not encode back to it', () => {
    const part = fc.oneof(fc.string(), fc.json().map(encodePart), fc.constant(header));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
        const token = parts.join('.');
        const decoded = decodeToken(token);
        if (!decoded.ok) return;
        const back = token.split('.').map((text) => Buffer.from(text, 'base64url').toString('base64url'));
        expect(back.join('.')).toBe(token);
      }),
    );
  });
});

describe('parseStrictObject', () => {
  it('reads every object that JSON can write', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 5 })), fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        expect(parseStrictObject(text)).toEqual({ ok: true, value: JSON.parse(text) });
      }),
    );
  });

  it('refuses whatever JSON.parse refuses', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"a"',
      ':',
      ',',
      '1',
      '-',
      '.5',
      'e1',
      'true',
      'nul',
      ' ',
      '\\u0061',
      '"',
      '\n',
      '0',
      '+',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (list) => {
        const text = `{"x":${list.join('')}}`;
        const parsed = parseStrictObject(text);
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        if (!isJson) expect(parsed.ok).toBe(false);
        else if (!parsed.ok) expect(parsed.problem).toContain('twice');
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['{"a":1,"a":2}', 7],
    ['{"a":1,"\\u0061":2}', 7],
    ['{"b":{"a":1,"c":[{"d":1,"d":1}]}}', 24],
    ['{"":1,"":1}', 6],
  ])('finds the second of two members in %s', (text, offset) => {
    expect(parseStrictObject(text)).toEqual({ ok: false, problem: 'a member stands twice in one object', offset });
  });

  it('allows one name in two objects', () => {
    expect(parseStrictObject('{"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]}').ok).toBe(true);
  });

  it('reads 64 levels and no more', () => {
    expect(parseStrictObject(nested(64)).ok).toBe(true);
    expect(parseStrictObject(nested(65))).toMatchObject({ ok: false, problem: 'it is nested deeper than 64 levels' });
  });
});

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
  ])('%s: %j gives %s', (headerKey, headerValue, expected) => {
    expect(found(headerKey, headerValue)).toBe(expected);
  });
});
