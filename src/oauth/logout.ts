// The end of a login: revoke the refresh token, then the access token (RFC 7009), then delete. What could not be
// revoked is reported, and deleted all the same.
import { McpgwError } from '../errors.js';
import type { Host } from '../host.js';
import type { Log } from '../log.js';
import type { CredentialStore } from '../store/credential-store.js';
import type { Credential } from '../store/credential.js';
import { loginKey, type KnownServer } from './login-key.js';
import { knownServer, type ClientRecords, type LoginTarget } from './login-target.js';

export interface LogOutOptions {
  readonly target: LoginTarget;
  readonly store: CredentialStore;
  readonly records: ClientRecords;
  readonly host: Host;
  readonly log: Log;
}

export type TokenKind = 'refresh_token' | 'access_token';

export interface LogoutReport {
  /** False when nothing was stored. */
  readonly wasLoggedIn: boolean;
  readonly revoked: readonly TokenKind[];
  readonly notRevoked: readonly { readonly token: TokenKind; readonly reason: string }[];
}

/** @throws McpgwError IO and STORE_INSECURE of the store; a provider that cannot be reached is part of the report */
export async function logOut({ target, store, records, host, log }: LogOutOptions): Promise<LogoutReport> {
  const provider = await knownServer(target, records);
  if (provider === undefined) return { wasLoggedIn: false, revoked: [], notRevoked: [] };
  const key = loginKey(provider);
  const release = await store.lock(key);
  try {
    if ((await store.mark(key)) === undefined) return { wasLoggedIn: false, revoked: [], notRevoked: [] };
    const credential = await readAnyhow(store, key);
    const report =
      credential instanceof McpgwError
        ? reportOfNone(credential.message)
        : credential === undefined
          ? reportOfNone('the stored login was damaged')
          : await revoke({ provider, host, log, credential });
    await store.remove(key);
    return report;
  } finally {
    await release();
  }
}

/** A login that cannot be decrypted any more can still be deleted. */
async function readAnyhow(
  store: CredentialStore,
  key: ReturnType<typeof loginKey>,
): Promise<Credential | McpgwError | undefined> {
  try {
    return (await store.read(key, { isLocked: true }))?.credential;
  } catch (error) {
    if (error instanceof McpgwError && error.code === 'STORE_UNAVAILABLE') return error;
    throw error;
  }
}

function reportOfNone(reason: string): LogoutReport {
  return {
    wasLoggedIn: true,
    revoked: [],
    notRevoked: [
      { token: 'refresh_token', reason },
      { token: 'access_token', reason },
    ],
  };
}

async function revoke(
  options: Pick<LogOutOptions, 'host' | 'log'> & { readonly provider: KnownServer; readonly credential: Credential },
): Promise<LogoutReport> {
  const { revokeTokens } = await import('./revoke.js');
  const revoked: TokenKind[] = [];
  const notRevoked: { token: TokenKind; reason: string }[] = [];
  for (const { token, problem } of await revokeTokens(options)) {
    if (problem === undefined) revoked.push(token);
    else notRevoked.push({ token, reason: problem });
  }
  return { wasLoggedIn: true, revoked, notRevoked };
}
