// The stored format: a small JSON envelope around AES-256-GCM. The envelope tells which key is needed; the format
// version, the kind of key and the login that it is for are bound in as additional data, so that a file moved to
// another login's name, or relabelled, does not open.
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { isKeyBackend, type KeyBackend } from './keys/key-provider.js';

/** What stands in clear around the ciphertext. Nothing of it is secret. */
export interface Envelope {
  readonly version: number;
  readonly backend: KeyBackend;
  /** Tells a wrong key from a damaged file. */
  readonly keyId: string;
  /** For a key made from a passphrase. */
  readonly salt: Uint8Array | undefined;
  readonly iv: Uint8Array;
  readonly tag: Uint8Array;
  readonly ciphertext: Uint8Array;
}

export const FORMAT_VERSION = 1;

export interface SealOptions {
  readonly plaintext: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
  readonly backend: KeyBackend;
  readonly salt: Uint8Array | undefined;
  /** 12 bytes, random, never used twice with one key (NIST SP 800-38D section 8.2.2). */
  readonly iv: Uint8Array;
  /** The login that it is for. */
  readonly facts: string;
}

export function seal({ plaintext, key, backend, salt, iv, facts }: SealOptions): string {
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(additionalData({ version: FORMAT_VERSION, backend, facts }));
  const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
  return `${JSON.stringify({
    mcpgw_credential: FORMAT_VERSION,
    backend,
    key_id: keyIdOf(key),
    salt: salt === undefined ? undefined : toBase64(salt),
    iv: toBase64(iv),
    tag: toBase64(cipher.getAuthTag()),
    ciphertext: toBase64(ciphertext),
  })}\n`;
}

export interface OpenOptions {
  readonly envelope: Envelope;
  readonly key: Uint8Array;
  readonly facts: string;
}

/** The plaintext; `undefined` when the file was changed, or belongs to another login. */
export function open({ envelope, key, facts }: OpenOptions): string | undefined {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, envelope.iv, { authTagLength: 16 });
    decipher.setAAD(additionalData({ ...envelope, facts }));
    decipher.setAuthTag(envelope.tag);
    return Buffer.concat([decipher.update(envelope.ciphertext), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}

/** `undefined` when the text is no envelope. A version above FORMAT_VERSION is for the caller to refuse. */
export function readEnvelope(text: string): Envelope | undefined {
  const fields = parseFields(text);
  if (fields === undefined) return undefined;
  const { mcpgw_credential: version, backend, key_id: keyId, salt, iv, tag, ciphertext } = fields;
  if (typeof version !== 'number' || !isKeyBackend(backend) || typeof keyId !== 'string') return undefined;
  if (typeof iv !== 'string' || typeof tag !== 'string' || typeof ciphertext !== 'string') return undefined;
  return {
    version,
    backend,
    keyId,
    salt: typeof salt === 'string' ? Buffer.from(salt, 'base64') : undefined,
    iv: Buffer.from(iv, 'base64'),
    tag: Buffer.from(tag, 'base64'),
    ciphertext: Buffer.from(ciphertext, 'base64'),
  };
}

/** A short name of a key that tells nothing about it. */
export function keyIdOf(key: Uint8Array): string {
  return createHash('sha256').update('mcpgw key id\0').update(key).digest('hex').slice(0, 16);
}

function additionalData(bound: { version: number; backend: KeyBackend; facts: string }): Uint8Array {
  return Buffer.from(JSON.stringify(['mcpgw-credential', bound.version, bound.backend, bound.facts]), 'utf8');
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function parseFields(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    // An array or a string has none of the fields and fails the checks above.
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
