// The stored keys that identities are signed with: one private key in use, and public ones of earlier times that upstreams
// still need (spec: identity, "Rotation"). Kept as logins are: encrypted, 0600, replaced atomically.
import { createHash } from 'node:crypto';
import * as path from 'node:path';
import { Secret } from '../secret/secret.js';
import type { CredentialKey } from './credential-key.js';
import type { CredentialStore, OpenStoreOptions } from './credential-store.js';
import { createEncryptedFileStore, type StoredForm } from './encrypted-file-store.js';
import { credentialDirectory } from './directories.js';
import { createKeyOrder } from './keys/key-order.js';
import { createMemoryStore } from './memory-store.js';

export interface SigningKeys {
  /** PKCS#8, PEM. */
  readonly privateKey: Secret;
  readonly createdAtMs: number;
  /** Newest first. */
  readonly retired: readonly RetiredKey[];
}

export interface RetiredKey {
  /** A public JWK, as upstreams were told it. */
  readonly jwk: Readonly<Record<string, unknown>>;
  /** Its last token has ended then. */
  readonly neededUntilMs: number;
}

/** There is one such secret for a user, whatever the configuration. */
const FACTS = JSON.stringify(['signing-keys']);
export const SIGNING_KEYS: CredentialKey = { facts: FACTS, name: createHash('sha256').update(FACTS).digest('hex') };

/** Where they are kept; there is no such file before the first. */
export function storedKeysFile(host: OpenStoreOptions['host']): string {
  return path.join(credentialDirectory(host), `${SIGNING_KEYS.name}.json`);
}

/** Opens nothing yet. */
export function openSigningKeys({ host, log, choice = 'auto' }: OpenStoreOptions): CredentialStore<SigningKeys> {
  if (choice === 'none') return createMemoryStore<SigningKeys>();
  return createEncryptedFileStore({ host, log, keys: createKeyOrder({ host, log, choice }), form: FORM });
}

const FORM: StoredForm<SigningKeys> = {
  encode: ({ privateKey, createdAtMs, retired }) =>
    JSON.stringify({
      private_key: privateKey.reveal(),
      created_at_ms: createdAtMs,
      retired: retired.map(({ jwk, neededUntilMs }) => ({ jwk, needed_until_ms: neededUntilMs })),
    }),
  decode,
  what: 'a signing key',
  again: 'make a new one with mcpgw keys generate --rotate',
};

function decode(text: string): SigningKeys | undefined {
  let stored: unknown;
  try {
    stored = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(stored)) return undefined;
  const { private_key: privateKey, created_at_ms: createdAtMs, retired } = stored;
  if (typeof privateKey !== 'string' || typeof createdAtMs !== 'number' || !Array.isArray(retired)) return undefined;
  return { privateKey: new Secret(privateKey), createdAtMs, retired: retired.flatMap(retiredKey) };
}

function retiredKey(value: unknown): readonly RetiredKey[] {
  if (!isObject(value)) return [];
  const { jwk, needed_until_ms: neededUntilMs } = value;
  return isObject(jwk) && typeof neededUntilMs === 'number' ? [{ jwk, neededUntilMs }] : [];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
