// Which key signs identities: `MCPGW_SIGNING_KEY`, `JWT_PRIVATE_KEY` (the original's), `identity_signing_key`, else the
// stored one; the first that is there counts, with no fallback when it is bad (spec: identity, "The signing key").
import { McpgwError } from '../errors.js';
import type { Host } from '../host.js';
import type { Log } from '../log.js';
import type { SignIdentity } from '../gateway/signed-decision.js';
import type { GatewayPolicy, ServerPolicy } from '../policy/model.js';
import { Secret } from '../secret/secret.js';
import { openSigningKeys, SIGNING_KEYS, storedKeysFile, type SigningKeys } from '../store/signing-keys.js';
import { createMinter } from '../token/mint/mint.js';
import { readSigningKey, type SigningKey } from '../token/mint/signing-key.js';
import { refuseUntrusted } from './choose-logins.js';
import type { LoadedPolicy } from './load-policy.js';
import type { StoreOptions } from './options/store.js';

const VARIABLES = ['MCPGW_SIGNING_KEY', 'JWT_PRIVATE_KEY'];

export interface FoundSigningKey {
  readonly key: SigningKey;
  /** For people: the variable, "identity_signing_key", or where the stored one is kept. */
  readonly from: string;
  /** Of the stored one. */
  readonly stored?: SigningKeys;
}

export interface SigningKeyQuestion {
  readonly host: Host;
  readonly log: Log;
  /** Undefined: no configuration is asked. */
  readonly policy: Pick<GatewayPolicy, 'identitySigningKey'> | undefined;
  readonly options: StoreOptions;
}

/**
 * Undefined when there is none.
 *
 * @throws McpgwError USAGE (a variable that holds no key), INVALID_CONFIG (`identity_signing_key` is none), STORE_…
 */
export async function findSigningKey({
  host,
  log,
  policy,
  options,
}: SigningKeyQuestion): Promise<FoundSigningKey | undefined> {
  const variable = VARIABLES.find((name) => host.env[name]);
  if (variable !== undefined) {
    const key = readOrThrow(
      new Secret(host.env[variable] ?? ''),
      (problem) => new McpgwError('USAGE', `the signing key in ${variable} ${problem}`, { hint: KINDS }),
    );
    return { key, from: variable };
  }
  if (policy?.identitySigningKey !== undefined) {
    const key = readOrThrow(
      policy.identitySigningKey,
      (problem) => new McpgwError('INVALID_CONFIG', `identity_signing_key ${problem}`, { hint: KINDS }),
    );
    return { key, from: 'identity_signing_key' };
  }
  const found = await openSigningKeys({ host, log, choice: options.credentialStore }).read(SIGNING_KEYS);
  if (found === undefined) return undefined;
  const key = readOrThrow(
    found.credential.privateKey,
    (problem) =>
      new McpgwError('STORE_CORRUPT', `the stored signing key ${problem}`, { hint: 'mcpgw keys generate --rotate' }),
  );
  return { key, from: found.storedIn, stored: found.credential };
}

/** Whether one is given or stored, outside any configuration. Opens nothing, and does not ask whether it is good. */
export async function hasSigningKey(host: Host): Promise<boolean> {
  if (VARIABLES.some((name) => host.env[name])) return true;
  if (host.env['MCPGW_CREDENTIAL_STORE'] === 'none') return false;
  try {
    return (await host.files.stat(storedKeysFile(host))) !== undefined;
  } catch {
    // No home, or one that nobody may look into: no key of it would be found either.
    return false;
  }
}

export const KINDS = 'it must be an RSA (2048 bits or more), P-256 or Ed25519 private key in PEM, not encrypted';

function readOrThrow(pem: Secret, failure: (problem: string) => McpgwError): SigningKey {
  const read = readSigningKey(pem);
  if (read.ok) return read.key;
  throw failure(read.problem);
}

export interface SignerQuestion {
  readonly host: Host;
  readonly log: Log;
  readonly loaded: LoadedPolicy;
  readonly server: ServerPolicy;
  readonly options: StoreOptions;
}

/**
 * What signs the identity of a server with `jwt_header`.
 *
 * @throws McpgwError USAGE when there is no key: an identity is refused rather than sent unsigned. UNTRUSTED_CONFIG when
 *   the key is the user's and nobody named the configuration. And those of `findSigningKey`
 */
export async function signerOf({ host, log, loaded, server, options }: SignerQuestion): Promise<SignIdentity> {
  const found = await findSigningKey({ host, log, policy: loaded.policy, options });
  if (found === undefined) {
    throw new McpgwError(
      'USAGE',
      `${server.name} wants the caller's identity signed (jwt_header), and there is no signing key`,
      {
        hint: 'mcpgw keys generate, or put one into MCPGW_SIGNING_KEY',
      },
    );
  }
  if (found.from !== 'identity_signing_key') {
    refuseUntrusted(loaded);
  }
  return createMinter({ key: found.key, issuer: loaded.policy.identityIssuer, host });
}
