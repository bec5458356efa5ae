// A login that a configuration calls for, and what is known of it without asking anybody: from the configuration alone
// where that says all, else from what an earlier login found and kept (store/client-record.ts).
import type { AuthorizationServer, ClientAuthMethod } from '../policy/model.js';
import { clientKey, type ClientRecord, type FoundClient } from '../store/client-record.js';
import type { CredentialKey } from '../store/credential-key.js';
import type { CredentialStore } from '../store/credential-store.js';
import { statedText, type KnownServer } from './login-key.js';

export interface LoginTarget {
  readonly server: AuthorizationServer;
  /** The upstream that it lets into; undefined for an identity login. */
  readonly url: string | undefined;
}

export type ClientRecords = CredentialStore<ClientRecord>;

/** Two targets with one key share what was found, and their logins. */
export function targetKey({ server, url }: LoginTarget): CredentialKey {
  const { kind, grant, issuer, clientId, clientMetadataUrl, resource } = server;
  const tokenEndpoint = statedText(server, 'token_endpoint');
  return clientKey({
    kind,
    grant,
    url,
    authority: issuer ?? (tokenEndpoint === undefined ? undefined : new URL(tokenEndpoint).origin),
    client: clientId ?? clientMetadataUrl,
    resource,
  });
}

/** Undefined: something has to be found out first. */
export function statedServer({ server, url }: LoginTarget): KnownServer | undefined {
  const { kind, grant, clientId, resource } = server;
  if (clientId === undefined) return undefined;
  if (kind === 'identity')
    return { ...server, clientId, resource: resource === false ? undefined : resource, url: undefined };
  const states = (member: string): boolean => statedText(server, member) !== undefined;
  const starts = ['authorization_endpoint', 'device_authorization_endpoint'];
  // Endpoints given in full need no discovery; the resource is then the server as the configuration writes it.
  if (!states('token_endpoint') || (grant === 'authorization_code' && !starts.some(states))) return undefined;
  return { ...server, clientId, resource: resource === false ? undefined : (resource ?? url), url };
}

/** What is known of a target with what an earlier login has kept. */
export function recordedServer(
  { server, url }: LoginTarget,
  { issuer, resource, scope, client }: FoundClient,
): KnownServer {
  return {
    ...server,
    issuer: server.issuer ?? issuer,
    scope: server.scope ?? scope,
    resource,
    url,
    clientId: client.id,
    // A secret of the configuration is that of the client of the configuration.
    clientSecret: client.origin === 'configured' ? server.clientSecret : client.secret,
    tokenEndpointAuthMethod:
      client.origin === 'configured' ? server.tokenEndpointAuthMethod : methodOf(client.authMethod),
  };
}

/** Undefined: nobody has logged in yet. */
export async function knownServer(target: LoginTarget, records: ClientRecords): Promise<KnownServer | undefined> {
  const stated = statedServer(target);
  if (stated !== undefined) return stated;
  const key = targetKey(target);
  if ((await records.mark(key)) === undefined) return undefined;
  const record = (await records.read(key))?.credential;
  return record && recordedServer(target, record);
}

const METHODS: readonly ClientAuthMethod[] = ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'];

/** Undefined for a method that mcpgw does not know. */
export function knownMethod(text: string): ClientAuthMethod | undefined {
  return METHODS.find((method) => method === text);
}

function methodOf(text: string): ClientAuthMethod {
  return knownMethod(text) ?? 'none';
}
