// Which client mcpgw is, and where, as far as no configuration says it: what discovery and registration found. Kept as
// logins are, since a registered client may have a secret.
import { createHash } from 'node:crypto';
import { Secret } from '../secret/secret.js';
import type { CredentialKey } from './credential-key.js';
import type { StoredForm } from './encrypted-file-store.js';

/** What discovery and registration found. */
export interface FoundClient {
  /** The authorization server's; undefined when only its endpoints are known. */
  readonly issuer: string | undefined;
  /** RFC 8707; undefined: none is sent. */
  readonly resource: string | undefined;
  /** What the upstream asked for, when it was asked; undefined: nothing. */
  readonly scope: string | undefined;
  readonly client: RecordedClient;
}

export interface ClientRecord extends FoundClient {
  /** Of a login that has not come to its end: used by the next one, and by nothing else. */
  readonly pending?: FoundClient | undefined;
}

export interface RecordedClient {
  readonly id: string;
  /** `registered`: dynamically (RFC 7591), so it may be made again. */
  readonly origin: 'configured' | 'document' | 'registered';
  readonly secret: Secret | undefined;
  readonly secretExpiresAtMs: number | undefined;
  readonly authMethod: string;
  /** That it was registered with. */
  readonly redirectUri: string | undefined;
}

/** What of a configuration makes two of them different. */
export interface ClientFacts {
  readonly kind: 'identity' | 'upstream';
  readonly grant: string;
  /** Of the upstream. */
  readonly url: string | undefined;
  /** As stated: the issuer, or the token endpoint's origin. */
  readonly authority: string | undefined;
  /** As stated: its id, or the address of its document. */
  readonly client: string | undefined;
  readonly resource: string | false | undefined;
}

/** The same facts give the same key on every machine. */
export function clientKey({ kind, grant, url, authority, client, resource }: ClientFacts): CredentialKey {
  const facts = JSON.stringify([
    'client',
    kind,
    grant,
    url ?? null,
    authority ?? null,
    client ?? null,
    resource ?? null,
  ]);
  return { facts, name: createHash('sha256').update(facts).digest('hex') };
}

export const CLIENT_RECORDS: StoredForm<ClientRecord> = {
  encode: ({ pending, ...found }) =>
    JSON.stringify({ ...written(found), ...(pending !== undefined && { pending: written(pending) }) }),
  decode,
  what: 'a registered client',
  again: 'log in again',
};

const ORIGINS: ReadonlySet<unknown> = new Set<RecordedClient['origin']>(['configured', 'document', 'registered']);

function written({ issuer, resource, scope, client }: FoundClient) {
  return {
    issuer,
    resource,
    scope,
    client_id: client.id,
    origin: client.origin,
    client_secret: client.secret?.reveal(),
    client_secret_expires_at_ms: client.secretExpiresAtMs,
    token_endpoint_auth_method: client.authMethod,
    redirect_uri: client.redirectUri,
  };
}

function decode(text: string): ClientRecord | undefined {
  let stored: unknown;
  try {
    stored = JSON.parse(text);
  } catch {
    return undefined;
  }
  const found = foundIn(stored);
  const pending = found && foundIn((stored as Members)['pending']); // foundIn has seen that it is an object
  return found && { ...found, ...(pending !== undefined && { pending }) };
}

type Members = Readonly<Record<string, unknown>>;

function foundIn(stored: unknown): FoundClient | undefined {
  if (typeof stored !== 'object' || stored === null || Array.isArray(stored)) return undefined;
  const members = stored as Members;
  const { client_id: id, token_endpoint_auth_method: authMethod, origin } = members;
  if (typeof id !== 'string' || typeof authMethod !== 'string' || !ORIGINS.has(origin)) return undefined;
  const textOf = (name: string): string | undefined => {
    const value = members[name];
    return typeof value === 'string' ? value : undefined;
  };
  const secret = textOf('client_secret');
  const expires = members['client_secret_expires_at_ms'];
  return {
    issuer: textOf('issuer'),
    resource: textOf('resource'),
    scope: textOf('scope'),
    client: {
      id,
      origin: origin as RecordedClient['origin'], // one of ORIGINS
      secret: secret === undefined ? undefined : new Secret(secret),
      secretExpiresAtMs: typeof expires === 'number' ? expires : undefined,
      authMethod,
      redirectUri: textOf('redirect_uri'),
    },
  };
}
