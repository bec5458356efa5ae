// One stored login as `status` and `login` show it: the same fields in the table and in `--json`.
import { McpgwError } from '../errors.js';
import type { Host } from '../host.js';
import { authorityName, loginKey } from '../oauth/login-key.js';
import { knownServer } from '../oauth/login-target.js';
import type { LoginStores, StoredCredential } from '../store/credential-store.js';
import { subjectOf } from '../store/credential.js';
import { freshness } from '../store/freshness.js';
import type { LoginKind, NeededLogin } from './choose-logins.js';

/** `refreshable`: expired, and the next use refreshes it. `unreadable`: stored, and today's settings do not open it. */
export type LoginState = 'valid' | 'refreshable' | 'expired' | 'missing' | 'unreadable';

/** `--json` (version 1). Fields are only ever added. */
export interface LoginRow {
  readonly server: string;
  readonly kind: LoginKind;
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
  readonly stores: LoginStores;
  readonly login: NeededLogin;
}

/** One row a server; none for a login that is needed only perhaps, and that nobody has ever made. */
export async function loginRows({ host, stores, login }: RowOptions): Promise<readonly LoginRow[]> {
  const { kind } = login.target.server;
  const { issuer, isKnown, stored } = await readStored(stores, login);
  if (!isKnown && login.isMaybe) return [];
  return login.servers.map((server) =>
    stored === undefined || stored instanceof McpgwError
      ? {
          ...emptyRow({ server, kind, issuer }),
          ...(stored !== undefined && { state: 'unreadable', problem: stored.message }),
        }
      : storedRow({
          server,
          kind,
          isOwnClient: login.target.server.grant === 'client_credentials',
          stored,
          nowMs: host.now(),
        }),
  );
}

export interface StoredRow {
  readonly server: string;
  readonly kind: LoginKind;
  /** It gets a new token as itself, whenever it needs one. */
  readonly isOwnClient: boolean;
  readonly stored: StoredCredential;
  readonly nowMs: number;
}

export function storedRow({ server, kind, isOwnClient, stored: { credential, storedIn }, nowMs }: StoredRow): LoginRow {
  const isExpired = freshness(credential, nowMs) === 'expired';
  const canRefresh = credential.refreshToken !== undefined || isOwnClient;
  return {
    server,
    kind,
    issuer: credential.issuer,
    subject: subjectOf(credential) ?? null,
    scopes: credential.scopes,
    expires_at: credential.expiresAtMs === undefined ? null : new Date(credential.expiresAtMs).toISOString(),
    can_refresh: canRefresh,
    stored_in: storedIn,
    state: isExpired ? (canRefresh ? 'refreshable' : 'expired') : 'valid',
  };
}

function emptyRow({ server, kind, issuer }: Pick<LoginRow, 'server' | 'kind' | 'issuer'>): LoginRow {
  return {
    server,
    kind,
    issuer,
    subject: null,
    scopes: [],
    expires_at: null,
    can_refresh: false,
    stored_in: null,
    state: 'missing',
  };
}

interface Found {
  readonly issuer: string;
  /** Somebody has logged in once. */
  readonly isKnown: boolean;
  readonly stored: StoredCredential | McpgwError | undefined;
}

async function readStored({ store, records }: LoginStores, { target }: NeededLogin): Promise<Found> {
  let issuer = authorityName(target.server);
  try {
    const provider = await knownServer(target, records);
    if (provider === undefined) return { issuer, isKnown: false, stored: undefined };
    issuer = authorityName(provider);
    return { issuer, isKnown: true, stored: await store.read(loginKey(provider)) };
  } catch (error) {
    if (error instanceof McpgwError && error.code === 'STORE_UNAVAILABLE')
      return { issuer, isKnown: true, stored: error };
    throw error;
  }
}
