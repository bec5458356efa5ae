// One stored login as `status` and `login` show it: the same fields in the table and in `--json`.
import { McpgwError } from '../errors.js';
import type { Host } from '../host.js';
import { authorityName, identityKey } from '../oauth/identity-key.js';
import type { CredentialStore, StoredCredential } from '../store/credential-store.js';
import { subjectOf } from '../store/credential.js';
import { freshness } from '../store/freshness.js';
import type { NeededLogin } from './choose-logins.js';

/** `refreshable`: expired, and the next use refreshes it. `unreadable`: stored, and today's settings do not open it. */
export type LoginState = 'valid' | 'refreshable' | 'expired' | 'missing' | 'unreadable';

/** `--json` (version 1). Fields are only ever added. */
export interface LoginRow {
  readonly server: string;
  readonly kind: 'identity';
  readonly issuer: string;
  readonly subject: string | null;
  readonly scopes: readonly string[];
  /** ISO 8601; null when unknown. */
  readonly expires_at: string | null;
  readonly can_refresh: boolean;
  readonly stored_in: string | null;
  readonly state: LoginState;
  /** Why it is unreadable. */
  readonly problem?: string;
}

export interface RowOptions {
  readonly host: Host;
  readonly store: CredentialStore;
  readonly login: NeededLogin;
}

/** One row a server. */
export async function loginRows({ host, store, login }: RowOptions): Promise<readonly LoginRow[]> {
  const issuer = authorityName(login.provider);
  const stored = await readStored(store, login);
  return login.servers.map((server) =>
    stored === undefined || stored instanceof McpgwError
      ? { ...emptyRow(server, issuer), ...(stored !== undefined && { state: 'unreadable', problem: stored.message }) }
      : storedRow({ server, stored, nowMs: host.now() }),
  );
}

export interface StoredRow {
  readonly server: string;
  readonly stored: StoredCredential;
  readonly nowMs: number;
}

export function storedRow({ server, stored: { credential, storedIn }, nowMs }: StoredRow): LoginRow {
  const isExpired = freshness(credential, nowMs) === 'expired';
  const canRefresh = credential.refreshToken !== undefined;
  return {
    server,
    kind: 'identity',
    issuer: credential.issuer,
    subject: subjectOf(credential) ?? null,
    scopes: credential.scopes,
    expires_at: credential.expiresAtMs === undefined ? null : new Date(credential.expiresAtMs).toISOString(),
    can_refresh: canRefresh,
    stored_in: storedIn,
    state: isExpired ? (canRefresh ? 'refreshable' : 'expired') : 'valid',
  };
}

function emptyRow(server: string, issuer: string): LoginRow {
  return {
    server,
    kind: 'identity',
    issuer,
    subject: null,
    scopes: [],
    expires_at: null,
    can_refresh: false,
    stored_in: null,
    state: 'missing',
  };
}

async function readStored(
  store: CredentialStore,
  { provider }: NeededLogin,
): Promise<StoredCredential | McpgwError | undefined> {
  try {
    return await store.read(identityKey(provider));
  } catch (error) {
    if (error instanceof McpgwError && error.code === 'STORE_UNAVAILABLE') return error;
    throw error;
  }
}
