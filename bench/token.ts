// What does it cost to judge a token? Each token goes through bare `jose.jwtVerify` with an imported key and through the
// verifier, which sees it for the first time; the order changes with every block. Then the same token again, and 20
// claim rules alone. First word: tokens an algorithm, 10,000 by default: the engine needs thousands to learn both ways.
import { exportJWK, generateKeyPair, importJWK, jwtVerify, SignJWT, type CryptoKey } from 'jose';
import type { ClaimRule, SignatureAlgorithm, TokenRules } from '../src/policy/model.js';
import { claimFailures } from '../src/policy/required-claims.js';
import { Secret } from '../src/secret/secret.js';
import { createTokenVerifier } from '../src/token/verify.js';
import { median, report } from './stage.js';

const count = Number(process.argv[2] ?? 10_000);
const ALGORITHMS: readonly SignatureAlgorithm[] = ['RS256', 'ES256', 'EdDSA'];
const REPEATS = 200_000;

const numbers = Array.from({ length: 20 }, (_, index) => index);
const CLAIMS = {
  iss: 'https://idp.example.com/',
  aud: 'https://mcp.example.com',
  email: 'ana@example.com',
  groups: ['engineering', 'on-call'],
  ...Object.fromEntries(numbers.map((index) => [`claim_${index}`, `value-${index}`])),
};
const claimRules = numbers.map((index): ClaimRule => ({
  claim: `claim_${index}`,
  matchType: 'exact',
  value: `value-${index}`,
}));

interface Subject {
  readonly alg: SignatureAlgorithm;
  readonly key: CryptoKey;
  readonly sign: (subject: string) => Promise<string>;
  readonly accept: (token: string) => Promise<void>;
}

async function subjectOf(alg: SignatureAlgorithm): Promise<Subject> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const exported = await exportJWK(publicKey);
  const jwk = { ...exported, kty: String(exported.kty), kid: 'bench', alg };
  const rules: TokenRules = {
    source: { kind: 'jwks', keys: [jwk] },
    algorithms: [alg],
    headerKey: 'Authorization',
    clockToleranceSeconds: 5,
    maxTokenAgeSeconds: undefined,
    requiredClaims: ['sub', 'iss'],
    claimRules,
    headerPayloadMatch: [],
    requireExp: true,
    typ: undefined,
  };
  const { judge } = createTokenVerifier({ rules, host: { now: () => Date.now(), fetch } });
  const key = await importJWK(jwk, alg);
  if (key instanceof Uint8Array) throw new Error('a public key is no text');
  return {
    alg,
    key,
    sign: (subject) =>
      new SignJWT(CLAIMS)
        .setProtectedHeader({ alg, kid: 'bench', typ: 'JWT' })
        .setSubject(subject)
        .setIssuedAt()
        .setExpirationTime('2h')
        .sign(privateKey),
    accept: async (token) => {
      const { verdict } = await judge(new Secret(token));
      if (verdict !== 'accepted') throw new Error(`a good token is ${verdict}`);
    },
  };
}

const BLOCK = 100;

/** Microseconds a token, block by block, in both. */
async function firstVerifications({ alg, key, sign, accept }: Subject, tokens: number) {
  const bare: number[] = [];
  const ours: number[] = [];
  for (let block = 0; block < tokens / BLOCK; block++) {
    const signed = await Promise.all(Array.from({ length: BLOCK }, (_, index) => sign(`user-${block}-${index}`)));
    // In one piece, as they come from a header.
    const list = signed.map((token) => Buffer.from(token).toString());
    const inBare = async (): Promise<void> => {
      for (const token of list) await jwtVerify(token, key, { algorithms: [alg] });
    };
    const inOurs = async (): Promise<void> => {
      for (const token of list) await accept(token);
    };
    for (const [work, times] of block % 2 === 0
      ? ([
          [inBare, bare],
          [inOurs, ours],
        ] as const)
      : ([
          [inOurs, ours],
          [inBare, bare],
        ] as const)) {
      times.push((await microseconds(work)) / BLOCK);
    }
  }
  return { bare, ours };
}

async function microseconds(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) * 1000;
}

async function repeatedPerSecond({ sign, accept }: Subject): Promise<number> {
  const token = await sign('ana');
  const spent = await microseconds(async () => {
    for (let n = 0; n < REPEATS; n++) await accept(token);
  });
  return Math.round((REPEATS / spent) * 1e6);
}

function claimRulesPerSecond(): number {
  const demands = {
    rules: { requiredClaims: ['sub'], claimRules, headerPayloadMatch: [] },
    claims: { ...CLAIMS, sub: 'ana' },
    header: {},
  };
  const start = performance.now();
  for (let n = 0; n < REPEATS; n++) if (claimFailures(demands).length > 0) throw new Error('good claims are refused');
  return Math.round((REPEATS / (performance.now() - start)) * 1000);
}

const subjects = await Promise.all(ALGORITHMS.map(subjectOf));
// The engine learns both ways before anything counts.
for (const subject of subjects) await firstVerifications(subject, Math.ceil(count / 5));
const rows: Record<string, string | number>[] = [];
for (const subject of subjects) {
  const { bare, ours } = await firstVerifications(subject, count);
  rows.push({
    algorithm: subject.alg,
    'jwtVerify µs': median(bare).toFixed(1),
    'first µs': median(ours).toFixed(1),
    ratio: median(ours.map((time, block) => time / (bare[block] ?? Number.NaN))).toFixed(2),
    budget: '1.3',
    'again /s': await repeatedPerSecond(subject),
    'budget /s': 50_000,
  });
}
await report('token', rows);
process.stdout.write('\n');
await report('claim-rules', [{ what: '20 claim rules', '/s': claimRulesPerSecond(), 'budget /s': 100_000 }]);
