// Does a verifier stay as small as it was, however many tokens it has seen? Distinct tokens of every outcome go through
// one verifier for signatures and one for introspection; memory is read after collection, at ten points. Ends with 1
// when the second half has grown by more than 10 %. Needs `node --expose-gc`. First word: tokens, 1,000,000 by default.
import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { Secret } from '../src/secret/secret.js';
import { createTokenVerifier } from '../src/token/verify.js';
import { rulesWith } from '../test/support/jwt.js';
import { report } from './stage.js';

const total = Number(process.argv[2] ?? 1_000_000);
const collect = globalThis.gc;
if (collect === undefined) throw new Error('run it with node --expose-gc');

const { privateKey, publicKey } = await generateKeyPair('EdDSA');
const exported = await exportJWK(publicKey);
const keys = [{ ...exported, kty: 'OKP', kid: 'bench' }];
const signed = createTokenVerifier({
  rules: rulesWith({
    source: { kind: 'jwksUri', url: 'https://idp.example.com/jwks', cacheMaxAgeSeconds: 60 },
    algorithms: ['EdDSA'],
    requiredClaims: ['sub'],
  }),
  host: { now: () => Date.now(), fetch: async () => Response.json({ keys }) },
});
const asked = createTokenVerifier({
  rules: rulesWith({
    source: {
      kind: 'introspection',
      url: 'https://idp.example.com/introspect',
      clientId: undefined,
      clientSecret: undefined,
      contentType: 'application/json',
      cacheMaxAgeSeconds: 300,
    },
  }),
  host: {
    now: () => Date.now(),
    fetch: async () => Response.json({ active: Math.random() < 0.5, sub: randomUUID(), note: 'x'.repeat(500) }),
  },
});

/** Most are good; the others are refused at different steps. */
async function judgeOne(index: number): Promise<void> {
  const token = await new SignJWT({ note: 'x'.repeat(500), nonce: index })
    .setProtectedHeader({ alg: 'EdDSA', kid: index % 7 === 0 ? `unknown-${index}` : 'bench' })
    .setSubject(`user-${index}`)
    .setExpirationTime('2h')
    .sign(privateKey);
  const sent = index % 5 === 0 ? `${token.slice(0, -8)}AAAAAAAA` : token;
  await signed.judge(new Secret(index % 11 === 0 ? token.slice(0, 40 + (index % 90)) : sent));
  if (index % 2 === 0) await asked.judge(new Secret(`opaque-${index}`));
}

const POINTS = 10;
const sizes: number[] = [];
const start = performance.now();
for (let point = 1; point <= POINTS; point++) {
  const until = Math.round((total * point) / POINTS);
  for (let index = Math.round((total * (point - 1)) / POINTS); index < until; index++) await judgeOne(index);
  collect();
  const { heapUsed, external } = process.memoryUsage();
  sizes.push(heapUsed + external);
}
const mebibytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);
const [half = 0, end = 0] = [sizes[POINTS / 2 - 1], sizes.at(-1)];
const growth = end / half - 1;
await report('token-memory', [
  {
    tokens: total,
    'MiB at half': mebibytes(half),
    'MiB at the end': mebibytes(end),
    'growth %': (growth * 100).toFixed(1),
    'all points': sizes.map(mebibytes).join(' '),
    seconds: Math.round((performance.now() - start) / 1000),
  },
]);
process.exitCode = growth > 0.1 ? 1 : 0;
