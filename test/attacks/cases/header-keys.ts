// Keys and addresses of keys that a token brings along, and what a `kid` can be made to say (RFC 8725 section 3.10).
import { createHash } from 'node:crypto';
import { signToken } from '../../support/jwt.js';
import { collected, each, ec, rsa, stranger, strangerEc, strangerEd, type Attacks, type Stage } from '../stage.js';

const strangersDer = stranger.publicKey.export({ format: 'der', type: 'spki' });
const digest = (hash: string): string => createHash(hash).update(strangersDer).digest('base64url');

/** Header members that name a key of the attacker's; each in front of a signature by that key. */
const BROUGHT: Readonly<Record<string, object>> = {
  jwk: { jwk: stranger.jwk },
  'jwk under the kid of a trusted key': { jwk: { ...stranger.jwk, kid: 'rsa' } },
  'jwk as text': { jwk: JSON.stringify(stranger.jwk) },
  'jwk with the private key': { jwk: stranger.privateKey.export({ format: 'jwk' }) },
  jku: { jku: 'http://127.0.0.1:9/jwks' },
  'jku of the trusted host with another path': { jku: 'https://idp.example.com/../evil/jwks' },
  'jku as a data URL': { jku: `data:application/json,${JSON.stringify({ keys: [stranger.jwk] })}` },
  'jku as a file': { jku: 'file:///etc/passwd' },
  'jku with credentials': { jku: 'https://idp.example.com@evil.example/jwks' },
  x5u: { x5u: 'http://127.0.0.1:9/cert' },
  x5c: { x5c: [strangersDer.toString('base64')] },
  'x5c and x5t': { x5c: [strangersDer.toString('base64')], x5t: digest('sha1') },
  'x5t#S256': { 'x5t#S256': digest('sha256') },
  'jwk and jku and x5c': { jwk: stranger.jwk, jku: 'https://evil.example/', x5c: [strangersDer.toString('base64')] },
  keys: { keys: [stranger.jwk] },
  jwks: { jwks: { keys: [stranger.jwk] } },
  'k as a secret': { k: 'AAAA' },
};

/** kids that no trusted key has. */
const KIDS = [
  '',
  ' rsa',
  'rsa ',
  'RSA',
  'rsa\u0000',
  'rsa\n',
  'rs\u0430',
  '%72sa',
  'rsa/',
  './rsa',
  '../../../../dev/null',
  '/proc/sys/kernel/randomize_va_space',
  "rsa' OR '1'='1",
  "x' UNION SELECT 'secret';--",
  'rsa | id',
  '$(id)',
  'http://127.0.0.1:9/',
  '__proto__',
  'constructor',
  'toString',
  '0',
  '*',
  'rsa,ec',
  'k'.repeat(10_000),
];
const NO_KIDS = [0, 1, null, true, ['rsa'], [], {}, { rsa: true }];

export const headerKeys = (stage: Stage): Attacks =>
  collected(
    each(
      Object.entries(BROUGHT),
      ([what]) => `a header with ${what}, under a trusted kid`,
      ([, members]) => ({
        reason: 'BAD_SIGNATURE',
        token: signToken({ header: { ...stage.header, ...members }, payload: stage.claims }, stranger),
      }),
    ),
    each(
      Object.entries(BROUGHT).slice(0, 5),
      ([what]) => `a header with ${what}, without a kid`,
      ([, members]) => ({
        reason: 'BAD_SIGNATURE',
        token: signToken({ header: { alg: 'RS256', ...members }, payload: stage.claims }, stranger),
      }),
    ),
    each(
      Object.entries(BROUGHT).slice(0, 5),
      ([what]) => `a header with ${what}, under a kid of its own`,
      ([, members]) => ({
        reason: 'NO_KEY',
        token: signToken({ header: { alg: 'RS256', kid: 'mine', ...members }, payload: stage.claims }, stranger),
      }),
    ),
    each(
      KIDS,
      (kid) => `the kid ${JSON.stringify(kid.slice(0, 40))}`,
      (kid) => ({ reason: 'NO_KEY', token: stage.withHeader({ kid }) }),
    ),
    each(
      NO_KIDS,
      (kid) => `the kid ${JSON.stringify(kid)} that is no text`,
      (kid) => ({ reason: 'UNSUPPORTED_HEADER', token: stage.withHeader({ kid }) }),
    ),
    [
      ['another key under a known kid', { reason: 'BAD_SIGNATURE', token: stage.goodOf(stranger) }],
      [
        'another EC key under a known kid',
        { reason: 'BAD_SIGNATURE', token: stage.goodOf(strangerEc), config: { algorithms: ['ES256'] } },
      ],
      [
        'another Ed25519 key under a known kid',
        { reason: 'BAD_SIGNATURE', token: stage.goodOf(strangerEd), config: { algorithms: ['EdDSA'] } },
      ],
      [
        'a kid that no key has, with one key alone',
        { reason: 'NO_KEY', token: stage.withHeader({ kid: 'other' }), keys: [rsa.jwk] },
      ],
      [
        'ES256 with the kid of an RSA key',
        {
          reason: 'NO_KEY',
          token: signToken({ header: { alg: 'ES256', kid: 'rsa' }, payload: stage.claims }, ec),
          config: { algorithms: ['RS256', 'ES256'] },
        },
      ],
      [
        'a key whose kid is a number',
        { reason: 'NO_KEY', token: stage.withHeader({ kid: '7' }), keys: [{ ...rsa.jwk, kid: 7 }] },
      ],
    ],
  );
