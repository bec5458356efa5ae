// What does a decision cost, as `serve` takes it for each request: a token that is known, 20 claim rules, 30 headers of the
// client, and who it is that goes upstream. And a signed identity that was signed before. First word: rounds, 200,000 by
// default.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { nodeHost } from '../src/host.js';
import { checkConfig } from '../src/config/check.js';
import { judgeCaller, type CallerSources } from '../src/gateway/caller.js';
import { signedDecision } from '../src/gateway/signed-decision.js';
import type { HeaderField, ServerPolicy } from '../src/policy/model.js';
import { Secret } from '../src/secret/secret.js';
import { findToken } from '../src/token/find-token.js';
import { createMinter } from '../src/token/mint/mint.js';
import { readSigningKey } from '../src/token/mint/signing-key.js';
import { createTokenVerifier } from '../src/token/verify.js';
import { report } from './stage.js';

const rounds = Number(process.argv[2] ?? 200_000);
const numbers = Array.from({ length: 20 }, (_, index) => index);
const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
const jwk = { ...(await exportJWK(publicKey)), kid: 'bench', alg: 'RS256' };
const token = await new SignJWT(Object.fromEntries(numbers.map((index) => [`claim_${index}`, `value-${index}`])))
  .setProtectedHeader({ alg: 'RS256', kid: 'bench' })
  .setSubject('ana')
  .setExpirationTime('2h')
  .sign(privateKey);

async function serverOf(identity: object): Promise<ServerPolicy> {
  const config = {
    mcpServers: { demo: { url: 'https://mcp.example.com/mcp', headers: { Authorization: 'Bearer upstream' } } },
    jwt_validation: {
      jwks: { keys: [jwk] },
      claimValues: Object.fromEntries(numbers.map((index) => [`claim_${index}`, { values: `value-${index}` }])),
    },
    forward_headers: { mode: 'all-except', headers: ['x-header-3'] },
    user_identity_forwarding: identity,
  };
  const { policy, diagnostics } = await checkConfig({
    host: nodeHost(),
    text: JSON.stringify(config),
    file: 'mcpgw.json',
    directory: '/etc/mcpgw',
    resolveReferences: true,
    trusted: true,
    lint: false,
  });
  const [server] = policy?.servers ?? [];
  if (server === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return server;
}

const client: readonly HeaderField[] = [
  { name: 'Authorization', value: `Bearer ${token}` },
  ...Array.from({ length: 29 }, (_, index) => ({ name: `X-Header-${index}`, value: `value-${index}` })),
];
const host = { now: () => Date.now(), fetch, randomBytes };

const key = readSigningKey(
  new Secret(String(generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }))),
);
if (!key.ok) throw new Error(key.problem);
const sign = createMinter({ key: key.key, issuer: 'mcpgw', host });

async function decisionsPerSecond(identity: object): Promise<number> {
  const server = await serverOf(identity);
  const rules = server.tokenRules;
  if (rules === undefined) throw new Error('the configuration has rules for tokens');
  const verifier = createTokenVerifier({ rules, host });
  const verify: CallerSources['verify'] = {
    token: (one) => verifier.judge(one),
    header: (headerValue) => {
      const found = findToken({ rules, headerValue });
      return found.found ? verifier.judge(found.token) : Promise.resolve(found.verdict);
    },
  };
  const sources: CallerSources = { server, verify, configuredToken: undefined, identityLogin: undefined };
  return perSecond(async () => {
    const decision = await signedDecision({ server, caller: await judgeCaller(sources, client), client, sign });
    if (decision.verdict !== 'allow') throw new Error(`a good request is ${decision.verdict}`);
  });
}

async function perSecond(work: () => Promise<void>): Promise<number> {
  for (let n = 0; n < rounds / 10; n++) await work();
  const start = performance.now();
  for (let n = 0; n < rounds; n++) await work();
  return Math.round((rounds / (performance.now() - start)) * 1000);
}

const toSign = {
  headerName: 'X-User-JWT',
  claims: { sub: 'ana', email: 'ana@example.com', groups: ['engineering', 'on-call'] },
  audience: 'https://mcp.example.com',
  lifetimeSeconds: 300,
  notAfterSeconds: undefined,
};
const rows: readonly (readonly [string, number, number | 'none'])[] = [
  ['decision, claims_header', await decisionsPerSecond({ method: 'claims_header', include_claims: ['sub'] }), 100_000],
  ['decision, jwt_header', await decisionsPerSecond({ method: 'jwt_header', include_claims: ['sub'] }), 'none'],
  [
    'signed identity again',
    await perSecond(async () => {
      if (!(await sign(toSign)).ok) throw new Error('the key did not sign');
    }),
    200_000,
  ],
];
await report(
  'policy',
  rows.map(([what, each, budget]) => ({ what, '/s': each, 'budget /s': budget })),
);
