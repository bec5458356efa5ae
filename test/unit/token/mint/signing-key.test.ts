import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../../src/secret/secret.js';
import { readSigningKey } from '../../../../src/token/mint/signing-key.js';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const ed = generateKeyPairSync('ed25519').privateKey;
const pem = (key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1' = 'pkcs8'): string =>
  String(key.export({ format: 'pem', type } as { format: 'pem'; type: 'pkcs8' })); // the types want each by itself

describe('readSigningKey', () => {
  it.each([
    ['PKCS#8 RSA', pem(rsa), 'RS256'],
    ['PKCS#1 RSA', pem(rsa, 'pkcs1'), 'RS256'],
    ['PKCS#8 P-256', pem(ec), 'ES256'],
    ['SEC 1 P-256', pem(ec, 'sec1'), 'ES256'],
    ['PKCS#8 Ed25519', pem(ed), 'EdDSA'],
    ['RSA on one line, as variables have it', pem(rsa).trim().replaceAll('\n', '\\n'), 'RS256'],
    ['RSA without its last line break', pem(rsa).trim(), 'RS256'],
  ])('reads %s', async (_name, text, alg) => {
    const read = readSigningKey(new Secret(text));
    if (!read.ok) throw new Error(read.problem);
    const { key } = read;
    expect(key.alg).toBe(alg);
    expect(key.kid).toBe(await calculateJwkThumbprint(key.publicJwk));
    expect(key.publicJwk).toMatchObject({ kid: key.kid, alg, use: 'sig' });
    for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi']) expect(key.publicJwk).not.toHaveProperty(member);
  });

  it.each([
    [
      'a short RSA key',
      pem(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey),
      'is an RSA key of less than 2048 bits',
    ],
    ['P-384', pem(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey), 'is of another curve than P-256'],
    ['Ed448', pem(generateKeyPairSync('ed448').privateKey), 'is neither RSA nor P-256 nor Ed25519'],
    ['X25519', pem(generateKeyPairSync('x25519').privateKey), 'is neither RSA nor P-256 nor Ed25519'],
    [
      'an encrypted key',
      String(rsa.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'x' })),
      'is encrypted: mcpgw asks for no passphrase',
    ],
    ['a public key', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----', 'is no private key in PEM'],
    ['a JWK', JSON.stringify(ed.export({ format: 'jwk' })), 'is no private key in PEM'],
    ['nothing', '', 'is no private key in PEM'],
    ['a damaged key', pem(rsa).replace(/[A-Za-z0-9]{20}\n/, 'x\n'), 'is no private key that can be read'],
  ])('refuses %s, and says no more than why', (_name, text, problem) => {
    expect(readSigningKey(new Secret(text))).toEqual({ ok: false, problem });
  });
});
