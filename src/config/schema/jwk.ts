// `jwks`: public keys in the configuration (RFC 7517). Members that are not known here are left alone, as the RFC
// demands; what could never verify a signature, or should never stand in a file, is an error.
import * as z from 'zod/mini';
import { PRIVATE_MEMBERS } from '../../policy/key-fit.js';
import { elementsOf, hasMember, isRawObject, memberOf, type RawObject } from '../raw-value.js';
import { kindOf } from '../value-kind.js';
import type { Problem } from './structure.js';

const RSA_LEAST_BITS = 2048;

/** What a public key of a type consists of. Types that are not known verify nothing, and are skipped. */
export const PUBLIC_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  RSA: ['n', 'e'],
  EC: ['crv', 'x', 'y'],
  OKP: ['crv', 'x'],
};

export const publicJwk = z.looseObject({ kty: z.string() });
export const jwkSet = z.looseObject({ keys: z.array(publicJwk) });

/** Problems of the keys; `at` is relative to the set. */
export function* keyProblems(set: unknown): Iterable<Problem> {
  const keys = memberOf(set, 'keys');
  if (Array.isArray(keys) && keys.length === 0) {
    yield { code: 'MCPGW113', says: 'must hold a key: without one, no token could be accepted', at: ['keys'] };
  }
  const types = elementsOf(keys).map((key) => memberOf(key, 'kty'));
  if (types.length > 0 && types.every(isUselessType)) {
    yield { code: 'MCPGW113', says: 'must hold an RSA, EC or OKP key: no other verifies a signature', at: ['keys'] };
  }
  for (const [index, key] of elementsOf(keys).entries()) {
    const problem = isRawObject(key) ? keyProblem(key) : undefined;
    if (problem !== undefined) yield { ...problem, at: ['keys', index, ...(problem.at ?? [])] };
  }
}

/** Not so a reference that is not looked up: it may name any type. */
function isUselessType(kty: unknown): boolean {
  return typeof kty === 'string' && kty !== 'oct' && !isKnownType(kty) && !kty.includes('${');
}

function keyProblem(key: RawObject): Problem | undefined {
  const kty = memberOf(key, 'kty');
  if (kty === 'oct') {
    return { code: 'MCPGW113', says: 'is a symmetric key: a gateway verifies with public keys only' };
  }
  const secret = PRIVATE_MEMBERS.find((member) => hasMember(key, member));
  if (secret !== undefined) {
    return {
      code: 'MCPGW113',
      says: 'belongs to a private key: take it out of the file, and replace the key',
      help: 'a gateway needs the public half alone',
      at: [secret],
      part: 'key',
    };
  }
  if (typeof kty !== 'string' || !isKnownType(kty)) return undefined;
  const missing = PUBLIC_MEMBERS[kty]?.find((member) => !hasMember(key, member));
  if (missing !== undefined) return { code: 'MCPGW113', says: `lacks \`${missing}\`, which every ${kty} key has` };
  const wrong = PUBLIC_MEMBERS[kty]?.find((member) => typeof memberOf(key, member) !== 'string');
  if (wrong !== undefined) {
    const says = `must be a text in double quotes, not ${kindOf(memberOf(key, wrong))}`;
    return { code: 'MCPGW102', says, at: [wrong] };
  }
  return kty === 'RSA' ? rsaProblem(key) : coordinateProblem(key);
}

function isKnownType(kty: string): boolean {
  return Object.hasOwn(PUBLIC_MEMBERS, kty);
}

/** Of an EC or OKP key. */
function coordinateProblem(key: RawObject): Problem | undefined {
  const wrong = ['x', 'y'].find((member) => hasMember(key, member) && !isBase64url(memberOf(key, member)));
  return wrong === undefined ? undefined : { code: 'MCPGW113', says: NOT_BASE64URL, at: [wrong] };
}

function rsaProblem(key: RawObject): Problem | undefined {
  const bits = bitLength(memberOf(key, 'n'));
  if (bits === undefined) return { code: 'MCPGW113', says: NOT_BASE64URL, at: ['n'] };
  if (bits < RSA_LEAST_BITS) {
    return { code: 'MCPGW113', says: `is of ${bits} bits: RSA needs at least ${RSA_LEAST_BITS}`, at: ['n'] };
  }
  const exponentBits = bitLength(memberOf(key, 'e'));
  return exponentBits === undefined || exponentBits < 2
    ? { code: 'MCPGW113', says: 'must be an RSA exponent of at least 3, in base64url', at: ['e'] }
    : undefined;
}

const NOT_BASE64URL = 'must be base64url, without padding';

/** RFC 7515 section 2: no padding. */
function isBase64url(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9_-]+$/.test(value);
}

/** Bits of an unsigned big-endian integer in base64url (RFC 7518 section 2); undefined when it is not base64url. */
function bitLength(value: unknown): number | undefined {
  if (!isBase64url(value)) return undefined;
  const bytes = Buffer.from(value, 'base64url');
  const first = bytes.findIndex((byte) => byte !== 0);
  return first === -1 ? 0 : (bytes.length - first - 1) * 8 + (32 - Math.clz32(bytes[first] ?? 0));
}
