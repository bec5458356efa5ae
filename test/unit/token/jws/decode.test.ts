import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeToken } from '../../../../src/token/jws/decode.js';
import { encodePart } from '../../../support/jwt.js';

const header = encodePart({ alg: 'RS256' });
const payload = encodePart({ sub: 'ana' });

describe('decodeToken', () => {
  it('gives header and payload of a compact token', () => {
    expect(decodeToken(`${header}.${payload}.AAAA`)).toEqual({
      ok: true,
      header: { alg: 'RS256' },
      payload: { sub: 'ana' },
    });
  });

  it.each([
    ['x', 'it has 1 part where a JWT has three, separated by dots'],
    ['a.b', 'it has 2 parts where a JWT has three, separated by dots'],
    ['a.b.c.d', 'it has 4 parts where a JWT has three, separated by dots'],
    ['a.b.c.d.e', 'it has five parts: an encrypted token (JWE) cannot be verified with public keys'],
    [' {"a":1}', 'it is in JSON serialisation, not compact'],
    ['{"a":1}', 'it is in JSON serialisation, not compact'],
    ['x{', 'it has 1 part where a JWT has three, separated by dots'],
    [`.${payload}.AAAA`, 'it is empty'],
    [`${header}.${payload}.`, 'it is empty'],
    [`${header}.a+b.AAAA`, 'a character is not of the base64url alphabet'],
    [`${header}.${payload}.AAAAA`, 'its length is not one that base64url can have'],
    [`${header}.${payload}.AB`, 'its last character has spare bits that are not zero'],
    [`${header}._w.AAAA`, 'it is not UTF-8'],
    [`${header}.${encodePart('[]')}.AAAA`, 'it is not a JSON object'],
    [`${encodePart('{"alg":1,"alg":2}')}.${payload}.AAAA`, 'a member stands twice in one object'],
  ])('says of %j what is wrong', (token, problem) => {
    expect(decodeToken(token)).toMatchObject({ ok: false, problem });
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
