// `mcpgw keys generate`: makes the key that identities are signed with and stores it encrypted. `--rotate` replaces one
// that is there, whose public half stays in the JWKS until its last token has ended (spec: identity).
import { generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto';
import { McpgwError } from '../../errors.js';
import { Secret } from '../../secret/secret.js';
import { openSigningKeys, SIGNING_KEYS, type RetiredKey, type SigningKeys } from '../../store/signing-keys.js';
import { readSigningKey, type SigningKey } from '../../token/mint/signing-key.js';
import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import type { OutputOptions } from '../options/output.js';
import type { StoreOptions } from '../options/store.js';

export interface KeysGenerateOptions extends OutputOptions, StoreOptions {
  readonly alg: SigningKey['alg'];
  readonly rotate?: boolean;
}

/** The longest that an identity lives (`jwt_expiry_seconds`), and a minute for clocks that differ. */
const RETIRED_FOR_MS = (86_400 + 60) * 1000;

/** @throws McpgwError USAGE (one is there and `--rotate` is not given; a store that keeps nothing), STORE_… */
export async function keysGenerate(
  context: CommandContext,
  _args: readonly string[],
  options: KeysGenerateOptions,
): Promise<ExitCode> {
  const { host, log } = context;
  if (options.credentialStore === 'none') {
    throw new McpgwError('USAGE', '--credential-store none keeps nothing: a key made there would be lost at once');
  }
  const store = openSigningKeys({ host, log, choice: options.credentialStore });
  await store.prepare();
  const release = await store.lock(SIGNING_KEYS);
  try {
    const before = await store.read(SIGNING_KEYS, { isLocked: true });
    if (before !== undefined && options.rotate !== true) {
      throw new McpgwError('USAGE', 'there is a signing key already', {
        hint: 'mcpgw keys generate --rotate replaces it, and mcpgw keys jwks goes on telling of the old one',
      });
    }
    const keys = newKeys({ alg: options.alg, nowMs: host.now(), before: before?.credential });
    const storedIn = await store.save(SIGNING_KEYS, keys);
    const read = readSigningKey(keys.privateKey);
    if (!read.ok) throw new Error('a key that was just made cannot be read');
    const { kid, alg } = read.key;
    if (context.json) {
      await context.printJson({ version: 1, kid, alg, stored_in: storedIn, retired: keys.retired.length });
    } else {
      const lines = [
        `kid: ${kid}`,
        `alg: ${alg}`,
        `stored in: ${storedIn}`,
        'give upstreams its public half: mcpgw keys jwks',
      ];
      await context.print(lines.join('\n'));
    }
    return EXIT.OK;
  } finally {
    await release();
  }
}

interface NewKeysInput {
  readonly alg: SigningKey['alg'];
  readonly nowMs: number;
  readonly before: SigningKeys | undefined;
}

function newKeys({ alg, nowMs, before }: NewKeysInput): SigningKeys {
  return {
    privateKey: new Secret(pemOf(alg)),
    createdAtMs: nowMs,
    retired: [
      ...(before === undefined ? [] : retiredFrom(before.privateKey, nowMs)),
      ...(before?.retired ?? []).filter(({ neededUntilMs }) => neededUntilMs > nowMs),
    ],
  };
}

function retiredFrom(privateKey: Secret, nowMs: number): readonly RetiredKey[] {
  const read = readSigningKey(privateKey);
  return read.ok ? [{ jwk: read.key.publicJwk, neededUntilMs: nowMs + RETIRED_FOR_MS }] : [];
}

function pemOf(alg: SigningKey['alg']): string {
  const { privateKey } = pairOf(alg);
  return String(privateKey.export({ format: 'pem', type: 'pkcs8' }));
}

function pairOf(alg: SigningKey['alg']): KeyPairKeyObjectResult {
  switch (alg) {
    case 'RS256':
      return generateKeyPairSync('rsa', { modulusLength: 2048 });
    case 'ES256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' });
    case 'EdDSA':
      return generateKeyPairSync('ed25519');
  }
}
